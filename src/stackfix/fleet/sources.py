"""Where repositories come from: lines of the operator's file, addresses that forges and webhooks name.

A folder of this machine comes from the operator's own file alone: `remote` never takes one. Pure.

May not import anything of stackfix.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

LOCAL = ""
"""The host of a folder of this machine."""

_PORTS = {"https": 443, "http": 80, "ssh": 22}

# What git writes for `ssh://user@host/path`: the colon comes before any slash.
_SHORT = re.compile(r"(?:(?P<user>[^@/:]+)@)?(?P<host>[A-Za-z0-9][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\]):(?P<path>[^:].*)")
_HELPER = re.compile(r"[A-Za-z0-9+.-]+::")
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*|[0-9A-Fa-f:.]+")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_PATH = re.compile(r"/?[^\s\x00-\x20\x7f\\'\"`$;|<>*?-][^\s\x00-\x20\x7f\\'\"`$;|<>*?]*")


class NotAllowed(Exception):  # noqa: N818 - told of one line of a list
    """An address that is not cloned; the message is one line, without what may be a secret in it."""


@dataclass(frozen=True, slots=True)
class Source:
    """A repository to be cloned. `url` is as it is told, `place` what git is given: an address or an absolute path.

    `organisation` is what the host counts limits for: the path's first part.
    """

    url: str
    place: str
    host: str
    organisation: str

    @property
    def local(self) -> bool:
        """Whether it is a folder of this machine."""
        return self.host == LOCAL

    @property
    def identity(self) -> str:
        """The same for two ways of writing one repository's address."""
        if self.local:
            return self.place
        _, path = _parts(self.place)
        return f"{self.host}/{path}"


@dataclass(frozen=True, slots=True)
class Refused:
    """An entry of a list that is not cloned, and why in one line."""

    url: str
    why: str


def listed(text: str, folder: str) -> tuple[Source | Refused, ...]:
    """The repositories of a file's text, each once; paths in it are taken from `folder`."""
    found: dict[str, Source | Refused] = {}
    for line in text.splitlines():
        word = re.sub(r"(?:^|\s)#.*", "", line).strip()
        if not word:
            continue
        try:
            one: Source | Refused = operators(word, folder)
            identity = one.identity if isinstance(one, Source) else word
        except NotAllowed as problem:
            one, identity = Refused(shown(word), str(problem)), word
        found.setdefault(identity, one)
    return tuple(found.values())


def operators(word: str, folder: str) -> Source:
    """What a line of the operator's own file names: an address, or a folder of this machine."""
    if word.startswith("file://"):
        return _folder(word, word.removeprefix("file://"), "/")
    if _HELPER.match(word) or "://" in word or _SHORT.fullmatch(word):
        return remote(word)
    return _folder(word, word, folder)


def remote(url: str) -> Source:
    """An address that git may be given, whoever wrote it. NotAllowed for anything but https, http and ssh."""
    if re.search(r"[\s\x00-\x20\x7f]", url):
        raise NotAllowed("the address has characters that are not allowed")
    if _HELPER.match(url):
        raise NotAllowed("git's remote helpers (name::address) are not allowed: take https or ssh")
    short = _SHORT.fullmatch(url) if "://" not in url else None
    if short:
        _check(short["user"], short["host"].strip("[]"), short["path"])
        host, path = short["host"].lower(), _clean(short["path"])
    else:
        host, path = _parts(url)
    if not path:
        raise NotAllowed("the address names no repository")
    return Source(url, url, host, path.split("/", 1)[0])


def shown(url: str) -> str:
    """An address without what stands before its host: that may be a secret."""
    return re.sub(r"(?<=://)[^/@\s]*@", "", url)


def _parts(url: str) -> tuple[str, str]:
    """Host (with a port of its own) and path of an address that is allowed."""
    short = _SHORT.fullmatch(url) if "://" not in url else None
    if short:
        return short["host"].lower(), _clean(short["path"])
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        raise NotAllowed("the address can't be read") from None
    if parts.scheme not in _PORTS:
        raise NotAllowed(f"{parts.scheme or 'this'}: no protocol that is cloned from: take https or ssh")
    _check_secrets(parts)
    _check(parts.username, host, parts.path)
    own = "" if port in {None, _PORTS[parts.scheme]} else f":{port}"
    return host + own, _clean(parts.path)


def _check_secrets(parts: SplitResult) -> None:
    if parts.password is not None or (parts.username is not None and parts.scheme != "ssh"):
        raise NotAllowed("a login in the address would be seen by everybody: give the token in the environment")
    if parts.query or parts.fragment:
        raise NotAllowed("an address with ? or # in it is no clone URL")


def _check(user: str | None, host: str, path: str) -> None:
    """Nothing that a program behind git could take for an option or a command."""
    if user is not None and not _USER.fullmatch(user):
        raise NotAllowed("the address's user has characters that are not allowed")
    if not _HOST.fullmatch(host):
        raise NotAllowed("the address's host has characters that are not allowed")
    if not _PATH.fullmatch(path) or any(part == ".." or part.startswith("-") for part in path.split("/")):
        raise NotAllowed("the address's path has characters that are not allowed")


def _clean(path: str) -> str:
    return path.strip("/").removesuffix(".git")


def _folder(url: str, path: str, above: str) -> Source:
    if any(ord(character) < ord(" ") for character in path):
        raise NotAllowed("the path has characters that are not allowed")
    whole = posixpath.normpath(posixpath.join(above, path))
    return Source(url, whole, LOCAL, LOCAL)
