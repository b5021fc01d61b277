from fastapi import FastAPI

import helpers

app = FastAPI()
helpers.report()


@app.get("/")
def root() -> dict[str, bool]:
    return {"up": True}
