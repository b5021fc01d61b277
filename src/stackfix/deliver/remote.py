"""A remote repository: what it has, fetched and pushed from a repository of our own.

The user's repository lends its objects and is otherwise left alone: no reference, index, configuration or FETCH_HEAD of
it changes, and nothing that its configuration names is run. Passwords go to git through the environment.

May import the repository's plumbing, and of this package address, ending and folder.
"""

from __future__ import annotations

import base64
import os
import posixpath
import re
import subprocess
from dataclasses import dataclass, replace
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from stackfix.deliver import ending
from stackfix.deliver import folder as folders
from stackfix.deliver.address import Address, Unfit, address, looks_like_one
from stackfix.repository import plumbing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

LIMIT = 900.0
"""Seconds that one call over the network may take."""

_NAME = "stackfix"  # what git calls the remote in our own repository
_MOST_SAID = 300  # characters of a remote's own words

_KEYS = r"^(extensions\.partialclone|remote\..*\.(promisor|url|pushurl)|(user|author|committer)\.(name|email))$"

_PROTOCOLS = "https:http:ssh:git"

_SETTINGS = {
    f"remote.{_NAME}.tagOpt": "--no-tags",
    "fetch.recurseSubmodules": "false",
    "push.recurseSubmodules": "no",
    "submodule.recurse": "false",
    "push.followTags": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    # A line that is dead is no line that is slow.
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "60",
}


_FETCH = ("-q", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--no-auto-maintenance")


class Trouble(Enum):
    """Why a remote gave or took nothing."""

    LOGIN = auto()
    GONE = auto()
    MOVED = auto()
    AWAY = auto()
    RACE = auto()
    PROTECTED = auto()
    OTHER = auto()


class RemoteFailed(Exception):  # noqa: N818 - an answer of a remote's, told in one line
    """A remote gave or took nothing; the message is one line with what to do, and holds no password."""

    def __init__(self, message: str, trouble: Trouble = Trouble.OTHER) -> None:
        """Take the line to tell, and the kind of it."""
        super().__init__(message)
        self.trouble = trouble

    @property
    def again(self) -> bool:
        """Whether the same call may go through later."""
        return self.trouble in {Trouble.AWAY, Trouble.RACE}


class CannotFetch(RemoteFailed):
    """Nothing could be fetched."""


class CannotPush(RemoteFailed):
    """Nothing was pushed."""


class Login(Protocol):
    """What git sends over HTTP."""

    @property
    def user(self) -> str:
        """The user's name."""

    @property
    def password(self) -> str:
        """The password or token."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What a remote has: the branch that its HEAD names (None: none, or no branch), and branches with their commits."""

    default: str | None
    branches: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Lender:
    """The user's repository: whose objects are borrowed, and what it says of remotes and of who they are."""

    objects: str | None
    shallow: str
    format: str
    prefix: str
    top: str
    settings: Mapping[str, tuple[str, ...]]


class Remote:
    """One remote, and a repository of our own in a folder that goes away afterwards."""

    def __init__(  # noqa: PLR0913 - whose, which, where and how
        self,
        folder: str,
        word: str,
        scratch: str,
        *,
        login: Login | None = None,
        local: bool = False,
        lean: bool = False,
        limit: float = LIMIT,
    ) -> None:
        """Take a folder of the user's repository, a remote's name or address, and an empty folder.

        `login` comes in place of everything that the user's git would send. `local`: the remote may be a folder of this
        machine. `lean`: the folder lends all contents that are needed, so none are fetched, and no history. CannotFetch
        where the words name no remote.
        """
        self._lender = lender = _lender(os.path.realpath(folder))
        self._limit = limit
        self._lean = lean
        self._fetched, self._pushed = _addresses(lender, word, local=local)
        self.shown = word if word != self._fetched.url and not looks_like_one(word) else self._fetched.url
        self.people = _people(lender.settings)
        self.prefix = lender.prefix
        self._depth = () if lender.objects else ("--depth=1",)
        self._environment = self._words_for_git(login)
        self.top = posixpath.join(scratch, "repository")
        self.root = posixpath.join(self.top, lender.prefix)
        _made(self.top, lender)
        Path(self.root).mkdir(parents=True, exist_ok=True)

    @property
    def url(self) -> str:
        """The address, without user and password."""
        return self._fetched.url

    def names(self, branch: str) -> bool:
        """Whether a word can be a branch's name."""
        try:
            plumbing.call(self.top, "check-ref-format", f"refs/heads/{branch}")
        except plumbing.GitFailed:
            return False
        return not branch.startswith("-") and branch != "HEAD"

    def listed(self, branches: Iterable[str]) -> Listed:
        """What the remote has now of some branches (`prefix/*`: all below) and of the one that its HEAD names."""
        patterns = [f"refs/heads/{branch}" for branch in branches]
        output = self._ask(CannotFetch, "ls-remote", "--symref", "-q", _NAME, "HEAD", *patterns)
        default, head, found = None, None, {}
        for line in os.fsdecode(output).splitlines():
            value, _, name = line.partition("\t")
            if name == "HEAD" and value.startswith("ref: refs/heads/"):
                default = value.removeprefix("ref: refs/heads/")
            elif name == "HEAD":
                head = value
            elif name.startswith("refs/heads/"):
                found[name.removeprefix("refs/heads/")] = value
        if default is not None and head is not None:
            found[default] = head
        return Listed(default, found)

    def fetch(self, branches: Sequence[str]) -> Mapping[str, str]:
        """The commits that some branches of the remote end in; their objects are here then."""
        if not branches:
            return {}
        wanted = [f"+refs/heads/{branch}:{_reference(branch)}" for branch in branches]
        if self._lean:
            words = (*plumbing.partial(_NAME), "fetch", *_FETCH, "--depth=1", "--filter=blob:none", _NAME, *wanted)
            self._ask(CannotFetch, *words)
        else:
            self._ask(CannotFetch, "fetch", *_FETCH, *self._depth, _NAME, *wanted)
        names = [_reference(branch) for branch in branches]
        said = plumbing.call(self.top, "for-each-ref", "--format=%(objectname)%00%(refname)", *names)
        found = {name: commit for commit, _, name in (line.partition("\0") for line in os.fsdecode(said).splitlines())}
        return {branch: found[_reference(branch)] for branch in branches}

    def pasts(self, branches: Sequence[str]) -> Iterator[str]:
        """Folders of a repository that has ever more of some branches' commits, and nothing else; none if all is here.

        Each has the root's own place in it. The last has all that the remote gives.
        """
        if plumbing.call(self.top, "rev-parse", "--is-shallow-repository").strip() != b"true":
            return
        top = f"{self.top}-past"
        _made(top, replace(self._lender, objects=None))
        root = posixpath.join(top, self.prefix)
        Path(root).mkdir(parents=True, exist_ok=True)
        wanted = [f"+refs/heads/{branch}:{_reference(branch)}" for branch in branches]
        for depth in plumbing.DEPTHS:
            words = (*plumbing.partial(_NAME), "fetch", *_FETCH, f"--depth={depth}", "--filter=tree:0", _NAME, *wanted)
            self._ask(CannotFetch, *words, top=top)
            yield root

    def push(self, branch: str, new: str | None, old: str | None) -> None:
        """Let a branch of the remote end in a commit of ours (None: be gone), if it still ends in `old`.

        CannotPush, and nothing changed, where somebody moved it meanwhile, or the remote won't have it.
        """
        reference = f"refs/heads/{branch}"
        lease = f"--force-with-lease={reference}:{old or ''}"
        options: tuple[str, ...] = ("-q", "--porcelain", "--no-verify", "--no-recurse-submodules", "--no-follow-tags")
        if self._pushed.protocol == "file":
            options = (*options, f"--receive-pack={folders.RECEIVING}")
            if gate := folders.gate(self._pushed.url):
                why = f"its hook {gate} would have to agree, and nothing of a folder is run"
                raise CannotPush(f"{self.shown}: it refuses the branch: {why}", Trouble.PROTECTED)
        self._ask(CannotPush, "push", *options, lease, _NAME, f"{new or ''}:{reference}")

    def _words_for_git(self, login: Login | None) -> dict[str, str]:
        """The environment of a call: the remote's address and what is sent to it stand on no command line."""
        settings = {**_SETTINGS, f"remote.{_NAME}.url": self._fetched.url}
        if self._pushed.url != self._fetched.url:
            settings[f"remote.{_NAME}.pushUrl"] = self._pushed.url
        known = False
        if login and any(_is_open(place) for place in (self._fetched, self._pushed)):
            raise CannotFetch(f"{self.shown}: a token is not sent over http, where everybody can read it: use https")
        for place in dict.fromkeys((self._fetched, self._pushed)):
            user, password = (login.user, login.password) if login else (place.user, place.password)
            if place.site and password is not None:
                sent = base64.b64encode(f"{user}:{password}".encode()).decode()
                settings[f"http.{place.site}/.extraHeader"] = f"Authorization: Basic {sent}"
                known = True
            elif place.site and user:
                settings[f"credential.{place.site}.username"] = user
        if known or self._lean:
            # What is sent goes to its own host alone; an address that somebody else wrote down leads nowhere else.
            settings["http.followRedirects"] = "false"
        allowed = {_PROTOCOLS, *(place.protocol for place in (self._fetched, self._pushed))}
        more = plumbing.configured({**settings, **({"credential.helper": ""} if known else {})})
        # What is sent is known: no program is asked for it, and none is told it.
        return {**more, "GIT_ALLOW_PROTOCOL": ":".join(sorted(allowed)), **({"GIT_ASKPASS": ""} if known else {})}

    def _ask(self, failure: type[RemoteFailed], *words: str, top: str = "") -> bytes:
        command = plumbing.arguments(top or self.top, words)
        environment = plumbing.environment(self._environment)
        if "file" in {self._fetched.protocol, self._pushed.protocol}:
            environment = folders.without_secrets(environment)
        try:
            done = ending.run(command, env=environment, timeout=self._limit)
        except subprocess.TimeoutExpired:
            raise failure(f"{self.shown}: no end after {self._limit:.0f} seconds", Trouble.AWAY) from None
        except OSError as problem:
            raise failure(f"git can't be run: {problem.strerror}") from problem
        if done.returncode:
            raise self._failed(failure, (done.stdout + b"\n" + done.stderr).decode("utf-8", "replace"))
        return done.stdout

    def _failed(self, failure: type[RemoteFailed], words: str) -> RemoteFailed:
        trouble = next((trouble for trouble, pattern in _TOLD if pattern.search(words)), Trouble.OTHER)
        what = {
            Trouble.LOGIN: "it doesn't take the login: is the token or key right, not revoked, and may it do this?",
            Trouble.GONE: "there is no such repository, or not for this login",
            Trouble.MOVED: "it has moved, and a login follows nowhere: name its new address",
            Trouble.AWAY: f"it doesn't answer ({_gist(words)}): try again later",
            Trouble.RACE: "the branch was moved by somebody else meanwhile: run it again",
            Trouble.PROTECTED: f"it refuses the branch: {_gist(words)}",
            Trouble.OTHER: _gist(words),
        }
        return failure(f"{self.shown}: {what[trouble]}", trouble)


_TOLD = (
    (
        Trouble.RACE,
        re.compile(
            r"\(stale info\)|\(fetch first\)|\(non-fast-forward\)|cannot lock ref|reference already exists"
            r"|failed to update ref|\(incorrect old value|couldn't find remote ref"
        ),
    ),
    (Trouble.PROTECTED, re.compile(r"\[remote rejected\]|hook declined|protected branch|GH\d{3}")),
    (
        Trouble.LOGIN,
        re.compile(
            r"(?i)authentication failed|could not read (?:username|password)|returned error: 40[13]|access denied"
            r"|permission denied|invalid (?:username|credentials)|permission to .* denied|host key verification failed"
        ),
    ),
    (Trouble.MOVED, re.compile(r"returned error: 30\d|from redirection")),
    (
        Trouble.AWAY,
        re.compile(
            r"(?i)could not resolve|timed out|connection (?:refused|reset|closed)|returned error: (?:5\d\d|429)"
            r"|early EOF|failed to connect|couldn't connect|unexpected disconnect|network is unreachable|hung up"
            r"|empty reply|too slow"
        ),
    ),
    (
        Trouble.GONE,
        re.compile(r"(?i)not found|does not appear to be a git repository|does not exist|returned error: 4(?:04|10)"),
    ),
)
"""What git and servers say, by the kind of it; the first that fits counts."""


def _gist(words: str) -> str:
    """The line that says most, fit to be printed."""
    lines = [line.strip() for line in words.splitlines()]
    rejected = next((line for line in lines if line.startswith("!")), "")
    reason = rejected[rejected.rfind("(") + 1 : -1] if rejected.endswith(")") else ""
    remote = next((line for line in lines if re.match(r"remote: (?:error: )?\S", line)), "")
    fatal = next((line for line in lines if line.startswith(("fatal: ", "error: "))), "")
    # Of a broken connection git says only that there is one, and ssh why.
    fatal = next((line for line in lines if line.startswith("ssh: ")), fatal)
    plain = next((line for line in lines if line and not line.startswith(("To ", "Done", "remote:"))), "git failed")
    chosen = ": ".join(filter(None, (reason, remote))) or fatal or plain
    chosen = re.sub(r"\b(?:remote|fatal|error): ", "", chosen)
    return re.sub(r"[^ -~]", "", chosen)[:_MOST_SAID].rstrip(". ")


def _reference(branch: str) -> str:
    return f"refs/remotes/{_NAME}/{branch}"


def _is_open(place: Address) -> bool:
    """Whether others can read what is sent there. This machine itself is nobody else."""
    parts = urlsplit(place.site)
    return parts.scheme == "http" and parts.hostname not in plumbing.LOOPBACK


def _lender(folder: str) -> _Lender:
    """What the user's repository lends. A partial clone has not what it would lend: it lends nothing."""
    try:
        words = ("--git-common-dir", "--show-object-format", "--show-prefix", "--show-cdup")
        common, form, prefix, up, *_ = (os.fsdecode(plumbing.call(folder, "rev-parse", *words)) + "\n\n").split("\n")
    except plumbing.GitFailed as problem:
        raise CannotFetch(f"{folder} lies in no git repository: {problem}") from problem
    common = os.path.realpath(posixpath.join(folder, common))
    objects = posixpath.join(common, "objects")
    settings = _settings(folder)
    partial = any(key.startswith("extensions.") or key.endswith(".promisor") for key in settings)
    lends = not partial and "\n" not in objects and not objects.startswith(("#", '"'))
    shallow = posixpath.join(common, "shallow")
    top = os.path.realpath(posixpath.join(folder, up))
    return _Lender(objects if lends else None, shallow, form, prefix, top, settings)


def _settings(folder: str) -> dict[str, tuple[str, ...]]:
    """What git is told in the user's repository of whom to ask and who they are."""
    try:
        said = plumbing.call(folder, "config", "-z", "--get-regexp", _KEYS)
    except plumbing.GitFailed:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for record in plumbing.records(said):
        key, _, value = record.partition("\n")
        found[key] = (*found.get(key, ()), value)
    return found


def _people(settings: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Who the user's repository says that they are, as git's environment has it; its own words come first."""
    found = {}
    for role in ("author", "committer"):
        for part in ("name", "email"):
            variable = f"GIT_{role}_{part}".upper()
            configured = (*settings.get(f"user.{part}", ()), *settings.get(f"{role}.{part}", ()))
            told = os.environ.get(variable) or next(filter(str.strip, reversed(configured)), "")
            if told:
                found[variable] = told
    return found


def address_of(folder: str, word: str, *, local: bool = False) -> str:
    """The address that a remote's name, or an address, means in a repository; without user and password."""
    lender = _lender(os.path.realpath(folder))
    return _addresses(lender, word, local=local)[0].url


def _addresses(lender: _Lender, word: str, *, local: bool) -> tuple[Address, Address]:
    """Where to fetch from and push to: what is configured first for a remote's name, else the word itself."""
    urls, push_urls = (lender.settings.get(f"remote.{word}.{key}", ()) for key in ("url", "pushurl"))
    if not urls and (word.startswith("-") or not looks_like_one(word)):
        raise CannotFetch(f"there is no remote called {word!r} here: name one, or an address, with --remote")
    try:
        fetched = address((*urls, word)[0], lender.top, local=local)
        return fetched, address(push_urls[0], lender.top, local=local) if urls and push_urls else fetched
    except Unfit as problem:
        raise CannotFetch(str(problem)) from None


def _made(top: str, lender: _Lender) -> None:
    """A repository without configuration, templates and hooks, that borrows objects."""
    Path(top).mkdir()
    plumbing.call(top, "init", "-q", "--template=", "-b", "main", f"--object-format={lender.format}", ".")
    if lender.objects is None:
        return
    info = Path(top, ".git", "objects", "info")
    info.mkdir(exist_ok=True)
    (info / "alternates").write_bytes(os.fsencode(lender.objects + "\n"))
    shallow = Path(lender.shallow)
    if shallow.is_file():
        Path(top, ".git", "shallow").write_bytes(shallow.read_bytes())
