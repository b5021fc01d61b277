export const bouts = () => fetch("/api/bouts");
