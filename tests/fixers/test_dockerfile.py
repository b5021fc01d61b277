"""Repairs of Dockerfiles: the right bytes, and not one other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stackfix.edits import Create, Refused, Replace
from stackfix.findings import Anchor
from stackfix.fixers.any import set_text
from stackfix.fixers.dockerfile import add_instruction, add_variable, remove_instruction, remove_source, set_command
from stackfix.fixers.dockerignore import add_line
from stackfix.formats import dockerfile
from stackfix.graph.library import Library
from stackfix.repairs.add_instruction import AddInstruction
from stackfix.repairs.add_line import AddLine
from stackfix.repairs.add_variable import AddVariable
from stackfix.repairs.remove_instruction import RemoveInstruction
from stackfix.repairs.remove_source import RemoveSource
from stackfix.repairs.set_command import SetCommand
from stackfix.repairs.set_text import SetText
from stackfix.text import Text
from stackfix.tree import Entry, Tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackfix.edits import Edit


@dataclass(frozen=True)
class Files:
    """A tree in memory; git ignores nothing that is there."""

    files: dict[str, bytes]

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def would_ignore(self, path: str) -> bool:
        return path not in self.files and path.startswith("ignored/")


def library(files: dict[str, bytes]) -> Library:
    return Library(Tree({p: Entry(p) for p in files}), Files(files))


def at(*steps: str | int) -> Anchor:
    return Anchor("Dockerfile", "dockerfile", steps)


def applied(data: bytes, edits: tuple[Edit, ...]) -> bytes:
    for edit in sorted((e for e in edits if isinstance(e, Replace)), key=lambda e: e.span, reverse=True):
        data = data[: edit.span.start] + edit.replacement + data[edit.span.end :]
    return data


def dressed(source: str) -> dict[str, bytes]:
    """The same file in every dress; the end without a line break is its own case."""
    return {
        "plain": source.encode(),
        "crlf": source.replace("\n", "\r\n").encode(),
        "bom": b"\xef\xbb\xbf" + source.encode(),
        "accents": source.replace("note", "nötig ☃").encode(),
    }


def check(before: str, after: str, fix: Callable[[Library], tuple[Edit, ...]]) -> None:
    """In every dress the edits make `after` of `before`."""
    wanted = dressed(after)
    for dress, data in dressed(before).items():
        assert applied(data, fix(library({"Dockerfile": data}))) == wanted[dress], dress


HEAD = "# note: the head\nFROM python:3.12-slim\n\n"


@pytest.mark.parametrize(
    ("before", "anchor", "line", "in_front", "after"),
    [
        (
            HEAD + "WORKDIR /a\nCOPY . .\n",
            at(0, "WORKDIR", 0),
            "COPY README.md ./",
            False,
            HEAD + "WORKDIR /a\nCOPY README.md ./\nCOPY . .\n",
        ),
        (
            HEAD + "WORKDIR /a\n# note why\nCOPY . .\n",
            at(0, "COPY", 0),
            "ARG X",
            True,
            HEAD + "WORKDIR /a\nARG X\n# note why\nCOPY . .\n",
        ),
        (HEAD + "RUN a \\\n  b\n", at(0, "RUN", 0), "EXPOSE 80", False, HEAD + "RUN a \\\n  b\nEXPOSE 80\n"),
        (
            HEAD + "RUN <<E\nx\nE\nRUN y\n",
            at(0, "RUN", 0),
            "EXPOSE 80",
            False,
            HEAD + "RUN <<E\nx\nE\nEXPOSE 80\nRUN y\n",
        ),
        ("from a\nrun b\n", at(0), "EXPOSE 80", False, "from a\nrun b\nexpose 80\n"),
        ("FROM    a\nRUN     b\n", at(0), "EXPOSE 80", False, "FROM    a\nRUN     b\nEXPOSE  80\n"),
        ("  FROM a\n  RUN b\n", at(0), "EXPOSE 80", False, "  FROM a\n  RUN b\n  EXPOSE 80\n"),
        ("FROM a\nRUN b", at(0), "EXPOSE 80", False, "FROM a\nRUN b\nEXPOSE 80"),
        (
            "FROM a AS x\nRUN b\nFROM x\nRUN c\n",
            at(0),
            "EXPOSE 80",
            False,
            "FROM a AS x\nRUN b\nEXPOSE 80\nFROM x\nRUN c\n",
        ),
        ("# note\nFROM a\n", at(0, "FROM", 0), "ARG X", True, "# note\nARG X\nFROM a\n"),
    ],
)
def test_an_instruction_is_added(before: str, anchor: Anchor, line: str, in_front: bool, after: str) -> None:
    check(before, after, lambda books: add_instruction.edits(AddInstruction(anchor, line, in_front), books))


@pytest.mark.parametrize(
    ("before", "line"),
    [
        ("FROM a\nRUN b \\", "EXPOSE 80"),
        ("FROM a\nRUN b \\\n", "EXPOSE 80"),
        ("FROM a\n", "RUN a \\"),
        ("FROM a\n", "RUN a\nRUN b"),
        ("FROM a\n", "NOTHING x"),
        ("FROM a\n", "# comment"),
    ],
)
def test_an_instruction_that_would_not_read_so_is_refused(before: str, line: str) -> None:
    with pytest.raises(Refused):
        add_instruction.edits(AddInstruction(at(0), line), library({"Dockerfile": before.encode()}))


@pytest.mark.parametrize(
    ("before", "anchor", "after"),
    [
        ("FROM a\nCOPY .env .\nRUN b\n", at(0, "COPY", 0), "FROM a\nRUN b\n"),
        ("FROM a\n# note\nCOPY .env .\nRUN b\n", at(0, "COPY", 0), "FROM a\n# note\nRUN b\n"),
        ("FROM a\nRUN b\n\nCOPY x \\\n  y z\n\nRUN c\n", at(0, "COPY", 0), "FROM a\nRUN b\n\nRUN c\n"),
        ("FROM a\nRUN b\nRUN <<E\nx\nE\n", at(0, "RUN", 1), "FROM a\nRUN b\n"),
        ("FROM a\nRUN b\nCOPY c d", at(0, "COPY", 0), "FROM a\nRUN b"),
        ("ARG X\nFROM a\n", at(-1, "ARG", 0), "FROM a\n"),
    ],
)
def test_an_instruction_is_removed(before: str, anchor: Anchor, after: str) -> None:
    check(before, after, lambda books: remove_instruction.edits(RemoveInstruction(anchor), books))


@pytest.mark.parametrize(
    ("before", "anchor", "reason"),
    [
        ("FROM a\nRUN b\n", at(0, "RUN", 0), "nothing would be left"),
        ("FROM a\nRUN b\n", at(0, "FROM", 0), "FROM"),
        ("FROM a\nRUN b \\\n# why\n  c\nRUN d\n", at(0, "RUN", 0), "comment"),
        ("FROM a\nRUN b\n", at(0, "RUN", 3), "isn't there"),
    ],
)
def test_what_must_stay_is_not_removed(before: str, anchor: Anchor, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        remove_instruction.edits(RemoveInstruction(anchor), library({"Dockerfile": before.encode()}))


@pytest.mark.parametrize(
    ("before", "words", "after"),
    [
        ('CMD ["python", "old.py"]', ("python", "new.py"), 'CMD ["python", "new.py"]'),
        ('CMD [ "python" ,"old.py" ]', ("python", "-m", "app"), 'CMD [ "python" ,"-m" ,"app" ]'),
        ('CMD ["a", \\\n     "b", \\\n     "c"]', ("a", "x", "c"), 'CMD ["a", \\\n     "x", \\\n     "c"]'),
        ('CMD ["a", \\\n     "b"]', ("a", "b", "c"), 'CMD ["a", \\\n     "b", \\\n     "c"]'),
        ('CMD ["a", "b", "c"]', ("a", "c"), 'CMD ["a", "c"]'),
        ('CMD ["a", "b", "c"]', ("b", "c"), 'CMD ["b", "c"]'),
        ('CMD ["a", "b"]', ("a",), 'CMD ["a"]'),
        ('CMD ["b"]', ("a", "b"), 'CMD ["a", "b"]'),
        ('CMD ["a"]', ('say "hi" \\ é',), 'CMD ["say \\"hi\\" \\\\ é"]'),
        (
            "CMD uvicorn old:app --port $PORT",
            ("uvicorn", "new:app", "--port", "$PORT"),
            "CMD uvicorn new:app --port $PORT",
        ),
        (
            "CMD gunicorn \\\n    --bind :80 \\\n    a:app",
            ("gunicorn", "--bind", ":80", "b:app"),
            "CMD gunicorn \\\n    --bind :80 \\\n    b:app",
        ),
        ("CMD python a.py", ("python", "a b.py"), "CMD python 'a b.py'"),
        ('HEALTHCHECK --interval=5s CMD ["curl", "x"]', ("curl", "y"), 'HEALTHCHECK --interval=5s CMD ["curl", "y"]'),
    ],
)
def test_a_command_gets_other_words_in_its_form(before: str, words: tuple[str, ...], after: str) -> None:
    head = "FROM a\n# note\n"
    name = before.split(maxsplit=1)[0]
    check(
        head + before + "\nUSER x\n",
        head + after + "\nUSER x\n",
        lambda books: set_command.edits(SetCommand(at(0, name, 0), words), books),
    )


@pytest.mark.parametrize(
    "before",
    ["CMD a && b", "CMD 'a b' c", "CMD", "CMD []", "ENTRYPOINT x | y", "CMD echo $(date)"],
)
def test_a_command_that_is_more_than_words_is_refused(before: str) -> None:
    name = before.split(maxsplit=1)[0]
    books = library({"Dockerfile": f"FROM a\n{before}\n".encode()})
    with pytest.raises(Refused):
        set_command.edits(SetCommand(at(0, name, 0), ("x",)), books)


def test_the_same_command_needs_no_edit() -> None:
    books = library({"Dockerfile": b'FROM a\nCMD ["x"]\n'})
    assert set_command.edits(SetCommand(at(0, "CMD", 0), ("x",)), books) == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("FROM a\nARG B\nRUN c\n", "FROM a\nARG B\nENV PORT=80\nRUN c\n"),
        ("FROM a\nENV B=1\nRUN c\n", "FROM a\nENV B=1\nENV PORT=80\nRUN c\n"),
        ('FROM a\nENV B="1"\n', 'FROM a\nENV B="1"\nENV PORT="80"\n'),
        ("FROM a\nENV B='1'\n", "FROM a\nENV B='1'\nENV PORT='80'\n"),
        ("FROM a\nENV B 1\n", "FROM a\nENV B 1\nENV PORT 80\n"),
        ("FROM a\nENV B=1 \\\n    C=2\n", "FROM a\nENV B=1 \\\n    C=2 \\\n    PORT=80\n"),
        ("FROM a\nENV B=1 C=2\nRUN d\n", "FROM a\nENV B=1 C=2 PORT=80\nRUN d\n"),
        ("FROM a\nenv B=1\n", "FROM a\nenv B=1\nenv PORT=80\n"),
    ],
)
def test_a_variable_is_added_beside_its_kind(before: str, after: str) -> None:
    check(before, after, lambda books: add_variable.edits(AddVariable(at(0), "PORT", "80"), books))


def test_a_variable_stands_behind_the_one_named() -> None:
    before = "FROM a\nENV A=1 \\\n    B=2 \\\n    C=3\n"
    after = "FROM a\nENV A=1 \\\n    B=2 \\\n    PORT=80 \\\n    C=3\n"
    check(before, after, lambda books: add_variable.edits(AddVariable(at(0), "PORT", "80", "B"), books))


def test_a_variable_that_is_set_is_refused() -> None:
    with pytest.raises(Refused, match="already"):
        add_variable.edits(AddVariable(at(0), "PORT", "80"), library({"Dockerfile": b"FROM a\nENV PORT=1\n"}))


@given(
    value=st.text("aZ0$\"'\\` =#é/", max_size=12),
    style=st.sampled_from(["", 'ENV B="1"\n', "ENV B='1'\n", "ENV B 1\n"]),
)
@settings(deadline=None)
def test_any_value_reads_as_it_was_meant(value: str, style: str) -> None:
    data = f"FROM a\n{style}RUN c\n".encode()
    try:
        edits = add_variable.edits(AddVariable(at(0), "NEW", value), library({"Dockerfile": data}))
    except Refused:
        return
    document = dockerfile.read(Text.of_file("Dockerfile", applied(data, edits)))
    pairs = [p for i in document.instructions for p in i.pairs if p.name.value == "NEW"]
    assert [(p.value.value, p.value.dollars) for p in pairs if p.value] == [(value, ())]
    assert document.instructions[-1].rest.value == "c"


@pytest.mark.parametrize(
    ("before", "number", "after"),
    [
        ("COPY a b ./", 0, "COPY b ./"),
        ("COPY --chown=x a b ./", 1, "COPY --chown=x a ./"),
        ('COPY ["a", "b", "/x/"]', 1, 'COPY ["a", "/x/"]'),
        ("COPY a \\\n     b \\\n     ./", 1, "COPY a \\\n     ./"),
    ],
)
def test_a_source_is_removed(before: str, number: int, after: str) -> None:
    check(
        f"FROM a\n{before}\n",
        f"FROM a\n{after}\n",
        lambda books: remove_source.edits(RemoveSource(at(0, "COPY", 0, number)), books),
    )


@pytest.mark.parametrize(("before", "number"), [("COPY a ./", 0), ("COPY a b ./", 2), ("RUN a b", 0)])
def test_what_is_no_spare_source_is_refused(before: str, number: int) -> None:
    books = library({"Dockerfile": f"FROM a\n{before}\n".encode()})
    with pytest.raises(Refused):
        remove_source.edits(RemoveSource(at(0, before.split(maxsplit=1)[0], 0, number)), books)


# --- words by any syntax's fixer -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "steps", "new", "after"),
    [
        ('CMD ["a", \\\n  "old"]', ("CMD", 0, 1), 'n "é"', 'CMD ["a", \\\n  "n \\"é\\""]'),
        ("EXPOSE 80 \\\n  81", ("EXPOSE", 0, 1), "82", "EXPOSE 80 \\\n  82"),
        ('ENV A=b"c"d E=f', ("ENV", 0, "A"), "x y", "ENV A=x\\ y E=f"),
        ("ENV A='b'", ("ENV", 0, "A"), "$x", "ENV A='$x'"),
        ('ENV A="b"', ("ENV", 0, "A"), '$"x', 'ENV A="\\$\\"x"'),
        ('ENV A=""', ("ENV", 0, "A"), "x", 'ENV A="x"'),
        ("ENV A=", ("ENV", 0, "A"), "x", "ENV A=x"),
    ],
)
def test_a_word_is_set_in_its_quotes(before: str, steps: tuple[str | int, ...], new: str, after: str) -> None:
    def fix(books: Library) -> tuple[Edit, ...]:
        document = books.get("Dockerfile", dockerfile.read)
        assert document is not None
        node = dockerfile.resolve(document, (0, *steps))
        word = node.value if isinstance(node, dockerfile.Pair) else node
        assert isinstance(word, dockerfile.Word)
        return set_text.edits(SetText(word.text, new), books)

    check(f"FROM a\n{before}\n", f"FROM a\n{after}\n", fix)


# --- .dockerignore ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a\nb\n", b"a\nb\n.env\n"),
        (b"a\r\nb\r\n", b"a\r\nb\r\n.env\r\n"),
        (b"a\nb", b"a\nb\n.env"),
        (b"", b".env\n"),
        (b".env\n!.env\n", b".env\n!.env\n.env\n"),
        (b"x\n.env\n", b"x\n.env\n"),
    ],
)
def test_a_pattern_is_added(before: bytes, after: bytes) -> None:
    edits = add_line.edits(AddLine(".dockerignore", ".env"), library({".dockerignore": before}))
    assert applied(before, edits) == after


def test_the_file_is_made_where_there_is_none() -> None:
    assert add_line.edits(AddLine("a/.dockerignore", ".env"), library({})) == (Create("a/.dockerignore", b".env\n"),)


@pytest.mark.parametrize("line", ["", "# a", "a\nb", " a"])
def test_what_is_no_pattern_is_refused(line: str) -> None:
    with pytest.raises(Refused):
        add_line.edits(AddLine(".dockerignore", line), library({}))
