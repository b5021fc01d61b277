"""git's writing plumbing, beside the user's work tree and index: blobs, trees, commits, references.

GitPython runs the calls, with the same switches as the reading side: nothing that the repository names is run.

May import the repository's plumbing.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import tempfile
from typing import TYPE_CHECKING

from stackfix.repository import plumbing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from git.cmd import Git

NEW_FILE, RUN_FILE, LINK = "100644", "100755", "120000"

_MOST_LINKS = 40

# GitPython adds to the process's environment and can't take from it: what points elsewhere is emptied.
_EMPTIED = plumbing.FOREIGN - {"GIT_SHALLOW_FILE", "GIT_QUARANTINE_PATH"}


class CannotCommit(Exception):  # noqa: N818 - a state of the repository, told in one line
    """There is no commit, and why; the message is one line with what to do. Nothing was changed."""


class Store:
    """One repository's objects and references, written through an index of our own."""

    def __init__(self, root: str, scratch: str, people: Mapping[str, str] | None = None) -> None:
        """`root` is a folder of a work tree, `scratch` a folder for what goes away afterwards.

        `people` is who commits, as git's environment has it, where that isn't the root's own configuration's to say.
        """
        from git.cmd import Git  # noqa: PLC0415 - 70 ms that only a commit pays

        try:
            said = plumbing.call(root, "rev-parse", "--absolute-git-dir", "--git-common-dir", "--show-toplevel")
            prefix = plumbing.call(root, "rev-parse", "--show-prefix")
        except plumbing.GitFailed as problem:
            raise CannotCommit(f"{root} lies in no git work tree: {problem}") from problem
        folder, common, self.top = os.fsdecode(said).split("\n")[:3]
        self.prefix = os.fsdecode(prefix).removesuffix("\n")
        self.user_index = posixpath.join(folder, "index")
        self._scratch = scratch
        self._own_index = posixpath.join(scratch, "index")
        self._git: Git = Git(self.top)
        common = os.path.realpath(posixpath.join(root, common))
        self._environment = {
            **dict.fromkeys(_EMPTIED & os.environ.keys(), ""),
            **plumbing.SAFETY,
            # An index that is written anew looks into files as young as itself.
            **plumbing.without_filters(self.top),
            "GIT_DIR": folder,
            "GIT_COMMON_DIR": common,
            "GIT_OBJECT_DIRECTORY": posixpath.join(common, "objects"),
            "GIT_WORK_TREE": self.top,
            **(people or {}),
        }
        self._width = len(self.run("hash-object", "--stdin").strip())

    def run(self, *words: str, given: bytes = b"", index: str = "", more: Mapping[str, str] | None = None) -> bytes:
        """What a call prints. CannotCommit with git's own first line where it fails."""
        status, output, complaint = self.attempt(*words, given=given, index=index, more=more)
        if status:
            raise CannotCommit(f"git {words[0]}: {plumbing.said(complaint) or status}")
        return output

    def attempt(
        self, *words: str, given: bytes = b"", index: str = "", more: Mapping[str, str] | None = None
    ) -> tuple[int, bytes, bytes]:
        """A call's status, output and complaints."""
        environment = {**self._environment, "GIT_INDEX_FILE": index or self._own_index, **(more or {})}
        with tempfile.TemporaryFile(dir=self._scratch) as stdin:
            stdin.write(given)
            stdin.seek(0)
            status, output, complaint = self._git.execute(
                plumbing.arguments(self.top, words),
                istream=stdin,
                with_extended_output=True,
                with_exceptions=False,
                stdout_as_string=False,
                strip_newline_in_stdout=False,
                env=environment,
            )
        return status, _bytes(output), _bytes(complaint)

    def commit_of(self, revision: str) -> str | None:
        """A commit's name; None where there is none."""
        status, output, _ = self.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}")
        return None if status else output.decode().strip()

    def tree_of(self, commit: str) -> str:
        """The name of a commit's tree."""
        return self.run("rev-parse", "--verify", commit + "^{tree}").decode().strip()

    def name_of(self, data: bytes) -> str:
        """The name that contents have in this repository."""
        whole = b"blob %d\0" % len(data) + data
        if self._width == hashlib.sha256().digest_size * 2:
            return hashlib.sha256(whole).hexdigest()
        return hashlib.sha1(whole, usedforsecurity=False).hexdigest()

    def write_blobs(self, contents: Iterable[bytes]) -> None:
        """Put contents into the repository just as they are; `name_of` says their names."""
        paths = []
        for name, data in {self.name_of(data): data for data in contents}.items():
            path = posixpath.join(self._scratch, name)
            with open(path, "wb") as file:
                file.write(data)
            paths.append(path)
        if paths:
            self.run("hash-object", "-w", "--no-filters", "--stdin-paths", given=os.fsencode("\n".join(paths) + "\n"))

    def read_blob(self, name: str) -> bytes:
        """Contents by name."""
        return self.run("cat-file", "blob", name)

    def read_tree(self, commit: str) -> None:
        """Fill the index of our own."""
        self.run("read-tree", commit)

    def listed(self, paths: Sequence[str], index: str = "") -> dict[str, tuple[str, str]]:
        """Mode and contents' name of each path (from the top) that an index holds, links followed to their files."""
        found: dict[str, tuple[str, str]] = {}
        for start in range(0, len(paths), 500):
            output = self.run("ls-files", "-z", "-s", "--", *paths[start : start + 500], index=index)
            for record in plumbing.records(output):
                head, _, path = record.partition("\t")
                mode, name, stage = head.split(" ")
                if stage != "0":
                    raise CannotCommit(f"{path} has conflicts of a merge: settle them first")
                found[path] = (mode, name)
        return found

    def followed(self, paths: Iterable[str]) -> dict[str, str]:
        """Each path of our own index, and the path of the file that it leads to where it is a link."""
        led = {path: path for path in paths}
        for _ in range(_MOST_LINKS):
            links = {p: name for p, (mode, name) in self.listed(sorted(set(led.values()))).items() if mode == LINK}
            if not links:
                return led
            there = {path: os.fsdecode(self.read_blob(name)) for path, name in links.items()}
            led = {
                path: posixpath.normpath(posixpath.join(posixpath.dirname(at), there[at])) if at in there else at
                for path, at in led.items()
            }
        raise CannotCommit(f"{min(links)} is a link in a loop")

    def write_tree(self, entries: Mapping[str, tuple[str, str] | None]) -> str:
        """The tree of our own index after some entries (None: removed)."""
        self.put(entries)
        return self.run("write-tree", "--missing-ok").decode().strip()

    def put(self, entries: Mapping[str, tuple[str, str] | None], index: str = "") -> None:
        """Change entries of an index, all or none."""
        lines = []
        for path, entry in entries.items():
            head = "0 " + "0" * self._width if entry is None else " ".join(entry)
            lines.append(os.fsencode(f"{head}\t{path}\0"))
        if lines:
            self.run("update-index", "-z", "--index-info", given=b"".join(lines), index=index)

    def write_commit(self, tree: str, parent: str, message: str, *, sign: bool = False) -> str:
        """A commit by the user as git knows them, unsigned, or signed with the key that git knows for them."""
        words = ("commit-tree", "--gpg-sign" if sign else "--no-gpg-sign", "-p", parent, "-F", "-", tree)
        return self.run(*words, given=message.encode("utf-8", "replace"), more=self._people()).decode().strip()

    def move(self, reference: str, new: str, old: str | None, reason: str) -> None:
        """Move a reference, if it is still where it was (None: nowhere)."""
        self.run("update-ref", "-m", reason, reference, new, old or "0" * self._width)

    def _people(self) -> dict[str, str]:
        """Who we say we are, where nobody has told git."""
        _, output, _ = self.attempt("config", "-z", "--get-regexp", r"^(user|author|committer)\.(name|email)$")
        pairs = (record.partition("\n") for record in plumbing.records(output))
        told = {key for key, _, value in pairs if value.strip()}
        found = {}
        for role in ("author", "committer"):
            for part, unknown in (("name", "stackfix"), ("email", os.environ.get("EMAIL") or "stackfix@localhost")):
                variable = f"GIT_{role}_{part}".upper()
                known = os.environ.get(variable) or variable in self._environment
                if not known and not {f"{role}.{part}", f"user.{part}"} & told:
                    found[variable] = unknown
        return found


def _bytes(output: object) -> bytes:
    """GitPython gives complaints as text and output as bytes, as asked; typed as either."""
    return output if isinstance(output, bytes) else str(output or "").encode("utf-8", "replace")
