"""Operators that write in more than one place, or a file more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.injection.breaks import Break

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.injection.healthy import Stack


def container_name(stack: Stack) -> Iterator[Break]:
    """A store has a name of its own, and is asked by it."""
    if stack.name != "ferry":
        return
    text = stack.files.text("compose.yaml")
    named = text.replace("    image: redis:7-alpine\n", "    image: redis:7-alpine\n    container_name: ferry_cache\n")
    broken = stack.files.having("compose.yaml", named.replace("//cache:", "//ferry_cache:"))
    wanted = stack.files.having("compose.yaml", named)
    places = frozenset({"compose.yaml"})
    yield Break(stack.name, "asked by its container_name", ("container-name-as-host",), broken, places, wanted)


def upstream_twice(stack: Stack) -> Iterator[Break]:
    """A second file defines the same upstream."""
    if stack.name != "mosaic":
        return
    path = "nginx/sites/more.conf"
    broken = stack.files.having(path, "upstream tiles {\n    server tiles:8500;\n}\n")
    places = frozenset({path})
    yield Break(stack.name, "an upstream twice", ("upstream-duplicate",), broken, places, None, by_hand=True)


def live_secret(stack: Stack) -> Iterator[Break]:
    """A token of a provider's shape stands in production's file."""
    if stack.name != "mosaic":
        return
    path = "docker-compose.prod.yml"
    token = "ghp_" + "4Vb9wQz7Lr2TkXn8Ym3Pc6Hs1Jd5Fg0Ae7Uo"
    text = stack.files.text(path).replace(
        "  tiles:\n", f"  tiles:\n    environment:\n      COLOURS_TOKEN: {token}\n", 1
    )
    broken, places = stack.files.having(path, text), frozenset({path})
    yield Break(stack.name, "a live secret", ("secret-in-config",), broken, places, None, by_hand=True)


def inherited_check(stack: Stack) -> Iterator[Break]:
    """The image asks for a port that its worker doesn't bind."""
    if stack.name != "quarry":
        return
    text, compose = stack.files.text("Dockerfile"), stack.files.text("compose.yml")
    check = "HEALTHCHECK CMD curl --fail http://localhost:8000/up/\n"
    broken = stack.files.having("Dockerfile", text.replace("CMD [", check + "CMD ["))
    last = '      CELERY_CONCURRENCY: "2"\n'
    wanted = broken.having("compose.yml", compose.replace(last, last + "    healthcheck:\n      disable: true\n"))
    places = frozenset({"Dockerfile", "compose.yml"})
    yield Break(stack.name, "a worker inherits a check", ("healthcheck-inherited",), broken, places, wanted)


def no_health_route(stack: Stack) -> Iterator[Break]:
    """Something asks for a health route, and there is none."""
    if stack.name != "beacon":
        return
    path = "lamp/main.py"
    text = stack.files.text(path)
    start, end = text.index('@app.get("/api/health")'), text.index('@app.get("/api/lamps")')
    broken, places = stack.files.having(path, text[:start] + text[end:]), frozenset({path})
    yield Break(stack.name, "no health route", ("health-endpoint-missing",), broken, places, None)


COMPOSED: tuple[Callable[[Stack], Iterator[Break]], ...] = (
    container_name,
    upstream_twice,
    live_secret,
    inherited_check,
    no_health_route,
)
