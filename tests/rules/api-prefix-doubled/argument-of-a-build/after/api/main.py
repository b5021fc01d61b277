from fastapi import FastAPI

app = FastAPI()


@app.get("/api/v1/plants")
def route_0() -> dict[str, str]:
    return {}


@app.get("/api/v1/plants/{plant}")
def route_1() -> dict[str, str]:
    return {}
