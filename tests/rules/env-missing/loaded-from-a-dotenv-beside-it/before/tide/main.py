import os

from dotenv import load_dotenv
from fastapi import FastAPI

load_dotenv()

TIDE_TABLE = os.environ["TIDE_TABLE"]
PERIOD = int(os.getenv("LAMP_PERIOD", "30"))

app = FastAPI()


@app.get("/tide")
def tide() -> dict[str, str]:
    return {"table": TIDE_TABLE}
