"""Calls of git that reach another repository: one protocol, no redirect, no prompt, no hook, filter or submodule.

A token goes through the environment, never the command line or a configuration file.

May import the forges' model, the repository's plumbing, and of this package sources and limits.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from stackfix.fleet import limits, sources
from stackfix.repository import plumbing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackfix.fleet.sources import Source
    from stackfix.forge.model import Credentials

_SETTINGS = (
    "http.followRedirects=false",
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=60",
    "fetch.recurseSubmodules=false",
    "fetch.fsckObjects=false",
    "fetch.unpackLimit=1",
    "fetch.writeCommitGraph=false",
    "fetch.negotiationAlgorithm=noop",
    "submodule.recurse=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "transfer.bundleURI=false",
    "protocol.version=2",
)

_LATER = re.compile(
    r"(?i)could not resolve|timed? ?out|timeout|connection (?:refused|reset|closed)|failed to connect|unreachable"
    r"|early eof|unexpected disconnect|rpc failed|hung up|error: (?:429|5\d\d)|remote end|internal server error"
    r"|temporary failure|gnutls_handshake|ssl_error_syscall|operation too slow"
)
_MOVED = re.compile(r"error: 30\d|redirect")
_DENIED = re.compile(r"(?i)could not read (?:username|password)|authentication failed|error: 40[13]|permission denied")
_GONE = re.compile(r"(?i)not found|error: 404|does not appear to be a git repository|does not exist|error: 410")


class CannotClone(Exception):  # noqa: N818 - an answer, told in one line
    """There is no clone, and why, in one line without a token. `later`: the same may go through another time."""

    def __init__(self, message: str, *, later: bool = False) -> None:
        """Take the line to tell."""
        super().__init__(message)
        self.later = later


@dataclass(frozen=True, slots=True)
class Transport:
    """One repository's way to its remote, with the seconds and bytes that a call may take."""

    source: Source
    credentials: Credentials | None
    seconds: float
    size: int

    def call(self, folder: str, *words: str, given: bytes = b"", watched: str | None = None) -> bytes:
        """What a call of git in a folder prints. CannotClone where it fails or takes too much."""
        watch = limits.Limits(self.seconds, folder=watched, size=self.size)
        try:
            status, output, complaint = limits.run(arguments(folder, words), self._environment(), watch, given)
        except limits.Exceeded as problem:
            raise CannotClone(f"{problem}") from None
        except OSError as problem:
            raise CannotClone(f"git can't be run: {problem.strerror}") from None
        if status:
            raise self._failure(complaint)
        return output

    def _environment(self) -> dict[str, str]:
        allowed = "file" if self.source.local else "https:http:ssh"
        return plumbing.environment(
            {
                "GIT_ALLOW_PROTOCOL": allowed,
                "GIT_LFS_SKIP_SMUDGE": "1",
                "GIT_ASKPASS": "",
                "SSH_ASKPASS": "",
                "SSH_ASKPASS_REQUIRE": "never",
                "GCM_INTERACTIVE": "never",
                **self._login(),
            }
        )

    def _login(self) -> Mapping[str, str]:
        if self.credentials is None or not _may_be_told(self.source):
            return {}
        parts = urlsplit(self.source.place)
        told = f"{self.credentials.user}:{self.credentials.password}".encode()
        header = "Authorization: Basic " + base64.b64encode(told).decode("ascii")
        return plumbing.configured(
            {f"http.{parts.scheme}://{parts.netloc}/.extraHeader": header, "credential.helper": ""}
        )

    def _failure(self, complaint: bytes) -> CannotClone:
        text = complaint.decode("utf-8", "replace")
        if _LATER.search(text):
            return CannotClone(f"{self._host()} didn't answer: {_line(text)}", later=True)
        if _MOVED.search(text):
            return CannotClone(f"{sources.shown(self.source.url)} has moved: take its new address, none is followed")
        if _DENIED.search(text):
            return CannotClone(f"no access to {sources.shown(self.source.url)}: is the token missing or revoked?")
        if _GONE.search(text):
            return CannotClone(f"{sources.shown(self.source.url)} isn't there, or isn't to be seen with this token")
        return CannotClone(_line(text) or "git failed")

    def _host(self) -> str:
        return self.source.host or "the folder"


def arguments(folder: str, words: tuple[str, ...]) -> list[str]:
    """The whole command line of a call that may reach another repository."""
    first, *others = plumbing.arguments(folder, words)
    return [first, *(word for setting in _SETTINGS for word in ("-c", setting)), *others]


def _may_be_told(source: Source) -> bool:
    """Whether a token may go there: encrypted, or to this machine itself."""
    parts = urlsplit(source.place)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in plumbing.LOOPBACK)


def _line(text: str) -> str:
    """What git said, in one line; remarks of the remote's own are not repeated."""
    lines = [line.strip() for line in text.splitlines()]
    grave = [line for line in lines if line.startswith(("fatal: ", "error: "))] or lines[:1]
    told = re.sub(r"^(?:fatal|error): ", "", grave[0]) if grave else ""
    return sources.shown("".join(c if c.isprintable() else " " for c in told))[:300]
