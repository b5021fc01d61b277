"""JavaScript and TypeScript. May not lean on another syntax, know a rule or write a file anew."""
