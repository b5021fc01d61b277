from fastapi import FastAPI

app = FastAPI()


@app.post("/auth/login")
def login() -> dict[str, str]:
    return {}


@app.get("/api/towns/selection")
def selection() -> list[str]:
    return []


@app.get("/api/towns/{name}")
def town(name: str) -> dict[str, str]:
    return {"name": name}
