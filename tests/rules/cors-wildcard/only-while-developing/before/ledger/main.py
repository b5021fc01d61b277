import os

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
if os.getenv("STAGE", "live") == "dev":
    app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
