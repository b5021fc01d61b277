from fastapi import FastAPI
from sqlalchemy import create_engine

app = FastAPI()
engine = create_engine("postgresql://localhost/orders")


@app.get("/orders")
def orders():
    return []
