from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

ORIGINS = ['https://a.marlpit.io']

app = FastAPI(middleware=[Middleware(CORSMiddleware, allow_origins=ORIGINS, allow_origin_regex='(https://([a-z0-9-]+\\.)+marlpit\\.io)|(https://([a-z0-9-]+\\.)+marlpit\\.app)')])
