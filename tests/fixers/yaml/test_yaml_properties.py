"""Each operation, on documents that nobody wrote, does what it says by another parser and nothing else."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stackfix.edits import Refused
from stackfix.findings import Anchor
from stackfix.formats import yaml
from stackfix.repairs.append_item import AppendItem
from stackfix.repairs.remove_entry import RemoveEntry
from stackfix.repairs.rename_key import RenameKey
from stackfix.repairs.set_entry import Entries, Plain, SetEntry
from stackfix.repairs.set_text import SetText
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackfix.findings import Repair

    Repaired = Callable[[bytes, Repair], bytes]
    Judged = Callable[[bytes], list[object]]

Data = dict[str, "Data"] | list["Data"] | str
DRESSES = ("plain", "crlf", "bom", "bare end")
WORDS = st.sampled_from(
    ["x", "80", "a b", "http://b:80/x", "it's", "é", "true", "a: b", "#", "", "- x", "p\nq\n", " r"]
)
VALUES: st.SearchStrategy[Plain] = st.one_of(
    WORDS,
    st.integers(-5, 9000),
    st.booleans(),
    st.lists(WORDS, min_size=1, max_size=2).map(tuple),
    st.tuples(WORDS, WORDS).map(lambda two: Entries((("name", two[0]), ("value", two[1])))),
)


def dressed(source: str, dress: str) -> bytes:
    if dress == "crlf":
        return source.replace("\n", "\r\n").encode()
    if dress == "bom":
        return b"\xef\xbb\xbf" + source.encode()
    return source.rstrip("\n").encode() if dress == "bare end" else source.encode()


def as_data(value: Plain) -> object:
    if isinstance(value, Entries):
        return {key: as_data(inner) for key, inner in value.pairs}
    return [as_data(inner) for inner in value] if isinstance(value, tuple) else value


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Nested block and flow collections with comments, blank lines and several layouts."""
    width, dash = draw(st.sampled_from([2, 4])), draw(st.sampled_from([0, 2]))
    noise = st.sampled_from(["", "", "", "\n", "# note\n"])
    scalars = st.sampled_from(["1", "x", "'q r'", '"d\\te"', "", "|\n{}  l1\n{}  l2", "{{}}", "[a, {{k: v}}]", "[]"])

    def body(column: int, depth: int) -> str:
        pad = " " * column
        lines: list[str] = []
        for number in range(draw(st.integers(1, 3))):
            if depth < 2 and draw(st.booleans()):
                if draw(st.booleans()):
                    lines.append(f"{pad}k{number}:\n{body(column + width, depth + 1)}")
                    continue
                items = "".join(f"{pad}{' ' * dash}- {draw(st.sampled_from(['i', 'a: 1']))}\n" for _ in range(2))
                lines.append(f"{pad}k{number}:{draw(st.sampled_from(['', ' # why']))}\n{items}")
            else:
                value = draw(scalars).format(pad, pad)
                comment = "" if "\n" in value else draw(st.sampled_from(["", " # c"]))
                lines.append(f"{pad}k{number}: {value}{comment}".rstrip(" ") + "\n")
            lines.append(draw(noise))
        return "".join(lines)

    return body(0, 0)


def places(node: yaml.Node, steps: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [steps]
    if isinstance(node, yaml.Mapping):
        for item in node.items:
            assert isinstance(item.key, yaml.Scalar)
            found.extend(places(item.value, (*steps, item.key.value)))
    elif isinstance(node, yaml.Sequence):
        for index, inner in enumerate(node.items):
            found.extend(places(inner, (*steps, index)))
    return found


def reached(data: object, steps: tuple[str | int, ...]) -> object:
    for step in steps:
        data = cast("dict[str | int, object]", data)[step]
    return data


def changed(data: object, repair: Repair) -> object:
    """What the document must say afterwards."""
    after = deepcopy(data)
    match repair:
        case SetEntry():
            cast("dict[str, object]", reached(after, repair.anchor.steps[1:]))[repair.key] = as_data(repair.value)
        case AppendItem():
            cast("list[object]", reached(after, repair.anchor.steps[1:])).append(as_data(repair.value))
        case RemoveEntry():
            del cast("dict[str | int, object]", reached(after, repair.anchor.steps[1:-1]))[repair.anchor.steps[-1]]
        case RenameKey():
            holder = cast("dict[str | int, object]", reached(after, repair.anchor.steps[1:-1]))
            holder[repair.new] = holder.pop(repair.anchor.steps[-1])
    return after


def proposed(draw: st.DataObject, node: yaml.Node, steps: tuple[str | int, ...]) -> Repair | None:
    """A repair that fits the node there."""
    anchor = Anchor("file.yaml", "yaml", (0, *steps))
    here = yaml.get(node, *steps)
    fitting: list[Repair] = []
    value = draw.draw(VALUES)
    if isinstance(here, yaml.Mapping):
        fitting.append(SetEntry(anchor, "new", value, draw.draw(st.sampled_from([None, "k0"]))))
    if isinstance(here, yaml.Sequence):
        fitting.append(AppendItem(anchor, value))
    if steps:
        fitting.append(RemoveEntry(anchor))
    if steps and isinstance(steps[-1], str):
        fitting.extend(
            [RenameKey(anchor, "new"), SetEntry(Anchor("file.yaml", "yaml", anchor.steps[:-1]), steps[-1], value)]
        )
    return draw.draw(st.sampled_from(fitting)) if fitting else None


@settings(deadline=None, max_examples=300)
@given(documents(), st.sampled_from(DRESSES), st.data())
def test_a_repair_changes_what_it_says_and_nothing_else(
    repaired: Repaired, judged: Judged, source: str, dress: str, draw: st.DataObject
) -> None:
    data = dressed(source, dress)
    node = yaml.read(Text.of_file("file.yaml", data))[0].root
    assert node is not None
    repair = proposed(draw, node, draw.draw(st.sampled_from(places(node))))
    if repair is None:
        return
    try:
        after = repaired(data, repair)
    except Refused:
        return
    assert judged(after) == [changed(judged(data)[0], repair)]
    assert (b"\r\n" in after) == (b"\r\n" in data) or data.count(b"\n") < 2
    assert after.count(b"\r") == (after.count(b"\n") if dress == "crlf" and b"\n" in data else 0)
    assert after.startswith(b"\xef\xbb\xbf") == (dress == "bom")
    # every comment is still there, but for one on the removed lines
    assert data.count(b"# note") == after.count(b"# note") or isinstance(repair, RemoveEntry)


@settings(deadline=None, max_examples=300)
@given(documents(), st.sampled_from(DRESSES), WORDS, st.data())
def test_a_text_set_is_the_text_read(
    repaired: Repaired, source: str, dress: str, new: str, draw: st.DataObject
) -> None:
    data = dressed(source, dress)
    node = yaml.read(Text.of_file("file.yaml", data))[0].root
    assert node is not None
    scalars = [inner for inner in yaml.walk(node) if isinstance(inner, yaml.Scalar)]
    index = draw.draw(st.integers(0, len(scalars) - 1))
    old = scalars[index]
    start = draw.draw(st.integers(0, len(old.value)))
    end = draw.draw(st.integers(start, len(old.value)))
    try:
        after = repaired(data, SetText(old.text.slice(start, end), new))
    except Refused:
        return
    again = yaml.read(Text.of_file("file.yaml", after))[0].root
    values = [inner.value for inner in yaml.walk(again) if isinstance(inner, yaml.Scalar)]
    expected = [inner.value for inner in scalars]
    expected[index] = old.value[:start] + new + old.value[end:]
    assert values == expected


BLOCKS = (
    "a: |\n  foo\n\n  bar\n   baz\nb: 1\n",
    "a: |\n  foo\n \n    x\n\n\nb: 1\n",
    "a: |+\n  foo\n\n\nb: 1\n",
    "a: |-\n  foo\n  b",
    "a: |2\n   foo\n  b\nc: d\n",
    "a: |\n\n  \n  foo\n  bar\n",
    "a: >\n  foo\n  bar\n\n  baz\n   x\n\n  y\nb: 1\n",
    "a: foo\n  bar\n\n  baz\nb: 1\n",
    "a: 'it''s\n  so \n\n  x'\nb: 1\n",
    'a: "x\\n\\\n  y  z\n  \\u00e9 w"\nb: 1\n',
)
NEWS = ("", "x", "x\n", "\n", "a\nb", "a\n\nb\n", " z", "z ", "a #b", "é")


@pytest.mark.parametrize("source", BLOCKS)
@pytest.mark.parametrize("crlf", [False, True], ids=["LF", "CRLF"])
def test_every_stretch_of_a_text_over_lines(repaired: Repaired, source: str, crlf: bool) -> None:
    data = source.replace("\n", "\r\n").encode() if crlf else source.encode()
    old = yaml.get(yaml.read(Text.of_file("file.yaml", data))[0].root, "a")
    assert isinstance(old, yaml.Scalar)
    done = 0
    for start in range(len(old.value) + 1):
        for end in range(start, len(old.value) + 1):
            for new in NEWS:
                try:
                    after = repaired(data, SetText(old.text.slice(start, end), new))
                except Refused:
                    continue
                done += 1
                node = yaml.get(yaml.read(Text.of_file("file.yaml", after))[0].root, "a")
                assert isinstance(node, yaml.Scalar)
                assert node.value == old.value[:start] + new + old.value[end:]
    assert done > len(old.value)
