from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from stackfix.edits import Refused
from stackfix.formats import yaml
from stackfix.spans import Span
from stackfix.text import Text, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

DRESSES = ("plain", "crlf", "bom", "bare end")


def of(source: str | bytes) -> tuple[yaml.Document, ...]:
    return yaml.read(Text.of_file("f", source if isinstance(source, bytes) else source.encode()))


def root(source: str | bytes) -> yaml.Node:
    node = of(source)[0].root
    assert node is not None
    return node


def scalar(source: str, *steps: str | int) -> yaml.Scalar:
    node = yaml.get(root(source), *steps)
    assert isinstance(node, yaml.Scalar)
    return node


def written(source: str | bytes, node: yaml.Node | yaml.Item) -> str:
    data = source if isinstance(source, bytes) else source.encode()
    return data[node.span.start : node.span.end].decode()


def pieces(source: str, *steps: str | int) -> list[tuple[str, str, bool]]:
    """Each piece's bytes, innermost quoting and exactness."""
    data = source.encode()
    text = scalar(source, *steps).text
    return [(data[p.span.start : p.span.end].decode(), p.quoting[-1], p.exact) for p in text.pieces]


def dressed(source: str, dress: str) -> bytes:
    if dress == "crlf":
        return source.replace("\n", "\r\n").encode()
    if dress == "bom":
        return b"\xef\xbb\xbf" + source.encode()
    return source.rstrip("\n").encode() if dress == "bare end" else source.encode()


class TestSpans:
    @pytest.mark.parametrize("dress", DRESSES)
    def test_each_node_is_where_it_is_written(self, dress: str) -> None:
        data = dressed('é: 1 # c\nb:\n  - x\n  - "y"\n\n# end\nc: {k: [1, 2]}\n', dress)
        top = root(data)
        feed = "\r\n" if dress == "crlf" else "\n"
        found = {key: yaml.get(top, *key) for key in [("é",), ("b",), ("b", 1), ("c",), ("c", "k")]}
        assert {key: written(data, node) for key, node in found.items() if node is not None} == {
            ("é",): "1",
            ("b",): f'- x{feed}  - "y"',
            ("b", 1): '"y"',
            ("c",): "{k: [1, 2]}",
            ("c", "k"): "[1, 2]",
        }

    def test_a_scalar_begins_behind_its_tag_and_anchor(self) -> None:
        source = 'a: &x !!str "v"\nb: !t\n  # c\n  w\n'
        assert written(source, scalar(source, "a")) == '"v"'
        assert (scalar(source, "a").anchor, scalar(source, "b").tag) == ("x", "!t")
        assert written(source, scalar(source, "b")) == "w"

    def test_a_collection_begins_behind_its_tag_and_anchor(self) -> None:
        source = "a: &x\n  k: 1\nb: &y\n- 1\nc: !!map {z: 1}\n"
        assert [written(source, item.value) for item in yaml.items(root(source))] == ["k: 1", "- 1", "{z: 1}"]

    def test_a_block_ends_with_its_last_leaf(self) -> None:
        source = "a:\n  b: 1\n\n  # comment\n\nc: 2\n"
        first = yaml.find(root(source), "a")
        assert first is not None
        assert written(source, first) == "a:\n  b: 1"

    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            ("a: |\n  x\n\n\nb: 1\n", "|\n  x"),
            ("a: |+\n  x\n\n\nb: 1\n", "|+\n  x\n\n"),
            ("a: >-\n  x\n  y\n# c\nb: 1\n", ">-\n  x\n  y"),
        ],
    )
    def test_a_block_scalar_ends_without_blank_lines(self, source: str, expected: str) -> None:
        assert written(source, scalar(source, "a")) == expected

    def test_a_pair_in_brackets_is_a_mapping_without_braces(self) -> None:
        source = "[a: b, c]\n"
        pair = yaml.get(root(source), 0)
        assert isinstance(pair, yaml.Mapping)
        assert (pair.flow, written(source, pair)) == (True, "a: b")

    @pytest.mark.parametrize(("source", "at"), [("a:\nb: 1\n", 2), ("a: # c\nb: 1\n", 2), ("a: \n", 2)])
    def test_nothing_stands_right_behind_its_colon(self, source: str, at: int) -> None:
        node = scalar(source, "a")
        assert (node.value, node.span) == ("", Span(at, at))
        assert node.text.place == ("f", Span(at, at))

    def test_documents_are_told_apart(self) -> None:
        source = "# c\n---\na: 1\n...\n---\n---\nb\n"
        documents = of(source)
        assert [d.index for d in documents] == [0, 1, 2]
        assert documents[1].root is None


class TestPieces:
    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            ("a: x y # c\n", [("x y", "yaml:plain", True)]),
            ("a: [x y]\n", [("x y", "yaml:flow-plain", True)]),
            ("a: 'it''s'\n", [("it", "yaml:single", True), ("''", "yaml:single", False), ("s", "yaml:single", True)]),
            ('a: "x\\ty"\n', [("x", "yaml:double", True), ("\\t", "yaml:double", False), ("y", "yaml:double", True)]),
            ("a: x\n  y\n", [("x", "yaml:plain", True), ("\n  ", "yaml:fold", False), ("y", "yaml:plain", True)]),
            (
                "a: >\n  x\n  y\n",
                [
                    ("x", "yaml:folded:2", True),
                    ("\n  ", "yaml:fold", False),
                    ("y", "yaml:folded:2", True),
                    ("\n", "yaml:fold", False),
                ],
            ),
            (
                "a: |\n  xy\n    zw\n",
                [
                    ("x", "yaml:literal:2:first", True),
                    ("y", "yaml:literal:2", True),
                    ("\n  ", "yaml:literal:2", False),
                    ("  z", "yaml:literal:2", True),
                    ("w", "yaml:literal:2:last", True),
                    ("\n", "yaml:literal:2:end", False),
                ],
            ),
        ],
    )
    def test_each_character_knows_its_bytes(self, source: str, expected: list[tuple[str, str, bool]]) -> None:
        steps = ("a", 0) if "[" in source else ("a",)
        assert pieces(source, *steps) == expected

    @pytest.mark.parametrize(
        ("source", "value"),
        [
            ('"a\\\n   b"', "ab"),
            ('"a\n\n  b"', "a\nb"),
            ('"\\u00e9\\x41\\U0001F600\\e\\_"', "éA😀\x1b\xa0"),
            ("'a\n\n b '", "a\nb "),
            ("a\n\n b", "a\nb"),
            (">\n a\n  b\n\n c\n", "a\n b\n\nc\n"),
            ("|2\n   a\n  b\n", " a\nb\n"),
            ("|\n\n a\n\n\n b\n", "\na\n\n\nb\n"),
        ],
    )
    def test_pieces_add_up_to_the_value(self, source: str, value: str) -> None:
        node = root(source)
        assert isinstance(node, yaml.Scalar)
        assert node.value == value == node.text.value
        assert sum(piece.length for piece in node.text.pieces) == len(value)
        assert all(piece.quoting != ("yaml:opaque",) or piece.exact for piece in node.text.pieces)

    def test_a_document_in_a_document_reaches_the_file(self) -> None:
        source = 'data:\n  inner: |\n    a:\n      b: "x\n    c: é\n'.replace('"x', '"x"')
        inner = yaml.read(scalar(source, "data", "inner").text)
        node = yaml.get(inner[0].root, "a", "b")
        assert isinstance(node, yaml.Scalar)
        assert written(source, node) == '"x"'
        assert node.text.pieces[0].quoting == ("yaml:literal:4", "yaml:double")


class TestQueries:
    SOURCE = "b: &b {k: 1, m: 2}\nc: &c {k: 3, n: 4}\nd:\n  <<: [*b, *c]\n  m: 5\ne:\n  <<: *b\nf: *c\n"

    def test_the_nearest_wins(self) -> None:
        found = {key: yaml.get(root(self.SOURCE), "d", key) for key in ("k", "m", "n", "z")}
        values = {key: node.value for key, node in found.items() if isinstance(node, yaml.Scalar)}
        assert values == {"k": "1", "m": "5", "n": "4"}

    def test_items_are_merged_once(self) -> None:
        names = [i.key.value for i in yaml.items(yaml.get(root(self.SOURCE), "d")) if isinstance(i.key, yaml.Scalar)]
        assert names == ["m", "k", "n"]

    def test_shared_is_what_an_alias_uses(self) -> None:
        document = of(self.SOURCE)[0]
        top = document.root
        assert top is not None
        seen = {
            steps: yaml.shared(document, node)
            for steps in [("b", "k"), ("d", "m"), ("d", "k"), ("f",), ("e",)]
            if (node := yaml.get(top, *steps)) is not None
        }
        assert seen == {("b", "k"): True, ("d", "m"): False, ("d", "k"): True, ("f",): True, ("e",): False}

    def test_an_anchor_that_nobody_uses_is_not_shared(self) -> None:
        document = of("a: &x 1\n")[0]
        assert document.root is not None
        assert not yaml.shared(document, document.root)

    def test_keys_twice_are_kept_and_the_last_counts(self) -> None:
        node = root("a: 1\na: 2\n")
        assert isinstance(node, yaml.Mapping)
        assert len(node.items) == 2
        assert scalar("a: 1\na: 2\n", "a").value == "2"

    def test_steps_lead_to_a_node(self) -> None:
        documents = of("a: 1\n---\nb:\n- x\n- 8: y\n")
        node = yaml.resolve(documents, (1, "b", 1, "8"))
        assert isinstance(node, yaml.Scalar)
        assert node.value == "y"
        for steps in ((), (2,), (0, "b"), (1, "b", 5), (1, "b", "x"), ("a",)):
            assert yaml.resolve(documents, steps) is None

    def test_a_cycle_of_merges_ends(self) -> None:
        node = yaml.get(root("a: &a\n  <<: *a\n  k: 1\n"), "a")
        assert node is not None
        assert len(yaml.items(node)) == 1
        assert yaml.find(node, "z") is None


class TestHostile:
    def test_ten_thousand_deep(self) -> None:
        for source in ("[" * 10_000, "- " * 10_000, "{a: " * 10_000, "".join(" " * n + "a:\n" for n in range(500))):
            with pytest.raises(Unreadable, match="nested too deeply"):
                of(source)

    def test_an_alias_bomb_is_not_expanded(self) -> None:
        lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
        lines += ["m0: &m0 {k: 1}"] + [f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 9)}]}}" for n in range(1, 40)]
        node = root("\n".join(lines))
        assert yaml.find(yaml.get(node, "m39"), "k") is not None
        assert sum(1 for _ in yaml.walk(node)) < 2000

    @pytest.mark.parametrize("source", ["a: {{ b }}: c\n", "{% if x %}\na: 1\n", "a: {{ b }} c\n"])
    def test_a_template_that_is_no_yaml_is_called_one(self, source: str) -> None:
        with pytest.raises(Unreadable, match="a template, not plain YAML"):
            of(source)

    def test_a_template_that_is_yaml_is_marked(self) -> None:
        document = of("a: {{ b }}\nc: {x: {y: 1}}\n")[0]
        assert document.template
        assert [yaml.is_template(item.value) for item in yaml.items(document.root)] == [True, False]
        assert not of("a: '{{ b }}'\n")[0].template

    @pytest.mark.parametrize(
        ("source", "offset"), [("a: [\n", 5), ("a: *x\n", 3), ("a: b: c\n", 4), ("a: 1\n\tb: 2\n", 5)]
    )
    def test_what_is_no_yaml_says_where(self, source: str, offset: int) -> None:
        with pytest.raises(Unreadable) as caught:
            of(source)
        assert caught.value.offset == offset

    def test_tabs_in_comments_and_control_characters(self) -> None:
        assert scalar("a: 1\t# c\tc\n#\tx\nb: 2\n", "b").value == "2"
        with pytest.raises(Unreadable):
            of("a: \x00\n")


class TestEncode:
    @pytest.mark.parametrize(
        ("quoting", "new", "spelled"),
        [
            ("yaml:plain", "http://b:80/x#y", "http://b:80/x#y"),
            ("yaml:single", "it's", "it''s"),
            ("yaml:double", 'a"\\\n\x1bé', 'a\\"\\\\\\n\\x1bé'),
            ("yaml:literal:4", "a\n\nb", "a\n\n    b"),
            ("yaml:literal:2:crlf", "a\nb", "a\r\n  b"),
            ("yaml:empty", "x", " x"),
            ("yaml:empty", "a: b", ' "a: b"'),
        ],
    )
    def test_a_text_is_spelled(self, quoting: str, new: str, spelled: str) -> None:
        assert yaml.encode(quoting, new) == spelled

    @pytest.mark.parametrize(
        ("quoting", "new"),
        [
            *[("yaml:plain", bad) for bad in ("a: b", "a #b", "*a", "- a", "a:", " a", "a\nb", "", "\x07", "{a}")],
            *[("yaml:flow-plain", bad) for bad in ("a,b", "a]", "{")],
            ("yaml:single", "a\nb"),
            ("yaml:single:lines", " a"),
            ("yaml:folded:2", "a\nb"),
            ("yaml:literal:2", "\x1b"),
            ("yaml:literal:2:first", " a"),
            ("yaml:literal:2:end", "a"),
            ("yaml:literal:2:last", "a\n"),
            ("yaml:fold", "x"),
            ("yaml:opaque", "x"),
            ("yaml:absent", "x"),
        ],
    )
    def test_what_would_be_read_otherwise_is_refused(self, quoting: str, new: str) -> None:
        with pytest.raises(Refused):
            yaml.encode(quoting, new)


@st.composite
def sources(draw: st.DrawFn) -> str:
    """A mapping of keys to values in all the styles of YAML, with comments and blank lines between."""
    word = st.text("ab1é-/:.$ '\"\\#", min_size=1, max_size=8)
    lines: list[str] = []
    for number in range(draw(st.integers(1, 5))):
        value = draw(word).strip(" ") or "x"
        single = "'" + value.replace("'", "''") + "'"
        double = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        block = "\n".join(
            ["|", *(f"   {draw(word).strip() or 'x'}" for _ in range(2)), *[""] * draw(st.integers(0, 2))]
        )
        folded = block.replace("|", ">", 1)
        quoted = draw(st.sampled_from([single, double]))
        kept = [single, double, block, folded, f"[{quoted}, {{k: {quoted}}}]", f"\n  - {quoted}\n  - k: {quoted}", ""]
        lines.append(f"k{number}: {draw(st.sampled_from(kept))}".rstrip(" "))
        lines.extend(draw(st.lists(st.sampled_from(["", "# comment", "  # inner\ttab"]), max_size=2)))
    return "\n".join(lines) + "\n"


def plain_data(node: yaml.Node | None) -> object:
    """What a node says, all scalars as their characters."""
    match node:
        case yaml.Mapping():
            return {plain_data(item.key): plain_data(item.value) for item in node.items}
        case yaml.Sequence():
            return [plain_data(item) for item in node.items]
        case yaml.Scalar():
            return node.value
    return None


def leaves(node: yaml.Node) -> Iterator[yaml.Scalar]:
    return (inner for inner in yaml.walk(node) if isinstance(inner, yaml.Scalar))


@settings(deadline=None)
@given(sources(), st.sampled_from(DRESSES))
def test_every_document_is_read_as_another_parser_does(source: str, dress: str) -> None:
    data = dressed(source, dress)
    judge = YAML(typ="safe", pure=True)
    theirs = judge.load(data.decode("utf-8-sig"))
    ours = plain_data(root(data))
    assert ours == {key: "" if value is None else value for key, value in theirs.items()}


@settings(deadline=None)
@given(sources(), st.sampled_from(DRESSES))
def test_every_scalar_knows_its_bytes(source: str, dress: str) -> None:
    data = dressed(source, dress)
    nodes = list(leaves(root(data)))
    for node in nodes:
        at = 0
        for piece in node.text.pieces:
            if piece.exact:
                spelled = data[piece.span.start : piece.span.end].decode()
                assert spelled == node.value[at : at + piece.length]
            at += piece.length
        assert at == len(node.value)
    for one, other in pairwise(nodes):
        assert one.span.end <= other.span.start
