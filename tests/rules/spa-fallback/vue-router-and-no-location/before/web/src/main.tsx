import { createApp } from "vue";
import { createRouter, createWebHistory } from "vue-router";

const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: "/", component: {} },
    { path: "/orders/:id", component: {} },
  ],
});

createApp({}).use(router).mount("#app");
