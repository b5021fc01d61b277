"""A start pays for nothing that it doesn't need."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"yaml", "libcst", "rich", "git", "gitdb", "crossplane", "ruamel", "dockerfile_parse", "pydantic"}
SOURCE = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent / "src")}
COMMAND = "import sys; sys.argv[0] = 'stackfix'; from stackfix.__main__ import main; code = main(); "
TELL = "print(*sorted(sys.modules), file=sys.stderr); sys.exit(code)"


def imported(*words: str, folder: Path) -> set[str]:
    """The names of all modules that a run has imported."""
    command = [sys.executable, "-c", COMMAND + TELL, *words]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=SOURCE)
    found = set(ran.stderr.splitlines()[-1].split())
    assert ran.returncode in {0, 1}, ran.stderr
    assert "stackfix" in found, ran.stderr
    return found


def packages(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


def test_the_version_imports_nothing(tmp_path: Path) -> None:
    modules = imported("--version", folder=tmp_path)
    assert not packages(modules) & {*HEAVY, "typer", "click", "re", "json", "pathlib", "dataclasses"}
    assert {name for name in modules if name.startswith("stackfix")} == {"stackfix", "stackfix.__main__"}


def test_an_empty_folder_imports_no_parser(tmp_path: Path) -> None:
    assert not packages(imported(folder=tmp_path)) & HEAVY


def test_a_folder_that_no_rule_speaks_of_pays_for_no_graph(tmp_path: Path) -> None:
    for name in ("README.md", "LICENSE", "logo.png"):
        (tmp_path / name).write_bytes(b"hello\n")
    for modules in (imported(folder=tmp_path), imported("--dry-run", folder=tmp_path)):
        assert not [
            name for name in modules if name.startswith(("stackfix.graph", "stackfix.formats", "stackfix.engine"))
        ]
    (tmp_path / "start").write_bytes(b"#!/bin/sh\n")
    assert "stackfix.graph" in imported(folder=tmp_path)


def test_the_help_imports_no_rule(tmp_path: Path) -> None:
    modules = imported("--help", folder=tmp_path)
    assert not packages(modules) & HEAVY
    assert not [
        name for name in modules if name.startswith(("stackfix.detectors", "stackfix.graph", "stackfix.formats"))
    ]


@pytest.mark.parametrize(
    ("name", "text", "unneeded"),
    [
        ("notes.txt", "hello\n", HEAVY),
        ("Dockerfile", "FROM scratch\n", HEAVY - {"dockerfile_parse"}),
        ("nginx.conf", "events {}\nhttp {\n}\n", HEAVY - {"crossplane"}),
        ("app.py", "import os\nprint(os.getenv('PORT'))\n", HEAVY - {"libcst"}),
        ("compose.yml", "services:\n  web:\n    image: nginx\n", HEAVY - {"yaml"}),
    ],
)
def test_a_file_imports_its_own_parser_at_most(name: str, text: str, unneeded: set[str], tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    assert not packages(imported(folder=tmp_path)) & unneeded
