from fastapi import FastAPI

from ledger.accounts import router

app = FastAPI(title="Ledger")
app.include_router(router, prefix="/accounts")
