"""Reports kept in the user's cache folder: a run over a tree that is the same to the byte tells what the last one told.

A report depends on the program, on what it was asked for, on which paths there are, on what the files that it read
hold, and on which paths git would ignore. All of it is compared anew, contents by contents and never by times, so that
a kept report is exactly what a run would come to. Only reports are kept, as they may be told: no secret is in them.

May import repository, outcome and what lies below; touches nothing but the cache folder.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, TypedDict

from stackfix.edits import Create, Delete, Fix, Replace, SetMode
from stackfix.findings import Anchor, Applicability, Family, Finding, Location, Rule, Severity
from stackfix.outcome import Outcome, Reported, Skipped, Status
from stackfix.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.edits import Edit
    from stackfix.repository import Snapshot
    from stackfix.tree import Sources

MOST_KEPT = 200
"""Reports in the folder; of more, the oldest go."""


@dataclass(frozen=True, slots=True)
class Noted:
    """Contents that note what a run learned from them: a digest of each file that it asked for, None where that can't
    be read, and each answer about ignore rules.
    """

    under: Sources
    files: dict[str, str | None] = field(default_factory=dict)
    ignored: dict[str, bool] = field(default_factory=dict)

    def read(self, path: str) -> bytes | None:
        """The bytes below."""
        data = self.under.read(path)
        if path not in self.files:
            self.files[path] = None if data is None else _digest(data)
        return data

    def would_ignore(self, path: str) -> bool:
        """The answer below."""
        answer = self.ignored[path] = self.under.would_ignore(path)
        return answer


class _Record(TypedDict):
    """One file of the folder. `state` is the program and the tree, `outcome` what was told."""

    state: dict[str, str]
    files: dict[str, str | None]
    reasons: dict[str, str]
    ignored: dict[str, bool]
    outcome: _Outcome


class _Outcome(TypedDict):
    files: int
    components: int
    skipped: dict[str, str]
    reported: list[_Reported]


class _Reported(TypedDict):
    rule: tuple[str, str]
    level: str
    message: str
    places: list[tuple[str, int, int, str]]
    fingerprint: str
    fix: _Fix | None
    choices: list[_Fix]
    status: str | None
    reason: str | None
    withheld: str | None


class _Fix(TypedDict):
    applicability: str
    description: str
    edits: list[_Edit]


class _Edit(TypedDict):
    """An edit: bytes are written as Latin-1, whose characters are the bytes' numbers."""

    kind: str
    path: str
    start: int
    end: int
    data: str
    executable: bool


class Recall:
    """The place of one report: of one root, asked for in one way."""

    def __init__(self, folder: Path, snapshot: Snapshot, words: Iterable[str]) -> None:
        """`folder` is the user's, `words` are all that the report depends on beside tree and contents."""
        self._began = perf_counter()
        self._under = snapshot
        self._path = folder / _digest_of_text("\0".join((snapshot.root, *words)))
        self._state = {"program": _program(), "tree": _digest_of_text("\n".join(_described(snapshot)))}
        self._noted = Noted(snapshot.sources)
        self.snapshot = replace(snapshot, sources=self._noted)

    def outcome(self) -> Outcome | None:
        """What the last run came to, if all that it rested on is still so."""
        try:
            held: _Record = json.loads(self._path.read_bytes())
            if held["state"] != self._state or not self._holds(held):
                return None
            return _outcome(held["outcome"], perf_counter() - self._began)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            # No record, or none that this version wrote: the run is made.
            return None

    def keep(self, outcome: Outcome) -> None:
        """Keep a report that was made from `snapshot`; a folder that can't be written keeps none."""
        reasons = _reasons(self._under.skipped)
        if any(self._noted.files.get(path) is not None for path in reasons):
            return  # it changed while the run read it
        record: _Record = {
            "state": self._state,
            "files": self._noted.files,
            "reasons": reasons,
            "ignored": self._noted.ignored,
            "outcome": _kept(outcome),
        }
        with suppress(OSError):
            _write(self._path, json.dumps(record, separators=(",", ":")).encode("ascii"))

    def _holds(self, held: _Record) -> bool:
        sources = self._under.sources
        if any(_digest_of(sources, path) != known for path, known in held["files"].items()):
            return False
        if _reasons(self._under.skipped) != held["reasons"]:
            return False
        return all(sources.would_ignore(path) == known for path, known in held["ignored"].items())


def _reasons(skipped: Iterable[Skipped]) -> dict[str, str]:
    return {one.path: one.reason for one in skipped}


def _digest_of(sources: Sources, path: str) -> str | None:
    data = sources.read(path)
    return None if data is None else _digest(data)


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()


def _digest_of_text(text: str) -> str:
    return _digest(text.encode("utf-8", "surrogateescape"))


def _program() -> str:
    """The code that would run: this package's files as they lie there, the interpreter, and the libraries beside."""
    parts = [sys.version, *_files(str(Path(__file__).parent))]
    library = find_spec("libcst")
    if library is not None and library.origin is not None:
        # Installing or removing a package touches the folder that they lie in.
        parts.append(str(Path(library.origin).parent.parent.stat().st_mtime_ns))
    return _digest_of_text("\n".join(parts))


def _files(folder: str) -> Iterator[str]:
    with os.scandir(folder) as children:
        for child in sorted(children, key=lambda one: one.name):
            if child.is_dir():
                if child.name != "__pycache__":
                    yield from _files(child.path)
            else:
                status = child.stat()
                yield f"{child.path} {status.st_size} {status.st_mtime_ns}"


def _described(snapshot: Snapshot) -> Iterator[str]:
    """All that a tree says, beside contents."""
    tree = snapshot.tree
    yield f"{snapshot.prefix} {tree.in_git} {sorted(tree.unknown)} {sorted(tree.ignored_names)}"
    for path in sorted(tree.entries):
        entry = tree.entries[path]
        yield f"{path}\0{entry.executable:d}{entry.tracked:d}{entry.ignored:d}{entry.wiring:d}{entry.target or ''}"


def _write(path: Path, data: bytes) -> None:
    """Put a record in its place at once: whoever reads it finds the old or the new one."""
    folder = path.parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_suffix(f".{os.getpid()}")
    new.touch(mode=0o600)
    new.write_bytes(data)
    new.replace(path)
    with os.scandir(folder) as children:
        kept = sorted(children, key=lambda child: child.stat().st_mtime_ns)
    for child in kept[: max(len(kept) - MOST_KEPT, 0)]:
        Path(child).unlink()


# --- an outcome as JSON and back -------------------------------------------------------------------------------------


def _kept(outcome: Outcome) -> _Outcome:
    return {
        "files": outcome.files,
        "components": outcome.components,
        "skipped": _reasons(outcome.skipped),
        "reported": [_kept_finding(reported) for reported in outcome.reported],
    }


def _kept_finding(reported: Reported) -> _Reported:
    finding, fix = reported.finding, reported.proposal
    if fix is not None and reported.withheld is not None:
        fix = replace(fix, edits=())
    places = (finding.location, *finding.evidence)
    return {
        "rule": (finding.rule.id, finding.rule.family.value),
        "level": finding.severity.value,
        "message": finding.message,
        "places": [(place.path, place.span.start, place.span.end, place.note) for place in places],
        "fingerprint": reported.fingerprint,
        "fix": _kept_fix(fix) if fix is not None else None,
        "choices": [_kept_fix(choice) for choice in reported.choices],
        "status": reported.status.value if reported.status is not None else None,
        "reason": reported.reason,
        "withheld": reported.withheld,
    }


def _kept_fix(fix: Fix) -> _Fix:
    edits = [_kept_edit(edit) for edit in fix.edits]
    return {"applicability": fix.applicability.value, "description": fix.description, "edits": edits}


def _kept_edit(edit: Edit) -> _Edit:
    kept: _Edit = {"kind": "delete", "path": edit.path, "start": 0, "end": 0, "data": "", "executable": False}
    match edit:
        case Replace():
            start, end = edit.span.start, edit.span.end
            kept |= {"kind": "replace", "start": start, "end": end, "data": edit.replacement.decode("latin-1")}
        case Create():
            kept |= {"kind": "create", "data": edit.content.decode("latin-1"), "executable": edit.executable}
        case SetMode():
            kept |= {"kind": "mode", "executable": edit.executable}
        case Delete():
            pass
    return kept


def _outcome(kept: _Outcome, seconds: float) -> Outcome:
    return Outcome(
        tuple(map(_reported, kept["reported"])),
        skipped=tuple(Skipped(path, reason) for path, reason in kept["skipped"].items()),
        files=kept["files"],
        components=kept["components"],
        seconds=seconds,
    )


def _reported(kept: _Reported) -> Reported:
    name, family = kept["rule"]
    level = Severity(kept["level"])
    here, *evidence = (Location(path, Span(start, end), note) for path, start, end, note in kept["places"])
    # What a report tells is all that is kept of a finding: its anchor and its remedy have done their work.
    rule, anchor = Rule(name, Family(family), level, ""), Anchor(here.path, "")
    finding = Finding(rule, kept["message"], here, anchor, "", tuple(evidence), level=level)
    return Reported(
        finding,
        kept["fingerprint"],
        _fix(kept["fix"]) if kept["fix"] is not None else None,
        tuple(map(_fix, kept["choices"])),
        Status(kept["status"]) if kept["status"] is not None else None,
        kept["reason"],
        kept["withheld"],
    )


def _fix(kept: _Fix) -> Fix:
    return Fix(Applicability(kept["applicability"]), kept["description"], tuple(map(_edit, kept["edits"])))


def _edit(kept: _Edit) -> Edit:
    data = kept["data"].encode("latin-1")
    match kept["kind"]:
        case "replace":
            return Replace(kept["path"], Span(kept["start"], kept["end"]), data)
        case "create":
            return Create(kept["path"], data, kept["executable"])
        case "mode":
            return SetMode(kept["path"], kept["executable"])
        case _:
            return Delete(kept["path"])
