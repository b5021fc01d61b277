from fastapi import FastAPI

app = FastAPI()


@app.get("/health")
def health() -> dict[str, bool]:
    return {"up": True}


class Wiring:
    def install(self) -> None:
        import condition  # noqa: F401
