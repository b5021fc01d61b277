from fastapi import FastAPI

app = FastAPI()


@app.get("/api/loaves")
def route_0() -> dict[str, str]:
    return {}


@app.get("/api/ovens")
def route_1() -> dict[str, str]:
    return {}
