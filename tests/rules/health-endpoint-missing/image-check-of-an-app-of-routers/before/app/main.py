from fastapi import FastAPI

from app import patients

app = FastAPI()
app.include_router(
    patients.router,
    prefix="/patients",
)
health = "good"
