from fastapi import FastAPI

app = FastAPI()


@app.get("/quotes")
def quotes() -> list[str]:
    return []
