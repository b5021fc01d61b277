from fastapi import FastAPI
from sqlalchemy import create_engine

engine = create_engine("sqlite:///./notes.db")
app = FastAPI()


@app.get("/health")
def health():
    return {"status": "healthy"}


@app.get("/notes")
def notes():
    with engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql("SELECT id, text FROM notes")]
