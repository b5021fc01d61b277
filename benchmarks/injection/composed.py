"""Operators that write in more than one place, or a file more."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from benchmarks.injection.breaks import Break

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.injection.healthy import Stack

NAMED = {
    "ferry": ("compose.yaml", "    image: redis:7-alpine\n", "ferry_cache", "//cache:", "//ferry_cache:"),
    "granary": ("docker-compose.yaml", "    image: rabbitmq:4.0-management\n", "queue-1", "@rabbit:", "@queue-1:"),
    "orchard": (
        "docker-compose.yml",
        "    image: mysql:8.4\n",
        "apple-rows",
        "DB_HOST=mysql",
        "DB_HOST=apple-rows",
    ),
}
"""The Compose file, the line of a store that gets a name, that name, and how it is asked before and after."""


def container_name(stack: Stack) -> Iterator[Break]:
    """A store has a name of its own, and is asked by it."""
    if stack.name not in NAMED:
        return
    path, line, name, before, after = NAMED[stack.name]
    named = stack.files.text(path).replace(line, f"{line}    container_name: {name}\n")
    broken, wanted = stack.files.having(path, named.replace(before, after)), stack.files.having(path, named)
    places = frozenset({path})
    yield Break(stack.name, "asked by its container_name", ("container-name-as-host",), broken, places, wanted)


TWICE = {
    "mosaic": ("nginx/sites/more.conf", "upstream tiles {\n    server tiles:8500;\n}\n"),
    "granary": ("desk/conf.d/more.conf", "upstream silo_app {\n    server silo:9100;\n}\n"),
}


def upstream_twice(stack: Stack) -> Iterator[Break]:
    """A second file defines the same upstream."""
    if stack.name in TWICE:
        path, text = TWICE[stack.name]
        broken, places = stack.files.having(path, text), frozenset({path})
        yield Break(stack.name, "an upstream twice", ("upstream-duplicate",), broken, places, None, by_hand=True)


def server_twice(stack: Stack) -> Iterator[Break]:
    """A second file answers for the same name on the same port."""
    if stack.name == "mosaic":
        path = "nginx/sites/tiles-old.conf"
        text = "server {\n    listen 80;\n    server_name tiles.example.org;\n    return 410;\n}\n"
        broken, places = stack.files.having(path, text), frozenset({path})
        yield Break(stack.name, "a server twice", ("upstream-duplicate",), broken, places, None, by_hand=True)


LIVE = {
    "mosaic": ("docker-compose.prod.yml", "  tiles:\n", "  tiles:\n    environment:\n      COLOURS_TOKEN: {}\n"),
    "granary": ("docker-compose.production.yaml", "  sorter:\n", "  sorter:\n    environment:\n      - MAP_TOKEN={}\n"),
}


def live_secret(stack: Stack) -> Iterator[Break]:
    """A token of a provider's shape stands in production's file."""
    if stack.name not in LIVE:
        return
    path, line, written = LIVE[stack.name]
    for kind, token in (
        ("a repository's", "ghp_" + "4Vb9wQz7Lr2TkXn8Ym3Pc6Hs1Jd5Fg0Ae7Uo"),
        ("a shop's", "sk_live_" + "51Mb7Qw2Zx9Kd4Tn8Lr3Vc6P"),
    ):
        broken = stack.files.having(path, stack.files.text(path).replace(line, written.format(token), 1))
        places = frozenset({path})
        yield Break(stack.name, f"a live secret, {kind}", ("secret-in-config",), broken, places, None, by_hand=True)


def inherited_check(stack: Stack) -> Iterator[Break]:
    """The image asks for a port that its worker doesn't bind."""
    if stack.name == "granary":
        path = "silo/Dockerfile"
        check = "HEALTHCHECK --interval=30s CMD curl -fs http://localhost:9100/api/v1/health\n"
        broken = stack.files.having(path, stack.files.text(path).replace("CMD [", check + "CMD ["))
        places = frozenset({path, "docker-compose.yaml"})
        yield Break(stack.name, "a worker inherits a check", ("healthcheck-inherited",), broken, places, None)
    if stack.name != "quarry":
        return
    text, compose = stack.files.text("Dockerfile"), stack.files.text("compose.yml")
    check = "HEALTHCHECK CMD curl --fail http://localhost:8000/up/\n"
    broken = stack.files.having("Dockerfile", text.replace("CMD [", check + "CMD ["))
    last = '      CELERY_CONCURRENCY: "2"\n'
    wanted = broken.having("compose.yml", compose.replace(last, last + "    healthcheck:\n      disable: true\n"))
    places = frozenset({"Dockerfile", "compose.yml"})
    yield Break(stack.name, "a worker inherits a check", ("healthcheck-inherited",), broken, places, wanted)


HEALTH = {
    "beacon": ("lamp/main.py", '@app.get("/api/health")', '@app.get("/api/lamps")'),
    "granary": ("silo/granary/app.py", '@api.get("/health")', '@api.get("/bins")'),
    "ferry": ("api/ferry/main.py", '@app.get("/health")', '@app.get("/api/departures")'),
}


def no_health_route(stack: Stack) -> Iterator[Break]:
    """Something asks for a health route, and there is none."""
    if stack.name not in HEALTH:
        return
    path, first, after = HEALTH[stack.name]
    text = stack.files.text(path)
    broken = stack.files.having(path, text[: text.index(first)] + text[text.index(after) :])
    yield Break(stack.name, "no health route", ("health-endpoint-missing",), broken, frozenset({path}), None)


PORTS = {"signal": ("sender", 8100), "tally": ("tally", 9000), "lagoon": ("tides", 8200), "orchard": ("shop", 5000)}


def another_port_than_agreed(stack: Stack) -> Iterator[Break]:
    """A component is on another port than the configuration gives it, in every place alike."""
    if stack.name not in PORTS:
        return
    name, port = PORTS[stack.name]
    agreed = stack.files.having("stackfix.toml", f"[ports]\n{name} = {port}\n")
    broken = agreed
    for path in stack.files.contents:
        moved = re.sub(rf"\b{port}\b", str(port + 7), stack.files.text(path))
        broken = broken.having(path, moved) if moved != stack.files.text(path) else broken
    places = frozenset(path for path in broken.contents if broken.contents[path] != agreed.contents[path])
    # The host's side of a published port may be anything.
    wanted = agreed if stack.name == "tally" else None
    yield Break(stack.name, "another port than agreed", ("port-policy",), broken, places, wanted)


TRIES = {
    "signal": (
        "receiver/receiver/receiving.py",
        (
            "    consumer = await asyncio.to_thread(Consumer, SETTINGS)\n"
            '    consumer.subscribe(["signals"])\n'
            "    while True:\n"
            "        message = await asyncio.to_thread(consumer.poll, 1.0)\n"
            "        if message is not None and not message.error():\n"
            "            await handle(message.value())\n"
        ),
    ),
    "granary": (
        "silo/granary/deliveries.py",
        (
            "    connection = await aio_pika.connect(settings.rabbit_url)\n"
            "    channel = await connection.channel()\n"
            '    queue = await channel.declare_queue("deliveries")\n'
            "    async with queue.iterator() as messages:\n"
            "        async for message in messages:\n"
            '            await grain.deliveries.insert_one({"body": message.body.decode()})\n'
            "            await message.ack()\n"
        ),
    ),
}


def no_second_try(stack: Stack) -> Iterator[Break]:
    """A task of the start connects once."""
    if stack.name in TRIES:
        path, body = TRIES[stack.name]
        text = stack.files.text(path)
        broken = stack.files.having(path, text[: text.index("    delay = 5\n")] + body)
        yield Break(stack.name, "connects once", ("connect-without-retry",), broken, frozenset({path}), None)


def waits_between_tries(stack: Stack) -> Iterator[Break]:
    """A pause holds the event loop."""
    if stack.name in TRIES:
        path = TRIES[stack.name][0]
        text = stack.files.text(path).replace("import asyncio\n", "import asyncio\nimport time\n", 1)
        broken = stack.files.having(path, text.replace("await asyncio.sleep(delay)", "time.sleep(delay)"))
        yield Break(stack.name, "sleeps on the loop", ("blocking-client-in-async",), broken, frozenset({path}), None)


def no_run_bit(stack: Stack) -> Iterator[Break]:
    """The script that a container starts with has lost its run bit in the repository."""
    for path in ("api/start.sh",) if stack.name == "atlas" else ():
        broken = stack.files.without_bit(path)
        places = frozenset({path, "api/Dockerfile"})
        yield Break(stack.name, "no run bit in the repository", ("script-not-executable",), broken, places, None)


COMPOSED: tuple[Callable[[Stack], Iterator[Break]], ...] = (
    container_name,
    upstream_twice,
    server_twice,
    live_secret,
    inherited_check,
    no_health_route,
    another_port_than_agreed,
    no_second_try,
    waits_between_tries,
    no_run_bit,
)
