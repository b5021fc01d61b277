from fastapi import FastAPI
from sqlalchemy import text

from catalog.db import Session

app = FastAPI()


@app.get("/products")
async def products():
    async with Session() as session:
        rows = await session.execute(text("select sku, title from products"))
        return [dict(row._mapping) for row in rows]
