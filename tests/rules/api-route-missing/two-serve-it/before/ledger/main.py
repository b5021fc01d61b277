from fastapi import APIRouter, FastAPI

app = FastAPI()
towns = APIRouter(prefix="/api/v1/towns")


@towns.get("/selection")
def selection() -> list[str]:
    return []


@towns.get("/{name}")
def town(name: str) -> dict[str, str]:
    return {"name": name}


app.include_router(towns)


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}
