"""Somebody who visits an address of the network, and prints what came of it as JSON."""

from __future__ import annotations

import json
import sys

import httpx
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect


def get(url: str) -> tuple[int | None, str]:
    """Ask for a page."""
    try:
        answer = httpx.get(url, timeout=5)
    except httpx.HTTPError as error:
        return None, str(error)
    return answer.status_code, answer.text


def socket(url: str) -> tuple[int | None, str]:
    """Open a WebSocket and greet."""
    try:
        with connect(url, open_timeout=5) as connection:
            connection.send("hello")
            return 101, str(connection.recv(timeout=5))
    except InvalidStatus as error:
        return error.response.status_code, str(error)
    except (OSError, EOFError) as error:
        return None, str(error)


if __name__ == "__main__":
    _, what, where = sys.argv
    status, said = {"get": get, "socket": socket}[what](where)
    sys.stdout.write(json.dumps({"status": status, "said": said}))
