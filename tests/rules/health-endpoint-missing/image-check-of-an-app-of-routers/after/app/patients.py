from fastapi import APIRouter

router = APIRouter()


@router.get("/{number}")
def patient(number: int, health: str = "good"):
    return {"number": number, "health": health}
