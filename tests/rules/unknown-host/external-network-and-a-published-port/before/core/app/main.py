from fastapi import FastAPI

app = FastAPI()


@app.get("/info")
def info():
    return {}
