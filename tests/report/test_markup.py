"""Words of a repository inside markdown call nobody, lead nowhere and format nothing."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt

from stackfix.report.markup import code, fenced, line, words
from tests.report.hostile import HOSTILE

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
ACTIVE = re.compile(r"@|#\d|\bGH-\d|[0-9a-f]{7}|https?://|www\.|[*_~`<>|\\$]|&\w+;")
"""What GitHub or GitLab looks for in text, beside markdown itself."""


def inline(markdown: str) -> list[tuple[str, str]]:
    """The one paragraph that some markdown is, as tokens."""
    tokens = MARKDOWN.parse(markdown)
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    return [(token.type, token.content) for token in tokens[1].children or ()]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_in_a_sentence_is_only_shown(name: str) -> None:
    found = inline(f"Found: {words(f'{name} is not {name}, but ({name}) and {name}: there')}")
    assert {kind for kind, _ in found} <= {"text", "code_inline"}
    assert [text for kind, text in found if kind == "text" and ACTIVE.search(text)] == []


@pytest.mark.parametrize("name", [name for name in HOSTILE if name.isprintable() and name.strip()])
def test_a_code_span_holds_exactly_what_it_was_given(name: str) -> None:
    assert inline(f"Found: {code(name)}")[1] == ("code_inline", name)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_fence_ends_where_it_should(name: str) -> None:
    lines = [*name.splitlines(), "after"]
    tokens = MARKDOWN.parse("\n".join((*fenced("text", lines), "", "told")))
    assert [token.type for token in tokens] == ["fence", "paragraph_open", "inline", "paragraph_close"]
    assert tokens[0].content.endswith("after\n")
    assert tokens[2].content == "told"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("EXPOSE says 8001, but the deployment has 8000", "EXPOSE says 8001, but the deployment has 8000"),
        ("the image doesn't hold backend/app.py; it's gone", "the image doesn't hold `backend/app.py`; it's gone"),
        ("every origin (*) may call", "every origin (`*`) may call"),
        ("set API_URL to http://api:8000.", "set `API_URL` to `http://api:8000`."),
        ("leave `a b` out, and add c", "leave `a b` out, and add c"),
        ('the name "web" is taken', 'the name "web" is taken'),
        ("0.5 of 100% … → end", "0.5 of 100% … → end"),
        ("größer als 名前", "größer als 名前"),
    ],
)
def test_plain_words_stay_plain(text: str, expected: str) -> None:
    assert words(text) == expected


def test_a_long_line_is_cut_about_what_matters() -> None:
    assert "5000" in line("x" * 500 + "5000" + "y" * 500, 500, 504)
    assert len(line("x" * 5000)) < 150
