from fastapi import FastAPI

app = FastAPI()


@app.get("/stories")
def stories():
    return []
