"""The ratios of speed, each of two things measured in turn in one run; nothing here fails a build.

    python benchmarks/run.py [--systems N] [--repeat N]

*First* is a run that judges everything (`--no-cache`), *again* one over a tree whose report an earlier run has kept.
Peers that aren't installed (`make bench` brings them) are said to be missing.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import corpus

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Commands = Sequence[tuple[str, ...]]

HERE = Path(__file__).resolve().parent
BIN = Path(sys.executable).parent
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": str(HERE.parent / "src"),
    "PYTHONDONTWRITEBYTECODE": "",  # installed programs have their modules compiled
    "SEMGREP_SEND_METRICS": "off",
    "SEMGREP_ENABLE_VERSION_CHECK": "0",
}
STACKFIX = (sys.executable, "-m", "stackfix")
FIRST = (*STACKFIX, "--no-cache")
EMPTY_TYPER = "import typer\napp = typer.Typer()\n@app.command()\ndef main() -> None: ...\napp()\n"
PATTERN = "rules: [{id: r, languages: [python], severity: ERROR, message: m, pattern: 'os.getenv($X, $Y)'}]\n"
MOST_WORDS = 60_000
"""Bytes of arguments that one peer is given at once."""


@dataclass(frozen=True)
class Line:
    """One row: seconds of ours and of the other's, and the ratio that is aimed at."""

    what: str
    ours: float
    other: float | None
    target: str
    faster: bool = True

    @property
    def told(self) -> str:
        """The row as it is printed."""
        if self.other is None:
            return f"{self.what:<62} {self.ours:8.3f} s        -          - {self.target}"
        ratio = self.other / self.ours if self.faster else self.ours / self.other
        return f"{self.what:<62} {self.ours:8.3f} s {self.other:8.3f} s {ratio:8.2f}x {self.target}"


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description="Print the ratios of speed.")
    options.add_argument("--systems", type=int, default=250, help="how many systems the corpus has (default 250)")
    options.add_argument("--repeat", type=int, default=5, help="of how many runs the best is taken (default 5)")
    given = options.parse_args()
    print(f"{'':<62} {'ours':>10} {'other':>10} {'ratio':>9} target", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        ENVIRONMENT["XDG_CACHE_HOME"] = folder
        for line in _lines(Path(folder), given.systems, given.repeat):
            print(line.told, flush=True)


def _lines(folder: Path, systems: int, repeat: int) -> Iterator[Line]:
    yield from _starts(folder, repeat * 2)
    whole = folder / "whole"
    corpus.write(whole, systems)
    for kind, (peer, command, target) in _peers(folder).items():
        part = folder / kind
        files = _part(whole, part, corpus.KINDS[kind])
        ours, other = _times([(*FIRST, str(part))], _commands(command, files), part, repeat=min(repeat, 3))
        size = sum((part / file).stat().st_size for file in files) / 1e6
        yield Line(f"{len(files)} {kind} files, {size:.1f} MB, first: {peer}", ours, other, target)
        _seconds([(*STACKFIX, str(part))], part)
        again, _ = _times([(*STACKFIX, str(part))], None, part, repeat)
        yield Line(f"{len(files)} {kind} files, {size:.1f} MB, again: {peer}", again, other, target)
    yield from _growth(folder, systems)


def _starts(folder: Path, repeat: int) -> Iterator[Line]:
    empty = folder / "empty.py"
    empty.write_text(EMPTY_TYPER, encoding="utf-8")
    small = folder / "small"
    small.mkdir()
    for name, text in {"README.md": "# Small\n", "LICENSE": "Free.\n", ".gitignore": "*.pyc\n"}.items():
        (small / name).write_text(text, encoding="utf-8")
    stack = folder / "stack"
    corpus.write(stack, 1)
    bare, typer = [(sys.executable, "-c", "pass")], [(sys.executable, str(empty))]
    rows = (
        ("--version: bare python", [(*STACKFIX, "--version")], bare, "≤ 2x"),
        ("a small folder of no wiring: an empty typer command", [(*STACKFIX, str(small))], typer, "≤ 1.5x"),
        ("one small system that meets, first: an empty typer command", [(*FIRST, str(stack))], typer, ""),
        ("one small system that meets, again: an empty typer command", [(*STACKFIX, str(stack))], typer, ""),
    )
    for what, ours, other, target in rows:
        yield Line(what, *_times(ours, other, folder, repeat), target, faster=False)


def _peers(folder: Path) -> dict[str, tuple[str, tuple[str, ...] | None, str]]:
    """For each kind of file the peer's name, its command (None: not installed) and the ratio aimed at."""
    rules = folder / "semgrep.yaml"
    rules.write_text(PATTERN, encoding="utf-8")
    semgrep = ("scan", "--config", str(rules), "--quiet", "--metrics=off", "--disable-version-check", "--no-git-ignore")
    return {
        "dockerfiles": ("hadolint", _installed("hadolint", "--no-fail"), "≥ 20x"),
        "yaml": ("yamllint", _installed("yamllint", "--no-warnings"), "≥ 5x"),
        "nginx": ("gixy-ng", _installed("gixy"), "> 1x"),
        "python": ("semgrep, one pattern", _installed("semgrep", *semgrep), "> 1x"),
    }


def _installed(program: str, *words: str) -> tuple[str, ...] | None:
    found = shutil.which(program, path=f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}")
    return (found, *words) if found else None


def _part(whole: Path, part: Path, ending: str) -> list[str]:
    """Copy the files of one kind; their paths from the folder."""
    files = sorted(p.relative_to(whole) for p in whole.rglob("*") if p.is_file() and p.name.endswith(ending))
    for file in files:
        (part / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(whole / file, part / file)
    return [str(file) for file in files]


def _commands(command: tuple[str, ...] | None, files: Sequence[str]) -> list[tuple[str, ...]] | None:
    """One command over all files, or several where they would be too many words."""
    if command is None:
        return None
    found: list[tuple[str, ...]] = []
    batch: list[str] = []
    for file in files:
        batch.append(file)
        if sum(map(len, batch)) > MOST_WORDS:
            found.append((*command, *batch))
            batch = []
    return [*found, (*command, *batch)] if batch else found


def _times(ours: Commands, other: Commands | None, folder: Path, repeat: int) -> tuple[float, float | None]:
    """The best of several runs of both, in turn, so that whatever else the machine does meets both alike."""
    pairs = [(_seconds(ours, folder), None if other is None else _seconds(other, folder)) for _ in range(repeat)]
    others = [seconds for _, seconds in pairs if seconds is not None]
    return min(seconds for seconds, _ in pairs), min(others) if others else None


def _seconds(commands: Commands, folder: Path) -> float:
    began = perf_counter()
    for command in commands:
        ran = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, check=False)
        if ran.returncode not in {0, 1}:
            said = ran.stderr[-500:].decode(errors="replace")
            sys.stderr.write(f"{command[0]} ended with {ran.returncode}: {said}\n")
    return perf_counter() - began


def _growth(folder: Path, systems: int) -> Iterator[Line]:
    """Ten times the files, and the most memory that any run took."""
    small, large = folder / "ones", folder / "tens"
    corpus.write(small, max(systems // 25, 1))
    corpus.write(large, max(systems // 25, 1) * 10)
    tens, ones = _times([(*FIRST, str(large))], [(*FIRST, str(small))], folder, repeat=2)
    count = sum(1 for path in large.rglob("*") if path.is_file())
    yield Line(f"{count} files against a tenth of them", tens, ones, "≤ 11x", faster=False)
    print(f"{'memory of ours at its peak, those files':<62} {_own_peak(large):8.0f} MB {'':>20} < 150 MB", flush=True)


def _own_peak(folder: Path) -> float:
    """The resident megabytes of one run at its peak."""
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], capture_output=True); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = (sys.executable, "-c", code, *FIRST, str(folder))
    ran = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=True)
    return int(ran.stdout) / 1024


if __name__ == "__main__":
    main()
