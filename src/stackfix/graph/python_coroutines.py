"""What the functions of a Python file do on an event loop: what they call and await, which tasks they leave alone.

A pure function of one file; names are spelled as everywhere (a local of `f` is `f.x`, an attribute of a class `C.x`).
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.formats.python import children, dotted, read
from stackfix.graph.python_escapes import Escape, escapes
from stackfix.graph.python_scope import Function, Source, join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Anchor, Location
    from stackfix.text import Text

_TELLING = re.compile(r"\basync def\b|\b(?:create_task|ensure_future)\b")
_SPAWNING = re.compile(r"\b(?:create_task|ensure_future)\b")
_STARTING = re.compile(
    r"\b(?:create_task|ensure_future|lifespan|on_event|listener|on_startup|before_serving|before_server_start"
    r"|add_event_handler|run_until_complete)\b|\b(?:asyncio|anyio|uvloop|aiorun|run)\.run\b|import run\b"
)
_SPAWNS = frozenset({"asyncio.create_task", "asyncio.ensure_future"})
_RETRY = re.compile(r"(?i)retry|backoff|tenacity|stamina")
_LOOP = re.compile(r"(?:.*[._])?loop|asyncio\.get_(?:event|running)_loop\(\)")
_GATHERS = frozenset({"asyncio.gather", "asyncio.wait_for", "asyncio.shield", "asyncio.wait"})
_RUNS = frozenset({"asyncio.run", "anyio.run", "uvloop.run", "aiorun.run"})
_STARTUP = frozenset({"before_serving", "on_startup", "before_server_start"})
_EVENTS = frozenset({"startup", "before_server_start", "main_process_start"})
_THREADS = {
    "Thread": 1, "Timer": 1, "Process": 1, "submit": 0, "add_job": 0, "to_thread": 0, "run_in_threadpool": 0,
    "run_in_executor": 1, "start_new_thread": 0, "add_task": 0, "do": 0, "enqueue": 0,
}  # fmt: skip
"""What runs a plain function in a thread or at an hour, with where among the arguments it is given."""
_JOBS = frozenset({
    "task", "shared_task", "periodic_task", "actor", "job", "scheduled_job", "route", "get", "post", "put", "patch",
    "delete",
})  # fmt: skip
"""Decorators of plain functions that a worker, a scheduler or a server of threads runs."""
# What a value may be made or asked in without an `await` being possible, or exactly placed.
_CLOSED = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.JoinedStr)


@dataclass(frozen=True, slots=True)
class Call:
    """A call that a function makes itself. `name` is spelled as in the file, `qualified` with imports followed.

    `runs` is the function whose coroutine it is, where the call is awaited or made a task: on the same loop, then.
    `made` is what the object of a method was made by (`consumer.poll()` after `consumer = Consumer(…)`), qualified.
    `numbers` are the literal positional arguments that are numbers. `open` is whether it may be awaited where it
    stands. `ready` is whether it runs before the function first yields. `spawns`: it sets others running beside.
    `spawned`: it is given to a task of its own. `looped`: a loop of the function is around it. `threaded` is the
    function, qualified, that it runs in a thread.
    """

    name: str
    qualified: str
    made: str | None
    numbers: tuple[float, ...]
    open: bool
    ready: bool
    awaited: bool
    spawns: bool
    spawned: bool
    looped: bool
    threaded: str | None
    location: Location
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class Spawned:
    """A task that nobody keeps. `coroutine` is the name of the function that it runs, as spelled, None where unseen.

    `local` is the name that it is given and never asked by. `tried` is the `except` around it.
    """

    function: str
    coroutine: str | None
    local: str | None
    location: Location
    anchor: Anchor
    tried: Location | None


@dataclass(frozen=True, slots=True)
class Coroutine:
    """A function, asynchronous or not, with what it calls. `raises` are the ways an exception leaves it by.

    `retried`: a decorator calls it again where it fails.
    """

    name: str
    is_async: bool
    location: Location
    anchor: Anchor
    calls: tuple[Call, ...]
    raises: tuple[Escape, ...]
    retried: bool = False


@dataclass(frozen=True, slots=True)
class Begin:
    """A function that a framework or an event loop is given to run at the start; `main`: only by a `__main__` block.

    `apart`: it is run in a loop of its own, by a plain function that a thread or a job runs.
    """

    name: str
    main: bool = False
    apart: bool = False


class Coroutines:
    """The functions of one file, the tasks that nobody keeps, and the functions that a start begins with.

    What a function does is worked out when it is first asked for.
    """

    __slots__ = ("_known", "_source", "begins", "spawned")

    def __init__(
        self, source: Source | None, spawned: tuple[Spawned, ...] = (), begins: tuple[Begin, ...] = ()
    ) -> None:
        """Take a file's source, None where nothing in it can be asynchronous."""
        self.spawned = spawned
        self.begins = begins
        self._source = source
        self._known: dict[str, Coroutine] = {}

    def function(self, name: str) -> Coroutine | None:
        """What the function of that name does."""
        node = self._source.functions.get(name) if self._source is not None else None
        if self._source is None or node is None:
            return None
        if name not in self._known:
            self._known[name] = _function(self._source, name, node)
        return self._known[name]


def coroutines(text: Text) -> Coroutines:
    """What a file does on an event loop. Unreadable where it is no Python."""
    if not _TELLING.search(text.value):
        return Coroutines(None)
    source = Source(read(text))
    spawned: tuple[Spawned, ...] = ()
    if _SPAWNING.search(text.value):
        spawned = tuple(s for name, node in source.functions.items() for s in _spawned(source, name, node))
    return Coroutines(source, spawned, tuple(dict.fromkeys(_begins(source))))


def telling(text: Text) -> bool:
    """Whether a file can start tasks, or be where a start begins."""
    return _STARTING.search(text.value) is not None


def _function(source: Source, name: str, node: Function) -> Coroutine:
    waits = frozenset(_waited(source, node))
    first = _first_yield(node)
    calls = tuple(_calls(source, name, node, waits, first))
    asynchronous = isinstance(node, ast.AsyncFunctionDef)
    retried = any(_RETRY.search(source.qualified(getattr(d, "func", d)) or "") for d in node.decorator_list)
    place, anchor = _heading(source, node), source.module.anchor(node)
    return Coroutine(name, asynchronous, place, anchor, calls, tuple(escapes(source, name, node)), retried)


def _heading(source: Source, node: Function) -> Location:
    """The first line of a definition, decorators aside."""
    start, end = source.module.range(node)
    line = source.module.text.value[start:end].splitlines()[0]
    return located(source.module.slice(start, start + len(line))) or source.module.location(node)


def _below(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function's own body, without what lies in definitions inside it."""
    stack: list[ast.AST] = [node]
    if isinstance(node, Function):
        stack = list[ast.AST](node.body[::-1])
    while stack:
        one = stack.pop()
        yield one
        if not isinstance(one, Function | ast.ClassDef):
            stack.extend(children(one)[::-1])


def _first_yield(node: Function) -> int | None:
    lines = [n.lineno for n in _below(node) if isinstance(n, ast.Yield)]
    return min(lines) if lines else None


def _waited(source: Source, node: Function) -> Iterator[ast.Call]:
    """The calls whose coroutines run on this loop: awaited, or given to a task or a gathering."""
    for one in _below(node):
        if isinstance(one, ast.Await) and isinstance(one.value, ast.Call):
            yield one.value
        elif isinstance(one, ast.Call) and (spawns(source, one) or source.qualified(one.func) in _GATHERS):
            yield from (a for a in one.args if isinstance(a, ast.Call))


def spawns(source: Source, node: ast.Call) -> bool:
    """Whether a call makes a task that somebody must keep."""
    if source.qualified(node.func) in _SPAWNS:
        return True
    if not isinstance(node.func, ast.Attribute) or node.func.attr != "create_task":
        return False
    return _LOOP.fullmatch(source.qualified(node.func.value) or "") is not None


def _calls(source: Source, scope: str, node: Function, waits: frozenset[ast.Call], first: int | None) -> Iterator[Call]:
    shut = {inner for n in _below(node) if isinstance(n, _CLOSED) for inner in _calls_in(n)}
    for one in _below(node):
        name = dotted(one.func) if isinstance(one, ast.Call) else None
        if not isinstance(one, ast.Call) or name is None:
            continue
        yield Call(
            source.owner(name, scope),
            source.canonical(name),
            _made(source, one, scope),
            tuple(a.value for a in one.args if isinstance(a, ast.Constant) and isinstance(a.value, int | float)),
            open=one not in shut,
            ready=first is None or one.lineno <= first,
            awaited=one in waits,
            spawns=spawns(source, one) or source.qualified(one.func) in _GATHERS,
            spawned=_is_spawned(source, one),
            looped=_looped(source, one, node),
            threaded=_threaded(source, one),
            location=source.module.location(one),
            anchor=source.module.anchor(one),
        )


def _is_spawned(source: Source, node: ast.Call) -> bool:
    above = source.module.parent(node)
    return isinstance(above, ast.Call) and node in above.args and spawns(source, above)


def _looped(source: Source, node: ast.AST, function: Function) -> bool:
    above = source.module.parent(node)
    while above is not None and above is not function:
        if isinstance(above, ast.For | ast.AsyncFor | ast.While):
            return True
        above = source.module.parent(above)
    return False


def _threaded(source: Source, node: ast.Call) -> str | None:
    """`asyncio.to_thread(f, …)`, `loop.run_in_executor(None, f, …)`."""
    last = node.func.attr if isinstance(node.func, ast.Attribute) else dotted(node.func)
    at = {"to_thread": 0, "run_in_executor": 1}.get(last or "", len(node.args))
    return source.qualified(node.args[at]) if at < len(node.args) else None


def _calls_in(node: ast.AST) -> Iterator[ast.AST]:
    return (inner for inner in _below(node) if isinstance(inner, ast.Call))


def _made(source: Source, node: ast.Call, scope: str) -> str | None:
    """What the object of a method call was made by, where all that is given to its name agrees."""
    owner = dotted(node.func.value) if isinstance(node.func, ast.Attribute) else None
    if owner is None:
        return None
    bound = [b.value for b in source.bindings.get(source.owner(owner, scope), ())]
    values = [v for v in bound if not isinstance(v, ast.Constant)]
    makers = {_maker(source, v) for v in values}
    return makers.pop() if len(makers) == 1 else None


def _maker(source: Source, node: ast.expr | None) -> str | None:
    if isinstance(node, ast.Await):
        node = node.value
    if not isinstance(node, ast.Call):
        return None
    name = source.qualified(node.func)
    return source.qualified(node.args[0]) if name == "asyncio.to_thread" and node.args else name


# --- tasks -----------------------------------------------------------------------------------------------------------


def _spawned(source: Source, scope: str, node: Function) -> Iterator[Spawned]:
    for one in _below(node):
        local: str | None = None
        if isinstance(one, ast.Assign) and len(one.targets) == 1 and isinstance(one.targets[0], ast.Name):
            local = one.targets[0].id
        elif isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            local = one.target.id
        elif not isinstance(one, ast.Expr):
            continue
        call = one.value
        if not isinstance(call, ast.Call) or not spawns(source, call):
            continue
        if _kept(source, scope, node, call, local):
            continue
        name = _coroutine(source, call, scope)
        if name is None or source.canonical(name) != "asyncio.sleep":
            place, anchor = source.module.location(call), source.module.anchor(call)
            yield Spawned(scope, name, local, place, anchor, _tried(source, node, one))


def _kept(source: Source, scope: str, node: Function, call: ast.Call, local: str | None) -> bool:
    """Whether the task's name is read, or the function inside this one that it runs holds every exception."""
    inner = _inside(node, call)
    read = local is not None and not _unasked(node, local)
    return read or (inner is not None and not any(escapes(source, scope, inner)))


def _inside(function: Function, call: ast.Call) -> Function | None:
    """The function that a task runs, where it is defined inside the one that starts it."""
    given = call.args[0] if call.args else None
    name = given.func.id if isinstance(given, ast.Call) and isinstance(given.func, ast.Name) else None
    found = (n for n in ast.walk(function) if isinstance(n, Function) and n is not function and n.name == name)
    return next(found, None)


def _coroutine(source: Source, call: ast.Call, scope: str) -> str | None:
    given = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "coro"), None)
    name = dotted(given.func) if isinstance(given, ast.Call) else None
    return None if name is None else source.owner(name, scope)


def _unasked(function: Function, local: str) -> bool:
    """Whether a name of a function is given values and never read, there or in what is defined inside it."""
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id == local and isinstance(node.ctx, ast.Load):
            return False
        if isinstance(node, ast.Global | ast.Nonlocal) and local in node.names:
            return False
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"locals", "vars"}:
            return False
    return True


def _tried(source: Source, function: Function, node: ast.AST) -> Location | None:
    """The first handler of the innermost `try` around a statement of a function."""
    below: ast.AST = node
    above = source.module.parent(node)
    while above is not None and above is not function:
        if isinstance(above, ast.Try) and below in above.body and above.handlers:
            handler = above.handlers[0]
            return source.module.location(handler.type or handler.body[0])
        below, above = above, source.module.parent(above)
    return None


# --- what a start begins with ----------------------------------------------------------------------------------------


def _begins(source: Source) -> Iterator[Begin]:
    """The functions that frameworks and event loops are given to run at the start."""
    for name, function in source.functions.items():
        if any(_at_startup(d) for d in function.decorator_list):
            yield Begin(name)
    handed = ((dotted(given), spot.scope) for call, spot in source.calls for given in _threads(call))
    threads = frozenset(_defined(source, name, scope) for name, scope in handed if name is not None)
    for node, spot in source.calls:
        for given in _handed(source, node):
            name_given = dotted(given.func) if isinstance(given, ast.Call) else dotted(given)
            if name_given is not None:
                apart = isinstance(given, ast.Call) and _is_apart(source, node, spot.function, threads)
                yield Begin(source.owner(name_given, spot.scope), spot.main, apart)


def _is_apart(source: Source, node: ast.Call, function: str | None, threads: frozenset[str]) -> bool:
    """Whether a loop is run where a thread or a job begins: in a plain function, or in what is written in its place."""
    above = source.module.parent(node)
    while above is not None and not isinstance(above, Function | ast.Lambda):
        above = source.module.parent(above)
    if isinstance(above, ast.Lambda):
        call = source.module.parent(above)
        call = source.module.parent(call) if isinstance(call, ast.keyword) else call
        return isinstance(call, ast.Call) and above in _threads(call)
    if not isinstance(above, ast.FunctionDef) or function is None:
        return False
    marks = (source.qualified(getattr(d, "func", d)) or "" for d in above.decorator_list)
    return function in threads or any(mark.rpartition(".")[2] in _JOBS for mark in marks)


def _defined(source: Source, name: str, scope: str) -> str:
    """The function that a name stands for where it is said: of that scope, of one around it, or of a class."""
    if name.startswith(("self.", "cls.")):
        return source.owner(name, scope)
    while scope:
        if join(scope, name) in source.functions:
            return join(scope, name)
        scope = scope.rpartition(".")[0]
    return name


def _threads(node: ast.Call) -> Iterator[ast.expr]:
    """The functions that a call hands to a thread, a process or a scheduler."""
    last = node.func.attr if isinstance(node.func, ast.Attribute) else dotted(node.func)
    at = _THREADS.get(last or "")
    if at is not None:
        yield from node.args[at : at + 1]
        yield from (k.value for k in node.keywords if k.arg in {"target", "func", "function"})


def _at_startup(node: ast.expr) -> bool:
    """`@app.on_event("startup")`, `@app.before_serving`, `@app.listener("before_server_start")`."""
    if isinstance(node, ast.Attribute):
        return node.attr in _STARTUP
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    if node.func.attr not in {"on_event", "listener"}:
        return False
    return bool(node.args) and isinstance(node.args[0], ast.Constant) and node.args[0].value in _EVENTS


def _handed(source: Source, node: ast.Call) -> Iterator[ast.expr]:
    """What a call is given to run: `asyncio.run(main())`, `FastAPI(lifespan=f)`, `on_startup=[f]`."""
    last = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if (source.qualified(node.func) in _RUNS or last == "run_until_complete") and node.args:
        yield node.args[0]
    if last == "add_event_handler" and len(node.args) > 1:
        event = node.args[0]
        if isinstance(event, ast.Constant) and event.value == "startup":
            yield node.args[1]
    for keyword in node.keywords:
        if keyword.arg == "lifespan":
            yield keyword.value
        elif keyword.arg == "on_startup" and isinstance(keyword.value, ast.List | ast.Tuple):
            yield from keyword.value.elts
