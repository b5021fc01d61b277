from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(
    CORSMiddleware,
    allow_origins=[
        "https://garden.example",
        "https://*.garden.example",
    ],
    allow_methods=["GET"],
)


@app.get("/plants")
def plants():
    return []
