from fastapi import FastAPI

app = FastAPI()


@app.get("/titles/{key}")
async def title(key: str) -> dict[str, str]:
    from store import shelf

    return {"title": shelf.get(key)}
