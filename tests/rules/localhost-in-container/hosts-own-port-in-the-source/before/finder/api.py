from fastapi import FastAPI

import search

app = FastAPI()


@app.get("/find")
def find(word: str) -> list[str]:
    return search.Index().find(word)
