export const loaves = () => fetch("http://bakery:8000/api/loaves");
