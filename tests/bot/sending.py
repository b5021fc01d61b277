"""Webhooks as the forges send them: the vendor's own examples, signed as each forge signs, over the real application."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hmac
import json
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from stackfix.bot.app import NotTaken

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from starlette.applications import Starlette

    from stackfix.bot.events import Work

SECRET = "a-secret-of-the-webhook"
KEY = base64.b64encode(b"k" * 32).decode()
SIGNING = f"whsec_{KEY}"


@cache
def _examples() -> list[dict[str, Any]]:
    packed = (Path(__file__).parent / "payloads" / "github.json.gz").read_bytes()
    found: list[dict[str, Any]] = json.loads(gzip.decompress(packed))
    return found


def example(event: str, key: str | None = None) -> dict[str, Any]:
    """GitHub's own example of an event, by its action or ref; a copy to change."""
    for entry in _examples():
        payload = entry["payload"]
        if entry["event"] == event and key in {None, payload.get("action"), payload.get("ref")}:
            copy: dict[str, Any] = json.loads(json.dumps(payload))
            return copy
    raise AssertionError(f"no example of {event} {key}")


def examples() -> list[tuple[str, dict[str, Any]]]:
    """All examples, with their events."""
    return [(entry["event"], entry["payload"]) for entry in _examples()]


@dataclass
class Kept:
    """An intake that keeps work in memory, as the durable one does on disk."""

    works: dict[str, Work] = field(default_factory=dict)
    broken: bool = False

    def take(self, identity: str, work: Work) -> bool:
        """Keep it, once."""
        if self.broken:
            raise NotTaken("the database doesn't answer")
        is_new = identity not in self.works
        self.works.setdefault(identity, work)
        return is_new

    def waiting(self) -> int | None:
        """All of it: nobody does it here."""
        return None if self.broken else len(self.works)

    def trouble(self) -> str | None:
        """Whether it is broken."""
        return "the database doesn't answer" if self.broken else None


def body_of(payload: object) -> bytes:
    """A payload as bytes."""
    return json.dumps(payload).encode()


def github(event: str, body: bytes, *, secret: str = SECRET, delivery: str = "d-1") -> dict[str, str]:
    """GitHub's headers."""
    return {
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": delivery,
        "X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, "sha256").hexdigest(),
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/044aadd",
    }


def gitea(
    event: str, body: bytes, *, secret: str = SECRET, delivery: str = "d-1", name: str = "Gitea"
) -> dict[str, str]:
    """Gitea's or Forgejo's headers."""
    return {
        f"X-{name}-Event": event,
        f"X-{name}-Delivery": delivery,
        f"X-{name}-Signature": hmac.new(secret.encode(), body, "sha256").hexdigest(),
        "Content-Type": "application/json",
    }


def gitlab(event: str, *, token: str = SECRET, delivery: str = "d-1") -> dict[str, str]:
    """GitLab's headers, with the word that travels along."""
    return {
        "X-Gitlab-Event": event,
        "X-Gitlab-Token": token,
        "Idempotency-Key": delivery,
        "X-Gitlab-Event-UUID": "13792a34-cac6-4fda-95a8-c58e00a3954e",
        "Content-Type": "application/json",
    }


def gitlab_signed(
    event: str, body: bytes, *, key: str = KEY, delivery: str = "d-1", at: float | None = None
) -> dict[str, str]:
    """GitLab's headers, with a signature as Standard Webhooks has it."""
    moment = str(int(time.time() if at is None else at))
    made = hmac.new(base64.b64decode(key), f"{delivery}.{moment}.".encode() + body, "sha256").digest()
    return {
        "X-Gitlab-Event": event,
        "Webhook-Id": delivery,
        "Webhook-Timestamp": moment,
        "Webhook-Signature": f"v1,{base64.b64encode(made).decode()}",
        "Content-Type": "application/json",
    }


def post(
    server: Starlette, path: str, body: bytes | AsyncIterator[bytes], headers: Mapping[str, str] | list[tuple[str, str]]
) -> httpx.Response:
    """What the application answers to a request."""
    return asyncio.run(_asked(server, "POST", path, body, headers))


def get(server: Starlette, path: str) -> httpx.Response:
    """What the application answers to a request without a body."""
    return asyncio.run(_asked(server, "GET", path, b"", {}))


async def _asked(
    server: Starlette,
    verb: str,
    path: str,
    body: bytes | AsyncIterator[bytes],
    headers: Mapping[str, str] | list[tuple[str, str]],
) -> httpx.Response:
    transport = httpx.ASGITransport(app=server)
    async with httpx.AsyncClient(transport=transport, base_url="http://bot.test") as client:
        return await client.request(verb, path, content=body, headers=headers)
