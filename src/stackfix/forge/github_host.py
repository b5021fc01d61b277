"""GitHub's API at one address, spoken to in one name: PyGithub signs and talks.

It neither waits nor tries again: the queue above does, which also knows what else asks the same host.

May import the model and its neighbours of no forge.
"""

from __future__ import annotations

import logging
import threading
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests
from github import Auth, Github, GithubException

from stackfix.forge.failing import ELSEWHERE, NO_JSON, failure, rows, silence, text, value
from stackfix.forge.model import ForgeFailed, Refused, Unauthorized, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from github.Requester import Requester

_PAGE = 100

_PAUSE = 0.1
"""Seconds between two writes. GitHub advises one; what it measures is told in its answers, which the queue obeys."""

# PyGithub prints what it logs by itself, and what it logs in full has the answer with an installation's token.
logging.getLogger("github").handlers.clear()
logging.getLogger("github").setLevel(logging.INFO)


class Host:
    """GitHub's API at one address, spoken to in one name. Threads may share it."""

    def __init__(
        self,
        address: str,
        auth: Auth.Auth,
        timeout: int = 30,
        *,
        is_app: bool = False,
        login: Callable[[], str] | None = None,
    ) -> None:
        """`is_app` says that the name is an installation's: it has check runs, and may not ask for its `login`."""
        self.is_app = is_app
        self._auth = _Shared(auth)
        self._login = login
        self._settings = (address, timeout)
        self._own = threading.local()
        self._name = urlsplit(address).hostname or address
        if isinstance(auth, Auth.AppInstallationAuth):
            auth.withRequester(_requester(None, address, timeout))

    @property
    def token(self) -> str:
        """The token as it is now: an installation's is made anew before it ends."""
        try:
            return self._auth.token
        except GithubException as problem:
            raise _failed(f"{self._name}: an installation's token", problem) from problem
        except requests.RequestException as problem:
            raise Unavailable(
                f"{self._name}: an installation's token: {silence(is_late=isinstance(problem, requests.Timeout))}"
            ) from problem

    @property
    def login(self) -> str:
        """Our own name; empty for a token of GitHub Actions, which may not ask."""
        if self._login is not None:
            return self._login()
        try:
            return text(self.call("GET", "/user"), "login")
        except (Unauthorized, Refused):
            return ""

    def call(self, verb: str, path: str, body: object = None, **query: str | int) -> object:
        """One request, and the answer's JSON. Raises ForgeFailed."""
        what = f"{self._name}: {verb} {path}"
        # PyGithub keeps the request that is under way in its connection: a thread has one of its own.
        if not hasattr(self._own, "requester"):
            self._own.requester = _requester(self._auth, *self._settings)
        try:
            headers, answer = self._own.requester.requestJsonAndCheck(verb, path, parameters=dict(query), input=body)
        except GithubException as problem:
            raise _failed(what, problem) from problem
        except requests.RequestException as problem:
            raise Unavailable(f"{what}: {silence(is_late=isinstance(problem, requests.Timeout))}") from problem
        except ValueError as problem:
            raise Unavailable(f"{what}: {NO_JSON}") from problem
        except (RuntimeError, AssertionError) as problem:  # what PyGithub makes of a redirection elsewhere
            raise ForgeFailed(f"{what}: {ELSEWHERE}") from problem
        if "application/json" not in headers.get("content-type", "application/json"):
            raise Unavailable(f"{what}: {NO_JSON}")
        answered: object = answer
        return answered

    def pages(self, path: str, *names: str, **query: str | int) -> Iterator[object]:
        """All rows of a list, page after page; `names` lead to the list in an answer."""
        for page in count(1):
            found = rows(self.call("GET", path, **query, per_page=_PAGE, page=page), *names)
            yield from found
            if len(found) < _PAGE:
                return


class _Shared(Auth.Auth):
    """What signs for all threads: the one that finds an installation's token ended makes the next."""

    def __init__(self, auth: Auth.Auth) -> None:
        self._inner, self._lock = auth, threading.Lock()

    @property
    def token_type(self) -> str:
        return self._inner.token_type

    @property
    def token(self) -> str:
        with self._lock:
            return self._inner.token


def _requester(auth: Auth.Auth | None, address: str, timeout: int) -> Requester:
    return Github(
        auth=auth,
        base_url=address,
        timeout=timeout,
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=_PAUSE,
        user_agent="stackfix",
        per_page=_PAGE,
    ).requester


def _failed(what: str, problem: GithubException) -> ForgeFailed:
    said: object = problem.data if isinstance(problem.data, dict) else {}
    message = value(said, "message")
    told = [message if isinstance(message, str) else ""]
    details = value(said, "errors")
    for one in details if isinstance(details, list) else ():
        detail = one.get("message") or one.get("code") if isinstance(one, dict) else one
        told.append(str(detail or ""))
    headers = problem.headers or {}
    return failure(what, problem.status, headers, "; ".join(word for word in told if word))
