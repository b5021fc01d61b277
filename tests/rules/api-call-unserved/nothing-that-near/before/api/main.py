from fastapi import FastAPI

app = FastAPI()


@app.get("/api/boats")
def route_0() -> dict[str, str]:
    return {}


@app.get("/api/boats/{boat}/berth")
def route_1() -> dict[str, str]:
    return {}


@app.get("/api/tides")
def route_2() -> dict[str, str]:
    return {}
