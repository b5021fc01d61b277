"""What else than a script's own commands may bring a manifest into a cluster: tools, programs, documents, controllers.

Texts are searched by words: what they say at all is taken for done.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from stackfix.tree import upward

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.graph.kubernetes import Manifest
    from stackfix.graph.library import Library

_GROUPS = ("argoproj.io", "fluxcd.io", "fleet.cattle.io", "app.k8s.io", "kapp.k14s.io", "kappctrl.k14s.io")
_KINDS = frozenset({"Application", "ApplicationSet", "GitRepo", "Bundle", "App", "Kustomization"})
_DOCUMENTS = (".md", ".rst", ".txt", ".adoc", ".html", ".mdx")
_SCRIPTS = (".sh", ".bash", ".mk")
_YAML = (".yml", ".yaml")
_PROGRAMS = (
    ".tf", ".py", ".ps1", ".json", ".toml", ".js", ".ts", ".mjs", ".go", ".rb", ".groovy", ".bat", ".cmd", ".fish",
    ".j2", ".hcl", ".star", ".rs", ".java", ".kts", ".nix", ".cue",
)  # fmt: skip
_MAKEFILES = frozenset({"Makefile", "makefile", "GNUmakefile", "justfile", "Justfile"})
_OTHERS = frozenset({"Jenkinsfile", "Tiltfile", "README", "Earthfile"})
_TOOLS = frozenset(
    {
        "skaffold.yaml", "skaffold.yml", "Tiltfile", "devspace.yaml", "garden.yml", "garden.yaml", "helmfile.yaml",
        "werf.yaml", "okteto.yml", "okteto.yaml", "acorn.yaml", "Pulumi.yaml",
    }
)  # fmt: skip
_COMMAND = re.compile(r"\b(?:kubectl|oc|kapp|apply|create|replace|kustomize|helm)\b|(?:^|\s)-[fk]\s")
_APPLIES = re.compile(r"\b(?:apply|create|replace|deploy)\b(?P<rest>[^\n]*)")
_OPTION = re.compile(r"(?:-f|--filename)[ =,\"']+(?P<path>[^\s\"'`)\],]+)")
_DEEP = re.compile(r"(?:^|\s)(?:-R|--recursive)\b|kapp")
_NOT_APPLIED = re.compile(r"--dry-run(?!=none)|\bdelete\b")
_LISTED = re.compile(
    r"(?m)^[ \t]*-?[ \t]*(?:manifests?|src|source|path|args|template):[^\n]*(?:\n[ \t]+(?!\w+:)[^\n]*)*"
)
_SOON = 8


def delivers(item: Manifest) -> bool:
    """Whether an object has a controller bring the repository's manifests into the cluster."""
    return item.kind in _KINDS and item.group.endswith(_GROUPS)


@dataclass(frozen=True)
class _Page:
    """One text, continued lines joined so that every character keeps its offset."""

    path: str
    text: str

    @property
    def document(self) -> bool:
        """Whether it only tells: what it names may be a list of files."""
        return self.path.endswith(_DOCUMENTS) or posixpath.basename(self.path) == "README" or self.manifest

    @cached_property
    def manifest(self) -> bool:
        if not self.path.endswith(_YAML):
            return False
        return bool(re.search(r"(?m)^apiVersion:", self.text) and re.search(r"(?m)^kind:", self.text))

    @property
    def script(self) -> bool:
        return self.path.endswith(_SCRIPTS) or posixpath.basename(self.path) in _MAKEFILES

    def lines(self, word: str) -> Iterator[tuple[int, str]]:
        """The lines with a word, each with where it begins."""
        seen = -1
        for match in re.finditer(re.escape(word), self.text):
            start = self.text.rfind("\n", 0, match.start()) + 1
            if start > seen:
                end = self.text.find("\n", match.end())
                line = self.text[start : end if end >= 0 else len(self.text)]
                seen = start
                if not _NOT_APPLIED.search(line):
                    yield start, line


class Told:
    """All texts of a tree that may say how manifests get into a cluster.

    `followed` are the bytes, file by file, at which paths that have been followed already end.
    """

    def __init__(self, library: Library, followed: Mapping[str, frozenset[int]]) -> None:
        """Read nothing yet."""
        self.library = library
        self.followed = followed

    def applies(self, path: str, item: Manifest) -> bool:
        """Whether any text tells to apply a file, to make its object, or leaves all to another tool."""
        if any(self.library.tree.named(name) for name in _TOOLS):
            return True
        return any(self._says(page, path, item) for page in self._pages if page.path != path)

    @cached_property
    def _pages(self) -> tuple[_Page, ...]:
        found = []
        for path in self.library.tree.entries:
            name = posixpath.basename(path)
            if not path.endswith((*_DOCUMENTS, *_SCRIPTS, *_YAML, *_PROGRAMS)) and name not in _MAKEFILES | _OTHERS:
                continue
            data = self.library.sources.read(path) or b""
            if any(word in data for word in (b"apply", b"kubectl", b"manifest", b"kind:", b".yaml", b".yml", b".json")):
                text = data.decode("utf-8", "replace")
                found.append(_Page(path, text.replace("\\\r\n", "   ").replace("\\\n", "  ")))
        return tuple(found)

    def _says(self, page: _Page, path: str, item: Manifest) -> bool:
        return (
            self._names(page, path)
            or _makes(page, item)
            or any(_of_folder(line, path) for word in ("-f", "--file") for _, line in page.lines(word))
            or _holds(page, item)
            or _by_program(page, path)
        )

    def _names(self, page: _Page, path: str) -> bool:
        """Whether a text names the file; a document must do so where it speaks of commands."""
        name = posixpath.basename(path)
        own = posixpath.basename(posixpath.dirname(path))
        mention = re.compile(rf"([\w./${{}}()@*-]*/)?(?<![\w.-]){re.escape(name)}(?![\w-])")
        for start, line in page.lines(name):
            if page.document and not _COMMAND.search(line):
                continue
            for match in mention.finditer(line):
                folder = (match[1] or "").rstrip("/").rpartition("/")[2]
                open_ended = folder in {"", ".", ".."} or re.search(r"[${}*]", folder)
                if folder == own or (open_ended and not self._is_followed(page, start + match.end())):
                    return True
        return False

    def _is_followed(self, page: _Page, at: int) -> bool:
        return len(page.text[:at].encode()) in self.followed.get(page.path, frozenset())


def _makes(page: _Page, item: Manifest) -> bool:
    """Whether a command of a text creates the object by name."""
    made = re.compile(rf"\bcreate\s[^#\n]*\b{item.kind.lower()}\b[^#\n]*(?<![\w-]){re.escape(item.called)}(?![\w-])")
    return any(made.search(line) for _, line in page.lines(item.called))


def _holds(page: _Page, item: Manifest) -> bool:
    """Whether a text that is no manifest has the object written out: a heredoc, a string of a program."""
    if page.manifest:
        return False
    inner = re.compile(rf"\s*name:\s*[\"']?{re.escape(item.called)}[\"']?\s*")
    for match in re.finditer(rf"(?m)^\s*kind:\s*{item.kind}\s*$", page.text):
        following = page.text[match.end() :].split("\n", _SOON)[:_SOON]
        if any(inner.fullmatch(line) for line in following):
            return True
    return False


def _by_program(page: _Page, path: str) -> bool:
    """Whether a program, or an action of a workflow, may apply the whole folder."""
    folder = posixpath.basename(posixpath.dirname(path))
    named = re.compile(rf"(?<![\w-]){re.escape(folder)}(?![\w-])" if folder else "")
    if page.script or page.document:
        return False
    if not page.path.endswith(_YAML):
        return "kubectl" in page.text and "apply" in page.text and bool(named.search(page.text))
    if "uses:" not in page.text:
        return "kubernetes.core" in page.text
    return any(named.search(match.group()) for match in _LISTED.finditer(page.text))


def _of_folder(line: str, path: str) -> bool:
    """Whether a command of a text applies the folder that a file is in."""
    found = _APPLIES.search(line)
    if found is None:
        return False
    own = posixpath.dirname(path)
    for option in _OPTION.finditer(found["rest"]):
        folder = re.sub(r"^(?:\.{0,2}/)+|^\$[\w{}()]+/", "", option["path"]).rstrip("/*")
        above = list(upward(own)) if _DEEP.search(line) else [own]
        if any(folder and ("/" + one).endswith("/" + folder) for one in above):
            return True
        if option["path"] in {".", "./"} and not own:
            return True
    return False
