"""Routes that are added by calling a decorator."""

from __future__ import annotations

from stackfix.graph import application
from stackfix.text import Text


def test_a_decorator_used_as_a_call_adds_a_route() -> None:
    source = b'from fastapi import APIRouter\nrouter = APIRouter()\nrouter.get("/healthz")(check)\n'
    found = application.facts(Text.of_file("routes.py", source))
    assert [(r.owner, r.path.text.value if r.path.text else None, r.methods) for r in found.routes] == [
        ("router", "/healthz", frozenset({"GET"}))
    ]


def test_a_call_of_what_a_client_returns_is_no_route_of_a_known_application() -> None:
    found = application.facts(Text.of_file("a.py", b'import x\nx.build("/healthz")(check)\n'))
    assert not found.routes
