export const OpenAPI = {
  BASE: "http://localhost:5050",
  PAGE: 20,
};
