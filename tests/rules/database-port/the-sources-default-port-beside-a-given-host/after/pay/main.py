import aiomysql
from fastapi import FastAPI

from pay import config

app = FastAPI()


@app.get("/payments")
async def payments():
    connection = await aiomysql.connect(
        host=config.MYSQL_HOST,
        port=config.MYSQL_PORT,
        user=config.MYSQL_USER,
        password=config.MYSQL_PASSWORD,
        db=config.MYSQL_DB,
    )
    async with connection.cursor() as cursor:
        await cursor.execute("select 1")
        return await cursor.fetchone()
