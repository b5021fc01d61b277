import os

REPORT_TO = os.getenv("REPORT_TO")


def recent() -> list[str]:
    """Nothing of the catalogue calls this: the tests do."""
    from store import shelf

    return shelf.lrange("recent", 0, 9)


def report() -> None:
    if REPORT_TO:
        import sentry_sdk

        sentry_sdk.init(REPORT_TO, before_send=tagged)


def tagged(event: dict, hint: dict) -> dict:
    from store import shelf

    event["tags"] = shelf.hgetall("tags")
    return event


class Shelf:
    def first(self) -> str:
        from store import shelf

        return shelf.lindex("books", 0)
