r"""A forge that isn't one: GitHub, GitLab or Gitea over repositories on this disk, for tests.

    with Server("github", folder) as server:
        shop = server.add("acme/shop", {"compose.yaml": b"services: {}\n"})
        # shop.clone_url clones and takes pushes with server.token; server.environment connects stackfix to it

It is not the forge, and where it errs in what a forge *does*, a test that passes here may fail there. What it holds to
is what the forge *says*: every request and every answer is checked against the published description (contract.py), and
one that the description doesn't know fails the test. Branches, commits and pushes are git's own: `git http-backend`
serves the bare repositories.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import threading
import time
import traceback
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, Self, cast
from urllib.parse import parse_qs, unquote, urlsplit

from tests.forge import state
from tests.forge.contract import Broken

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from tests.forge import github_api

_BACKEND = ["git", "http-backend"]


@dataclass
class Request:
    """A request as it came. `path` is the API's own, without the part before it; `user` is who asks."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Any
    token: str = ""
    user: str = ""

    def one(self, name: str, other: str = "") -> str:
        """A value of the query."""
        return self.query.get(name, [other])[0]


@dataclass
class Answer:
    """What is sent back; `body` is JSON, or bytes as they are."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Plan:
    """An answer that was ordered: for how many of the requests that fit, and whether what they ask is done all the same."""

    answer: Answer | None
    method: str
    path: re.Pattern[str]
    times: int
    done: bool
    waits: bool = False


@dataclass
class Person:
    """Who a token speaks for: a person, or an App's installation; and until when (seconds since 1970)."""

    login: str
    is_app: bool = False
    until: float = float("inf")


class Api(Protocol):
    """One kind of forge over the state."""

    prefix: str

    def environment(self) -> dict[str, str]:
        """What connects stackfix to it."""

    def authenticate(self, request: Request) -> str:
        """The token that a request bears; empty where it bears none."""

    def answer(self, request: Request) -> Answer:
        """The answer, checked against the description; Broken where it or the request isn't as that has it."""

    def refusal(self, status: int, words: object) -> Answer:
        """An answer of an error in the forge's own form."""


class Server:
    """A forge on a port of this machine. `wrong` are the requests that no forge would
    understand, `individuals` the owners that are no organisations.
    """

    def __init__(self, kind: str, folder: Path) -> None:
        """`kind` is github, gitlab or gitea; repositories are made in `folder`."""
        self.kind = kind
        self.folder = folder
        self.wrong: list[str] = []
        self.requests: list[Request] = []
        self.repositories: dict[str, state.Repository] = {}
        self.individuals: set[str] = set()
        self.renamed: dict[str, str] = {}
        self.token = "token-of-the-bot-0123456789"
        self.login = "stackfix-bot"
        self.people = {self.token: Person(self.login)}
        self.lock = threading.RLock()
        self._plans: list[Plan] = []
        self._closing = threading.Event()
        self.api: Api = import_module(f"tests.forge.{kind}_api").Api(self)
        self._http = _Listener(("127.0.0.1", 0), _Conversation)
        self._http.forge = self
        self.address = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
        if problem is None:
            self.check()

    def check(self) -> None:
        """Fail if a request, or an answer of this stand-in, was not as the forge's description has it."""
        assert not self.wrong, "not as the published description has it:\n" + "\n".join(self.wrong)

    @property
    def github(self) -> github_api.Api:
        """GitHub's part: the App, and what it may."""
        return cast("github_api.Api", self.api)

    @property
    def environment(self) -> dict[str, str]:
        """The variables that connect stackfix to this forge."""
        return self.api.environment()

    def add(
        self, path: str, files: dict[str, bytes] | None = None, *, branch: str = "main", private: bool = False
    ) -> state.Repository:
        """A new repository with one commit, in which the bot may write."""
        with self.lock:
            number = 1000 + len(self.repositories)
            bare = self.folder / f"{path}.git"
            found = state.Repository(path, bare, self.address, number, default_branch=branch, private=private)
            if self.kind != "gitlab":
                found.count_together()
            found.begin(files or {"README.md": b"hello\n"})
            found.people[self.login] = state.MAY_WRITE
            self.repositories[path] = found
            return found

    def remove(self, path: str) -> None:
        """The repository vanishes."""
        del self.repositories[path]

    def rename(self, path: str, new: str) -> None:
        """The repository gets another name; the old one is redirected."""
        found = self.repositories.pop(path)
        found.path = new
        self.repositories[new] = found
        self.renamed[path] = new

    def revoke(self) -> None:
        """The bot's token is good for nothing from now on."""
        self.people.pop(self.token, None)

    def order(  # noqa: PLR0913 - each has its name
        self,
        status: int,
        words: str = "",
        *,
        method: str = "",
        path: str = ".*",
        times: int = 1,
        done: bool = False,
        headers: dict[str, str] | None = None,
        body: object = None,
    ) -> None:
        """Answer the next `times` requests of the API that fit with a status. `done`: after doing what they ask."""
        answer = self.api.refusal(status, words)
        if body is not None:
            answer.body = body
        answer.headers |= headers or {}
        self._plans.append(Plan(answer, method, re.compile(path), times, done))

    def hang(self, *, method: str = "", path: str = ".*", times: int = 1, done: bool = False) -> None:
        """Don't answer the next requests at all: they wait until whoever asks has had enough."""
        self._plans.append(Plan(None, method, re.compile(path), times, done, waits=True))

    def cut(self, *, method: str = "", path: str = ".*", times: int = 1, done: bool = False) -> None:
        """Break the connection off instead of answering the next requests. `done`: after doing what they ask."""
        self._plans.append(Plan(None, method, re.compile(path), times, done))

    def garble(self, *, method: str = "", path: str = ".*", times: int = 1) -> None:
        """Answer the next requests with half an answer."""
        self.order(200, method=method, path=path, times=times, body=b'{"number": 1, "title": "cut o')

    def asked(self, method: str, path: str = ".*") -> list[Request]:
        """The requests so far of a method whose path fits."""
        return [one for one in self.requests if one.method == method and re.fullmatch(path, one.path)]

    def answer(self, request: Request) -> Answer | None:
        """What the API says; None where it says nothing."""
        with self.lock:
            self.requests.append(request)
            plan = self._plan(request)
            if plan is None or plan.done:
                answered = self._answered(request)
        if plan is None:
            return answered
        if plan.waits:
            self._closing.wait()
        return plan.answer

    def _plan(self, request: Request) -> Plan | None:
        for plan in self._plans:
            if plan.times and plan.method in {"", request.method} and plan.path.fullmatch(request.path):
                plan.times -= 1
                return plan
        return None

    def _answered(self, request: Request) -> Answer:
        request.token = self.api.authenticate(request)
        try:
            return self.api.answer(request)
        except Exception as problem:  # noqa: BLE001 - a mistake of the stand-in's own has to be seen too
            told = str(problem) if isinstance(problem, Broken) else traceback.format_exc()
            self.wrong.append(f"{request.method} {request.path}: {told}")
            return Answer(501, {"message": "stand-in: see the test"})

    def who(self, token: str) -> Person | None:
        """Whom a token speaks for; None where it is good for nothing, or no longer."""
        found = self.people.get(token)
        return found if found and found.until > time.time() else None

    def may(self, user: str, path: str, *, write: bool) -> bool:
        """Whether somebody may read, or write to, a repository."""
        found = self.repositories.get(path)
        if found is None:
            return False
        grade = found.people.get(user, "")
        return grade in {state.MAY_WRITE, state.MAY_ADMINISTER} if write else not found.private or bool(grade)

    def git(self, request: Request, raw: bytes) -> Answer:
        """Serve git's smart protocol over HTTP."""
        matched = re.fullmatch(r"/(.+?)(?:\.git)?(/info/refs|/git-upload-pack|/git-receive-pack)", request.path)
        if matched is None:
            return Answer(404, b"")
        path, call = matched.groups()
        writes = "git-receive-pack" in (call.strip("/"), request.one("service"))
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        user = ""
        if scheme.lower() == "basic":
            person = self.who(base64.b64decode(encoded).decode().partition(":")[2])
            user = person.login if person else ""
        if (encoded and not user) or (not user and not self.may("", path, write=writes)):
            return Answer(401, b"", {"WWW-Authenticate": 'Basic realm="forge"'})
        if not self.may(user, path, write=writes) or (writes and self.repositories[path].archived):
            return Answer(403 if self.may(user, path, write=False) else 404, b"")
        if call == "/git-receive-pack":
            with self.lock:
                self.repositories[path].run_races()
        return _backend(self.repositories[path], request, call, raw)


def _backend(repository: state.Repository, request: Request, call: str, raw: bytes) -> Answer:
    """What git http-backend answers, as a CGI program does."""
    variables = {
        **os.environ,
        **state.QUIET,
        "GIT_PROJECT_ROOT": str(repository.folder),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": call,
        "QUERY_STRING": "&".join(f"{name}={value[0]}" for name, value in request.query.items()),
        "REQUEST_METHOD": request.method,
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "HTTP_CONTENT_ENCODING": request.headers.get("content-encoding", ""),
        "GIT_PROTOCOL": request.headers.get("git-protocol", ""),
        "REMOTE_USER": "somebody",
        "REMOTE_ADDR": "127.0.0.1",
    }
    ran = subprocess.run(_BACKEND, env=variables, input=raw, capture_output=True, check=False)
    head, _, body = ran.stdout.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if line)
    return Answer(int(headers.pop("Status", "200")[:3]), body, headers)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    forge: Server

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that went away."""


class _Conversation(BaseHTTPRequestHandler):
    server: _Listener
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one packet, or each answer waits for an acknowledgement
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        forge = self.server.forge
        raw = self._read()
        parts = urlsplit(self.path)
        prefix = forge.api.prefix
        is_api = parts.path.startswith(f"{prefix}/")
        request = Request(
            self.command,
            parts.path.removeprefix(prefix) if is_api else unquote(parts.path),
            parse_qs(parts.query, keep_blank_values=True),
            {name.lower(): value for name, value in self.headers.items()},
            json.loads(raw) if is_api and raw else None,
        )
        answer = forge.answer(request) if is_api else forge.git(request, raw)
        if answer is None:
            self.close_connection = True
            return
        is_json = not isinstance(answer.body, bytes)
        sent = json.dumps(answer.body).encode() if is_json else answer.body
        if answer.body is None:
            sent = b""
        self.send_response(answer.status)
        headers = {"Content-Type": "application/json; charset=utf-8"} if is_api else {}
        for name, value in {**headers, **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def _read(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815 - http.server's own names

    def log_message(self, *_: object) -> None:
        """Say nothing."""
