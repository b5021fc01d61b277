from fastapi import FastAPI

app = FastAPI()


def with_feed() -> None:
    from feed import feed

    app.mount("/feed", feed)
