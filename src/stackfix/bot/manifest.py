"""A GitHub App of one's own, made by one click: a page on this machine leads to GitHub and takes what comes back.

The secrets go from GitHub to a file of the user's and nowhere else; nobody but who has the page's address can end it.

May import forge's failing and model.
"""

from __future__ import annotations

import html
import json
import os
import re
import secrets
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit

import httpx

from stackfix.forge.failing import failure, number, text
from stackfix.forge.model import ForgeFailed, Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Self

PERMISSIONS: Mapping[str, str] = {
    "checks": "write",
    "contents": "write",
    "issues": "write",
    "members": "read",
    "metadata": "read",
    "pull_requests": "write",
    "statuses": "write",
}
"""What the bot may do where the App is installed; `members` is for teams as reviewers."""

EVENTS = ("check_run", "check_suite", "issue_comment", "issues", "pull_request", "push", "repository")

_NAME = 34  # characters that GitHub takes
_PLAIN = re.compile(r"[A-Za-z0-9_./:-]+")
_CODE = re.compile(r"[A-Za-z0-9_-]{1,200}")


class NotMade(Exception):  # noqa: N818 - the user's to mend, told in one line
    """There is no App, or what is known of it can't be kept; the message is one line without a secret."""


@dataclass(frozen=True, slots=True)
class Made:
    """An App as GitHub made it. `page` is where it is installed."""

    name: str
    page: str


def manifest(address: str, name: str, redirect: str) -> dict[str, object]:
    """What GitHub is asked for. `address` is where the bot is reached from outside."""
    return {
        "name": name[:_NAME],
        "url": "https://github.com/stackfix-wiring/stackfix",
        "hook_attributes": {"url": f"{address.rstrip('/')}/webhooks/github", "active": True},
        "redirect_url": redirect,
        "public": False,
        "default_permissions": dict(PERMISSIONS),
        "default_events": list(EVENTS),
    }


def web_address(api: str) -> str:
    """Where people see a GitHub whose API is at an address."""
    return "https://github.com" if urlsplit(api).hostname == "api.github.com" else api.removesuffix("/api/v3")


class Asking:
    """The page on this machine, until it has been answered."""

    def __init__(self, address: str, organisation: str | None, api: str, file: Path) -> None:
        """`api` is GitHub's; what comes back goes into `file`."""
        self._api = api.rstrip("/")
        self._file = file
        self._state = secrets.token_urlsafe(24)
        self._http = HTTPServer(("127.0.0.1", 0), _Page)
        self._http.asking = self  # type: ignore[attr-defined] # the standard library's way to share
        here = f"http://127.0.0.1:{self._http.server_port}"
        self.url = f"{here}/{self._state}"
        owner = f"organizations/{quote(organisation, safe='')}/" if organisation else ""
        self._target = f"{web_address(self._api)}/{owner}settings/apps/new?state={self._state}"
        name = f"stackfix {organisation}" if organisation else f"stackfix {secrets.token_hex(3)}"
        self._manifest = json.dumps(manifest(address, name, f"{here}/callback"))
        self.made: Made | None = None
        self.failed: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.server_close()

    def wait(self) -> Made:
        """Answer until the App is made. NotMade where it isn't."""
        while self.made is None and self.failed is None:
            self._http.handle_request()
        if self.made is None:
            raise NotMade(str(self.failed))
        return self.made

    def answer(self, path: str) -> tuple[int, str]:
        """The status and page of a path."""
        parts = urlsplit(path)
        if secrets.compare_digest(parts.path.encode(), f"/{self._state}".encode()):
            return 200, _FORM.format(target=html.escape(self._target), manifest=html.escape(self._manifest))
        if parts.path != "/callback":
            return 404, _WORDS.format(words="There is nothing here.")
        fields = parse_qs(parts.query)
        code, state = (fields.get(name, [""])[0] for name in ("code", "state"))
        if not secrets.compare_digest(state.encode(), self._state.encode()) or not _CODE.fullmatch(code):
            return 400, _WORDS.format(words="This is no answer to what was asked.")
        try:
            self.made = self._exchanged(code)
        except (ForgeFailed, NotMade) as problem:
            self.failed = str(problem)
            return 502, _WORDS.format(words="It went wrong: the terminal says why.")
        return 200, _DONE.format(name=html.escape(self.made.name), page=html.escape(self.made.page))

    def _exchanged(self, code: str) -> Made:
        what = f"POST /app-manifests/…/conversions of {self._api}"
        try:
            answer = httpx.post(f"{self._api}/app-manifests/{code}/conversions", timeout=30)
        except httpx.HTTPError as problem:
            raise Unavailable(f"{what}: no connection, or it broke off") from problem
        try:
            said: object = answer.json()
        except ValueError as problem:
            raise Unavailable(f"{what}: the answer is no JSON") from problem
        if answer.status_code >= 400:  # noqa: PLR2004 - HTTP's own number
            raise failure(what, answer.status_code, answer.headers, text(said, "message"))
        app = {
            "STACKFIX_GITHUB_APP_ID": str(number(said, "id")),
            "STACKFIX_GITHUB_APP_PRIVATE_KEY": text(said, "pem"),
            "STACKFIX_GITHUB_WEBHOOK_SECRET": text(said, "webhook_secret"),
        }
        if self._api != "https://api.github.com":
            app["GITHUB_API_URL"] = self._api
        _keep(self._file, app)
        return Made(text(said, "name"), f"{text(said, 'html_url')}/installations/new")


def check(file: Path) -> None:
    """NotMade where a file holds an App already, which must not be lost."""
    try:
        held = file.read_text("utf-8")
    except FileNotFoundError:
        return
    except (OSError, ValueError) as problem:
        raise NotMade(f"{file} can't be read") from problem
    if re.search(r"^STACKFIX_GITHUB_APP_ID=.+", held, re.MULTILINE):
        raise NotMade(f"{file} has a GitHub App already: name another file with --output")


def _keep(file: Path, variables: Mapping[str, str]) -> None:
    """Add variables to a file that this user alone reads, in a form that shells, Compose and kubectl take."""
    escaped = {name: value.strip().replace("\n", "\\n") for name, value in variables.items()}
    # kubectl and docker run keep the quotes, which the key's reader alone takes away.
    written = {name: value if _PLAIN.fullmatch(value) else f"'{value}'" for name, value in escaped.items()}
    lines = [f"{name}={value}\n" for name, value in written.items()]
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8") as stream:
            os.fchmod(handle, 0o600)
            stream.write("".join(lines))
    except OSError as problem:
        raise NotMade(f"{file}: {(problem.strerror or 'it cannot be written').lower()}") from problem


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        asking: Asking = self.server.asking  # type: ignore[attr-defined] # as above
        status, page = asking.answer(self.path)
        sent = page.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(sent)))
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_: object) -> None:
        """Say nothing: the address holds what nobody else may know."""


_STYLE = "<style>body{{font:16px/1.5 system-ui;max-width:40rem;margin:4rem auto;padding:0 1rem}}</style>"
_START = f"<!doctype html><meta charset=utf-8><title>stackfix</title>{_STYLE}"
_WORDS = f"{_START}<p>{{words}}</p>"
_FORM = (
    f"{_START}<h1>A GitHub App for stackfix</h1>"
    "<p>GitHub asks for a name and makes the App. Its key comes back to this machine, into a file that you alone"
    " read.</p>"
    '<form action="{target}" method="post"><input type="hidden" name="manifest" value="{manifest}">'
    '<button type="submit">Make it on GitHub</button></form>'
)
_DONE = (
    f"{_START}"
    '<h1>{name} is made</h1><p><a href="{page}">Install it</a> on the repositories that it is to look after. The'
    " terminal says what comes next.</p>"
)
