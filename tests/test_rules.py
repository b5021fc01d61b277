"""One test for every case of every rule, by the command line's contract alone."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections import Counter
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from stackfix import catalogue, cli
from tests import cases, judges

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cases import Case, Expected, Files

SCHEMA = json.loads(resources.files("stackfix").joinpath("schemas/report.json").read_text("utf-8"))
TRIED = list(cases.dressed())
GIT = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}


@dataclass(frozen=True)
class Bench:
    """Where a case is tried: its folder, and how stackfix is called there."""

    root: Path
    case: Case
    capture: pytest.CaptureFixture[bytes]

    def git(self, *words: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(["git", *words], cwd=self.root, input=data, capture_output=True, check=False, env=GIT)

    def stackfix(self, *words: str) -> tuple[int, bytes]:
        """The exit code and stdout; stderr is shown where the code says that something went wrong."""
        config = ["--config", str(self.root.parent / "case-config.toml")] if self.case.config else []
        code = cli.main([str(self.root), "--verbose", *words, *config])
        output, errors = self.capture.readouterr()
        assert code in {0, 1}, errors.decode()
        return code, output

    def report(self, *words: str) -> list[dict[str, Any]]:
        _, output = self.stackfix("--output-format", "json", *words)
        told = json.loads(output)
        jsonschema.validate(told, SCHEMA)
        found = told["findings"]
        assert isinstance(found, list)
        return found

    def files(self) -> Files:
        return cases.Files.read(self.root)

    @property
    def grades(self) -> list[str]:
        return ["--unsafe-fixes"] if self.case.unsafe else []


@pytest.fixture
def bench(request: pytest.FixtureRequest, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> Bench:
    case: Case = request.param
    root = tmp_path / "repository"
    case.before.write(root)
    (tmp_path / "case-config.toml").write_text(case.config, "utf-8")
    made = Bench(root, case, capsysbinary)
    made.git("init", "-q")
    made.git("add", "-A")
    if case.tracked:
        made.git("add", "-f", "--", *case.tracked)
    return made


def tried(only_plain: bool = False) -> pytest.MarkDecorator:
    chosen = [(case, dress) for case, dress in TRIED if not (only_plain and dress)]
    names = [f"{case.rule}/{case.name}{f'-{dress}' if dress else ''}" for case, dress in chosen]
    return pytest.mark.parametrize("bench", [case for case, _ in chosen], ids=names, indirect=True)


@tried()
def test_exactly_these_findings_and_exactly_these_bytes(bench: Bench) -> None:
    case = bench.case
    found = bench.report()
    assert bench.files() == case.before, "a report writes nothing"
    exact(case, found)
    applied = bench.report("--apply", *bench.grades)
    same_bytes(bench.files(), case.end)
    assert [f["rule"] for f in applied if f.get("status") == "refused"] == [
        f["rule"] for f in found if f.get("status") == "refused"
    ], "no fix of a case is withdrawn"
    again = bench.report("--apply", *bench.grades)
    same_bytes(bench.files(), case.end)
    gone = {f["fingerprint"] for f in applied if f["status"] == "fixed"}
    assert not gone & {f["fingerprint"] for f in again}, "what is fixed is not found again"


@tried(only_plain=True)
def test_git_takes_the_patch_and_gives_what_apply_writes(bench: Bench) -> None:
    _, patch = bench.stackfix("--dry-run", *bench.grades)
    assert bench.files() == bench.case.before, "a dry run writes nothing"
    if bench.case.after is None:
        assert patch == b"", "no after/: nothing may change"
        return
    checked = bench.git("apply", "--check", "-", data=patch)
    assert checked.returncode == 0, checked.stderr.decode() + patch.decode("utf-8", "replace")
    bench.git("apply", "--whitespace=nowarn", "-", data=patch)
    same_bytes(bench.files(), bench.case.end)


@pytest.mark.parametrize(
    "case", [c for c in cases.every() if c.after], ids=[f"{c.rule}/{c.name}" for c in cases.every() if c.after]
)
def test_the_real_tools_take_what_they_took_before(case: Case, tmp_path: Path) -> None:
    for name, data in case.end.contents.items():
        before = case.before.contents.get(name)
        if data == before:
            continue
        if before is None or judges.complaint(name, before, tmp_path) is None:
            assert judges.complaint(name, data, tmp_path) is None


def exact(case: Case, found: list[dict[str, Any]]) -> None:
    """Every expected finding, each once, and no other."""
    left = [one for one in found if one["rule"] not in case.also or one["rule"] in {e.rule for e in case.findings}]
    for expected in case.findings:
        match = next((one for one in left if meets(case, expected, one)), None)
        assert match is not None, f"not found: {expected}\nfound: {told(case, left)}"
        left.remove(match)
    assert not [one for one in left if one["rule"] not in case.also], f"found besides: {told(case, left)}"


def meets(case: Case, expected: Expected, one: dict[str, Any]) -> bool:
    grade = "none" if one["fix"] is None else one["fix"]["applicability"]
    evidence = {(place["file"], line_of(case, place)) for place in one["evidence"]}
    return (
        (one["rule"], one["file"], line_of(case, one), grade)
        == (expected.rule, expected.file, expected.line, expected.applicability)
        and all(word in one["message"] for word in expected.message_contains)
        and expected.severity in {None, one["severity"]}
        and evidence >= set(expected.evidence)
        and expected.choices in {None, offered(one)}
    )


def offered(one: dict[str, Any]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The choices that a finding leaves to a person: their descriptions, and what their edits write."""
    choices = one["fix"].get("choices", ()) if one["fix"] is not None else ()
    return tuple(
        (c["description"], tuple(edit.get("replacement", edit.get("create", "")) for edit in c["edits"]))
        for c in choices
    )


def line_of(case: Case, place: dict[str, Any]) -> str:
    lines = case.before.contents[place["file"]].decode("utf-8", "replace").removeprefix("\ufeff").split("\n")
    number: int = place["line"]
    return lines[number - 1].strip()


def told(case: Case, found: list[dict[str, Any]]) -> str:
    rows = []
    for one in found:
        grade = "none" if one["fix"] is None else one["fix"]["applicability"]
        rows.append(
            f"\n  {one['rule']} {one['severity']} {grade}: {one['message']}\n    {one['file']}: {line_of(case, one)}"
        )
        rows += [f"\n      evidence {place['file']}: {line_of(case, place)}" for place in one["evidence"]]
        rows += [f"\n      choice {description}: {', '.join(writes)}" for description, writes in offered(one)]
        rows += [f"\n      {one['status']}: {one.get('reason')}"] if "status" in one else []
    return "".join(rows) or " nothing"


def same_bytes(found: Files, expected: Files) -> None:
    assert found.contents.keys() == expected.contents.keys()
    for name, data in expected.contents.items():
        assert found.contents[name] == data, name
    assert found.executable == expected.executable


# --- what the harness refuses ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", catalogue.ids())
def test_a_rule_has_cases_that_fire_and_more_that_must_not(rule: str) -> None:
    own = [case for case in cases.every() if case.rule == rule]
    firing = [case for case in own if any(e.rule == rule for e in case.findings)]
    silent = [case for case in own if case not in firing]
    assert firing, f"no case in tests/rules/{rule} finds anything"
    assert len(silent) >= 3, f"tests/rules/{rule} has {len(silent)} healthy near misses; three are the least"
    assert len(own) >= 6, f"tests/rules/{rule} has {len(own)} cases; six are the least"
    assert any("crlf" in case.dress for case in firing), f"no firing case of {rule} is tried in CR LF"


@pytest.mark.parametrize("rule", catalogue.ids())
def test_a_rule_that_repairs_shows_it(rule: str) -> None:
    own = [case for case in cases.every() if case.rule == rule]
    grades = {e.applicability for case in own for e in case.findings if e.rule == rule}
    if grades & {"safe", "unsafe"}:
        assert any(case.after for case in own), f"{rule} has fixes and no case with after/"


def test_no_case_stands_twice() -> None:
    seen = Counter((c.rule, tuple(sorted(c.before.contents.items())), c.config, c.unsafe) for c in cases.every())
    twice = [rule for (rule, *_), count in seen.items() if count > 1]
    assert not twice, f"the same case twice under {', '.join(twice)}"


@pytest.mark.parametrize("case", cases.every(), ids=[f"{c.rule}/{c.name}" for c in cases.every()])
def test_a_case_is_well_made(case: Case) -> None:
    assert case.why.strip(), "why says what the case shows"
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", case.name), "a case's name is words with hyphens"
    assert not re.fullmatch(r"(case|test|example)?-?\d+", case.name), "a case is named for what it shows, not numbered"
    assert case.after != case.before, "after/ equals before/: leave it out"
    assert set(case.dress) <= set(cases.DRESSES)
    for expected in case.findings:
        text = case.before.contents[expected.file].decode("utf-8", "replace").removeprefix("\ufeff")
        assert expected.line in [line.strip() for line in text.split("\n")], (
            f"{expected.file} has no line {expected.line!r}"
        )
    if case.after is not None:
        assert case.findings or case.also, "something is repaired that is not expected to be found"


def test_every_folder_of_cases_belongs_to_a_rule() -> None:
    folders = {path.name for path in cases.FOLDER.iterdir()} if cases.FOLDER.is_dir() else set()
    assert folders <= set(catalogue.ids())
    homeless = [p for p in cases.FOLDER.glob("*/*") if not (p / "case.toml").is_file() or not (p / "before").is_dir()]
    assert not homeless, "a case is a folder with before/ and case.toml"
