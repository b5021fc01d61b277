"""What the bot is set to by its environment, and what is missing there.

May import signatures of this package, forge and fleet's database.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stackfix.bot.signatures import GITEA, GITHUB, GITLAB, Secrets, signing_key
from stackfix.fleet.durable import NoDatabase
from stackfix.forge import detect
from stackfix.forge.model import ForgeFailed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.fleet.durable import Database

KINDS = (GITHUB, GITLAB, GITEA)

_TITLES = {GITHUB: "GitHub", GITLAB: "GitLab", GITEA: "Gitea"}

_SHARED = {
    GITHUB: "STACKFIX_GITHUB_WEBHOOK_SECRET",
    GITLAB: "STACKFIX_GITLAB_WEBHOOK_SECRET",
    GITEA: "STACKFIX_GITEA_WEBHOOK_SECRET",
}
_SIGNING = "STACKFIX_GITLAB_SIGNING_TOKEN"

_SHORTEST = 16
"""Characters of a secret that nobody guesses."""


class Unset(Exception):  # noqa: N818 - the operator's to mend, told in one line
    """The environment names something that can't be used; the message is one line without a secret."""


def secrets(environment: Mapping[str, str]) -> dict[str, Secrets]:
    """What webhooks are proved with; a forge without a secret is left out. Unset where one can't be used."""
    found = {}
    for kind in KINDS:
        shared = _words(environment, _SHARED[kind])
        signing = _words(environment, _SIGNING) if kind == GITLAB else ()
        if any(not signing_key(token) for token in signing):
            raise Unset(f"{_SIGNING} is no signing token: GitLab makes them, whsec_ and more behind it")
        if shared or signing:
            found[kind] = Secrets(shared, signing)
    return found


def _words(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    """A variable's value, and those of the file that its neighbour names, one a line: so a secret can be changed."""
    given = environment.get(name, "").strip()
    file = environment.get(f"{name}_FILE", "").strip()
    if not file:
        return (given,) if given else ()
    try:
        lines = Path(file).read_text("utf-8").splitlines()
    except (OSError, ValueError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "no text"
        raise Unset(f"{name}_FILE: {file}: {reason}") from problem
    return tuple(word for word in (given, *(line.strip() for line in lines)) if word)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that the bot needs, and whether it is there."""

    good: bool
    what: str


def check(environment: Mapping[str, str], database: Database) -> Iterator[Line]:
    """All that the bot needs, forge by forge, and its database."""
    used = [kind for kind in KINDS if _is_used(kind, environment)]
    if not used:
        yield Line(good=False, what="no forge: set GITHUB_TOKEN, STACKFIX_GITHUB_APP_ID, GITLAB_TOKEN or GITEA_TOKEN")
    for kind in used:
        yield from _of_forge(kind, environment)
    yield _database(database)


def _is_used(kind: str, environment: Mapping[str, str]) -> bool:
    names = (_SHARED[kind], f"{_SHARED[kind]}_FILE", *((_SIGNING,) if kind == GITLAB else ()))
    is_told = any(environment.get(name, "").strip() for name in names)
    return is_told or detect.has_token(detect.Kind(kind), environment)


def _of_forge(kind: str, environment: Mapping[str, str]) -> Iterator[Line]:
    yield _secret(kind, environment)
    title, forge = _TITLES[kind], detect.Kind(kind)
    address = detect.api(forge, environment)
    if not address:
        yield Line(good=False, what=f"{title}: no address: set {detect.variable(forge)} to where it is")
        return
    try:
        account = detect.account(forge, detect.host(forge, environment), environment)
        first = next(iter(account.repositories()), None)
    except ForgeFailed as problem:
        yield Line(good=False, what=f"{title}: {problem}")
        return
    yield Line(good=True, what=f"{title}: {address} answers")
    if first is None:
        yield Line(good=False, what=f"{title}: this token sees no repository: let it, or install the App on one")
    else:
        yield Line(good=True, what=f"{title}: it sees {first.path}, or more")


def _secret(kind: str, environment: Mapping[str, str]) -> Line:
    title, name = _TITLES[kind], _SHARED[kind]
    try:
        found = secrets(environment).get(kind)
    except Unset as problem:
        return Line(good=False, what=f"{title}: {problem}")
    if found is None:
        advice = f"set {name} (openssl rand -hex 32 makes one)"
        return Line(good=False, what=f"{title}: the webhook secret is missing: {advice}")
    if any(len(word) < _SHORTEST for word in found.shared):
        return Line(good=False, what=f"{title}: the webhook secret is short: openssl rand -hex 32 makes a good one")
    return Line(good=True, what=f"{title}: webhooks at /webhooks/{kind}, with a secret")


def _database(database: Database) -> Line:
    """Whether the queue can be kept. What is missing in the database is made, as a start would."""
    try:
        database.prepare()
    except NoDatabase as problem:
        return Line(good=False, what=str(problem))
    where = str(database.file) if database.file is not None else "PostgreSQL"
    return Line(good=True, what=f"queue: {where}")
