import asyncio
import threading
from contextlib import asynccontextmanager

from apscheduler.schedulers.background import BackgroundScheduler
from fastapi import FastAPI

from reaping import harvest

scheduler = BackgroundScheduler()


def nightly():
    asyncio.run(harvest("north"))


class Reaper:
    def begin(self):
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        asyncio.run(harvest("east"))


@asynccontextmanager
async def lifespan(app: FastAPI):
    def reap():
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(harvest("south"))
        finally:
            loop.close()

    scheduler.add_job(nightly, "cron", hour=3)
    scheduler.start()
    asyncio.create_task(watch())
    threading.Thread(target=reap, daemon=True).start()
    threading.Thread(target=lambda: asyncio.run(harvest("west"))).start()
    Reaper().begin()
    await harvest("home")
    yield


async def watch():
    while True:
        await asyncio.sleep(60)


app = FastAPI(lifespan=lifespan)


@app.get("/health")
async def health():
    return {"ok": True}
