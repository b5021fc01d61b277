export const catches = () => fetch("/catches").then((answer) => answer.json());
