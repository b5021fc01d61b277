from fastapi import FastAPI

app = FastAPI()


@app.get("/api/tides")
def tides():
    return []
