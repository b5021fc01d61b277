from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

ORIGINS = ['https://a.marlpit.io', 'https://*.marlpit.io', 'https://*.marlpit.app']

app = FastAPI(middleware=[Middleware(CORSMiddleware, allow_origins=ORIGINS)])
