import httpx
from fastapi import FastAPI

app = FastAPI()


@app.get("/health")
async def health():
    return {"status": "healthy"}


@app.get("/page")
async def page():
    async with httpx.AsyncClient() as client:
        return (await client.get("https://example.org")).text
