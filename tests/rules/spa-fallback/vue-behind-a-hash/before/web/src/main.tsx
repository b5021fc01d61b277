import { createApp } from "vue";
import { createRouter, createWebHashHistory } from "vue-router";

const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: "/", component: {} },
    { path: "/orders/:id", component: {} },
  ],
});

createApp({}).use(router).mount("#app");
