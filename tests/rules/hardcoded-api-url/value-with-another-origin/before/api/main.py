from fastapi import FastAPI

app = FastAPI()


@app.get("/api/v1/trees")
def trees() -> list[str]:
    return []


@app.get("/api/v1/harvests/{year}")
def harvests(year: int) -> list[str]:
    return []


@app.get("/api/v1/stream")
def stream() -> str:
    return ""
