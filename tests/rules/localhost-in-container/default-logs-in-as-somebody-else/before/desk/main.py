import os
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app: FastAPI):
    where = os.getenv("LEDGER_DSN", "postgresql://clerk:clerk@localhost:5432/desk")
    app.state.pool = await asyncpg.create_pool(where)
    yield


app = FastAPI(lifespan=lifespan)
