"""stackfix on a copy of an example, or on files of a test's own."""

from __future__ import annotations

import io
import json
import shutil
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stackfix import cli

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


@dataclass(frozen=True)
class Ran:
    """How a call ended, and what it printed."""

    code: int
    out: bytes


def copy(example: str, folder: Path) -> Path:
    """An example in a folder of its own."""
    return Path(shutil.copytree(EXAMPLES / example, folder / example, ignore=shutil.ignore_patterns("__pycache__")))


def stackfix(root: Path, *words: str) -> Ran:
    """Call the command in this process: its imports cost more than its work. Exit codes past 1 are errors."""
    out, err = io.BytesIO(), io.BytesIO()
    # Held in names: a wrapper that nobody holds closes what it wraps.
    out_text, err_text = (io.TextIOWrapper(stream, "utf-8", write_through=True) for stream in (out, err))
    with redirect_stdout(out_text), redirect_stderr(err_text):
        code = cli.main([*words, str(root)])
    assert code in {0, 1}, err.getvalue().decode()
    return Ran(code, out.getvalue())


def findings(root: Path, *words: str) -> list[dict[str, Any]]:
    """The findings of a run as JSON."""
    report = json.loads(stackfix(root, "--output-format", "json", *words).out)
    found: list[dict[str, Any]] = report["findings"]
    return found


@dataclass(frozen=True)
class Repaired:
    """An example after a repair, and what the run said of each finding."""

    root: Path
    told: list[dict[str, Any]]


def repaired(example: str, folder: Path, *words: str) -> Repaired:
    """A copy of an example, repaired."""
    root = copy(example, folder)
    return Repaired(root, findings(root, "--apply", *words))
