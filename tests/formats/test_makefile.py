"""Makefiles and justfiles: recipes as shell texts, make's own variables apart from the shell's."""

from __future__ import annotations

import pytest

from stackfix.edits import Refused
from stackfix.formats import makefile
from stackfix.text import Text

SOURCE = """\
# Builds it.
IMAGE := shop/api
NS ?= dev
BOTH = $(IMAGE):$(NS)
TWICE = a
TWICE = b

.PHONY: build up
build: clean ## builds
\t@docker build -t $(IMAGE):$$TAG \\
\t\t-f docker/Dockerfile $(DIR)
\t-docker push ${IMAGE} $(shell date) $(TWICE)
up: NS = x

up:
\tdocker compose up
not a recipe
\tnor this
"""


def read(source: str) -> makefile.Document:
    return makefile.read(Text.of_file("Makefile", source.encode()))


def test_recipes_are_texts_for_a_shell() -> None:
    found = [(r.target, r.text.value, r.ignores) for r in read(SOURCE).recipes]
    assert found == [
        ("build", "docker build -t shop/api:$TAG \\\n\t\t-f docker/Dockerfile ${make:DIR}", False),
        ("build", "docker push shop/api ${make:} ${make:TWICE}", True),
        ("up", "docker compose up", False),
    ]


def test_what_make_puts_in_is_written_where_the_variable_is() -> None:
    recipe = read(SOURCE).recipes[0]
    start = recipe.text.value.index("shop/api")
    place = recipe.text.slice(start, start + len("shop/api")).place
    assert place is not None
    assert SOURCE.encode()[place[1].start : place[1].end] == b"shop/api"
    assert SOURCE.encode()[: place[1].start].endswith(b"IMAGE := ")


def test_variables_keep_their_strength() -> None:
    assert [(v.name, v.value.value, v.weak) for v in read(SOURCE).variables] == [
        ("IMAGE", "shop/api", False),
        ("NS", "dev", True),
        ("BOTH", "$(IMAGE):$(NS)", False),
        ("TWICE", "a", False),
        ("TWICE", "b", False),
    ]


def test_windows_lines_end_before_their_return() -> None:
    document = read("A = 1\r\nx:\r\n\techo $(A)\r\n")
    assert [r.text.value for r in document.recipes] == ["echo 1"]


def test_a_justfile_has_its_recipes_indented() -> None:
    source = "set shell := ['bash']\nup env='dev':\n    @docker compose -f {{file}} up\n    # why\n\nbuild:\n  docker build .\n"
    document = makefile.read_just(Text.of_file("justfile", source.encode()))
    assert [(r.target, r.text.value) for r in document.recipes] == [
        ("up", "docker compose -f {{file}} up"),
        ("build", "docker build ."),
    ]


def test_steps_lead_to_recipes_and_variables() -> None:
    document = read(SOURCE)
    assert makefile.resolve(document, ()) is document
    assert makefile.resolve(document, (2,)) is document.recipes[2]
    assert makefile.resolve(document, ("NS",)) is document.variables[1]
    assert makefile.resolve(document, (3,)) is None
    assert makefile.resolve(document, ("NO",)) is None


def test_a_dollar_is_doubled_and_a_comment_refused() -> None:
    assert makefile.encode("makefile:recipe", "a $B #c") == "a $$B #c"
    assert read("A = " + makefile.encode("makefile:value", "b/c") + "\n").variables[0].value.value == "b/c"
    for new in ("a #b", " a", "a\\", "a\nb"):
        with pytest.raises(Refused):
            makefile.encode("makefile:value", new)
