import os

from fastapi import FastAPI
from sqlalchemy import create_engine

app = FastAPI()
engine = create_engine(os.getenv("DATABASE_URL", "mysql+pymysql://app:app@records:3306/app"), pool_pre_ping=True)
