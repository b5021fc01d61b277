from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def quote() -> str:
    return "Less."
