import asyncio
import logging

from fastapi import FastAPI

from store import async_session_maker, get_session, mark

app = FastAPI()
log = logging.getLogger(__name__)


async def fill(number: int) -> None:
    async with async_session_maker() as session:
        try:
            await mark(session, number, "running")
        except Exception:
            log.exception("filling %s failed", number)
            await session.rollback()
            await mark(session, number, "failed")


async def sweep() -> None:
    session = get_session()
    try:
        await mark(session, 0, "swept")
    except Exception as error:
        log.warning("sweeping failed: %s", error)
    finally:
        await session.close()


@app.post("/fill/{number}")
async def begin(number: int) -> dict[str, int]:
    asyncio.create_task(fill(number))
    asyncio.create_task(sweep())
    return {"number": number}
