import os

from fastapi import FastAPI
from sqlalchemy import create_engine

app = FastAPI()
engine = create_engine(os.getenv("DATABASE_URL", "postgresql+psycopg2://app:app@localhost:5432/app"), pool_pre_ping=True)
