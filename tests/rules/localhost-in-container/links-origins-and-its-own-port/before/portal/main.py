import os

import requests
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=[os.getenv("FRONT_ORIGIN", "http://localhost:8501")])
DOCS = os.getenv("DOCS_LINK", "http://localhost:8000/docs")


@app.get("/links")
def links() -> dict[str, str]:
    return {"docs": DOCS}


@app.get("/self")
def check() -> int:
    return requests.get("http://localhost:8300/links", timeout=2).status_code
