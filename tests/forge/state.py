"""What a stand-in for a forge remembers: people, repositories on disk, pull requests, issues, checks."""

from __future__ import annotations

import itertools
import os
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

QUIET = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_AUTHOR_NAME": "A Person",
    "GIT_AUTHOR_EMAIL": "person@example.com",
    "GIT_COMMITTER_NAME": "A Person",
    "GIT_COMMITTER_EMAIL": "person@example.com",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
}

# The forge's own doorkeeper: a protected branch is named in a file beside it, one a line.
_DOORKEEPER = """#!/bin/sh
while read -r _ _ reference; do
    if grep -Fqx "$reference" protected 2>/dev/null; then
        echo "error: GH006: Protected branch update failed for $reference." >&2
        exit 1
    fi
done
"""

_CONFIGURATION = """[core]
	repositoryFormatVersion = 0
	bare = true
[http]
	receivepack = true
[uploadpack]
	allowFilter = true
	allowAnySHA1InWant = true
"""

_MOMENT = 1767225600
"""The first of 2026."""

MAY_READ, MAY_WRITE, MAY_ADMINISTER = "read", "write", "admin"


def git(folder: Path, *words: str, given: bytes = b"") -> str:
    """Run git in a folder; what it said."""
    ran = subprocess.run(
        ["git", *words], cwd=folder, env={**os.environ, **QUIET}, input=given, capture_output=True, check=False
    )
    assert ran.returncode == 0, f"git {words[0]}: {ran.stderr.decode(errors='replace')}"
    return ran.stdout.decode().strip()


def _data(content: bytes) -> bytes:
    """Bytes as git's fast-import takes them."""
    return b"data %d\n%b\n" % (len(content), content)


def _point(reference: Path, commit: str) -> None:
    """Let a reference be at a commit, without a process of git's."""
    reference.parent.mkdir(parents=True, exist_ok=True)
    new = reference.with_name(f"{reference.name}.new")
    new.write_text(f"{commit}\n")
    new.replace(reference)


@dataclass
class Comment:
    """A word below an issue, or on a line of a pull request: then with path, line and commit."""

    number: int
    author: str
    body: str
    path: str = ""
    line: int = 0
    start_line: int = 0
    commit: str = ""


@dataclass
class Issue:
    """An issue, and what every pull request is too."""

    number: int
    title: str
    body: str
    author: str
    state: str = "open"
    labels: list[str] = field(default_factory=list)
    assignees: list[str] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)


@dataclass
class Pull(Issue):
    """A pull request. `frozen` is the head's commit, `fork` says that the branch is another repository's."""

    branch: str = ""
    base: str = ""
    draft: bool = False
    merged: bool = False
    frozen: str = ""
    fork: bool = False
    reviewers: list[str] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    remarks: list[Comment] = field(default_factory=list)


@dataclass
class Status:
    """A commit status, or a check run: then with a number of its own and annotations."""

    number: int
    commit: str
    name: str
    state: str
    title: str
    summary: str = ""
    annotations: list[dict[str, object]] = field(default_factory=list)


@dataclass
class Repository:
    """A repository: a real bare one on disk, and what the forge keeps beside it.

    `requests` are its pull requests, the same as `issues` but where a forge counts them apart.
    """

    path: str
    folder: Path
    address: str
    number: int
    default_branch: str = "main"
    private: bool = False
    archived: bool = False
    people: dict[str, str] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    requests: dict[int, Issue] = field(default_factory=dict)
    statuses: list[Status] = field(default_factory=list)
    runs: list[Status] = field(default_factory=list)
    races: dict[str, str] = field(default_factory=dict)
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    request_numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    ids: itertools.count[int] = field(default_factory=lambda: itertools.count(100))

    def count_together(self) -> None:
        """Give pull requests and issues numbers of one row, as all forges but GitLab do."""
        self.requests, self.request_numbers = self.issues, self.numbers

    def begin(self, files: dict[str, bytes]) -> None:
        """Make the repository on disk, with one commit of the files."""
        for part in ("objects/info", "objects/pack", "refs/heads"):
            (self.folder / part).mkdir(parents=True)
        (self.folder / "HEAD").write_text(f"ref: refs/heads/{self.default_branch}\n")
        (self.folder / "config").write_text(_CONFIGURATION)
        doorkeeper = self.folder / "hooks" / "pre-receive"
        doorkeeper.parent.mkdir(exist_ok=True)
        doorkeeper.write_text(_DOORKEEPER, "utf-8")
        doorkeeper.chmod(0o755)
        self.commit(dict(files), message="Begin")

    @property
    def owner(self) -> str:
        """The organisation or person that it belongs to."""
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        """Its name below the owner's."""
        return self.path.rpartition("/")[2]

    @property
    def clone_url(self) -> str:
        """Where it is cloned from and pushed to."""
        return f"{self.address}/{self.path}.git"

    @property
    def pulls(self) -> list[Pull]:
        """Its pull requests, the oldest first. A branch that is gone has closed its own."""
        found = [one for one in self.requests.values() if isinstance(one, Pull)]
        heads = self.heads() if found else {}
        for one in found:
            if one.state == "open" and not one.fork:
                if heads.get(one.branch, one.frozen) != one.frozen:
                    one.frozen = heads[one.branch]
                    self._keep(one)
                one.state = "open" if one.branch in heads else "closed"
        return found

    def _keep(self, pull: Pull) -> None:
        """Let a pull request's head be fetched under the names that the forges have for it."""
        for reference in (f"refs/pull/{pull.number}/head", f"refs/merge-requests/{pull.number}/head"):
            _point(self.folder / reference, pull.frozen)

    def pull(self, number: int) -> Pull:
        """A pull request by its number."""
        return next(one for one in self.pulls if one.number == number)

    def head(self, branch: str) -> str | None:
        """The commit that a branch is at, or one before it (`branch^`); None where there is no such branch."""
        if branch.endswith("^"):
            return git(self.folder, "rev-parse", "--verify", f"refs/heads/{branch}")
        return self.heads().get(branch)

    def has(self, commit: str) -> bool:
        """Whether a commit is in the repository."""
        command = ["git", "cat-file", "-e", f"{commit}^{{commit}}"]
        return subprocess.run(command, cwd=self.folder, capture_output=True, check=False).returncode == 0

    def commit(
        self,
        files: dict[str, bytes | None],
        branch: str = "",
        base: str = "",
        message: str = "Change files",
        **who: str,
    ) -> str:
        """A person's commit on a branch, from its own head, else from `base`'s; the commit's name. None takes a file away.

        `who` may set `author` and `email`.
        """
        branch = branch or self.default_branch
        heads = self.heads()
        parent = heads.get(branch) or heads.get(base or self.default_branch)
        person = f"{who.get('author', 'A Person')} <{who.get('email', 'person@example.com')}> {_MOMENT} +0000"
        head = f"commit refs/heads/{branch}\nauthor {person}\ncommitter {person}\n"
        stream = [head.encode(), _data(f"{message}\n".encode()), f"from {parent}\n".encode() if parent else b""]
        for path, content in files.items():
            stream.append(b"D " if content is None else b"M 100644 inline ")
            stream += [path.encode(), b"\n", b"" if content is None else _data(content)]
        git(self.folder, "fast-import", "--quiet", given=b"".join(stream))
        made = self.head(branch)
        assert made is not None
        return made

    def changes(self, base: str, head: str) -> dict[str, str]:
        """The files that a pull request changes, each with its patch from the first hunk on."""
        names = git(self.folder, "diff", "--name-only", "-z", "--no-renames", f"{base}...{head}").split("\0")
        said = {
            name: git(self.folder, "diff", "--no-renames", f"{base}...{head}", "--", name) for name in names if name
        }
        return {name: text[text.find("@@ ") :] if "@@ " in text else "" for name, text in said.items()}

    def delete(self, branch: str) -> None:
        """Take a branch away."""
        git(self.folder, "update-ref", "-d", f"refs/heads/{branch}")

    def merge(self, number: int) -> None:
        """A person merges a pull request: the base gets its head."""
        pull = self.pull(number)
        git(self.folder, "update-ref", f"refs/heads/{pull.base}", pull.frozen)
        pull.state, pull.merged = "closed", True

    def close(self, number: int) -> None:
        """A person closes a pull request, or the issue of that number."""
        _ = self.pulls
        self._one(number).state = "closed"

    def _one(self, number: int) -> Issue:
        return self.requests[number] if number in self.requests else self.issues[number]

    def protect(self, *branches: str) -> None:
        """Refuse pushes to branches from now on."""
        (self.folder / "protected").write_text("".join(f"refs/heads/{name}\n" for name in branches), "utf-8")

    def race(self, branch: str, commit: str) -> None:
        """Let somebody else be faster once: the branch moves to a commit when the next push to it has begun."""
        self.races[branch] = commit

    def run_races(self) -> None:
        """Do what `race` asked for."""
        for branch, commit in self.races.items():
            git(self.folder, "update-ref", f"refs/heads/{branch}", commit)
        self.races.clear()

    def read(self, path: str, branch: str = "") -> bytes | None:
        """A file's bytes on a branch; None where there is none."""
        command = ["git", "cat-file", "blob", f"refs/heads/{branch or self.default_branch}:{path}"]
        ran = subprocess.run(command, cwd=self.folder, capture_output=True, check=False)
        return ran.stdout if ran.returncode == 0 else None

    def heads(self) -> dict[str, str]:
        """All branches, each with its commit."""
        found, packed = {}, self.folder / "packed-refs"
        for line in packed.read_text("utf-8").splitlines() if packed.is_file() else ():
            commit, _, name = line.partition(" ")
            if name.startswith("refs/heads/"):
                found[name.removeprefix("refs/heads/")] = commit
        top = self.folder / "refs" / "heads"
        for above, _, names in os.walk(top):
            for name in names:
                path = Path(above, name)
                # What is pushed at this moment has a lock beside it, and what is taken away is gone.
                with suppress(FileNotFoundError):
                    if path.suffix != ".lock":
                        found[path.relative_to(top).as_posix()] = path.read_text("ascii").strip()
        return dict(sorted(found.items()))

    def open_issue(self, title: str, body: str = "", author: str = "person", labels: tuple[str, ...] = ()) -> Issue:
        """A person opens an issue."""
        number = next(self.numbers)
        self.issues[number] = Issue(number, title, body, author, labels=list(labels))
        return self.issues[number]

    def open_pull(
        self, branch: str, base: str = "", title: str = "A change", author: str = "person", body: str = ""
    ) -> Pull:
        """A person opens a pull request."""
        number = next(self.request_numbers)
        pull = Pull(number, title, body, author, branch=branch, base=base or self.default_branch)
        self.requests[number] = pull
        assert self.head(branch), f"there is no branch {branch}"
        _ = self.pulls
        return pull

    def open_from_fork(self, branch: str, files: dict[str, bytes | None], body: str = "", author: str = "eve") -> Pull:
        """Somebody opens a pull request from a branch of a repository of their own."""
        commit = self.commit(files, f"of-{author}/{branch}")
        self.delete(f"of-{author}/{branch}")
        number = next(self.request_numbers)
        pull = Pull(number, "A change", body, author, branch=branch, base=self.default_branch, frozen=commit, fork=True)
        self.requests[number] = pull
        self._keep(pull)
        return pull

    def say(self, number: int, body: str, author: str = "person") -> Comment:
        """A person comments on a pull request, or on the issue of that number."""
        comment = Comment(next(self.ids), author, body)
        self._one(number).comments.append(comment)
        return comment
