from fastapi import FastAPI
from sqlalchemy import create_engine

from app.health import router

app = FastAPI()
app.include_router(router)
engine = create_engine("postgresql://localhost/orders")

