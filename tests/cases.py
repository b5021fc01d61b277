"""The cases of the rules as folders, read and checked; and the dresses in which each is tried again."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

FOLDER = Path(__file__).parent / "rules"
KEYS = {"why", "unsafe", "also", "config", "tracked", "dress", "finding"}
FINDING_KEYS = {"rule", "file", "line", "message_contains", "applicability", "evidence", "severity", "choices"}
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Expected:
    """One finding that must be reported; `line` is the whole line without white space at its ends.

    `choices` are all that are offered, each by its description and what its edits write; None where nothing is said.
    """

    rule: str
    file: str
    line: str
    applicability: str
    message_contains: tuple[str, ...] = ()
    severity: str | None = None
    evidence: tuple[tuple[str, str], ...] = ()
    choices: tuple[tuple[str, tuple[str, ...]], ...] | None = None


@dataclass(frozen=True)
class Files:
    """A small repository: contents by path, and which are executable."""

    contents: Mapping[str, bytes]
    executable: frozenset[str] = frozenset()

    @classmethod
    def read(cls, folder: Path) -> Files:
        """All files below a folder, git's own left out."""
        paths = [p for p in sorted(folder.rglob("*")) if p.is_file() and ".git" not in p.relative_to(folder).parts]
        names = {str(p.relative_to(folder)): p for p in paths}
        runs = frozenset(name for name, p in names.items() if os.access(p, os.X_OK))
        return cls({name: p.read_bytes() for name, p in names.items()}, runs)

    def write(self, folder: Path) -> None:
        """Make them below a folder."""
        for name, data in self.contents.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            path.chmod(0o755 if name in self.executable else 0o644)


@dataclass(frozen=True)
class Case:
    """A folder of `tests/rules/<rule>/`, or the same in a dress. `after` is None where nothing may change."""

    rule: str
    name: str
    why: str
    before: Files
    after: Files | None
    findings: tuple[Expected, ...] = ()
    also: frozenset[str] = frozenset()
    unsafe: bool = False
    config: str = ""
    tracked: tuple[str, ...] = ()
    dress: tuple[str, ...] = field(default=())

    @property
    def end(self) -> Files:
        """How the files must be after the repair."""
        return self.after or self.before


@cache
def every() -> tuple[Case, ...]:
    """All cases of all rules."""
    return tuple(_read(path.parent) for path in sorted(FOLDER.glob("*/*/case.toml")))


def dressed() -> Iterator[tuple[Case, str]]:
    """Every case as it stands and in each of its dresses that changes a file."""
    for case in every():
        yield case, ""
        for name in case.dress:
            other = wear(case, name)
            if other.before != case.before:
                yield other, name


def wear(case: Case, dress: str) -> Case:
    """The case with every file of both its trees that can take it in a dress; files that the repair makes are left."""
    change = DRESSES[dress]

    def over(files: Files) -> Files:
        known = case.before.contents
        return Files(
            {name: change(name, data) if name in known else data for name, data in files.contents.items()},
            files.executable,
        )

    after = None if case.after is None else over(case.after)
    return Case(**{**case.__dict__, "before": over(case.before), "after": after})


def _read(folder: Path) -> Case:
    text = tomllib.loads((folder / "case.toml").read_text("utf-8"))
    unknown = text.keys() - KEYS
    if unknown:
        raise ValueError(f"{folder}: case.toml has no {', '.join(sorted(unknown))}")
    return Case(
        rule=folder.parent.name,
        name=folder.name,
        why=text["why"],
        before=Files.read(folder / "before"),
        after=Files.read(folder / "after") if (folder / "after").is_dir() else None,
        findings=tuple(_expected(folder, one) for one in text.get("finding", ())),
        also=frozenset(text.get("also", ())),
        unsafe=text.get("unsafe", False),
        config=text.get("config", ""),
        tracked=tuple(text.get("tracked", ())),
        dress=tuple(text.get("dress", DRESSES)),
    )


def _expected(folder: Path, one: dict[str, object]) -> Expected:
    unknown = one.keys() - FINDING_KEYS
    if unknown:
        raise ValueError(f"{folder}: a finding has no {', '.join(sorted(unknown))}")
    contains, evidence = one.get("message_contains", []), one.get("evidence", [])
    words = [contains] if isinstance(contains, str) else contains
    assert isinstance(words, list)
    assert isinstance(evidence, list)
    severity = one.get("severity")
    return Expected(
        rule=str(one.get("rule", folder.parent.name)),
        file=str(one["file"]),
        line=str(one["line"]),
        applicability=str(one["applicability"]),
        message_contains=tuple(map(str, words)),
        severity=None if severity is None else str(severity),
        evidence=tuple((str(place["file"]), str(place["line"])) for place in evidence),
        choices=_choices(one.get("choices")),
    )


def _choices(said: object) -> tuple[tuple[str, tuple[str, ...]], ...] | None:
    if said is None:
        return None
    assert isinstance(said, list)
    return tuple((str(one["description"]), tuple(map(str, one["writes"]))) for one in said)


# --- dresses ---------------------------------------------------------------------------------------------------------


def _crlf(name: str, data: bytes) -> bytes:
    """CR LF line endings, save in what a kernel runs by its `#!` and in git's own file."""
    if data.startswith(b"#!") or b"\r" in data or b"\0" in data or name.endswith((".gitignore", ".sh")):
        return data
    return data.replace(b"\n", b"\r\n")


def _bom(name: str, data: bytes) -> bytes:
    """A byte order mark, where the real readers of that kind of file take one."""
    base = name.rpartition("/")[2]
    takes = base.endswith((".yml", ".yaml", ".py", ".ts", ".tsx", ".js", ".jsx")) or base.startswith("Dockerfile")
    return BOM + data if takes and data and not data.startswith((b"#!", BOM)) else data


def _no_final_newline(_name: str, data: bytes) -> bytes:
    return data.removesuffix(b"\n").removesuffix(b"\r")


_HASH = re.compile(
    r"(.*\.(ya?ml|py|conf|toml|env|dockerfile|sh)(\.template)?|Dockerfile.*|Makefile|\.env.*|.*\.(git|docker)ignore)"
)
_SLASHES = re.compile(r".*\.[jt]sx?")
_STAYS_FIRST = (b"#!", b"# syntax", b"#syntax", b"# escape", b"%YAML", b"'use", b'"use')


def _non_ascii(name: str, data: bytes) -> bytes:
    """A first line of comment in letters past ASCII, so that bytes and characters count differently below it."""
    base = name.rpartition("/")[2]
    mark = b"# " if _HASH.fullmatch(base) else b"// " if _SLASHES.fullmatch(base) else None
    if mark is None or not data:
        return data
    comment = mark + "größer, 大きい, больше 🙂\n".encode()
    if data.startswith(_STAYS_FIRST):
        first, _, rest = data.partition(b"\n")
        return first + b"\n" + comment + rest
    return comment + data


DRESSES: Mapping[str, Callable[[str, bytes], bytes]] = {
    "crlf": _crlf,
    "bom": _bom,
    "no-final-newline": _no_final_newline,
    "non-ascii": _non_ascii,
}
