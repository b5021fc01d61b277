from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackfix.edits import Refused
from stackfix.formats import toml
from stackfix.text import Text, Unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = b"""\
# a comment
title = "TOML \\"quoted\\" \\u00e9"  # behind
'literal key' = 'C:\\path'
dotted.inner."last one" = 0x1F

[server]
ports = [ 8000,
  8_001, # why
]
host = { name = "api", deep = { x = true } }
when = 1979-05-27 07:32:00Z

[server.more]
text = \"\"\"
first \\
   second
third\"\"\"
raw = '''
it's'''

[[items]]
name = "one"
[items.inner]
x = 1.5
[[items]]
name = "two"
"""


def text(data: bytes) -> Text:
    return Text.of_file("f.toml", data)


def plain(node: toml.Node) -> object:
    if isinstance(node, toml.Table):
        return {key: plain(member.value) for key, member in node.members.items()}
    if isinstance(node, toml.Array):
        return [plain(item) for item in node.items]
    return node.value


def scalar(data: bytes, *steps: str | int) -> toml.Scalar:
    node = toml.resolve(toml.read(text(data)), steps)
    assert isinstance(node, toml.Scalar)
    return node


def written(data: bytes, found: Text) -> bytes:
    """The bytes that a text is spelled by."""
    assert found.place is not None
    path, span = found.place
    assert path == "f.toml"
    return data[span.start : span.end]


@pytest.mark.parametrize("data", [FILE, FILE.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + FILE, FILE.rstrip()])
def test_it_says_what_the_standard_library_says(data: bytes) -> None:
    whole = text(data)
    expected = tomllib.loads(whole.value)
    expected["server"]["when"] = "1979-05-27 07:32:00Z"
    assert plain(toml.read(whole).root) == expected


@pytest.mark.parametrize("data", [FILE, FILE.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf# \xc3\xa9\n" + FILE])
def test_every_value_knows_its_bytes(data: bytes) -> None:
    assert written(data, scalar(data, "title").whole) == b'"TOML \\"quoted\\" \\u00e9"'
    assert scalar(data, "title").text.value == 'TOML "quoted" é'
    assert written(data, scalar(data, "literal key").text) == b"C:\\path"
    assert written(data, scalar(data, "dotted", "inner", "last one").text) == b"0x1F"
    assert written(data, scalar(data, "server", "ports", 1).text) == b"8_001"
    assert written(data, scalar(data, "server", "host", "deep", "x").text) == b"true"
    assert written(data, scalar(data, "items", 1, "name").whole) == b'"two"'
    assert written(data, scalar(data, "items", 0, "inner", "x").text) == b"1.5"
    assert scalar(data, "server", "more", "text").text.value == "first second\nthird"
    assert scalar(data, "server", "more", "raw").text.value == "it's"
    ports = toml.resolve(toml.read(text(data)), ("server", "ports"))
    assert isinstance(ports, toml.Array)
    assert written(data, ports.whole).startswith(b"[ 8000,")
    assert written(data, ports.whole).endswith(b"# why\r\n]" if b"\r" in data else b"# why\n]")


def test_a_key_knows_its_bytes_too() -> None:
    root = toml.read(text(FILE)).root
    assert written(FILE, root.members["literal key"].key) == b"literal key"
    assert written(FILE, root.members["title"].key) == b"title"
    assert root.members["title"].key.pieces[0].quoting == ("toml:key",)


def test_an_escape_is_a_piece_that_cant_be_cut() -> None:
    pieces = scalar(FILE, "title").text.pieces
    assert [(piece.length, piece.exact) for piece in pieces] == [
        (5, True),
        (1, False),
        (6, True),
        (1, False),
        (1, True),
        (1, False),
    ]
    assert {piece.quoting for piece in pieces} == {("toml:basic",)}


@pytest.mark.parametrize("steps", [("none",), ("title", "x"), ("items", 2), ("items", -1), ("items", "name"), (0,)])
def test_steps_that_lead_nowhere(steps: tuple[str | int, ...]) -> None:
    assert toml.resolve(toml.read(text(FILE)), steps) is None


@pytest.mark.parametrize(
    ("data", "reason", "offset"),
    [
        (b"a = 1\nb = = 2\n", "not TOML: invalid value", 10),
        (b"a = [1,", "not TOML: invalid value", 7),
        (b"a = 1\na = 2", "not TOML: cannot overwrite a value", 11),
        (b"[a]\n[a]\n", "not TOML: cannot declare ('a',) twice", 6),
        (b"a = 'x\n'", "not TOML: found invalid character '\\n'", 6),
    ],
)
def test_what_isnt_toml_is_unreadable_with_its_place(data: bytes, reason: str, offset: int) -> None:
    with pytest.raises(Unreadable) as caught:
        toml.read(text(data))
    assert caught.value.reason == reason
    assert caught.value.offset == offset


@pytest.mark.parametrize(
    ("quoting", "new", "spelled"),
    [
        ("toml:basic", 'a"b\\c\n\x00é', 'a\\"b\\\\c\\n\\u0000é'),
        ("toml:literal", 'a"\\b', 'a"\\b'),
        ("toml:multi-basic", 'a\n"""b', 'a\n\\"\\"\\"b'),
        ("toml:multi-literal", "a\nb", "a\nb"),
        ("toml:plain", "8_000", "8_000"),
        ("toml:key", "a-b_1", "a-b_1"),
    ],
)
def test_characters_are_spelled_as_their_place_needs(quoting: str, new: str, spelled: str) -> None:
    assert toml.encode(quoting, new) == spelled


@pytest.mark.parametrize(
    ("quoting", "new"),
    [
        ("toml:literal", "it's"),
        ("toml:literal", "a\nb"),
        ("toml:multi-literal", "''"),
        ("toml:plain", "word"),
        ("toml:plain", "'x'"),
        ("toml:plain", "1 # c"),
        ("toml:plain", "1\nb = 2"),
        ("toml:plain", ""),
        ("toml:key", "a b"),
        ("toml:key", ""),
        ("yaml:plain", "x"),
    ],
)
def test_what_a_place_cant_hold_is_refused(quoting: str, new: str) -> None:
    with pytest.raises(Refused):
        toml.encode(quoting, new)


@given(st.text(), st.sampled_from(["toml:basic", "toml:literal", "toml:multi-basic", "toml:multi-literal"]))
def test_what_is_spelled_is_read_back(new: str, quoting: str) -> None:
    quotes = {"toml:basic": '"', "toml:literal": "'", "toml:multi-basic": '"""', "toml:multi-literal": "'''"}[quoting]
    try:
        spelled = toml.encode(quoting, new)
    except Refused:
        return
    start = "\n" if quoting.startswith("toml:multi") else ""
    assert tomllib.loads(f"x = {quotes}{start}{spelled}{quotes}")["x"] == new


VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(-(2**60), 2**60), st.text(st.characters(codec="utf-8"), max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text("ab é.\"'", max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


def spelled(value: object) -> str:
    """A value as inline TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{toml.encode("toml:basic", value)}"'
    if isinstance(value, list):
        return "[" + ", ".join(map(spelled, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{spelled(key)} = {spelled(inner)}" for key, inner in value.items()) + "}"
    return str(value)


@given(st.dictionaries(st.text('abc é"\\', max_size=4), VALUES, max_size=4))
def test_any_values_are_read_as_the_standard_library_reads_them(values: Mapping[str, object]) -> None:
    source = "".join(f"{spelled(key)} = {spelled(value)} # c\n" for key, value in values.items())
    document = toml.read(text(source.encode()))
    assert plain(document.root) == values == tomllib.loads(source)
    for member in document.root.members.values():
        if isinstance(member.value, toml.Scalar):
            again = written(source.encode(), member.value.whole)
            assert tomllib.loads(f"x = {again.decode()}")["x"] == member.value.value
