from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(
    CORSMiddleware,
    allow_origins=[
        "https://garden.example",
    ],
    allow_methods=["GET"],
    allow_origin_regex="https://([a-z0-9-]+\\.)+garden\\.example",
)


@app.get("/plants")
def plants():
    return []
