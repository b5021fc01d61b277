"""Where a remote repository is: an address that is checked before git sees it.

git takes an address for an option, for a program to start (`ext::`, any `helper::`) or for a folder of this machine,
by its looks alone. Here it is one of five protocols, or it is refused.

May not import anything of stackfix.
"""

from __future__ import annotations

import os
import posixpath
import re
from dataclasses import dataclass, field
from urllib.parse import unquote

_PROTOCOLS = ("https", "http", "ssh", "git", "file")

_URL = re.compile(
    r"(?P<protocol>[A-Za-z][A-Za-z0-9+.-]*)://"
    r"(?:(?P<user>[^/@:]*)(?::(?P<password>[^/@]*))?@)?"
    r"(?P<host>\[[0-9A-Fa-f:.%]+\]|[^/@:\[\]]*)(?P<port>:\d{1,5})?(?P<path>/.*)?"
)
_HELPER = re.compile(r"[A-Za-z0-9+.-]+::")
_SCP = re.compile(r"(?:(?P<user>[^/@:]+)@)?(?P<host>\[[^\]/]+\]|[^/@:\[\]]+):(?P<path>.+)")
_CONTROL = re.compile(r"[\x00-\x20\x7f]")


class Unfit(ValueError):  # noqa: N818 - a word that git must not see, told in one line
    """No address that git may be given."""


@dataclass(frozen=True, slots=True)
class Address:
    """A checked address. `url` holds no password, and over HTTP no user: `user` and `password` are what stood in it.

    `protocol` is one of file, git, http, https and ssh; `site` is protocol, host and port, "" but for HTTP.
    """

    url: str
    protocol: str
    site: str = ""
    user: str = field(default="", repr=False)
    password: str | None = field(default=None, repr=False)


def looks_like_one(word: str) -> bool:
    """Whether a word is meant as an address rather than as a remote's name."""
    return ":" in word or word.startswith(("/", "./", "../")) or word in {".", ".."}


def address(word: str, folder: str, *, local: bool) -> Address:
    """An address as a person or a remote's configuration wrote it. `folder` is where a relative path begins.

    `local`: it may be a folder of this machine. Unfit where git must not be given it.
    """
    shown = _without_password(word)
    if not word or word.startswith("-") or _CONTROL.search(word):
        raise Unfit(f"{shown!r} can't be the address of a repository")
    if _HELPER.match(word):
        raise Unfit(f"{shown!r}: git would start a program for it; use {', '.join(_PROTOCOLS)}")
    found = _URL.fullmatch(word)
    if found is not None:
        return _of_url(found, word, local=local)
    colon, slash = word.find(":"), word.find("/")
    if colon < 0 or 0 <= slash < colon:
        return _of_path(posixpath.join(folder, word), local=local)
    scp = _SCP.fullmatch(word)
    if scp is None or any((scp[name] or "").startswith("-") for name in ("user", "host", "path")):
        raise Unfit(f"{shown!r} can't be the address of a repository")
    return Address(word, "ssh")


def _of_url(found: re.Match[str], word: str, *, local: bool) -> Address:
    protocol = found["protocol"].lower()
    shown = _without_password(word)
    if protocol not in _PROTOCOLS:
        raise Unfit(f"{shown!r}: {protocol} is not allowed; use {', '.join(_PROTOCOLS)}")
    if protocol == "file":
        return _of_path(unquote(found["path"] or ""), local=local)
    user, password, host = found["user"] or "", found["password"], found["host"]
    if not host or host.startswith("-") or user.startswith("-") or (found["path"] or "/") == "/":
        raise Unfit(f"{shown!r} can't be the address of a repository")
    if protocol not in {"http", "https"}:
        return Address(shown, protocol)
    site = f"{protocol}://{host}{found['port'] or ''}"
    return Address(f"{site}{found['path']}", protocol, site, unquote(user), password and unquote(password))


def _of_path(path: str, *, local: bool) -> Address:
    if not local:
        raise Unfit(f"{path!r} is a folder of this machine, which may not be used here")
    if not path or not os.path.isdir(path):
        raise Unfit(f"{posixpath.normpath(path)}: there is no repository")
    return Address(os.path.realpath(path), "file")


def _without_password(word: str) -> str:
    """Over HTTP the user may be a token, too."""
    word = re.sub(r"^(https?://)[^/@]*@", r"\1", word, flags=re.IGNORECASE)
    return re.sub(r"(://[^/@:]*):[^/@]*@", r"\1@", word)
