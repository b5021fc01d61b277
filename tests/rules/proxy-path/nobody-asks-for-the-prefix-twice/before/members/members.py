from fastapi import FastAPI

app = FastAPI()


@app.get("/api/members/list")
def members():
    return []


@app.post("/api/members/join")
def join():
    return {}
