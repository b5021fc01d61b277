from fastapi import FastAPI

from plugins import installed

app = FastAPI()

for plugin in installed():
    app.include_router(plugin.router)


@app.get("/api/v1/plants")
def plants() -> list[str]:
    return []
