from drop import app


@app.get("/condition")
def condition() -> dict[str, bool]:
    return {"up": True}
