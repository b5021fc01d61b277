import { createRoot } from "react-dom/client";
import { BrowserRouter, Route, Routes } from "react-router-dom";
import { Departures, Harbours } from "./pages";

createRoot(document.getElementById("root")!).render(
  <BrowserRouter>
    <Routes>
      <Route path="/" element={<Departures />} />
      <Route path="/harbours" element={<Harbours />} />
    </Routes>
  </BrowserRouter>,
);
