"""A remote that is a folder of this machine: git would receive a push in it as its owner, and run what it names.

May import the repository's plumbing.
"""

from __future__ import annotations

import os
import posixpath
import re
from typing import TYPE_CHECKING

from stackfix.repository import plumbing

if TYPE_CHECKING:
    from collections.abc import Mapping

_SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.alternateRefsCommand=",
    "gc.recentObjectsHook=",
    "receive.autogc=false",
    # A checkout there would go through the folder's filters.
    "receive.denyCurrentBranch=refuse",
)

RECEIVING = " ".join(("git", *(f"-c {setting}" for setting in _SETTINGS), "receive-pack"))
"""What takes a push, in place of git's own word: it hands down no settings, so they stand in the command."""

_GATES = ("pre-receive", "update", "reference-transaction")
_SECRET = re.compile(r"(?i)token|secret|passw|credential|private_?key|api_?key|database_url")


def gate(folder: str) -> str | None:
    """A hook of the folder's repository that decides on pushes; None where there is none."""
    try:
        hooks = _hooks(folder)
    except plumbing.GitFailed:
        # It is gone, as the push will say.
        return None
    return next((name for name in _GATES if os.access(posixpath.join(hooks, name), os.X_OK)), None)


def without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for what works in the folder: nobody there is told a token."""
    return {name: value for name, value in environment.items() if not _SECRET.search(name)}


def _hooks(folder: str) -> str:
    said = plumbing.call(folder, "rev-parse", "--git-common-dir")
    common = posixpath.join(folder, os.fsdecode(said).removesuffix("\n"))
    try:
        words = ("config", "--local", "--includes", "--type=path", "--get", "core.hooksPath")
        named = os.fsdecode(plumbing.call(folder, *words)).removesuffix("\n")
    except plumbing.GitFailed:
        return posixpath.join(common, "hooks")
    return posixpath.join(folder, named)
