from fastapi import FastAPI

app = FastAPI()


@app.get("/api/v2boats")
def route_0() -> dict[str, str]:
    return {}
