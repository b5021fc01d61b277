from fastapi import FastAPI

app = FastAPI()


@app.get("/api/plants")
def route_0() -> dict[str, str]:
    return {}


@app.get("/api/plants/{plant}")
def route_1() -> dict[str, str]:
    return {}
