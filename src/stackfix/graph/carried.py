"""Compose files that somebody sends to another machine by their name: what lies beside them there is unknown."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.graph.library import Library

_TELLS = (".sh", ".bash", ".yml", ".yaml", ".mk", ".md", ".ps1", ".py", ".js", ".ts", ".groovy")
_TELLERS = frozenset({"Makefile", "makefile", "justfile", "Justfile", "Taskfile", "Jenkinsfile", "Vagrantfile"})
_LINE = rb"(?:\\\r?\n|[^\n#])*"
_ACTION = re.compile(rb"scp-action|rsync-deploy|ssh-scp|sftp", re.IGNORECASE)


def carried(library: Library, path: str) -> bool:
    """Whether a script, a workflow or a document copies a Compose file to another machine, and names it for it."""
    name = posixpath.basename(path).encode()
    end = rb"(?<![\w.-])" + re.escape(name) + rb"(?![\w.-])"
    sends = re.compile(rb"\b(?:scp|rsync|sftp)\b" + _LINE + end)
    source = re.compile(
        rb"\b(?:source|local|local_path)[ \t]*:"
        rb"(?:[ \t]*[|>]-?[ \t]*\r?\n(?:[ \t][^\n:]*\n){0,9}?)?[^\n#]*" + end
    )
    for other, entry in library.tree.entries.items():
        if other == path or not entry.tracked or not (other.endswith(_TELLS) or posixpath.basename(other) in _TELLERS):
            continue
        data = library.sources.read(other)
        if data is None or name not in data:
            continue
        if sends.search(data) or (_ACTION.search(data) and source.search(data)):
            return True
    return False
