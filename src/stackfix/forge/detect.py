"""Which forge a remote is on, and a connection to it. A client is imported when its forge is connected to.

A token goes to its own forge alone: to the public host, or to the host that the environment names beside it.
"""

from __future__ import annotations

import os
import re
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from stackfix.forge.model import ForgeFailed, Unauthorized

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackfix.forge.model import Account, Forge


class Kind(Enum):
    """A kind of forge."""

    GITHUB = "github"
    GITLAB = "gitlab"
    GITEA = "gitea"
    NONE = "none"


AUTO = "auto"

_PUBLIC = {
    "github.com": Kind.GITHUB,
    "gitlab.com": Kind.GITLAB,
    "codeberg.org": Kind.GITEA,
    "gitea.com": Kind.GITEA,
}

_ADDRESSES = {
    Kind.GITHUB: ("GITHUB_API_URL",),
    Kind.GITLAB: ("GITLAB_URL", "CI_SERVER_URL"),
    Kind.GITEA: ("GITEA_URL", "FORGEJO_URL"),
}

_DEFAULTS = {
    Kind.GITHUB: "https://api.github.com",
    Kind.GITLAB: "https://gitlab.com",
}

_TOKENS = {
    Kind.GITHUB: ("GITHUB_TOKEN", "GH_TOKEN"),
    Kind.GITLAB: ("GITLAB_TOKEN",),
    Kind.GITEA: ("GITEA_TOKEN", "FORGEJO_TOKEN"),
}

_APP, _KEY, _KEY_FILE, _INSTALLATION = (
    "STACKFIX_GITHUB_APP_ID",
    "STACKFIX_GITHUB_APP_PRIVATE_KEY",
    "STACKFIX_GITHUB_APP_PRIVATE_KEY_FILE",
    "STACKFIX_GITHUB_INSTALLATION_ID",
)

_PORTS = {"https": 443, "http": 80}

# host:path, which is no Windows drive and no URL; see git-clone(1), GIT URLS.
_SCP = re.compile(r"(?:[\w.+-]+@)?(?P<host>\[[0-9a-fA-F:]+\]|[\w.-]{2,}):(?!//)(?P<path>[^:]+)")


def slug(url: str) -> tuple[str, str]:
    """Host and path of a remote: `("github.com", "acme/shop")`; both empty where it is a folder.

    The host has its port where that belongs to the web; the port of an SSH server says nothing of a forge.
    """
    if "://" not in url:
        matched = _SCP.fullmatch(url)
        return (matched["host"].lower(), _path(matched["path"])) if matched else ("", "")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "", ""
    if parts.scheme == "file" or not host:
        return "", ""
    is_web = parts.scheme in _PORTS and port not in {None, _PORTS[parts.scheme]}
    return (f"{host}:{port}" if is_web else host), _path(unquote(parts.path))


def _path(written: str) -> str:
    return written.strip("/").removesuffix(".git").rstrip("/")


def kind(url: str, override: str = AUTO, environment: Mapping[str, str] | None = None) -> Kind:
    """The forge that a remote is on, by its host; `override` is a kind's own name, or `auto`."""
    if override != AUTO:
        return Kind(override)
    environment = os.environ if environment is None else environment
    host, path = slug(url)
    if "/" not in path:
        return Kind.NONE
    for known in _ADDRESSES:
        if (address := _named(known, environment)) and _is_of(host, address):
            return known
    return _PUBLIC.get(host, Kind.NONE)


_LINES = {
    Kind.GITHUB: "blob/{branch}/{path}#L{line}",
    Kind.GITLAB: "-/blob/{branch}/{path}#L{line}",
    Kind.GITEA: "src/branch/{branch}/{path}#L{line}",
}


def address_of_line(url: str, kind: Kind, branch: str, path: str, line: int) -> str | None:
    """Where people see a line of a file on a remote's forge; None where that is none."""
    host, repository = slug(url)
    if kind not in _LINES or "/" not in repository:
        return None
    protocol = "http" if url.lower().startswith("http://") else "https"
    place = _LINES[kind].format(branch=quote(branch), path=quote(path.encode("utf-8", "surrogateescape")), line=line)
    return f"{protocol}://{host}/{quote(repository)}/{place}"


def has_token(kind: Kind, environment: Mapping[str, str] | None = None) -> bool:
    """Whether the environment has what a forge is asked with: a token, or a GitHub App's number."""
    environment = os.environ if environment is None else environment
    names = (*_TOKENS.get(kind, ()), *((_APP,) if kind is Kind.GITHUB else ()))
    return any(environment.get(name, "").strip() for name in names)


def api(kind: Kind, environment: Mapping[str, str] | None = None) -> str:
    """The address of a forge's API, as the environment names it, or the public one; empty where there is none."""
    return _named(kind, os.environ if environment is None else environment) or _DEFAULTS.get(kind, "")


def host(kind: Kind, environment: Mapping[str, str] | None = None) -> str:
    """The host of a forge whose API is at `api`."""
    address = api(kind, environment)
    return slug(f"{address}/-/-")[0].removeprefix("api.") if address else ""


def variable(kind: Kind) -> str:
    """The variable that names a forge's address."""
    return _ADDRESSES[kind][0]


def purse(kind: Kind, host: str, owner: str, environment: Mapping[str, str] | None = None) -> str:
    """What a forge counts calls by: a host's token, or that of an App's installation, of which each owner has one."""
    environment = os.environ if environment is None else environment
    is_app = kind is Kind.GITHUB and bool(environment.get(_APP, "").strip())
    return f"{host}/{owner}" if is_app else host


def connect(url: str, kind: Kind, environment: Mapping[str, str] | None = None) -> Forge | None:
    """The repository of a remote on its forge; None where that is none."""
    if kind is Kind.NONE:
        return None
    host, path = slug(url)
    if "/" not in path:
        raise ForgeFailed(f"the remote is no address of a repository on {_TITLES[kind]}: no owner/name in it")
    return account(kind, host, environment).forge(path)


def account(kind: Kind, host: str, environment: Mapping[str, str] | None = None) -> Account:
    """What the environment's token sees on a host."""
    environment = os.environ if environment is None else environment
    address = _address(kind, host, environment)
    try:
        if kind is Kind.GITHUB:
            return _github(address, environment)
        if kind is Kind.GITLAB:
            from stackfix.forge import gitlab  # noqa: PLC0415 - as GitHub's

            return gitlab.with_token(address.removesuffix("/api/v4"), _token(kind, environment))
        from stackfix.forge import gitea  # noqa: PLC0415 - as GitHub's

        return gitea.with_token(address.removesuffix("/api/v1"), _token(kind, environment))
    except ModuleNotFoundError as missing:
        raise ForgeFailed(
            f"{_TITLES[kind]} needs an extra, for {missing.name}: pip install 'stackfix-wiring[pr]'"
        ) from missing


_TITLES = {Kind.GITHUB: "GitHub", Kind.GITLAB: "GitLab", Kind.GITEA: "Gitea or Forgejo"}


def _github(address: str, environment: Mapping[str, str]) -> Account:
    from stackfix.forge import github  # noqa: PLC0415 - 190 ms that only a connection pays

    if not environment.get(_APP):
        return github.with_token(address, _token(Kind.GITHUB, environment))
    installation = environment.get(_INSTALLATION, "")
    if installation and not installation.isdecimal():
        raise Unauthorized(f"{_INSTALLATION} is no number")
    return github.with_app(address, environment[_APP], _key(environment), int(installation) if installation else None)


def _key(environment: Mapping[str, str]) -> str:
    if written := environment.get(_KEY):
        # One line is all that some secret stores keep, and some keep the quotes of a file of variables.
        return written.strip().strip("'\"").replace("\\n", "\n")
    if not (name := environment.get(_KEY_FILE)):
        raise Unauthorized(f"{_APP} needs {_KEY} or {_KEY_FILE} beside it")
    try:
        return Path(name).read_text("utf-8")
    except (OSError, ValueError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "no text"
        raise Unauthorized(f"{_KEY_FILE}: {name}: {reason}") from problem


def _token(kind: Kind, environment: Mapping[str, str]) -> str:
    for name in _TOKENS[kind]:
        if token := environment.get(name, "").strip():
            return token
    raise Unauthorized(f"no token for {_TITLES[kind]}: set {_TOKENS[kind][0]}")


def _named(kind: Kind, environment: Mapping[str, str]) -> str:
    """The address of a forge that the environment names; empty where it names none."""
    return next((environment[name].rstrip("/") for name in _ADDRESSES.get(kind, ()) if environment.get(name)), "")


def _address(kind: Kind, host: str, environment: Mapping[str, str]) -> str:
    """Where a host's API is: only there a token may go."""
    named = _named(kind, environment)
    if named and _is_of(host, named):
        return named
    if _PUBLIC.get(host) is kind and not named:
        return _DEFAULTS.get(kind, f"https://{host}")
    if named:
        of = variable(kind)
        raise Unauthorized(f"{host or 'the remote'} is not the host of {of}, and the token is for that one alone")
    raise Unauthorized(f"{host or 'the remote'} is not known as {_TITLES[kind]}: set {variable(kind)} to its address")


def _is_of(host: str, address: str) -> bool:
    """Whether a git host and an API's address are of one forge."""
    served, _ = slug(f"{address}/-/-")
    names = {served, served.removeprefix("api.")}
    # An SSH remote has no port, while the API may be on one of its own.
    return bool(host) and (host in names or host in {name.partition(":")[0] for name in names if ":" not in host})
