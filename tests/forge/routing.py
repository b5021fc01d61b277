"""What the stand-ins have in common: a request is checked, answered by a method, and the answer is checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.forge import state
from tests.forge.contract import contract
from tests.forge.server import Answer, Person, Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.forge.server import Server

    Answering = Callable[[Any, "Call"], Any]


class No(Exception):  # noqa: N818 - an answer of an error
    """The forge says no."""

    def __init__(self, status: int, words: object, errors: list[dict[str, str]] | None = None) -> None:
        """Take the status, the message, and the list of errors that some of GitHub's answers have."""
        super().__init__(words)
        self.status, self.words, self.errors = status, words, errors


@dataclass
class Call:
    """A request to a repository, or to none, by somebody who may."""

    request: Request
    person: Person
    names: dict[str, str]
    body: dict[str, Any]
    repository: state.Repository

    @property
    def is_write(self) -> bool:
        """Whether it changes anything."""
        return self.request.method != "GET"

    @property
    def limit(self) -> int:
        """As many rows as a page has; GitHub and GitLab call it otherwise than Gitea."""
        return min(100, int(self.request.one("per_page") or self.request.one("limit") or "30"))


def route(name: str, status: int = 200) -> Callable[[Answering], Answering]:
    """Say which operation a method answers, and with which status."""

    def put(answering: Answering) -> Answering:
        answering.__dict__["route"] = (name, status)
        return answering

    return put


class Routed:
    """One kind of forge over the state of a server: a method for each operation."""

    prefix = ""
    kind = ""
    nothing = "Not Found"
    unknown = "Bad credentials"

    def __init__(self, server: Server) -> None:
        """Gather the methods that say which operation they answer."""
        self.server = server
        self.contract = contract(self.kind)
        methods = [one for one in vars(type(self)).values() if hasattr(one, "route")]
        self._routes: dict[str, tuple[int, Answering]] = {one.route[0]: (one.route[1], one) for one in methods}

    def environment(self) -> dict[str, str]:
        raise NotImplementedError

    def authenticate(self, request: Request) -> str:
        return request.headers.get("authorization", "").partition(" ")[2]

    def refusal(self, status: int, words: object) -> Answer:
        return Answer(status, {"message": words})

    def answer(self, request: Request) -> Answer:
        if redirected := self.redirected(request):
            return redirected
        operation = self.contract.operation(request.method, request.path)
        names = operation.check_request(request.path, request.query, request.body)
        try:
            status, answering = self._routes[operation.name]
            person = self.person(request)
            call = Call(request, person, names, request.body or {}, state.Repository("", self.server.folder, "", 0))
            call.repository = self.repository_of(call) or call.repository
            found = answering(self, call)
            if isinstance(found, Answer):  # what is no JSON
                return found
            status, values = found if isinstance(found, tuple) else (status, found)
            body = operation.answer(status, values)
            operation.check_answer(status, body)
            return Answer(status, body, self.headers(call))
        except No as no:
            answer = self.refusal(no.status, no.words)
            if no.errors is not None:
                answer.body["errors"] = no.errors
            return answer

    def headers(self, call: Call) -> dict[str, str]:  # noqa: ARG002 - a forge that tells of pages does with it
        """What an answer's headers say."""
        return {}

    def redirected(self, request: Request) -> Answer | None:  # noqa: ARG002 - a forge that redirects does with it
        """What an old name of a repository answers; it may put today's into the request instead."""
        return None

    def person(self, request: Request) -> Person:
        """Who asks."""
        if (found := self.server.who(request.token)) is None:
            raise No(401, self.unknown)
        return found

    def repository_of(self, call: Call) -> state.Repository | None:
        """The repository that a request is about; None where it is about none."""
        if "repo" not in call.names:
            return None
        return self.allowed(call, f"{call.names['owner']}/{call.names['repo']}")

    def allowed(self, call: Call, path: str) -> state.Repository:
        """A repository, if whoever asks may do that with it."""
        if not self.server.may(call.person.login, path, write=False):
            raise No(404, self.nothing)
        found = self.server.repositories[path]
        if call.is_write and found.archived:
            raise self.archived()
        if call.is_write and not self.server.may(call.person.login, path, write=True):
            raise self.forbidden(call)
        return found

    def archived(self) -> No:
        """What a write to an archived repository answers."""
        return No(403, "Repository was archived so is read-only.")

    def forbidden(self, call: Call) -> No:  # noqa: ARG002 - GitHub's answer tells who asked
        """What a write by somebody who may not answers."""
        return No(403, "Forbidden")

    def seen(self, call: Call) -> list[state.Repository]:
        """The repositories that whoever asks may see."""
        everything = self.server.repositories.values()
        return [one for one in everything if self.server.may(call.person.login, one.path, write=False)]

    def is_owner(self, name: str, *, individual: bool) -> bool:
        """Whether there is an organisation, or a person, of that name with a repository."""
        there = any(one.owner == name for one in self.server.repositories.values())
        return there and (name in self.server.individuals) is individual


def page(call: Call, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The page of a list that was asked for."""
    start = (int(call.request.one("page", "1")) - 1) * call.limit
    return found[start : start + call.limit]


def issue_of(call: Call, number: str) -> state.Issue:
    """An issue by its number, or a pull request where they count together."""
    if int(number) not in call.repository.issues:
        raise No(404, "Not Found")
    return call.repository.issues[int(number)]


def pull_of(call: Call, number: str) -> state.Pull:
    """A pull request by its number."""
    found = [one for one in call.repository.pulls if one.number == int(number)]
    if not found:
        raise No(404, "Not Found")
    return found[0]


def newest_first(found: list[Any]) -> list[Any]:
    """Issues or pull requests, the newest first."""
    return sorted(found, key=lambda one: one.number, reverse=True)
