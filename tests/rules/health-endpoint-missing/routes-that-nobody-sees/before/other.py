from fastapi import FastAPI
from healthy import wsgi

app = FastAPI()
app.mount("/health", wsgi())


@app.get("/items")
def items():
    return []
