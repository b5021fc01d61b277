import os

from fastapi import FastAPI
from sqlalchemy import create_engine

app = FastAPI()
URL = (
    f"mysql+pymysql://{os.environ['STORE_USER']}:{os.environ['STORE_PASSWORD']}"
    f"@{os.environ['STORE_HOST']}/app"
)
engine = create_engine(URL)
