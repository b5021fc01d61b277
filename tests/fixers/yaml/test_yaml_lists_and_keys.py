from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stackfix.edits import Refused
from stackfix.findings import Anchor
from stackfix.repairs.append_item import AppendItem
from stackfix.repairs.remove_entry import RemoveEntry
from stackfix.repairs.rename_key import RenameKey
from stackfix.repairs.set_entry import Entries, Plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackfix.findings import Repair

    Repaired = Callable[[bytes, Repair], bytes]


def at(*steps: str | int) -> Anchor:
    return Anchor("file.yaml", "yaml", (0, *steps))


APPENDED: dict[str, tuple[str, Anchor, Plain, str | None, str]] = {
    "under its key": ("a:\n- 1 # c\n# d\nb: 2\n", at("a"), "x", None, "a:\n- 1 # c\n- x\n# d\nb: 2\n"),
    "wide dashes": ("a:\n  -   1\n", at("a"), 2, None, "a:\n  -   1\n  -   2\n"),
    "in brackets": ("a: [1, 2]\n", at("a"), 3, None, "a: [1, 2, 3]\n"),
    "in brackets with quotes": ('a: ["p", "q"]\n', at("a"), "r", None, 'a: ["p", "q", "r"]\n'),
    "in brackets over lines": ("a: [\n  1,\n  2\n]\n", at("a"), 3, None, "a: [\n  1,\n  2,\n  3\n]\n"),
    "a mapping": (
        "a:\n- k: 1\n  l: 2\n",
        at("a"),
        Entries((("k", 3), ("l", 4))),
        None,
        "a:\n- k: 1\n  l: 2\n- k: 3\n  l: 4\n",
    ),
    "a missing list": ("s:\n  b: 1\n", at("s"), "x", "l", "s:\n  b: 1\n  l:\n    - x\n"),
    "an empty list": ("s:\n  l: []\n", at("s"), "x", "l", "s:\n  l:\n    - x\n"),
    "a list that is null": ("s:\n  l:\n  m: 1\n", at("s"), "x", "l", "s:\n  l:\n    - x\n  m: 1\n"),
    "a list in a list": ("- - 1\n- - 2\n", at(0), 3, None, "- - 1\n  - 3\n- - 2\n"),
    "at the end of the file": ("a:\n  - 1", at("a"), 2, None, "a:\n  - 1\n  - 2"),
    "blank lines between": ("a:\n  - 1\n\n  - 2\nb: 1\n", at("a"), 3, None, "a:\n  - 1\n\n  - 2\n\n  - 3\nb: 1\n"),
}


@pytest.mark.parametrize(("before", "anchor", "value", "key", "after"), APPENDED.values(), ids=APPENDED.keys())
def test_an_item_is_appended(  # noqa: PLR0913, PLR0917 - a case is a row
    repaired: Repaired, before: str, anchor: Anchor, value: Plain, key: str | None, after: str
) -> None:
    assert repaired(before.encode(), AppendItem(anchor, value, key)).decode() == after


REMOVED: dict[str, tuple[str, Anchor, str]] = {
    "its own lines and comment": ("a: 1\nb: # c\n  x: 1\n# d\nc: 2\n", at("b"), "a: 1\n# d\nc: 2\n"),
    "an item": ("a:\n  - 1\n  - 2 # c\n  - 3\n", at("a", 1), "a:\n  - 1\n  - 3\n"),
    "a mapping in a list": ("- a: 1\n  b: 2\n- c: 3\n", at(0), "- c: 3\n"),
    "the entry on the dash's line": ("- a: 1\n  b: 2\n", at(0, "a"), "- b: 2\n"),
    "one gap stays": ("a: 1\n\nb: 2\n\nc: 3\n", at("b"), "a: 1\n\nc: 3\n"),
    "the last line of a file": ("a: 1\nb: 2", at("b"), "a: 1"),
    "in braces": ("a: {x: 1, y: 2, z: 3}\n", at("a", "y"), "a: {x: 1, z: 3}\n"),
    "the last in brackets": ("a: [1, 2]\n", at("a", 1), "a: [1]\n"),
    "the only one in brackets": ("a: [1]\n", at("a", 0), "a: []\n"),
    "a line in brackets": ("a: [\n  1,\n  2, # c\n  3\n]\n", at("a", 1), "a: [\n  1,\n  3\n]\n"),
    "a block scalar": ("a: |\n  x\n  y\nb: 1\n", at("a"), "b: 1\n"),
    "CRLF": ("a: 1\r\nb: 2\r\nc: 3\r\n", at("b"), "a: 1\r\nc: 3\r\n"),
}


@pytest.mark.parametrize(("before", "anchor", "after"), REMOVED.values(), ids=REMOVED.keys())
def test_an_entry_is_removed(repaired: Repaired, before: str, anchor: Anchor, after: str) -> None:
    assert repaired(before.encode(), RemoveEntry(anchor)).decode() == after


@pytest.mark.parametrize(
    ("source", "anchor"),
    [
        ("a:\n  b: 1\n", at("a", "b")),
        ("a: &x 1\nb: *x\n", at("a")),
        ("a: &x\n  k: 1\n  l: 2\nb: *x\n", at("b", "k")),
        ("a: &x {k: 1}\nb:\n  <<: *x\n  l: 2\n", at("b", "k")),
        ("- a: 1\n  # about b\n  b: 2\n", at(0, "a")),
        ("a: 1\n", at()),
        ("a: 1\n", at("z")),
    ],
    ids=["the only one", "anchored", "shared", "merged", "comment between", "a document", "gone"],
)
def test_what_can_not_be_removed_exactly_is_refused(repaired: Repaired, source: str, anchor: Anchor) -> None:
    with pytest.raises(Refused):
        repaired(source.encode(), RemoveEntry(anchor))


@pytest.mark.parametrize(
    ("before", "anchor", "new", "after"),
    [
        ("a:\n  b: 1 # c\n", at("a", "b"), "d", "a:\n  d: 1 # c\n"),
        ("'a': 1\n", at("a"), "d", "'d': 1\n"),
        ("{a: 1}\n", at("a"), "x,y", '{"x,y": 1}\n'),
        ("a: 1\n", at("a"), "80", '"80": 1\n'),
    ],
)
def test_a_key_is_renamed(repaired: Repaired, before: str, anchor: Anchor, new: str, after: str) -> None:
    assert repaired(before.encode(), RenameKey(anchor, new)).decode() == after


@pytest.mark.parametrize(("source", "new"), [("a: 1\nb: 2\n", "b"), ("b: 1\n", "c"), ("&k a: 1\nb: *k\n", "c")])
def test_a_key_that_is_taken_gone_or_shared_stays(repaired: Repaired, source: str, new: str) -> None:
    with pytest.raises(Refused):
        repaired(source.encode(), RenameKey(at("a"), new))
