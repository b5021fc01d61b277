from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["http://localhost:8080"])


@app.get("/api/v1/towns/selection")
def selection() -> list[str]:
    return []
