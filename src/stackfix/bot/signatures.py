"""Whether a webhook's body is from whom it says: each forge's own proof, compared in constant time.

A header that is missing, written twice or in another form is no proof. Nothing of a body is read before it is proved.

May not import anything of stackfix.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

GITHUB, GITLAB, GITEA = "github", "gitlab", "gitea"

_TOLERANCE = 300
"""Seconds that a signed time may be off, as Standard Webhooks has it."""

_SIGNING = "whsec_"


@dataclass(frozen=True, slots=True)
class Secrets:
    """What one forge's webhooks are proved with. There may be several of each while they are being changed.

    `shared` sign the body (GitHub, Gitea) or come with it (GitLab); `signing` are GitLab's own signing tokens.
    """

    shared: tuple[str, ...] = field(default=(), repr=False)
    signing: tuple[str, ...] = field(default=(), repr=False)

    def __bool__(self) -> bool:
        return bool(self.shared or self.signing)


def is_offered(kind: str, headers: Mapping[str, str]) -> bool:
    """Whether a request brings any proof at all: without one its body isn't worth reading. Names are in lower case."""
    return any(headers.get(name) for name in _PROOFS[kind])


def is_proved(kind: str, headers: Mapping[str, str], body: bytes, secrets: Secrets, now: float | None = None) -> bool:
    """Whether a raw body was sent by someone who knows a secret. Names of headers are in lower case."""
    if kind == GITHUB:
        return _is_signed(headers.get("x-hub-signature-256", "").removeprefix("sha256="), body, secrets.shared)
    if kind == GITEA:
        signature = headers.get("x-forgejo-signature") or headers.get("x-gitea-signature", "")
        return _is_signed(signature, body, secrets.shared)
    if secrets.signing:
        # Whoever has set a signing token is not content with a word that travels along.
        return _is_standard(headers, body, secrets.signing, time.time() if now is None else now)
    return _is_one_of(headers.get("x-gitlab-token", ""), secrets.shared)


_PROOFS = {
    GITHUB: ("x-hub-signature-256",),
    GITEA: ("x-forgejo-signature", "x-gitea-signature"),
    GITLAB: ("webhook-signature", "x-gitlab-token"),
}


def _is_signed(signature: str, body: bytes, secrets: tuple[str, ...]) -> bool:
    made = (hmac.new(secret.encode(), body, "sha256").hexdigest() for secret in secrets)
    return _is_any(signature, made)


def _is_one_of(word: str, secrets: tuple[str, ...]) -> bool:
    # Both sides go through the same function first, so that neither's length shows.
    return _is_any(_digest(word), map(_digest, secrets)) and bool(word)


def _digest(word: str) -> str:
    return hmac.new(b"stackfix", word.encode("utf-8", "surrogateescape"), "sha256").hexdigest()


def _is_standard(headers: Mapping[str, str], body: bytes, tokens: tuple[str, ...], now: float) -> bool:
    """The signature of Standard Webhooks, over delivery, time and body."""
    name, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (moment.isascii() and moment.isdecimal() and abs(now - int(moment[:20])) <= _TOLERANCE):
        return False
    signed = name.encode("utf-8", "surrogateescape") + b"." + moment.encode() + b"." + body
    made = [hmac.new(key, signed, "sha256").digest() for key in map(signing_key, tokens) if key]
    ours = [base64.b64encode(one).decode() for one in made]
    theirs = headers.get("webhook-signature", "").split(" ")[:20]
    found = [_is_any(one.removeprefix("v1,"), iter(ours)) for one in theirs if one.startswith("v1,")]
    return any(found)


def signing_key(token: str) -> bytes:
    """The key in a signing token; empty where it is none."""
    try:
        return base64.b64decode(token.removeprefix(_SIGNING), validate=True) if token.startswith(_SIGNING) else b""
    except binascii.Error:
        return b""


def _is_any(given: str, ours: Iterator[str]) -> bool:
    """Whether a word is one of ours; all are compared, each in constant time."""
    said = given.encode("utf-8", "surrogateescape")
    found = [hmac.compare_digest(said, one.encode()) for one in ours]
    return any(found)
