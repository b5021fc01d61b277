export const loaves = () => fetch("/api/loaves");
