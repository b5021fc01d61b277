from fastapi import FastAPI

app = FastAPI()


@app.get("/api/boats")
def route_0() -> dict[str, str]:
    return {}


@app.get("/api/boots")
def route_1() -> dict[str, str]:
    return {}
