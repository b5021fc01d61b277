import { createRoot } from "react-dom/client";
import { BrowserRouter, Route, Routes } from "react-router-dom";

createRoot(document.getElementById("root")!).render(
  <BrowserRouter>
    <Routes>
      <Route path="/" element={<p>Home</p>} />
      <Route path="/orders" element={<p>Orders</p>} />
    </Routes>
  </BrowserRouter>,
);
