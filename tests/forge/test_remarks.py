"""The words of an annotation, and the lines that a pull request shows."""

from __future__ import annotations

from stackfix.forge.model import Annotation
from stackfix.forge.remarks import shown_lines, unsaid, words

PATCH = "@@ -1,4 +1,4 @@ services:\n a\n-b\n+B\n c\n@@ -20 +20,2 @@\n t\n+u\n\\ No newline at end of file"


def test_the_lines_that_a_patch_shows() -> None:
    assert shown_lines(PATCH) == {1: 1, 2: None, 3: 3, 20: 20, 21: None}
    assert shown_lines("") == {}


def test_what_is_spoken_of_has_an_added_line() -> None:
    lines = shown_lines(PATCH)
    places = [(2, 2), (1, 3), (1, 1), (2, 4), (2, 2)]
    annotations = [Annotation("f", first, last, "title", "") for first, last in places]
    said = unsaid(annotations, {"f": lines}, [("g", 2, "**title**"), ("f", 2, "other")])
    assert [(one.line, one.end_line, body) for one, body in said] == [(2, 2, "**title**"), (1, 3, "**title**")]
    assert not list(unsaid(annotations, {"f": lines}, [("f", 2, "**title**"), ("f", 3, "**title**")]))
    assert not list(unsaid(annotations, {}, []))


def test_a_repositorys_words_are_no_markup() -> None:
    said = words(Annotation("f", 1, 1, "a*b\n<img>", "message", suggestion="```\nnpm start\n````"))
    assert said == "**a\\*b \\<img\\>**\n\nmessage\n\n`````suggestion\n```\nnpm start\n````\n`````"


def test_taking_lines_away_is_an_empty_block() -> None:
    assert words(Annotation("f", 1, 1, "t", "", suggestion="")) == "**t**\n\n```suggestion\n```"
