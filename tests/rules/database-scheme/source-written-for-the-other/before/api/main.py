import os

from fastapi import FastAPI
from sqlalchemy import create_engine
from sqlalchemy.dialects.postgresql import JSONB

app = FastAPI()
engine = create_engine(os.environ["DATABASE_URL"], pool_pre_ping=True)
