import { createRoot } from "react-dom/client";
import { HashRouter, Route, Routes } from "react-router-dom";

createRoot(document.getElementById("root")!).render(
  <HashRouter>
    <Routes>
      <Route path="/" element={<p>Home</p>} />
      <Route path="/orders" element={<p>Orders</p>} />
    </Routes>
  </HashRouter>,
);
