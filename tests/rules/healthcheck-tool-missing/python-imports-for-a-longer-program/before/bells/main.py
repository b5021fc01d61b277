from fastapi import FastAPI

app = FastAPI()


@app.get("/rung")
def rung() -> dict[str, str]:
    return {"status": "ok"}
