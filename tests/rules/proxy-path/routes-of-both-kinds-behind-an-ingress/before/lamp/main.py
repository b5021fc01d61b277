from fastapi import FastAPI
from lamp_routes import router

app = FastAPI()
app.include_router(router, prefix="/lamp")
