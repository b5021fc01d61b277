"""Repairs of Python source: the right bytes, and not one other."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackfix.edits import Refused, Replace
from stackfix.findings import Anchor
from stackfix.fixers.any import set_text
from stackfix.fixers.python import set_argument, set_list
from stackfix.formats import python
from stackfix.graph.library import Library
from stackfix.repairs.set_argument import SetArgument
from stackfix.repairs.set_list import SetList
from stackfix.repairs.set_text import SetText
from stackfix.text import Text
from stackfix.tree import Entry, Tree

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stackfix.edits import Edit

ORIGINS = ("assign:ORIGINS", 0)
CALL = ("call:run", 0)


@dataclass(frozen=True)
class One:
    data: bytes

    def read(self, path: str) -> bytes | None:
        return self.data if path == "m.py" else None

    def would_ignore(self, path: str) -> bool:
        return path != "m.py"


def library(source: str | bytes) -> Library:
    data = source if isinstance(source, bytes) else source.encode()
    return Library(Tree({"m.py": Entry("m.py")}), One(data))


def applied(source: str | bytes, edits: Iterable[Edit]) -> str:
    data = source if isinstance(source, bytes) else source.encode()
    for edit in sorted((e for e in edits if isinstance(e, Replace)), key=lambda e: e.span, reverse=True):
        data = data[: edit.span.start] + edit.replacement + data[edit.span.end :]
    return data.decode()


def listed(source: str, *items: str, steps: tuple[str | int, ...] = ORIGINS) -> str:
    return applied(source, set_list.edits(SetList(Anchor("m.py", "python", steps), items), library(source)))


def called(source: str, keyword: str, value: str | bool | int, steps: tuple[str | int, ...] = CALL) -> str:
    repair = SetArgument(Anchor("m.py", "python", steps), keyword, value)
    return applied(source, set_argument.edits(repair, library(source)))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('ORIGINS = ["*"]\n', 'ORIGINS = ["https://a", "https://b"]\n'),
        ("ORIGINS = ['*']\n", "ORIGINS = ['https://a', 'https://b']\n"),
        ("ORIGINS = ['*',]\n", "ORIGINS = ['https://a', 'https://b',]\n"),
        ("ORIGINS = []\nx = 'q'\n", "ORIGINS = ['https://a', 'https://b']\nx = 'q'\n"),
        ("ORIGINS = ('*', '+')\n", "ORIGINS = ('https://a', 'https://b')\n"),
        (
            'ORIGINS = [\n\t"*",  # everybody\n]\n',
            'ORIGINS = [\n\t"https://a",  # everybody\n\t"https://b",\n]\n',
        ),
        (
            'ORIGINS = [\r\n    "*"  # é\r\n]\r\n',
            'ORIGINS = [\r\n    "https://a",  # é\r\n    "https://b"\r\n]\r\n',
        ),
        (
            'ORIGINS = [\n    "https://b",\n    "*",\n    "x",\n]\n',
            'ORIGINS = [\n    "https://b",\n    "https://a",\n]\n',
        ),
        ('ORIGINS = ["https://b",   "*"]', 'ORIGINS = ["https://b",   "https://a"]'),
        ('ORIGINS = [ "https://b" ]', 'ORIGINS = [ "https://b", "https://a" ]'),
        ('ORIGINS = ["https://b", "https://a", "*"]', 'ORIGINS = ["https://b", "https://a"]'),
    ],
)
def test_a_list_holds_what_it_shall_in_its_own_style(before: str, after: str) -> None:
    assert listed(before, "https://a", "https://b") == after
    assert listed(after, "https://a", "https://b") == after


def test_a_list_in_a_call_is_found_behind_a_bom() -> None:
    source = '\ufeffö = 1\napp.add_middleware(CORS, allow_origins=["*"], allow_methods=["*"])\n'
    steps = ("call:app.add_middleware", 0, "keyword:allow_origins")
    assert listed(source, "https://a", steps=steps) == source.replace('["*"]', '["https://a"]', 1)


@pytest.mark.parametrize(
    "source",
    [
        'ORIGINS = ["*", other]\n',
        'ORIGINS = "*"\n',
        'ORIGINS = [\n    "https://a",\n    "*",  # why\n    "x",  # and why\n    "y"]\n',
        "ORIGINS = [\n    # nobody\n]\n",
        "OTHER = ['*']\n",
        'ORIGINS = "https://a",\n',
        'ORIGINS = [("*")]\n',
    ],
)
def test_a_list_that_cannot_be_written_exactly_is_left_alone(source: str) -> None:
    with pytest.raises(Refused):
        listed(source, "https://a", "https://b")


def test_a_bracketed_text_in_its_own_parentheses_may_be_replaced() -> None:
    assert listed('ORIGINS = [("*")]\n', "https://a") == 'ORIGINS = [("https://a")]\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("run(app)\n", 'run(app, host="0.0.0.0")\n'),
        ("run()\n", 'run(host="0.0.0.0")\n'),
        ("run('m:app', port=1)\n", "run('m:app', port=1, host='0.0.0.0')\n"),
        ("run(app, host='127.0.0.1', port=1)\n", "run(app, host='0.0.0.0', port=1)\n"),
        ('run(app, host = r"localhost")\n', 'run(app, host = "0.0.0.0")\n'),
        ("run(\n    app,\n    port=1,\n)\n", 'run(\n    app,\n    port=1,\n    host="0.0.0.0",\n)\n'),
        (
            "run(\r\n\tapp,\r\n\tport=1  # ours\r\n)\r\n",
            'run(\r\n\tapp,\r\n\tport=1,  # ours\r\n\thost="0.0.0.0"\r\n)\r\n',
        ),
        ("run(\n    app, port=1\n)\n", 'run(\n    app, port=1, host="0.0.0.0"\n)\n'),
        ("run(app, host='0.0.0.0')\n", "run(app, host='0.0.0.0')\n"),
    ],
)
def test_a_call_gives_an_argument_as_its_neighbours_stand(before: str, after: str) -> None:
    assert called(before, "host", "0.0.0.0") == after


def test_numbers_and_switches_are_written_bare() -> None:
    assert called("run(app, port=80)\n", "port", 8000) == "run(app, port=8000)\n"
    assert called("run(app)\n", "reload", value=False) == "run(app, reload=False)\n"
    assert called("run(app, port=True)\n", "port", 1) == "run(app, port=1)\n"


@pytest.mark.parametrize(
    "source",
    [
        "run(app, **options)\n",
        "run(*everything)\n",
        "run(x for x in y)\n",
        "run(app, host=HOST)\n",
        "run = 1\n",
        "run(app # a comment\n)\n",
        "run(\n    # nothing\n)\n",
    ],
)
def test_a_call_that_cannot_be_changed_exactly_is_left_alone(source: str) -> None:
    with pytest.raises(Refused):
        called(source, "host", "0.0.0.0")


def test_an_argument_without_a_possible_name_is_refused() -> None:
    with pytest.raises(Refused):
        called("run(app)\n", "no-name", 1)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(
    st.lists(texts, max_size=4, unique=True),
    st.lists(texts, min_size=1, max_size=4, unique=True),
    st.sampled_from(["{}", "{},", "\n    {}\n", "\n\t{},\n", " {} "]),
    st.sampled_from([", ", ",\n    ", ","]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_any_list_comes_out_as_asked_or_not_at_all(
    present: list[str], wanted: list[str], frame: str, gap: str, ending: str
) -> None:
    inside = gap.join(ascii(p) for p in present)
    body = frame.format(inside) if present else ""
    source = f"# é\nORIGINS = [{body}]  # kept\nlast = 'x'\n".replace("\n", ending)
    try:
        result = listed(source, *wanted)
    except Refused:
        # Only a list of which nothing would be left at its head is refused here.
        assert len(present) > len(wanted)
        return
    tree = ast.parse(result)
    display = tree.body[0].value  # type: ignore[attr-defined]
    assert sorted(ast.literal_eval(display)) == sorted(wanted)
    assert result.startswith(f"# é{ending}ORIGINS = [")
    assert result.endswith(f"]  # kept{ending}last = 'x'{ending}")


def test_a_literal_s_part_is_spelled_in_place() -> None:
    source = "u = f'http://{h}:8000/é'  # §\r\n"
    lib = library(source)
    module = lib.get("m.py", python.read)
    assert module is not None
    text = module.joined(module.tree.body[0].value)[-1]  # type: ignore[attr-defined]
    assert isinstance(text, Text)
    edits = set_text.edits(SetText(text.slice(1, 5), "90{'"), lib)
    assert applied(source, edits) == "u = f'http://{h}:90{{\\'/é'  # §\r\n"


def test_a_text_across_two_literals_is_refused() -> None:
    lib = library("u = ('http://a'  # why\n     'b:80')\n")
    module = lib.get("m.py", python.read)
    assert module is not None
    text = module.string(module.tree.body[0].value)  # type: ignore[attr-defined]
    assert text is not None
    with pytest.raises(Refused):
        set_text.edits(SetText(text.slice(7, 9), "c"), lib)
    assert applied("u = ('http://a'  # why\n     'b:80')\n", set_text.edits(SetText(text.slice(8, 9), "c"), lib)) == (
        "u = ('http://a'  # why\n     'c:80')\n"
    )
