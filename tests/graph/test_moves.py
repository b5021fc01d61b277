"""What moves together with a reference."""

from __future__ import annotations

import pytest

from stackfix.graph.moves import Target, move
from tests.graph.compose_world import graph, reference, spelled

APP = """
    services:
      web:
        build: ./web
        environment:
          API_URL: %s
      api:
        image: example/api:1
    """
DOCKERFILE = 'FROM python:3.12\nWORKDIR /srv\nCOPY . .\nCMD ["python", "main.py"]\n'


def moved(value: str, target: Target, source: str = "", example: str = "") -> list[tuple[str, bytes, str]]:
    """The file, the bytes and the new characters of each repair."""
    files = {"compose.yaml": APP % value, "web/Dockerfile": DOCKERFILE, "web/main.py": source or "print()\n"}
    if example:
        files[".env.example"] = example
    world = graph(files)
    found = move(world, reference(world, "API_URL"), target)
    return [(r.path, spelled(world.library, r.text), r.new) for r in found.repairs]


@pytest.mark.parametrize(
    ("value", "target", "expected"),
    [
        ("http://old:80/x", Target(host="api"), [("compose.yaml", b"old", "api")]),
        ("http://old:80", Target(port=8000), [("compose.yaml", b"80", "8000")]),
        ("http://old:80", Target("api", 8000), [("compose.yaml", b"old", "api"), ("compose.yaml", b"80", "8000")]),
        ("http://old", Target(port=8000), [("compose.yaml", b"old", "old:8000")]),
        ("http://old", Target("api", 80), [("compose.yaml", b"old", "api")]),
        ("http://old", Target("api", 8000), [("compose.yaml", b"old", "api:8000")]),
        ("http://old:80", Target("old", 80), []),
        ("http://old:80", Target(), []),
    ],
)
def test_a_reference_moves(value: str, target: Target, expected: list[tuple[str, bytes, str]]) -> None:
    assert moved(value, target) == expected


def test_its_default_in_the_source_moves_with_it() -> None:
    source = 'import os\nimport httpx\n\nURL = os.getenv("API_URL", "http://old:80")\nhttpx.get(URL)\n'
    found = moved("http://old:80", Target("api", 8000), source)
    assert found == [
        ("compose.yaml", b"old", "api"),
        ("compose.yaml", b"80", "8000"),
        ("web/main.py", b"old", "api"),
        ("web/main.py", b"80", "8000"),
    ]


def test_a_copy_that_names_another_host_stays() -> None:
    source = 'import os\nimport httpx\n\nURL = os.getenv("API_URL", "http://localhost:80")\nhttpx.get(URL)\n'
    assert moved("http://old:80", Target("api"), source) == [("compose.yaml", b"old", "api")]


def test_a_copy_keeps_a_port_that_was_another() -> None:
    source = 'import os\nimport httpx\n\nURL = os.getenv("API_URL", "http://old:9000")\nhttpx.get(URL)\n'
    assert moved("http://old:80", Target("api", 8000), source)[2:] == [("web/main.py", b"old", "api")]


def test_where_the_copies_are_is_told() -> None:
    source = 'import os\nimport httpx\n\nURL = os.getenv("API_URL", "http://old:80")\nhttpx.get(URL)\n'
    world = graph({"compose.yaml": APP % "http://old:80", "web/Dockerfile": DOCKERFILE, "web/main.py": source})
    (found,) = (r for r in world.references if r.variable == "API_URL" and r.location.path == "compose.yaml")
    (place,) = move(world, found, Target("api")).copies
    assert place.path == "web/main.py"
