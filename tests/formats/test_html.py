"""HTML: the attributes of meta elements, with the bytes that spell them."""

from __future__ import annotations

import pytest

from stackfix.edits import Refused
from stackfix.formats import html
from stackfix.text import Text

PAGE = """<!doctype html>
<!-- <meta name="hidden" content="x"> -->
<META charset=utf-8 http-equiv='Refresh' content="5; url='/ä'">
<script>const text = '<meta name="text" content="y">';</script>
<meta name="entity" content="a &amp; b">
"""


def read(source: str) -> html.Document:
    """A page of this source."""
    return html.read(Text.of_file("index.html", source.encode()))


def test_comments_and_scripts_hold_no_elements() -> None:
    assert [sorted(meta.attributes) for meta in read(PAGE).metas] == [["content", "http-equiv"], ["name"]]


def test_an_attribute_knows_its_bytes() -> None:
    content = read(PAGE).metas[0].attributes["content"]
    place = content.place
    assert place is not None
    path, span = place
    assert (path, PAGE.encode()[span.start : span.end].decode()) == ("index.html", content.value)
    assert content.value == "5; url='/ä'"


def test_an_element_is_resolved_by_its_place() -> None:
    page = read(PAGE)
    assert html.resolve(page, ("meta", 1)) is page.metas[1]
    assert html.resolve(page, ("meta", 2)) is None
    assert html.resolve(page, ("meta",)) is None


def test_characters_that_would_end_an_attribute_are_refused() -> None:
    assert html.encode("html:single", 'say "yes"') == 'say "yes"'
    with pytest.raises(Refused):
        html.encode("html:double", 'say "yes"')
    with pytest.raises(Refused):
        html.encode("html:single", "a & b")
