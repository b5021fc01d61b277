from fastapi import APIRouter, FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["http://localhost:8080"])
router = APIRouter(prefix="/plants")


@router.get("")
def plants() -> list[str]:
    return []


app.include_router(router, prefix="/api/v1")
