"""By what an exception may leave a Python function: calls and raises that no `except Exception` of its own holds."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.formats.python import children, dotted
from stackfix.graph.python_scope import Function

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.graph.python_scope import Source

_ALL = frozenset({"Exception", "BaseException"})
_TOLD = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log"})
_CALM = frozenset(
    (
        "print", "len", "str", "int", "float", "bool", "list", "dict", "set", "isinstance", "getattr", "hasattr", "min",
        "max", "range", "enumerate", "repr", "round", "id", "type", "time.time", "time.monotonic", "time.perf_counter",
        "asyncio.sleep", "asyncio.Event", "asyncio.Queue", "asyncio.Lock", "asyncio.get_event_loop",
        "asyncio.get_running_loop", "asyncio.current_task", "logging.getLogger", "datetime.datetime.now",
        "datetime.datetime.utcnow", "datetime.timedelta",
        "os.environ.get", "os.getenv", "traceback.print_exc", "traceback.format_exc", "traceback.format_exception",
    )
)  # fmt: skip
_CALM_METHODS = _TOLD | {
    "is_set", "set", "clear", "append", "items", "keys", "values", "format", "isoformat", "strip", "close", "rollback",
}  # fmt: skip
_SESSION = re.compile(r"session(?:_?(?:maker|factory|local))?$|sessionlocal$", re.IGNORECASE)
"""What opens a session of a database, which connects to nothing before it is asked something."""


@dataclass(frozen=True, slots=True)
class Escape:
    """One way out: a call by its name as spelled in the file, or None for a `raise` and for what has no name."""

    name: str | None


def escapes(source: Source, scope: str, function: Function) -> Iterator[Escape]:
    """Every way out of a function, calls that hardly ever fail left out."""
    yield from _of_all(source, scope, function.body)


def _of_all(source: Source, scope: str, nodes: Iterable[ast.AST]) -> Iterator[Escape]:
    for node in nodes:
        yield from _of(source, scope, node)


def _of(source: Source, scope: str, node: ast.AST) -> Iterator[Escape]:
    if isinstance(node, Function | ast.ClassDef | ast.Lambda):
        return
    if isinstance(node, ast.Try):
        inner = [] if any(_holds_all(h) for h in node.handlers) else node.body
        yield from _of_all(source, scope, inner)
        yield from (e for h in node.handlers for e in _of_handler(source, scope, h))
        yield from _of_all(source, scope, [*node.orelse, *node.finalbody])
        return
    if isinstance(node, ast.Raise | ast.AsyncFor):
        yield Escape(None)
    elif isinstance(node, ast.Call):
        yield from _of_call(source, scope, node)
    yield from _of_all(source, scope, children(node))


def _of_handler(source: Source, scope: str, handler: ast.ExceptHandler) -> Iterator[Escape]:
    """A handler of cancellation that raises it again lets nothing else out; one of everything, what it raises itself.

    What fails while a failure is told is not what the task is lost by.
    """
    if _holds_all(handler):
        yield from (Escape(None) for statement in handler.body for n in ast.walk(statement) if isinstance(n, ast.Raise))
        return
    last = (dotted(handler.type) or "").rpartition(".")[2] if handler.type is not None else ""
    if last != "CancelledError":
        yield from _of_all(source, scope, handler.body)


def _of_call(source: Source, scope: str, node: ast.Call) -> Iterator[Escape]:
    name = dotted(node.func)
    if name is None:
        yield Escape(None)
    elif not node.args and not node.keywords and _SESSION.search(name):
        return
    elif source.canonical(name) not in _CALM and not ("." in name and name.rpartition(".")[2] in _CALM_METHODS):
        yield Escape(source.owner(name, scope))


def _holds_all(handler: ast.ExceptHandler) -> bool:
    """Whether a handler takes every exception."""
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any((dotted(k) or "").rpartition(".")[2] in _ALL for k in kinds)
