from fastapi import FastAPI

from house_standards import dress

app = FastAPI()
dress(app)


@app.get("/alive")
def alive():
    return {"status": "ok"}
