import os

from fastapi import FastAPI

PERIOD = int(os.getenv("LAMP_PERIOD", "30"))

app = FastAPI()


@app.get("/tide")
def tide() -> dict[str, str]:
    return {"table": os.environ["TIDE_TABLE"]}
