from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def light():
    return "on"
