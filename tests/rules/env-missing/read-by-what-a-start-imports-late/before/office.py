import uvicorn
from fastapi import FastAPI

app = FastAPI()


@app.on_event("startup")
async def begin() -> None:
    import mail

    app.state.sender = mail.SENDER


if __name__ == "__main__":
    uvicorn.run(app, host="0.0.0.0", port=8000)
