from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackfix.edits import Refused
from stackfix.formats import python
from stackfix.text import Text, Unreadable

QUOTINGS = {
    "python:single": "'{}'",
    "python:double": '"{}"',
    "python:triple-single": "'''{}'''",
    "python:triple-double": '"""{}"""',
    "python:bytes-double": 'b"{}"',
    "python:raw-single": "r'{}'",
}


def of(source: str | bytes) -> python.Module:
    return python.read(Text.of_file("m.py", source if isinstance(source, bytes) else source.encode()))


def strings(source: str) -> list[Text]:
    module = of(source)
    nodes = [n for n in ast.walk(module.tree) if isinstance(n, ast.Constant)]
    return [t for t in map(module.string, nodes) if t is not None]


def bytes_of(source: str | bytes, text: Text) -> str:
    data = source if isinstance(source, bytes) else source.encode()
    place = text.place
    assert place is not None
    return data[place[1].start : place[1].end].decode()


def calls(module: python.Module, name: str) -> list[ast.Call]:
    return [n for n in ast.walk(module.tree) if isinstance(n, ast.Call) and python.dotted(n.func) == name]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_string_knows_its_bytes_behind_non_ascii_and_any_line_ending(ending: str) -> None:
    source = ending.join(["# é", "ä = 'ü'; url = 'http://b:1/é'", "x = 1", ""])
    found = next(t for t in strings(source) if t.value.startswith("http"))
    assert bytes_of(source, found) == "http://b:1/é"
    assert bytes_of(source, found.slice(7, 8)) == "b"


def test_a_bom_is_no_character() -> None:
    data = b"\xef\xbb\xbfx = 'a'\n"
    module = of(data)
    text = module.string(module.tree.body[0].value)  # type: ignore[attr-defined]
    assert text is not None
    assert bytes_of(data, text) == "a"


def test_a_form_feed_and_a_unicode_separator_end_no_line() -> None:
    source = "x = '\u2028'\n\x0cy = 'b'\n"
    assert bytes_of(source, strings(source)[1]) == "b"


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        (r"'a\tb'", "a\tb"),
        (r"'\x41\101\u0042\U00000043\N{BULLET}'", "AABC•"),
        (r"'\d\'", None),
        (r"'\d'", r"\d"),
        (r"r'\d'", r"\d"),
        ("'a\\\nb'", "ab"),
        ("'''a\r\nb'''", "a\nb"),
        (r"b'\xe9\N'", "\xe9\\N"),
    ],
)
def test_escapes_are_decoded_as_python_does(literal: str, value: str | None) -> None:
    if value is None:
        with pytest.raises(Unreadable):
            of(f"x = {literal}\n")
        return
    assert [t.value for t in strings(f"x = {literal}\n")] == [value]


def test_an_escape_is_one_piece_that_cannot_be_cut_apart() -> None:
    (text,) = strings(r"x = 'a\x41b'")
    assert [(p.length, p.exact) for p in text.pieces] == [(1, True), (1, False), (1, True)]
    assert [p.quoting for p in text.pieces] == [("python:single",)] * 3


def test_implicit_concatenation_keeps_each_part_in_its_place() -> None:
    source = "x = ('http://'  # the host\n     \"backend\" f':{port}')\n"
    module = of(source)
    joined = module.tree.body[0].value  # type: ignore[attr-defined]
    parts = module.joined(joined)
    assert isinstance(parts[0], Text)
    assert parts[0].value == "http://backend:"
    assert bytes_of(source, parts[0].slice(7, 14)) == "backend"
    assert {p.quoting for p in parts[0].pieces} == {("python:single",), ("python:double:1",), ("python:f-single:2",)}


def test_the_texts_of_a_formatted_string_are_placed() -> None:
    source = "u = f\"http://{os.getenv('H', 'x{y')}:8000/{{v}}\"\n"
    module = of(source)
    first, hole, last = module.joined(module.tree.body[0].value)  # type: ignore[attr-defined]
    assert isinstance(first, Text)
    assert isinstance(hole, ast.FormattedValue)
    assert isinstance(last, Text)
    assert (first.value, last.value) == ("http://", ":8000/{v}")
    assert bytes_of(source, last.slice(1, 5)) == "8000"
    assert last.pieces[0].quoting == ("python:f-double",)


def test_a_debugging_format_points_at_the_whole_and_cannot_be_edited() -> None:
    module = of('u = f"{port=}"\n')
    first = module.joined(module.tree.body[0].value)[0]  # type: ignore[attr-defined]
    assert isinstance(first, Text)
    assert not first.pieces[0].exact
    with pytest.raises(Refused):
        python.encode(first.pieces[0].quoting[-1], "x")


@pytest.mark.parametrize(
    ("literal", "value", "exact"), [("8000", "8000", True), ("8_000", "8000", False), ("0x10", "16", False)]
)
def test_a_number_is_its_decimal_digits(literal: str, value: str, *, exact: bool) -> None:
    module = of(f"port = {literal}\n")
    text = module.number(module.tree.body[0].value)  # type: ignore[attr-defined]
    assert text is not None
    assert text.value == value
    assert text.pieces[0].exact is exact
    assert text.pieces[0].quoting == ("python:number",)


def test_a_truth_value_is_no_number() -> None:
    module = of("x = True\n")
    assert module.number(module.tree.body[0].value) is None  # type: ignore[attr-defined]


@given(st.text(), st.sampled_from(sorted(QUOTINGS)))
def test_what_is_encoded_is_what_is_read(value: str, quoting: str) -> None:
    try:
        spelled = python.encode(quoting, value)
    except Refused:
        assert "raw" in quoting or "bytes" in quoting or any(0xD800 <= ord(c) < 0xE000 for c in value)
        return
    (read,) = strings("x = " + QUOTINGS[quoting].format(spelled.replace("{", "{")) + "\n") or [Text("", ())]
    assert read.value == value


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_braces_are_doubled_inside_formatted_strings(value: str) -> None:
    module = of('x = f"{y}' + python.encode("python:f-double", value) + '"\n')
    parts = module.joined(module.tree.body[0].value)  # type: ignore[attr-defined]
    assert "".join(p.value for p in parts if isinstance(p, Text)) == value


@given(st.lists(st.text(max_size=8), min_size=1, max_size=4))
def test_a_literal_that_python_wrote_is_read_back(values: list[str]) -> None:
    source = "x = (" + "\n  ".join(ascii(v) for v in values) + ")\n"
    assert [t.value for t in strings(source)] == ["".join(values)]


@pytest.mark.parametrize("new", ["x", "", "-1", "08", "80.5"])
def test_a_number_becomes_no_text(new: str) -> None:
    with pytest.raises(Refused):
        python.encode("python:number", new)


def test_a_raw_string_takes_no_backslash_and_no_quote() -> None:
    assert python.encode("python:raw-double", "http://b") == "http://b"
    for new in ("a\\", 'a"', "a\n"):
        with pytest.raises(Refused):
            python.encode("python:raw-double", new)


SOURCE = """\
import os
PORT = int(os.getenv("PORT", "8000"))
class Settings:
    url: str = os.getenv("URL", "http://a") or "http://b"
    if True:
        other = [{"k": ("a", "b")}, lambda: os.getenv("LAZY")]
@app.get("/x")
def read(a="http://c"):
    run(app, host="0.0.0.0", port=8000, **rest)
    run(app, host="1.1.1.1", port=run(1))
    x = x.y = "both"
"""


def test_every_node_is_found_again_by_its_address() -> None:
    module = of(SOURCE)
    nodes = [n for n in ast.walk(module.tree) if isinstance(n, ast.expr) and not isinstance(n, ast.Name)]
    assert len(nodes) == 35
    for node in nodes:
        steps = module.anchor(node).steps
        assert python.resolve(module, steps) is node, (steps, ast.unparse(node))


def test_an_address_outlives_lines_put_before_it() -> None:
    module = of(SOURCE)
    port = calls(module, "run")[0].keywords[1].value
    steps = module.anchor(port).steps
    assert steps == ("def:read", 0, "call:run", 0, "keyword:port")
    later = of("# a comment\n\nDEBUG = print(1)\n" + SOURCE)
    found = python.resolve(later, steps)
    assert isinstance(found, ast.Constant)
    assert found.value == 8000


@pytest.mark.parametrize(
    "steps", [("def:gone", 0), ("def:read", 7), ("call:run",), ("argument", 0), ("def:read", 0, "keyword:x")]
)
def test_an_address_of_nothing_leads_nowhere(steps: tuple[str | int, ...]) -> None:
    assert python.resolve(of(SOURCE), steps) is None


@pytest.mark.parametrize(
    "source",
    [
        "def f(:\n",
        "x = '\n",
        "\x00",
        "(" * 5000,
        "-" * 200_000 + "1",
        "x = " + "[" * 90 + "1" + "]" * 89,
        "print 'a'\n",
    ],
)
def test_what_is_no_python_is_unreadable_and_nothing_worse(source: str) -> None:
    with pytest.raises(Unreadable):
        of(source)


def test_an_invalid_escape_warns_nobody() -> None:
    assert [t.value for t in strings("x = '\\d'\n")] == ["\\d"]


def test_exceptions_without_parentheses_are_read() -> None:
    source = "try:\n    pass\nexcept A, b.C:\n    x = 'after'\n"
    assert [bytes_of(source, t) for t in strings(source)] == ["after"]


@pytest.mark.parametrize(
    ("data", "telling"),
    [
        (b"import os\nos.getenv('X')\n", True),
        (b"app = FastAPI()\n", True),
        (b"def add(a, b):\n    return a + b\n", False),
    ],
)
def test_the_quick_look_lets_through_what_can_matter(data: bytes, *, telling: bool) -> None:
    assert python.prefilter(data) is telling
