import { defineConfig } from "vite";

export default defineConfig({
  server: {
    proxy: {
      "/api": { target: "http://localhost:3000", rewrite: (path) => path.replace(/^\/api/, "") },
      "/ws": { target: "ws://localhost:3000", ws: true },
    },
  },
});
