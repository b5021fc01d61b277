"""The server: webhooks are proved, read, queued durably, and only then answered; nothing is worked on here.

May import deliveries, events, metrics, payload and signatures of this package, and Starlette.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stackfix.bot import deliveries, signatures
from stackfix.bot.events import Ignored, Work
from stackfix.bot.metrics import CONTENT_TYPE, Metrics
from stackfix.bot.payload import Malformed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.routing import BaseRoute

_LOG = logging.getLogger("stackfix.bot")

LIMIT = 26_214_400
"""Bytes of a body: as many as GitHub sends at most."""

_SMALL, _MOST_SMALL, _MOST_LARGE = 1_048_576, 64, 8
"""Bytes of a small body, and how many small and large ones are read at once: nothing is proved before one is here."""

PATIENCE = 30.0
"""Seconds within which a body must be here."""


class Intake(Protocol):
    """What keeps work until it is done. All of it may be called from any thread."""

    def take(self, identity: str, work: Work) -> bool:
        """Keep work durably; False where something of that identity was taken before. Raises where it can't."""

    def trouble(self) -> str | None:
        """Why nothing can be taken now; None where it can."""

    def waiting(self) -> int | None:
        """How much is kept and not done; None where that can't be asked."""


class NotTaken(Exception):  # noqa: N818 - told to the forge, which sends it again
    """Work could not be kept: the database isn't there."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What the server needs. A forge without secrets isn't served."""

    secrets: Mapping[str, signatures.Secrets]
    intake: Intake
    metrics: Metrics = field(default_factory=Metrics)
    limit: int = LIMIT
    patience: float = PATIENCE
    pages: Sequence[BaseRoute] = ()


@dataclass(frozen=True, slots=True)
class _Answer:
    """A request's end: its status, a word for the metrics, and a line for whoever asked."""

    status: int
    outcome: str
    line: str


class _Ended(Exception):  # noqa: N818 - how a request ends early
    def __init__(self, status: int, outcome: str, line: str) -> None:
        super().__init__(line)
        self.answer = _Answer(status, outcome, line)


def app(setting: Setting) -> Starlette:
    """The server's application."""
    served = _Served(setting)
    routes = [
        Route("/webhooks/{kind}", served.webhook, methods=["POST"]),
        Route("/health", _health),
        Route("/ready", served.ready),
        Route("/metrics", served.metrics),
        *setting.pages,
    ]
    return Starlette(routes=routes)


async def _health(_: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok"})


class _Served:
    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._small, self._large = asyncio.Semaphore(_MOST_SMALL), asyncio.Semaphore(_MOST_LARGE)

    async def ready(self, _: Request) -> Response:
        """Whether work can be taken."""
        trouble = await run_in_threadpool(self._setting.intake.trouble)
        self._setting.metrics.ready.set(0 if trouble else 1)
        return JSONResponse({"status": trouble or "ok"}, 503 if trouble else 200)

    async def metrics(self, _: Request) -> Response:
        """The counts."""
        waiting = await run_in_threadpool(self._setting.intake.waiting)
        if waiting is not None:
            self._setting.metrics.waiting.set(waiting)
        return Response(self._setting.metrics.page(), media_type=CONTENT_TYPE)

    async def webhook(self, request: Request) -> Response:
        """One delivery."""
        started, kind = time.monotonic(), request.path_params["kind"]
        if not self._setting.secrets.get(kind):
            return JSONResponse({"outcome": "unknown", "message": "no webhook secret is set for such a forge"}, 404)
        said = {"forge": kind, "event": "", "delivery": ""}
        try:
            answer = await self._taken(request, kind, said)
        except _Ended as early:
            answer = early.answer
        except Malformed as problem:
            answer = _Answer(400, "malformed", str(problem))
        seconds = time.monotonic() - started
        # Anybody can make up names of events until one is proved.
        self._setting.metrics.deliveries.labels(kind, said["event"], answer.outcome).inc()
        self._setting.metrics.seconds.labels(kind).observe(seconds)
        level = logging.INFO if answer.status < 400 else logging.WARNING  # noqa: PLR2004 - HTTP's own number
        fields = {**said, "outcome": answer.outcome, "status": answer.status, "seconds": round(seconds, 4)}
        _LOG.log(level, "delivery: %s", answer.line, extra=fields)
        headers = {"Retry-After": "60"} if answer.status == 503 else None  # noqa: PLR2004 - as above
        return JSONResponse({"outcome": answer.outcome, "message": answer.line}, answer.status, headers)

    async def _taken(self, request: Request, kind: str, said: dict[str, str]) -> _Answer:
        headers = _headers(request)
        if not signatures.is_offered(kind, headers):
            raise _Ended(401, "unsigned", "the delivery bears no signature: is a secret set for the webhook?")
        body = await self._body(request)
        if not signatures.is_proved(kind, headers, body, self._setting.secrets[kind]):
            raise _Ended(401, "bad-signature", "the signature is not made with our secret")
        delivery = deliveries.read(kind, headers, body)
        said["event"], said["delivery"] = delivery.name, delivery.identity
        if isinstance(delivery.event, Ignored):
            return _Answer(200, "ignored", f"ignored: {delivery.event.what}")
        try:
            is_new = await run_in_threadpool(self._setting.intake.take, delivery.identity, delivery.event)
        except NotTaken as problem:
            raise _Ended(503, "not-taken", str(problem)) from problem
        return _Answer(202, "queued", "queued") if is_new else _Answer(200, "seen", "this delivery was taken before")

    async def _body(self, request: Request) -> bytes:
        """The raw body. One that is too large isn't read to its end."""
        if not _is_at_most(request.headers.get("content-length", "0"), self._setting.limit):
            raise self._too_large()
        is_small = int(request.headers.get("content-length", _SMALL + 1)) <= _SMALL
        try:
            async with asyncio.timeout(self._setting.patience):
                async with self._small if is_small else self._large:
                    return await self._read(request)
        except TimeoutError:
            raise _Ended(408, "too-slow", f"the body was not here within {self._setting.patience:g} seconds") from None
        except ClientDisconnect:
            raise _Ended(400, "cut-off", "the connection ended before the body did") from None

    async def _read(self, request: Request) -> bytes:
        body = bytearray()
        async for chunk in request.stream():
            if len(body) + len(chunk) > self._setting.limit:
                raise self._too_large()
            body += chunk
        return bytes(body)

    def _too_large(self) -> _Ended:
        return _Ended(413, "too-large", f"a body may have {self._setting.limit} bytes")


def _is_at_most(declared: str, limit: int) -> bool:
    digits = declared.lstrip("0")
    return declared.isascii() and declared.isdecimal() and len(digits) <= len(str(limit)) and int(digits or 0) <= limit


def _headers(request: Request) -> dict[str, str]:
    """The headers by their names in lower case. One that comes twice is joined, and so proves nothing."""
    found: dict[str, str] = {}
    for name, value in request.headers.items():
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found
