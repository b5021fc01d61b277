"""One package per syntax, one module per operation: repair → edits in the style of the place. May not know a rule."""
