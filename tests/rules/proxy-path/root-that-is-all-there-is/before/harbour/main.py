from fastapi import FastAPI

app = FastAPI(root_path="/api")


@app.get("/berths")
def berths():
    return []
