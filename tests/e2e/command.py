"""stackfix as people call it, on a copy of an example or on files of a test's own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TOP = Path(__file__).parent.parent.parent
EXAMPLES = TOP / "examples"
PEOPLE = {**os.environ, "PYTHONPATH": str(TOP / "src"), "NO_COLOR": "1"}


def copy(example: str, folder: Path) -> Path:
    """An example in a folder of its own."""
    return Path(shutil.copytree(EXAMPLES / example, folder / example, ignore=shutil.ignore_patterns("__pycache__")))


def stackfix(root: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    """Call the command; exit codes past 1 are errors."""
    ran = subprocess.run(
        [sys.executable, "-m", "stackfix", *words, str(root)], capture_output=True, check=False, env=PEOPLE
    )
    assert ran.returncode in {0, 1}, ran.stderr.decode()
    return ran


def findings(root: Path, *words: str) -> list[dict[str, Any]]:
    """The findings of a run as JSON."""
    report = json.loads(stackfix(root, "--output-format", "json", *words).stdout)
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
