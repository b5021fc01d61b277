import os

from fastapi import FastAPI
from sqlalchemy import create_engine, text

engine = create_engine(os.environ["DATABASE_URL"])
app = FastAPI()


@app.get("/rooms")
def rooms() -> list[str]:
    with engine.connect() as connection:
        return [row.name for row in connection.execute(text("select name from rooms"))]
