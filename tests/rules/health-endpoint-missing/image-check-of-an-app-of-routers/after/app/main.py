from fastapi import FastAPI

from app import patients

app = FastAPI()
app.include_router(
    patients.router,
    prefix="/patients",
)


@app.get("/health")
async def health_check():
    return {"status": "ok"}


health = "good"
