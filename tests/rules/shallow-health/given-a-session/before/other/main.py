from fastapi import FastAPI
from sqlalchemy import create_engine

from project import Service

app = FastAPI()
engine = create_engine("postgresql://localhost/orders")
service = Service()


@app.get("/health")
async def health():
    return await service.health()
