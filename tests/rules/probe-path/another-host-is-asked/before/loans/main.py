from fastapi import FastAPI

app = FastAPI()


@app.get("/healthz")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/loans/{number}")
def loan(number: int) -> dict[str, int]:
    return {"number": number}
