"""dotenv files as environments."""

from __future__ import annotations

import pytest

from stackfix.findings import Anchor
from stackfix.graph import environment
from stackfix.graph.value import Origin
from tests.graph.compose_world import library, said, spelled


@pytest.mark.parametrize(
    ("path", "dotenv", "example"),
    [
        (".env", True, False),
        ("api/.env", True, False),
        (".env.production", True, False),
        ("prod.env", True, False),
        (".env.example", True, True),
        ("env.example", True, True),
        ("example.env", True, True),
        (".env.sample", True, True),
        (".env-example", True, True),
        (".env.local.dist", True, True),
        ("environment.yml", False, False),
        (".envrc", False, False),
    ],
)
def test_names(path: str, dotenv: bool, example: bool) -> None:
    assert environment.is_dotenv(path) is dotenv
    assert not dotenv or environment.is_example(path) is example


def test_variables_are_filled_from_those_above() -> None:
    books = library(
        {".env": "HOST=db\nURL=redis://${HOST}:${PORT:-6379}\nRAW='$HOST'\nLATER=${BELOW}\nBELOW=1\nHOST=last\n"}
    )
    found = environment.variables(books, ".env")
    assert found is not None
    assert {name: said(v.value) for name, v in found.items()} == {
        "HOST": "last",
        "URL": "redis://db:6379",
        "RAW": "$HOST",
        "LATER": None,
        "BELOW": "1",
    }
    url = found["URL"]
    assert (url.origin, url.anchor) == (Origin.ENV_FILE, Anchor(".env", "dotenv", ("URL",)))
    assert url.value is not None
    assert spelled(books, url.value.slice(8, 10)) == b"db"
    assert [use.hole.name for use in url.uses] == ["HOST", "PORT"]


def test_secrets_are_marked() -> None:
    found = environment.variables(
        library({".env": "DB_PASSWORD=hunter2\nPORT=80\nURL=postgres://u:hunter2@db/x\n"}), ".env"
    )
    assert found is not None
    assert {name: v.secret for name, v in found.items()} == {"DB_PASSWORD": True, "PORT": False, "URL": True}


def test_a_file_that_is_not_there_gives_nothing() -> None:
    assert environment.variables(library({}), ".env") is None


def test_the_examples_of_a_folder() -> None:
    books = library({"api/.env.example": "", "api/.env.sample": "", ".env.template": "", "api/.env": ""})
    assert environment.examples(books, "api") == ("api/.env.example", "api/.env.sample")
    assert environment.examples(books, "") == (".env.template",)
