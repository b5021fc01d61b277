from fastapi import FastAPI
from sqlalchemy import create_engine

from tides import settings

engine = create_engine(settings.STORE, pool_pre_ping=True)
app = FastAPI()
