"""Connections that say nothing keep nobody out."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
import uvicorn
from uvicorn.server import ServerState

from stackfix.bot import connections

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

ASKED = b"GET / HTTP/1.1\r\nHost: bot.test\r\n\r\n"


async def answers(_scope: object, _receive: object, send: Callable[[object], Awaitable[None]]) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@asynccontextmanager
async def served() -> AsyncIterator[int]:
    config = uvicorn.Config(answers, lifespan="off", log_config=None, timeout_keep_alive=60)
    state, loop = ServerState(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: connections.Connection(config, state, {}), "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def ended(reader: asyncio.StreamReader) -> bool:
    async with asyncio.timeout(20):
        try:
            return not await reader.read(1)
        except ConnectionError:
            return True


@pytest.mark.parametrize("said", [b"", b"GET / HT", ASKED])
def test_who_says_nothing_more_is_left_after_a_while(said: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "PATIENCE", 0.05)

    async def tried() -> None:
        async with served() as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(said)
            if said == ASKED:
                assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200")
            assert await ended(reader)
            writer.close()

    asyncio.run(tried())


def test_of_many_who_say_nothing_the_first_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST_QUIET", 3)

    async def tried() -> None:
        async with served() as port:
            quiet = [await asyncio.open_connection("127.0.0.1", port) for _ in range(5)]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(ASKED)
            assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200")
            for silent, _ in quiet[:2]:
                assert await ended(silent)
            for _, one in [*quiet, (reader, writer)]:
                one.close()

    asyncio.run(tried())
