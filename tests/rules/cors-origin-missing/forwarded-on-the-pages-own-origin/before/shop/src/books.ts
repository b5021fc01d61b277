export const books = () => fetch("/books");
