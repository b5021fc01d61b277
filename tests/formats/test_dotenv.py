"""dotenv files: what each line gives, where it is written, and how a value is spelled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackfix.edits import Refused
from stackfix.formats import dotenv
from stackfix.text import Text


def read(source: str) -> dotenv.Document:
    return dotenv.read(Text.of_file(".env", source.encode()))


LINES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "plain": ("A=b\n", [("A", "b")]),
    "nothing": ("A=\n", [("A", "")]),
    "blanks around": ("  A = b c  \n", [("A", "b c")]),
    "exported": ("export A=b\n", [("A", "b")]),
    "double quotes": ('A="b c"\n', [("A", "b c")]),
    "single quotes": ("A='b c'\n", [("A", "b c")]),
    "escapes in double quotes": ('A="b\\nc\\"d\\\\e\\q"\n', [("A", 'b\nc"d\\e\\q')]),
    "no escapes in single quotes": ("A='b\\n'\n", [("A", "b\\n")]),
    "a comment": ("A=b # c\n", [("A", "b")]),
    "a comment after quotes": ('A="b"# c\n', [("A", "b")]),
    "a comment and no value": ("A=# c\n", [("A", "")]),
    "a hash in a value": ("A=b#c\n", [("A", "b#c")]),
    "a hash after a quote in a value": ('A=b"#c\n', [("A", 'b"#c')]),
    "a hash after an equals sign": ("A=http://x/?q=#top\n", [("A", "http://x/?q=#top")]),
    "a hash in quotes": ('A="b # c"\n', [("A", "b # c")]),
    "over lines": ('A="b\nc"\nD=e\n', [("A", "b\nc"), ("D", "e")]),
    "carriage returns": ("A=b\r\nC=d\r\n", [("A", "b"), ("C", "d")]),
    "no end of line": ("A=b", [("A", "b")]),
    "comments and blank lines": ("# A=b\n\nC=d\n", [("C", "d")]),
    "no assignment": ("just words\nA=b\n", [("A", "b")]),
    "an unclosed quote": ('A="b\nC=d\n', [("A", '"b'), ("C", "d")]),
    "a mark at the start": ("\ufeffA=b\n", [("A", "b")]),
    "other letters": ("A=größe\nB=c\n", [("A", "größe"), ("B", "c")]),
}


@pytest.mark.parametrize(("source", "expected"), LINES.values(), ids=LINES.keys())
def test_lines(source: str, expected: list[tuple[str, str]]) -> None:
    assert [(e.name.value, e.value.value) for e in read(source).entries] == expected


def test_a_name_given_twice_is_the_last() -> None:
    document = read("A=1\nB=2\nA=3\n")
    found = document.get("A")
    assert found is not None
    assert found.value.value == "3"
    assert dotenv.resolve(document, ("A",)) is found
    assert dotenv.resolve(document, ("A", 0)) is None
    assert document.get("C") is None


def test_places_are_bytes() -> None:
    source = 'Ä\nexport PORT = "80é" # c\n'
    (entry,) = read(source).entries
    data = source.encode()
    for text, written in ((entry.name, b"PORT"), (entry.value, "80é".encode()), (entry.line, 'PORT = "80é"'.encode())):
        assert text.place is not None
        assert data[text.place[1].start : text.place[1].end] == written
    assert (entry.quote, entry.exported, entry.expands) == ('"', True, True)
    assert not read("A='b'\n").entries[0].expands


@pytest.mark.parametrize(
    ("quoting", "new", "spelled"),
    [
        ("dotenv:plain", "http://api:80", "http://api:80"),
        ("dotenv:plain", "a'b", "a'b"),
        ("dotenv:double", 'a"b\\c\nd', 'a\\"b\\\\c\\nd'),
        ("dotenv:single", 'a$b#c"d', 'a$b#c"d'),
    ],
)
def test_spelling(quoting: str, new: str, spelled: str) -> None:
    assert dotenv.encode(quoting, new) == spelled


@pytest.mark.parametrize(
    ("quoting", "new"),
    [
        ("dotenv:plain", "a$b"),
        ("dotenv:double", "a$b"),
        ("dotenv:single", "it's"),
        ("dotenv:plain", "a #b"),
        ("dotenv:plain", "a#b"),
        ("dotenv:plain", "a\nb"),
        ("dotenv:plain", " a"),
        ("dotenv:plain", "a "),
        ("dotenv:plain", '"a"'),
        ("dotenv:plain", "'a"),
    ],
)
def test_what_cannot_stand_there_is_refused(quoting: str, new: str) -> None:
    with pytest.raises(Refused):
        dotenv.encode(quoting, new)


@given(st.sampled_from(["plain", "single", "double"]), st.text(st.characters(codec="utf-8"), max_size=12))
def test_what_is_spelled_is_read_back(kind: str, new: str) -> None:
    quote = {"plain": "", "single": "'", "double": '"'}[kind]
    try:
        spelled = dotenv.encode(f"dotenv:{kind}", new)
    except Refused:
        return
    document = read(f"BEFORE=1\nA={quote}{spelled}{quote} # c\nAFTER=2\n")
    assert [(e.name.value, e.value.value) for e in document.entries] == [("BEFORE", "1"), ("A", new), ("AFTER", "2")]


@given(st.text("A=b \"'#\\$\n\r\té", max_size=30))
def test_every_entry_is_cut_from_the_file(source: str) -> None:
    for entry in read(source).entries:
        assert source[entry.start : entry.end].endswith(entry.line.value)
        assert entry.line.value.startswith(entry.name.value)
