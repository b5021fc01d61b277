export const settings = {
  server: "http://localhost:5050",
  pageSize: 20,
};
