"""One file in memory, a repair, and what the file says afterwards by a parser that is not ours."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, cast

import pytest
from ruamel.yaml import YAML

from stackfix.edits import Replace
from stackfix.graph.library import Library
from stackfix.repairing import edits
from stackfix.tree import Entry, Tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackfix.findings import Repair

PATH = "file.yaml"


class _Memory:
    """The contents of the one file."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def read(self, path: str) -> bytes | None:
        return self.data if path == PATH else None

    def would_ignore(self, path: str) -> bool:
        return path.startswith("ignored/")


def _library(data: bytes) -> Library:
    return Library(Tree({PATH: Entry(PATH)}), _Memory(data))


def _repaired(data: bytes, repair: Repair) -> bytes:
    for edit in sorted(edits(repair, _library(data)), key=lambda e: cast("Replace", e).span, reverse=True):
        assert isinstance(edit, Replace)
        data = data[: edit.span.start] + edit.replacement + data[edit.span.end :]
    return data


def _judged(data: bytes) -> list[object]:
    return list(YAML(typ="safe", pure=True).load_all(StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.fixture(scope="session")
def library() -> Callable[[bytes], Library]:
    """A library of one file called file.yaml."""
    return _library


@pytest.fixture(scope="session")
def repaired() -> Callable[[bytes, Repair], bytes]:
    """The file's bytes after a repair."""
    return _repaired


@pytest.fixture(scope="session")
def judged() -> Callable[[bytes], list[object]]:
    """What ruamel.yaml (pure, YAML 1.2) reads."""
    return _judged
