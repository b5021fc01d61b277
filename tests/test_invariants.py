"""What holds for any bytes and any case, whoever wrote them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackfix import cli, edits
from stackfix.edits import Refused, Replace
from stackfix.outcome import Change
from stackfix.report import patch
from stackfix.spans import Span
from tests import cases

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cases import Case, Files

DATA = st.binary(max_size=60)
FIRING = [case for case in cases.every() if case.findings]
REPAIRED = [case for case in cases.every() if case.after is not None]


def named(case: Case) -> str:
    return f"{case.rule}/{case.name}"


@st.composite
def spliced(draw: st.DrawFn) -> tuple[bytes, tuple[Replace, ...]]:
    """Bytes, and replacements in them that don't touch each other."""
    data = draw(DATA)
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=8, unique=True)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    return data, tuple(Replace("a", Span(start, end), draw(DATA)) for start, end in pairs)


@given(spliced(), st.randoms())
def test_bytes_outside_edits_are_kept_in_whatever_order_edits_come(
    given_: tuple[bytes, tuple[Replace, ...]], random: object
) -> None:
    data, made = given_
    shuffled = list(made)
    getattr(random, "shuffle")(shuffled)  # noqa: B009 - hypothesis gives a Random of its own making
    result = edits.splice(data, shuffled)
    at, kept = 0, []
    for edit in made:
        kept += [data[at : edit.span.start], edit.replacement]
        at = edit.span.end
    assert result == b"".join([*kept, data[at:]])


@given(DATA, st.integers(0, 60), st.integers(1, 60), st.integers(1, 20))
def test_two_edits_of_the_same_bytes_are_refused(data: bytes, start: int, length: int, shift: int) -> None:
    first, second = Span(start, start + length), Span(start + min(shift, length) - 1, start + length + shift)
    with pytest.raises(Refused):
        edits.splice(data + bytes(200), [Replace("a", first, b"x"), Replace("a", second, b"y")])


@given(DATA, st.integers(0, 100))
def test_an_edit_outside_its_file_is_refused(data: bytes, beyond: int) -> None:
    with pytest.raises(Refused):
        edits.splice(data, [Replace("a", Span(len(data), len(data) + 1 + beyond), b"x")])


@pytest.mark.parametrize("case", REPAIRED, ids=named)
def test_lines_outside_the_patch_are_the_same(case: Case) -> None:
    for name, before in case.before.contents.items():
        after = case.end.contents.get(name)
        if after is None or after == before:
            continue
        old, new = patch.lines(before), patch.lines(after)
        kept_old, kept_new = list(old), list(new)
        for block in reversed(patch.blocks(old, new)):
            del kept_old[block.old_start : block.old_end]
            del kept_new[block.new_start : block.new_end]
        assert kept_old == kept_new
        rendered = patch.render([Change(name, before, after)], lambda _path, _line: False)
        taken = [line[1:] for line in rendered.split(b"\n")[3:] if line.startswith(b"-")]
        assert len(taken) == len(old) - len(kept_old)


@pytest.mark.parametrize("case", FIRING, ids=named)
def test_fingerprints_outlive_moved_lines_and_no_two_are_equal(
    case: Case, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    moved = case
    if "non-ascii" not in case.dress:
        return
    for _ in range(3):
        moved = cases.wear(moved, "non-ascii")
    first = fingerprints(case.before, tmp_path / "first", case.config, capsysbinary)
    second = fingerprints(moved.before, tmp_path / "second", case.config, capsysbinary)
    assert len(set(first)) == len(first)
    assert sorted(first) == sorted(second)


def fingerprints(files: Files, root: Path, config: str, capture: pytest.CaptureFixture[bytes]) -> list[str]:
    files.write(root)
    settings = root.with_suffix(".toml")
    settings.write_text(config, "utf-8")
    cli.main([str(root), "--output-format", "json", *(["--config", str(settings)] if config else [])])
    return [finding["fingerprint"] for finding in json.loads(capture.readouterr().out)["findings"]]
