from fastapi import FastAPI

app = FastAPI()


@app.get("/api/maps")
def route_0() -> dict[str, str]:
    return {}
