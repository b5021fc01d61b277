from fastapi import FastAPI, Request
from fastapi.staticfiles import StaticFiles

app = FastAPI()


@app.middleware("http")
async def security_headers(request: Request, call_next):
    response = await call_next(request)
    response.headers["Content-Security-Policy"] = "default-src 'self'; connect-src 'self' http://localhost:9000; frame-ancestors 'none'"
    return response


app.mount("/", StaticFiles(directory="static", html=True), name="static")
