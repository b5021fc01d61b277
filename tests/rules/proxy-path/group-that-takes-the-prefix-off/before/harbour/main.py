from fastapi import APIRouter, FastAPI

router = APIRouter(prefix="/api")


@router.get("/berths")
def berths():
    return []


@router.get("/berths/{berth}")
def berth(berth: int):
    return berth


app = FastAPI()
app.include_router(router)


@app.get("/healthz")
def healthz():
    return "ok"
