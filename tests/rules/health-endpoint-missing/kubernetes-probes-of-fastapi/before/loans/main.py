import uvicorn
from fastapi import FastAPI

app = FastAPI(title="Loans")


@app.get("/loans/{number}")
async def loan(number: int) -> dict[str, int]:
    """One loan."""
    return {"number": number}


if __name__ == "__main__":
    uvicorn.run(app, host="0.0.0.0", port=8300)
