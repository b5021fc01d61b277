test("the server answers", async () => {
  expect((await fetch("http://localhost:8000/api/loaves")).ok).toBe(true);
});
