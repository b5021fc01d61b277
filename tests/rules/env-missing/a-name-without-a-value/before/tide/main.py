import os

from fastapi import FastAPI

TIDE_TABLE = os.environ["TIDE_TABLE"]
PERIOD = int(os.getenv("LAMP_PERIOD", "30"))

app = FastAPI()


@app.get("/tide")
def tide() -> dict[str, str]:
    return {"table": TIDE_TABLE}
