"""`.dockerignore`: what the builder leaves out."""

from __future__ import annotations

import pytest

from stackfix.formats import dockerignore
from stackfix.text import Text, Unreadable


def read(source: str) -> dockerignore.Document:
    return dockerignore.read(Text.of_file(".dockerignore", source.encode()))


@pytest.mark.parametrize(
    ("patterns", "dropped", "kept"),
    [
        (".env", [".env"], ["a/.env", ".env.example"]),
        ("**/.env", [".env", "a/b/.env"], [".envrc"]),
        ("/build/", ["build", "build/a.js"], ["src/build/a.js"]),
        ("*.md\n!README.md", ["a.md"], ["README.md", "docs/a.md"]),
        ("node_modules\n!node_modules/keep", ["node_modules/a/b"], ["node_modules/keep/x"]),
        ("*\n!src\nsrc/*.tmp", ["a", "src/x.tmp"], ["src/a.py", "src/deep/x.tmp"]),
        ("docs/**", ["docs/a", "docs/a/b"], ["docs", "a"]),
        ("**/*.log", ["a.log", "x/y/b.log"], ["a.log2"]),
        ("a?c", ["abc"], ["ac", "a/c"]),
        ("[ab].txt", ["a.txt", "b.txt"], ["c.txt"]),
        ("# *\n\n  spaced  \r\n", ["spaced"], ["#", "a"]),
        ("./x/../y", ["y"], ["x"]),
    ],
)
def test_the_last_pattern_that_matches_decides(patterns: str, dropped: list[str], kept: list[str]) -> None:
    document = read(patterns)
    assert [p for p in dropped if document.dropped_by(p) is None] == []
    assert [p for p in kept if document.dropped_by(p) is not None] == []


def test_the_pattern_that_drops_is_named_at_its_place() -> None:
    source = "# c\r\n*.md\r\n  secrets/ \r\n"
    found = read(source).dropped_by("secrets/key.pem")
    assert found is not None
    assert found.text.value == "secrets/"
    assert found.text.place is not None
    assert found.text.place[1].start == source.index("secrets")


def test_an_open_bracket_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        read("a[b\n")


def test_addresses() -> None:
    document = read("a\nb\n")
    assert dockerignore.resolve(document, ("b",)) is document.patterns[1]
    assert dockerignore.resolve(document, (0,)) is document.patterns[0]
    assert dockerignore.resolve(document, (7,)) is None
