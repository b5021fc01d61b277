from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackfix.findings import Location, Severity
from stackfix.spans import Span
from stackfix.suppression import RULE, Suppressions, comment, finding, suppressions


def lines(path: str, source: str) -> list[tuple[set[str], int, int, str]]:
    return [(set(s.rules), s.first, s.last, s.reason) for s in suppressions(path, source.encode())]


def at(source: str, words: str, path: str) -> Location:
    """The place of some words that stand once in a file."""
    data = source.encode()
    assert data.count(words.encode()) == 1
    start = data.index(words.encode())
    return Location(path, Span(start, start + len(words.encode())))


@pytest.mark.parametrize(
    ("path", "source", "found"),
    [
        ("a.yml", "a: 1 # stackfix: ignore[url-port] meant so\n", [({"url-port"}, 1, 1, "meant so")]),
        ("a.yml", "# stackfix: ignore[url-port, proxy-port]\na: 1\nb: 2\n", [({"url-port", "proxy-port"}, 2, 2, "")]),
        ("a.yml", "#stackfix:ignore[ports]x\n\n# more\na: 1\n", [({"ports"}, 4, 4, "x")]),
        ("a.ts", "const a = 1 // stackfix: ignore[url-port]\n", [({"url-port"}, 1, 1, "")]),
        ("a.ts", "/* stackfix: ignore[url-port] old */\nconst a = 1\n", [({"url-port"}, 2, 2, "old")]),
        ("a.tsx", "  // stackfix: ignore[url-port]\n  x\n", [({"url-port"}, 2, 2, "")]),
        ("a.html", "<!-- stackfix: ignore[url-port] why -->\n<a>\n", [({"url-port"}, 2, 2, "why")]),
        (
            "a.vue",
            "<!-- stackfix: ignore[a] -->\n<a>\n// stackfix: ignore[b]\nx\n",
            [({"a"}, 2, 2, ""), ({"b"}, 4, 4, "")],
        ),
        ("a.ini", "; stackfix: ignore[url-port]\na = 1\n", [({"url-port"}, 2, 2, "")]),
        (".env", "# stackfix: ignore[url-port]\r\nA=1\r\n", [({"url-port"}, 2, 2, "")]),
        ("nginx.conf", "a b; # stackfix: ignore[x]\n", [({"x"}, 1, 1, "")]),
        ("Dockerfile", "# stackfix: ignore[expose-port]\nEXPOSE 80\n", [({"expose-port"}, 2, 2, "")]),
        ("a.yml", "# é\na: 1 # stackfix: ignore[x] schön\n", [({"x"}, 2, 2, "schön")]),
    ],
)
def test_a_comment_covers_its_line_or_the_statement_below(
    path: str, source: str, found: list[tuple[set[str], int, int, str]]
) -> None:
    assert lines(path, source) == found


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("a.yml", "a: 1 // stackfix: ignore[x]\n"),
        ("a.ts", "const a = '# stackfix: ignore[x]'\n"),
        ("a.ts", "const a = 'http://stackfix: ignore[x]'\n"),
        ("a.html", "# stackfix: ignore[x]\n<a>\n"),
        ("Dockerfile", "EXPOSE 80 # stackfix: ignore[expose-port]\n"),
        ("api.Dockerfile", "EXPOSE 80 # stackfix: ignore[expose-port]\n"),
        ("a.yml", "# stackfix: ignore\na: 1\n"),
        ("a.yml", "# stackfix ignore[x]\na: 1\n"),
        ("a.yml", "a: x#stackfix: ignore[x]\n"),
        ("a.yml", "a: 1\n"),
    ],
)
def test_what_is_no_comment_of_the_file_hides_nothing(path: str, source: str) -> None:
    assert lines(path, source) == []


MARK = "stackfix: ignore[x]"


@pytest.mark.parametrize(
    ("path", "source", "first", "last"),
    [
        ("Dockerfile", f"# {MARK}\nRUN a \\\n  # between\n  && b \\\n  && c\nRUN d\n", 2, 5),
        ("Dockerfile", f"# {MARK}\nRUN <<EOF\na\nb\nEOF\nRUN d\n", 2, 5),
        ("a.sh", f"# {MARK}\ncurl \\\n  http://a\necho\n", 2, 3),
        ("a.yml", f"# {MARK}\na: |\n  b\n\n  c\nd: 1\n", 2, 5),
        ("a.yml", f"# {MARK}\n- a: >-\n    b\n  c: 1\n", 2, 3),
        ("a.yml", f"# {MARK}\na: [1,\n  2,\n]\nb: 1\n", 2, 4),
        ("a.yml", f"# {MARK}\na:\n  b: 1\n", 2, 2),
        ("a.py", f'# {MARK}\nrun(\n  a, # ( in a comment\n  ")",\n)\nb()\n', 2, 5),
        ("a.py", f"# {MARK}\ndef f(a):\n  b()\n", 2, 2),
        ("a.ts", f"// {MARK}\nfetch(\n  'http://a', {{\n  }})\nb()\n", 2, 4),
        ("a.ts", f"// {MARK}\nfunction a() {{\n  b()\n}}\n", 2, 2),
        ("nginx.conf", f'# {MARK}\nproxy_set_header A\n  "b";\nc d;\n', 2, 3),
        ("nginx.conf", f"# {MARK}\nlocation / {{\n  a b;\n}}\n", 2, 2),
        ("a.toml", f"# {MARK}\na = [\n  1,\n]\nb = 1\n", 2, 4),
        ("a.py", f"# {MARK}\nrun(\n  never closed\n", 2, 2),
        ("a.yml", f"a: 1\n# {MARK}\n", 2, 2),
    ],
)
def test_the_statement_below_is_covered_whole_and_nothing_more(path: str, source: str, first: int, last: int) -> None:
    assert [(s.first, s.last) for s in suppressions(path, source.encode())] == [(first, last)]


def test_a_reader_that_knows_better_may_say_where_a_statement_ends() -> None:
    data = f"# {MARK}\na\nb\nc\n".encode()
    asked: list[tuple[str, int]] = []

    def extent(path: str, _lines: object, first: int) -> int:
        asked.append((path, first))
        return 2

    assert [(s.first, s.last) for s in suppressions("a.yml", data, extent)] == [(2, 3)]
    assert asked == [("a.yml", 1)]


SOURCE = """\
a: 1
# stackfix: ignore[url-port] reason
b: 2
c: 3  # stackfix: ignore[ports]
d: |  # stackfix: ignore[unknown-host]
  e
"""


def covering(family: dict[str, str] | None = None) -> Suppressions:
    families = family or {}
    return Suppressions({"a.yml": SOURCE.encode()}.get, lambda rule: families.get(rule, "none"))


@pytest.mark.parametrize(
    ("rule", "words", "covered"),
    [
        ("url-port", "b: 2", True),
        ("url-port", "a: 1", False),
        ("url-port", "c: 3", False),
        ("proxy-port", "b: 2", False),
        ("url-port", "a: 1\n# stack", False),
        ("url-port", "reason\nb", True),
        ("unknown-host", "d: |", True),
        ("unknown-host", "  e", False),
    ],
)
def test_a_place_is_covered_on_any_line_that_it_touches(rule: str, words: str, covered: bool) -> None:
    assert covering().covers(rule, at(SOURCE, words, "a.yml")) is covered


def test_a_family_covers_its_rules() -> None:
    place = at(SOURCE, "c: 3", "a.yml")
    assert not covering().covers("url-port", place)
    assert covering({"url-port": "ports"}).covers("url-port", place)


def test_a_place_that_ends_with_its_line_doesnt_touch_the_next() -> None:
    assert not covering().covers("url-port", at(SOURCE, "reason\n", "a.yml"))
    start = SOURCE.index("b: 2")
    assert covering().covers("url-port", Location("a.yml", Span(start, start)))


def test_files_that_arent_there_cover_nothing() -> None:
    assert not covering().covers("url-port", Location("none.yml", Span(0, 0)))
    assert covering().unused(["none.yml"]) == ()


def test_what_hid_nothing_is_told() -> None:
    found = covering()
    assert [s.first for s in found.unused(["a.yml"])] == [3, 4, 5]
    found.covers("url-port", at(SOURCE, "b: 2", "a.yml"))
    left = found.unused(["a.yml", "a.yml"])
    assert [s.first for s in left] == [4, 5]
    told = finding(left[0])
    assert told.rule is RULE
    assert told.severity is Severity.INFO
    assert told.message == "this comment ignores ports, and hides nothing: remove it"
    assert SOURCE.encode()[told.location.span.start : told.location.span.end] == b"# stackfix: ignore[ports]"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("compose.yml", "# stackfix: ignore[env-missing, url-port] why it is right"),
        ("api/Dockerfile", "# stackfix: ignore[env-missing, url-port] why it is right"),
        ("src/api.ts", "// stackfix: ignore[env-missing, url-port] why it is right"),
        ("main.go", "// stackfix: ignore[env-missing, url-port] why it is right"),
        ("app.css", "/* stackfix: ignore[env-missing, url-port] why it is right */"),
        ("index.html", "<!-- stackfix: ignore[env-missing, url-port] why it is right -->"),
    ],
)
def test_the_comment_that_is_proposed_is_one(path: str, text: str) -> None:
    assert comment(path, ["env-missing", "url-port"]) == text
    (found,) = suppressions(path, f"{text}\nx\n".encode())
    assert sorted(found.rules) == ["env-missing", "url-port"]
    assert (found.reason, found.first, found.last) == ("why it is right", 2, 2)


def test_a_file_without_comments_has_none() -> None:
    assert comment("package.json", ["env-missing"]) is None


def test_a_file_without_the_mark_is_not_looked_into() -> None:
    class Untouchable(bytes):
        def decode(self, *_words: object, **_more: object) -> str:
            raise AssertionError

    assert suppressions("a.yml", Untouchable(b"a: 1 # ignore[x]\n")) == ()


@given(
    st.lists(
        st.sampled_from(["a: 1", "# stackfix: ignore[x]", "", "b: [", "]", "  - é", "c: |", "\t# d", "e \\"]),
        max_size=12,
    ),
    st.sampled_from(["a.yml", "Dockerfile", "a.ts", "a.py", "n.conf", "a.sh"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_every_suppression_covers_lines_that_are_there_and_its_own_or_later_ones(
    parts: list[str], path: str, ending: str
) -> None:
    data = ending.join(parts).encode()
    count = len(re.split("\r\n|\r|\n", data.decode()))
    for one in suppressions(path, data):
        comment = data[one.location.span.start : one.location.span.end]
        assert comment == b"# stackfix: ignore[x]"
        own = len(re.split(b"\r\n|\r|\n", data[: one.location.span.start]))
        assert own <= one.first <= one.last <= count
