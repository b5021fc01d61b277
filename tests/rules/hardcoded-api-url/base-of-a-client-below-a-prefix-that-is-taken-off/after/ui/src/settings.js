export const settings = {
  server: "/backend",
  pageSize: 20,
};
