"""What is known of public images by their repository name: which ports they open here, what is inside."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from stackfix.graph.base_images import SCRATCH, Base, base, is_bare
from stackfix.graph.image_names import Name, parse
from stackfix.graph.service_images import SERVICES, ServiceImage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.graph.value import Environment, Variable

__all__ = [
    "SCRATCH", "SERVICES", "Base", "Name", "ServiceImage", "ServicePorts", "base", "is_bare", "is_no_server", "parse",
    "ports", "service",
]  # fmt: skip
_MAIN_PORT = frozenset({
    "--port", "-p", "-P", "-port", "--web.listen-address", "-web.listen-address", "--address", "--http-port",
    "--http-addr", "--listen", "--addr", "--api-port", "-httpListenAddr", "--httpListenAddr",
})  # fmt: skip
"""Flags that give the main port, as a number or an address."""


_FLAVOURS = frozenset({"fpm", "cli"})
"""What tags call an image by that serves no pages of its own."""


def service(image: str) -> ServiceImage | None:
    """The public image of that name, as it comes."""
    name = parse(image)
    if _FLAVOURS.intersection(re.split(r"[-.]", name.tag or "")):
        return None
    return SERVICES.get(name.repository)


@dataclass(frozen=True, slots=True)
class ServicePorts:
    """What a public image opens in a deployment: `certain` ports, the main one first, and `possible` further ones."""

    certain: tuple[int, ...]
    possible: frozenset[int]


_ELSE = re.compile(
    r"(?:\S*/)?(?:sleep|tail|true|cat|echo|printf|env|psql|pg_\w+|mysql|mysqldump|mysqladmin|mariadb|redis-cli|mongosh|mongo"
    r"|mongodump|rabbitmqctl|kafka-\w[\w-]*|cqlsh|curl|wget)(?:\s|$)"
)
"""Commands that are no server: one that an image is given in place of its own leaves its ports closed."""


def ports(
    image: str, environment: Environment, command: Iterable[str] = (), mounted: Iterable[str] = ()
) -> ServicePorts | None:
    """The ports that a public image opens in a deployment, or None where that isn't certain.

    `command` are the words given in place of or behind the image's own, `mounted` the targets put over its files.
    """
    known = service(image)
    words, targets = tuple(command), tuple(mounted)
    if known is None or not environment.complete:
        return None
    if (moved := _moved(known, environment, words, targets)) is not None:
        return ServicePorts((moved,), frozenset())
    moving = (v for n, v in environment.variables.items() if any(_named(n, pattern) for pattern in known.variables))
    if any(not _says(variable, known.ports) for variable in moving):
        return None
    flags = [(word, flag) for word in words for flag in known.flags if _flagged(word, flag)]
    given = _given(words, known) if flags else None
    if flags and (given is None or any(flag not in _MAIN_PORT for _, flag in flags)):
        return None
    told = [v for name in known.moves if (v := environment.get(name)) is not None]
    if told and (given is not None or (given := _told(told)) is None):
        return None
    if is_no_server(words):
        return None
    if any(file in target for target in targets for file in known.files):
        return None
    management = known is SERVICES["rabbitmq"] and "management" in (parse(image).tag or "")
    written = frozenset(int(n) for word in words for n in _NUMBER.findall(word))
    main = known.ports[:1] if given is None else (given,)
    certain = (*main, *known.ports[1:], *((15672,) if management else ()))
    return ServicePorts(certain, written.union(known.others, _further(known, environment, words)))


_NUMBER = re.compile(r"(?<![\d.])\d{2,5}(?![\d.])")
_PORT_NAME = re.compile(r"PORT|LISTEN|ADDR|BIND|ENTRYPOINT", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?://)?(?:0\.0\.0\.0|\[::\]|\*)?:?(?P<port>\d{1,5})/?")


def _further(known: ServiceImage, environment: Environment, words: tuple[str, ...]) -> Iterator[int]:
    """Ports that variables and the command may open besides."""
    yield from known.commanded if words else ()
    for name, variable in environment.variables.items():
        if _PORT_NAME.search(name) and variable.value is not None:
            yield from map(int, _NUMBER.findall(variable.value.value))
        for pattern, ports in known.opens:
            yield from ports if _named(name, pattern) else ()


def _told(variables: list[Variable]) -> int | None:
    """The port that variables give: a number, an address for everybody, or one URL."""
    values = {v.value.value.strip() if v.value is not None else "" for v in variables}
    match = _ADDRESS.fullmatch(values.pop()) if len(values) == 1 else None
    return int(match["port"]) if match is not None else None


def _says(variable: Variable, ports: tuple[int, ...]) -> bool:
    """Whether a variable that may move the main port gives just the one that the image has as it comes."""
    return variable.value is not None and variable.value.value == str(ports[0])


def is_no_server(words: Iterable[str]) -> bool:
    """Whether a command given in place of an image's own is something else than its server."""
    return _ELSE.match(" ".join(words)) is not None


def _given(words: Iterable[str], known: ServiceImage) -> int | None:
    """The main port as a command gives it, where it does so once, as a number or an address for everybody."""
    parts = [part for word in words for part in word.split()]
    flags = _MAIN_PORT.intersection(known.flags)
    values = [after for part, after in pairwise(parts) if part in flags]
    values += [part.partition("=")[2] for part in parts if part.partition("=")[0] in flags and "=" in part]
    match = _ADDRESS.fullmatch(values[0]) if len(values) == 1 else None
    return int(match["port"]) if match is not None else None


_MOVED = re.compile(r"(?:^|\s)(?:--port(?:=|\s+)|-[pP]\s*|(?:-c\s*|--)port=)(?P<port>\d{2,5})(?=\s|$)")
_STORES = ("postgres", "bitnami/postgresql", "mysql", "bitnami/mysql", "mariadb", "bitnami/mariadb", "redis", "mongo")


def _moved(
    known: ServiceImage, environment: Environment, words: tuple[str, ...], targets: tuple[str, ...]
) -> int | None:
    """The one port that a data store is told to bind by its command line, else by its variable."""
    if not any(known is SERVICES[name] for name in _STORES) or any(f in t for t in targets for f in known.files):
        return None
    line = " ".join(words)
    if _ELSE.match(line) or ".conf" in line or "config" in line or "tls-port" in line:
        return None
    if _SERVER.match(line) and (told := {int(m["port"]) for m in _MOVED.finditer(line)}):
        return told.pop() if len(told) == 1 else None
    if any(_flagged(word, flag) for word in words for flag in known.flags):
        return None
    given = [v.value for n, v in environment.variables.items() if n in known.variables and not n.endswith("*")]
    return int(given[0].value) if len(given) == 1 and given[0] is not None and given[0].value.isdecimal() else None


_SERVER = re.compile(
    r"(?:\S*/)?(?:docker-entrypoint\.sh\s+)?(?:-|(?:postgres|mysqld\w*|mariadbd\w*|mongod|redis-server|valkey-server)(?:\s|$))"
)


def _named(name: str, pattern: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), name) is not None


def _flagged(word: str, flag: str) -> bool:
    """Whether a word of a command is or holds a flag: `--port`, `--port=1`, `-p1`, `redis.conf`."""
    if any(part == flag or part.startswith(flag + "=") for part in word.split()):
        return True
    return flag in word if flag.startswith((".", "server.", "http.", "port=", "config_")) else word.startswith(flag)
