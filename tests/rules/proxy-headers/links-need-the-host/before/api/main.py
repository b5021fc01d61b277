from fastapi import FastAPI, Request

app = FastAPI()


@app.get("/invites")
def invite(request: Request) -> dict[str, str]:
    return {"link": str(request.base_url) + "join"}


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}
