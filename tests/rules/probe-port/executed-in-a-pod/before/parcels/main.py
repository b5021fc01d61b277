from fastapi import FastAPI

app = FastAPI()


@app.get("/status")
def status() -> dict[str, str]:
    return {"state": "up"}
