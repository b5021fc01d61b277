from fastapi import FastAPI, Request

app = FastAPI()


@app.get("/invites")
def invite(request: Request) -> dict[str, str]:
    return {"for": request.headers.get("X-Forwarded-For", "")}


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}
