from fastapi import FastAPI

app = FastAPI()


@app.get("/otters")
def otters() -> list[str]:
    return []
