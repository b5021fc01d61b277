from fastapi import FastAPI
from healthy import instrumented

app = FastAPI()
instrumented(app)


@app.get("/items")
def items():
    return []
