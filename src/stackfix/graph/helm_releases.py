"""Which Helm releases a repository's texts tell to install: their charts make objects that no manifest here defines.

May import the library.
"""

from __future__ import annotations

import posixpath
import re
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.library import Library

_TEXTS = (".md", ".mdx", ".rst", ".adoc", ".txt", ".sh", ".bash", ".mk", ".yml", ".yaml", ".tf", ".ps1", ".py")
_NAMES = frozenset({"Makefile", "makefile", "GNUmakefile", "justfile", "Justfile", "Jenkinsfile", "Tiltfile", "README"})
_INSTALL = re.compile(r"\bhelm3?\s+(?:install|upgrade)\s(?P<rest>[^\n;&|`]*)")
_RESOURCE = re.compile(r"resource\s+\"helm_release\"[^{]*\{[^}]*?\bname\s*=\s*\"(?P<name>[-a-z0-9]+)\"")
_VALUES = re.compile(r"(?:^|/)values[^/]*\.ya?ml$|(?:^|/)[^/]*[-._]values\.ya?ml$")
_ALONE = frozenset(
    ["--install", "-i", "--wait", "--atomic", "--create-namespace", "--debug", "--force", "--reuse-values", "--devel"]
)
_NAME = re.compile(r"[a-z0-9][-a-z0-9]*")


def holds_values(path: str) -> bool:
    """Whether a file's name says that it holds what a chart is installed with."""
    return _VALUES.search(path) is not None


class Releases:
    """The releases that a tree's texts name. Read when first asked for."""

    def __init__(self, library: Library) -> None:
        """Read nothing yet."""
        self._library = library

    def may_make(self, name: str) -> bool:
        """Whether a chart may make an object of that name: the release's own, one that begins with it, or one that the
        values which it is installed with speak of.
        """
        if any(name == release or name.startswith(release + "-") for release in self._names):
            return True
        return any(re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", text) for text in self._values)

    @cached_property
    def _values(self) -> tuple[str, ...]:
        paths = (path for path in self._library.tree.entries if holds_values(path))
        return tuple((self._library.sources.read(path) or b"").decode("utf-8", "replace") for path in paths)

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(name for text in self._texts() for name in named(text))

    def _texts(self) -> Iterator[str]:
        for path in self._library.tree.entries:
            if path.endswith(_TEXTS) or posixpath.basename(path) in _NAMES:
                data = self._library.sources.read(path) or b""
                if b"helm" in data:
                    yield re.sub(r"\\\r?\n", " ", data.decode("utf-8", "replace"))


def named(text: str) -> Iterator[str]:
    """The releases that a text installs."""
    for match in _INSTALL.finditer(text):
        words = iter(match["rest"].split())
        for word in words:
            if not word.startswith("-"):
                if _NAME.fullmatch(word):
                    yield word
                break
            if "=" not in word and word not in _ALONE:
                next(words, None)
    yield from (match["name"] for match in _RESOURCE.finditer(text))
