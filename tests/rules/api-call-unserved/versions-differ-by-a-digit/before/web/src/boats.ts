export const old = () => fetch("/api/v1boats");
