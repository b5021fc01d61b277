from fastapi import FastAPI
from tollgate import mount_probes

app = FastAPI()
mount_probes(app)


@app.get("/healthz")
def health() -> dict[str, str]:
    return {"status": "ok"}
