import { createApp } from "vue";
import { createRouter, createWebHistory } from "vue-router";
import Bins from "./Bins.vue";
import Deliveries from "./Deliveries.vue";

const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: "/", component: Bins },
    { path: "/deliveries", component: Deliveries },
  ],
});

createApp({ template: "<router-view />" }).use(router).mount("#desk");
