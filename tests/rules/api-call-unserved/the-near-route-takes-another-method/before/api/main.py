from fastapi import FastAPI

app = FastAPI()


@app.post("/api/boat")
def route_0() -> dict[str, str]:
    return {}


@app.get("/api/boat/history")
def route_1() -> dict[str, str]:
    return {}
