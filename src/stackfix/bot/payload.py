"""A delivery's body as JSON, read with suspicion: each value is of the kind that it must be, or the whole is refused.

May import the repository's plumbing.
"""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs, urlsplit

from stackfix.repository import plumbing

_PART = r"[A-Za-z0-9_.][A-Za-z0-9_.-]*"
_PATH = re.compile(rf"{_PART}(?:/{_PART}){{1,20}}")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_USER = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.\[\]-]{0,254}")
_LONGEST_PATH, _LONGEST_BRANCH = 500, 255


class Malformed(Exception):  # noqa: N818 - an answer to whoever sent it
    """A delivery that is none of the forge's; the message is one line and quotes nothing of it."""


def parsed(body: bytes, content_type: str) -> object:
    """The JSON of a body, which may also be the field of a form."""
    try:
        if content_type.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded":
            fields = parse_qs(body.decode("ascii"), strict_parsing=True, max_num_fields=10)
            body = fields["payload"][0].encode()
        found: object = json.loads(body, parse_constant=_refuse)
    except (ValueError, KeyError, RecursionError):
        raise Malformed("the body is no JSON") from None
    return found


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def value(said: object, *names: str) -> object:
    """What lies below some names; None where it is null or left out."""
    for at, name in enumerate(names):
        if said is None:
            return None
        if not isinstance(said, dict):
            raise Malformed(f"{'.'.join(names[:at]) or 'the body'} is no object")
        said = said.get(name)
    return said


def text(said: object, *names: str) -> str:
    """A text; empty where it is null or left out."""
    found = value(said, *names)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise Malformed(f"{'.'.join(names)} is no text")
    return found


def flag(said: object, *names: str) -> bool:
    """A truth; false where it is left out."""
    return value(said, *names) is True


def number(said: object, *names: str) -> int:
    """The number of an issue or pull request."""
    found = value(said, *names)
    if not isinstance(found, int) or isinstance(found, bool) or not 0 < found < 1 << 53:
        raise Malformed(f"{'.'.join(names)} is no number")
    return found


def rows(said: object, *names: str) -> list[object]:
    """A list; empty where it is null or left out."""
    found = value(said, *names)
    if found is None:
        return []
    if not isinstance(found, list):
        raise Malformed(f"{'.'.join(names)} is no list")
    return found


def commit(said: object, *names: str) -> str:
    """A commit's name."""
    return _matched(_COMMIT, said, names)


def branch(said: object, *names: str) -> str:
    """A branch's name, without what git doesn't allow in one."""
    found = _matched(plumbing.BRANCH, said, names)
    if len(found) > _LONGEST_BRANCH:
        raise Malformed(f"{'.'.join(names)} is not what it should be")
    return found


def path(said: object, *names: str) -> str:
    """A repository's path: owner and name, with GitLab's subgroups in between."""
    found = _matched(_PATH, said, names)
    if len(found) > _LONGEST_PATH or {".", ".."} & set(found.split("/")):
        raise Malformed(f"{'.'.join(names)} is not what it should be")
    return found


def user(said: object, *names: str) -> str:
    """A person's login name."""
    return _matched(_USER, said, names)


def host(said: object, *names: str) -> str:
    """The host of an address on the web, with its port where that is its own; in lower case."""
    try:
        parts = urlsplit(text(said, *names))
        standard = {"https": 443, "http": 80}.get(parts.scheme)
        port, name = parts.port, parts.hostname or ""
    except ValueError:
        standard, port, name = None, None, ""
    if standard is None or not name:
        raise Malformed(f"{'.'.join(names)} is no address")
    return name if port in {None, standard} else f"{name}:{port}"


def _matched(pattern: re.Pattern[str], said: object, names: tuple[str, ...]) -> str:
    found = text(said, *names)
    if not pattern.fullmatch(found):
        raise Malformed(f"{'.'.join(names)} is not what it should be")
    return found
