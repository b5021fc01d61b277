from fastapi import FastAPI


async def health() -> dict[str, str]:
    return {"status": "ok"}


app = FastAPI()
app.get("/health")(health)


@app.get("/status")
async def status() -> dict[str, str]:
    return {"status": "ok"}
