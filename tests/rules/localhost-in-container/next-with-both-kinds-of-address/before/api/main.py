import os

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=os.environ["CORS_ORIGINS"].split(","), allow_methods=["*"])


@app.get("/api/posts")
def posts():
    return []


@app.post("/api/posts/{post_id}/like")
def like(post_id: str):
    return {}
