from fastapi import FastAPI

app = FastAPI()


@app.get("/api/v1/towns/selection")
def route_0() -> dict[str, str]:
    return {}
