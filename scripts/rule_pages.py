"""Writes docs/rules/<rule>.md and each rule's example from the detectors and their cases; `--check` only compares."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

from stackfix import catalogue
from stackfix.outcome import Change
from stackfix.report import patch, rules

ROOT = Path(__file__).parent.parent


def files(root: Path) -> dict[str, bytes]:
    """All files below a folder by relative path."""
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def example(rule: str) -> str:
    """The diff of the rule's plain case: the first in which something is repaired, `plain` before the others."""
    cases = sorted(
        (ROOT / "tests" / "rules" / rule).glob("*/case.toml"), key=lambda p: ("plain" not in p.parent.name, p)
    )
    for case in cases:
        folder = case.parent
        if (folder / "after").is_dir() and tomllib.loads(case.read_text("utf-8")).get("finding"):
            return difference(folder)
    return ""


def difference(folder: Path) -> str:
    """What a case's repair changes, as a diff without git's heads."""
    before, after = files(folder / "before"), files(folder / "after")
    changes = [Change(name, before.get(name), after.get(name)) for name in {*before, *after}]
    text = patch.render(changes, lambda _path, _line: False).decode()
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("diff --git"))


def pages() -> dict[Path, str]:
    """Every generated file with its contents: the examples first, since pages show them."""
    made = {}
    for name in catalogue.ids():
        text = example(name)
        path = ROOT / "src" / "stackfix" / "detectors" / f"{name.replace('-', '_')}.diff"
        if text:
            made[path] = text
    return made


def documents() -> dict[Path, str]:
    """Every page with its contents, and the list of them."""
    found = catalogue.detectors()
    made = {ROOT / "docs" / "rules" / f"{d.id}.md": rules.page(d) for d in found}
    rows = "".join(
        f"| [{d.id}]({d.id}.md) | {d.rule.family.value} | {d.rule.severity.value} | {d.rule.summary} |\n" for d in found
    )
    made[ROOT / "docs" / "rules" / "README.md"] = (
        f"# The rules\n\n| rule | family | severity | what it finds |\n|---|---|---|---|\n{rows}"
    )
    return made


def stale() -> list[Path]:
    """Generated files that differ from what would be written, or that belong to no rule."""
    wanted = {**pages(), **documents()}
    there = {*(ROOT / "docs" / "rules").glob("*.md"), *(ROOT / "src" / "stackfix" / "detectors").glob("*.diff")}
    differ = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
    return sorted([*differ, *(there - wanted.keys())])


def main() -> int:
    """Write or compare; the result is the exit code."""
    if "--check" in sys.argv[1:]:
        found = stale()
        for path in found:
            print(f"out of date: {path.relative_to(ROOT)} (make pages)")
        return 1 if found else 0
    for make in (pages, documents):
        for path, text in make().items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    for path in stale():
        path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
