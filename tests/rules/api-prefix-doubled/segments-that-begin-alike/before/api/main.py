from fastapi import FastAPI

app = FastAPI()


@app.get("/api/api-keys")
def route_0() -> dict[str, str]:
    return {}


@app.get("/api/apis/all")
def route_1() -> dict[str, str]:
    return {}


@app.get("/api-keys")
def route_2() -> dict[str, str]:
    return {}
