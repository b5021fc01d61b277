"""What an application takes from the request that only a proxy's headers can tell: its public host, and who asks."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from stackfix.formats.python import dotted, read, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Location
    from stackfix.formats.python import Module
    from stackfix.text import Text


class Asked(Enum):
    """What is asked of a request."""

    HOST = "builds URLs"
    CLIENT = "reads the client's address"


@dataclass(frozen=True, slots=True)
class Asking:
    """A place that asks a request for something."""

    asked: Asked
    location: Location


_HOST = frozenset({"base_url", "url_root", "host_url", "build_absolute_uri"})
_CLIENT = frozenset({"remote_addr", "access_route"})
_HEADERS = frozenset({"x-forwarded-for", "x-real-ip", "http_x_forwarded_for", "http_x_real_ip"})
_REQUEST = frozenset({"request", "req", "websocket"})


_TELLING = re.compile(
    r"base_url|url_root|host_url|build_absolute_uri|url_for|remote_addr|access_route|client"
    r"|x[-_]forwarded[-_]for|x[-_]real[-_]ip",
    re.IGNORECASE,
)
"""What stands in every file that asks."""


def asking(text: Text) -> tuple[Asking, ...]:
    """Every place of a Python file that does. Unreadable where it is no Python."""
    if not _TELLING.search(text.value):
        return ()
    module = read(text)
    return tuple(_found(module))


def _found(module: Module) -> Iterator[Asking]:
    for node in walk(module.tree):
        asked = _attribute(node) or _header(node) or _external(node)
        if asked is not None and isinstance(node, ast.expr):
            yield Asking(asked, module.location(node, asked.value))


def _attribute(node: ast.AST) -> Asked | None:
    """`request.client.host`, `request.remote_addr`, `request.base_url`, `request.url_for` and their like."""
    if not isinstance(node, ast.Attribute):
        return None
    base, _, rest = (dotted(node) or "").removeprefix("self.").partition(".")
    if base not in _REQUEST:
        return None
    if rest in _HOST or rest == "url_for":
        return Asked.HOST
    return Asked.CLIENT if rest in _CLIENT or rest == "client.host" else None


def _header(node: ast.AST) -> Asked | None:
    """`request.headers.get("X-Forwarded-For")`, `request.headers["X-Real-IP"]`, `request.META.get(…)`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args:
        holder, key = node.func.value, node.args[0]
    elif isinstance(node, ast.Subscript):
        holder, key = node.value, node.slice
    else:
        return None
    of_request = (dotted(holder) or "").rpartition(".")[2] in {"headers", "META"}
    named = isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value.lower() in _HEADERS
    return Asked.CLIENT if of_request and named else None


def _external(node: ast.AST) -> Asked | None:
    """Flask's `url_for(…, _external=True)`."""
    if not isinstance(node, ast.Call) or (dotted(node.func) or "").rpartition(".")[2] != "url_for":
        return None
    external = any(
        k.arg == "_external" and isinstance(k.value, ast.Constant) and k.value.value is True for k in node.keywords
    )
    return Asked.HOST if external else None
