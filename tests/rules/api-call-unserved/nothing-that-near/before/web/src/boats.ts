export const fish = () => fetch("/api/fish");
