from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from stackfix.edits import Refused
from stackfix.findings import Anchor
from stackfix.repairs.set_entry import Entries, Plain, SetEntry

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackfix.findings import Repair

    Repaired = Callable[[bytes, Repair], bytes]


def at(*steps: str | int) -> Anchor:
    return Anchor("file.yaml", "yaml", (0, *steps))


def text(source: str) -> bytes:
    return dedent(source).lstrip("\n").encode()


CASES: dict[str, tuple[str, tuple[str | int, ...], str, Plain, str | None, str]] = {
    "a number in place of a number": (
        "a:\n  port: 8080 # http\n",
        ("a",),
        "port",
        8000,
        None,
        "a:\n  port: 8000 # http\n",
    ),
    "the old value's quotes are kept": (
        "a:\n  url: 'x'\n",
        ("a",),
        "url",
        "http://b:80",
        None,
        "a:\n  url: 'http://b:80'\n",
    ),
    "a text that would be a number is quoted": (
        "a:\n  url: x\n",
        ("a",),
        "url",
        "8000",
        None,
        'a:\n  url: "8000"\n',
    ),
    "a new entry stands at the end, past a comment on the last line": (
        "a:\n  b: 1 # one\n  # loose\nc: 2\n",
        ("a",),
        "new",
        3,
        None,
        "a:\n  b: 1 # one\n  new: 3\n  # loose\nc: 2\n",
    ),
    "a new entry stands beside its like": (
        "a: 1\nb:\n  x: 1\nc: 2\n",
        (),
        "new",
        3,
        "b",
        "a: 1\nb:\n  x: 1\nnew: 3\nc: 2\n",
    ),
    "blank lines between entries are kept up": (
        "a: 1\n\nb: 2\n\nc: 3\n",
        (),
        "new",
        4,
        "b",
        "a: 1\n\nb: 2\n\nnew: 4\n\nc: 3\n",
    ),
    "four columns where the file has four": (
        "a:\n    b: 1\n",
        ("a",),
        "new",
        Entries((("k", "v"),)),
        None,
        "a:\n    b: 1\n    new:\n        k: v\n",
    ),
    "dashes under the key where the file has them so": (
        "a:\n  b:\n  - 1\n",
        ("a",),
        "new",
        ("x", "z"),
        None,
        "a:\n  b:\n  - 1\n  new:\n  - x\n  - z\n",
    ),
    "dashes indented where the file has them so": (
        "a:\n  b:\n    - 1\n",
        ("a",),
        "new",
        ("x",),
        None,
        "a:\n  b:\n    - 1\n  new:\n    - x\n",
    ),
    "neighbours that are all quoted": (
        "e:\n  A: 'x'\n  B: 'y'\n",
        ("e",),
        "C",
        "z",
        None,
        "e:\n  A: 'x'\n  B: 'y'\n  C: 'z'\n",
    ),
    "neighbours that are quoted only where they must": (
        "e:\n  A: x\n  B: '80'\n",
        ("e",),
        "C",
        "yes",
        None,
        "e:\n  A: x\n  B: '80'\n  C: 'yes'\n",
    ),
    "braces in one line": ("a: {x: 1, y: 2} # c\n", ("a",), "new", "v", None, "a: {x: 1, y: 2, new: v} # c\n"),
    "braces with quoted keys": ('a: {"x": 1}\n', ("a",), "new", 2, None, 'a: {"x": 1, "new": 2}\n'),
    "braces over several lines": (
        "a: {\n  x: 1, # one\n  y: 2 # two\n}\n",
        ("a",),
        "new",
        3,
        None,
        "a: {\n  x: 1, # one\n  y: 2, # two\n  new: 3\n}\n",
    ),
    "braces over several lines with a last comma": (
        "a: {\n  x: 1,\n}\n",
        ("a",),
        "new",
        3,
        None,
        "a: {\n  x: 1,\n  new: 3,\n}\n",
    ),
    "empty braces become a block": (
        "a:\n  e: {} # c\nb: 1\n",
        ("a", "e"),
        "new",
        1,
        None,
        "a:\n  e: # c\n    new: 1\nb: 1\n",
    ),
    "nothing becomes a block": ("a:\n  e:\nb: 1\n", ("a", "e"), "new", 1, None, "a:\n  e:\n    new: 1\nb: 1\n"),
    "no final newline": ("a:\n  b: 1", ("a",), "new", 2, None, "a:\n  b: 1\n  new: 2"),
    "CRLF": ("a:\r\n  b: 1\r\nc: 2\r\n", ("a",), "new", 2, None, "a:\r\n  b: 1\r\n  new: 2\r\nc: 2\r\n"),
    "before a document's end": (
        "a:\n  b: 1\n...\n---\nc: 1\n",
        ("a",),
        "new",
        2,
        None,
        "a:\n  b: 1\n  new: 2\n...\n---\nc: 1\n",
    ),
    "in the mapping of a list": (
        "- a: 1\n  b: 2\n- c: 3\n",
        (0,),
        "new",
        4,
        None,
        "- a: 1\n  b: 2\n  new: 4\n- c: 3\n",
    ),
    "behind a block scalar": ("a: |\n  x\n\n\nb: 1\n", (), "new", 2, "a", "a: |\n  x\n\nnew: 2\n\n\nb: 1\n"),
    "a text of two lines": ("a:\n  b: 1\n", ("a",), "new", "x\ny\n", None, "a:\n  b: 1\n  new: |\n    x\n    y\n"),
    "a value where there was nothing": ("a:\nb: 1\n", (), "a", "x", None, "a: x\nb: 1\n"),
    "a merged key gets a value of its own": (
        "x: &x {k: 1}\ny:\n  <<: *x\n  z: 2\n",
        ("y",),
        "k",
        3,
        None,
        "x: &x {k: 1}\ny:\n  <<: *x\n  z: 2\n  k: 3\n",
    ),
    "an alias gives way to a value": ("x: &x 1\ny: *x\n", (), "y", 2, None, "x: &x 1\ny: 2\n"),
    "a block gives way to a value of one line": (
        "a:\n  b:\n    c: 1\n  d: 2\n",
        ("a",),
        "b",
        True,
        None,
        "a:\n  b:\n    c: 1\n  d: 2\n".replace("\n    c: 1", " true"),
    ),
}


@pytest.mark.parametrize(("before", "steps", "key", "value", "beside", "after"), CASES.values(), ids=CASES.keys())
def test_an_entry_is_set(  # noqa: PLR0913, PLR0917 - a case is a row
    repaired: Repaired,
    before: str,
    steps: tuple[str | int, ...],
    key: str,
    value: Plain,
    beside: str | None,
    after: str,
) -> None:
    assert repaired(before.encode(), SetEntry(at(*steps), key, value, beside)).decode() == after


REFUSED: dict[str, tuple[str, tuple[str | int, ...], str, Plain]] = {
    "a mapping that an alias shares": ("x: &x\n  k: 1\ny: *x\n", ("x",), "n", 2),
    "the same mapping reached through the alias": ("x: &x\n  k: 1\ny: *x\n", ("y",), "n", 2),
    "a value with an anchor": ("x: &x 1\ny: 2\n", (), "x", 2),
    "a value with a tag": ("x: !t 1\n", (), "x", 2),
    "a block with comments": ("x:\n  # why\n  y: 1\n", (), "x", 2),
    "a list": ("x:\n- 1\n", ("x",), "k", 2),
    "a block scalar that ends with the file": ("a: |\n  x", (), "n", 2),
    "a place that isn't there": ("a: 1\n", ("b",), "n", 2),
    "a pair without braces": ("a: [b: c]\n", ("a", 0), "n", 2),
    "a template": ("a: {{ b }}\n", ("a",), "n", 2),
}


@pytest.mark.parametrize(("before", "steps", "key", "value"), REFUSED.values(), ids=REFUSED.keys())
def test_what_can_not_be_done_exactly_is_refused(
    repaired: Repaired, before: str, steps: tuple[str | int, ...], key: str, value: Plain
) -> None:
    with pytest.raises(Refused):
        repaired(before.encode(), SetEntry(at(*steps), key, value))


def test_an_entry_that_says_so_already_is_left_alone(repaired: Repaired) -> None:
    assert repaired(b"a: 'x' # c\n", SetEntry(at(), "a", "x")) == b"a: 'x' # c\n"


def test_a_document_inside_a_block_scalar_is_edited_in_its_indentation(repaired: Repaired) -> None:
    outer = text("""
        data:
          app.yaml: |
            server:
              port: 80
            x: 1
        end: 1
        """)
    anchor = Anchor("file.yaml", "yaml", (0, "data", "app.yaml"), Anchor("file.yaml", "yaml", (0, "server")))
    after = repaired(outer, SetEntry(anchor, "host", "a"))
    assert after == outer.replace(b"port: 80\n", b"port: 80\n      host: a\n")
