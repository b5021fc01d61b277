from fastapi import APIRouter, FastAPI

router = APIRouter(prefix="/v1")


@router.get("/health")
def health():
    return {}


app = FastAPI()
app.include_router(router, prefix="/api")
