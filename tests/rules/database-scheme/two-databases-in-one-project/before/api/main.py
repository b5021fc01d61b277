import os

from fastapi import FastAPI
from sqlalchemy import create_engine

app = FastAPI()
engine = create_engine(os.getenv("DATABASE_URL", "sqlite:///./app.db"), pool_pre_ping=True)
