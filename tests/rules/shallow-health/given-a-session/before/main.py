from fastapi import Depends, FastAPI

from project import Service, session
from sqlalchemy import create_engine

app = FastAPI()
engine = create_engine("postgresql://localhost/orders")
service = Service()


@app.get("/health")
def health(db=Depends(session)):
    return {"status": "healthy"}
