export const towns = () => fetch("/api/v1/towns").then((answer) => answer.json());
