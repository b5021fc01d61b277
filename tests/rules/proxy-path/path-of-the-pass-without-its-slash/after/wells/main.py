from fastapi import FastAPI

app = FastAPI()


@app.get("/alive")
def alive():
    return {}


@app.get("/v1/levels")
def levels():
    return []


@app.get("/v1/levels/{well}")
def level(well: str):
    return well
