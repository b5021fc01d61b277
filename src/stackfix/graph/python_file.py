"""The facts of one Python file: a pure function of its text."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from stackfix.formats.python import dotted, read
from stackfix.graph import (
    python_clients,
    python_cors,
    python_environment,
    python_routes,
    python_serving,
    python_sockets,
)
from stackfix.graph.python_facts import Called, Include, PythonFacts, Route, UnknownRoutes
from stackfix.graph.python_scope import Source, is_main_guard
from stackfix.graph.python_values import elements

if TYPE_CHECKING:
    from stackfix.graph.value import Template
    from stackfix.text import Text


_HOOKS = frozenset({
    "get", "post", "put", "patch", "delete", "head", "options", "route", "api_route", "api_view", "websocket",
    "websocket_route", "on_event", "listener", "middleware", "exception_handler", "errorhandler", "before_request",
    "after_request", "teardown_request", "teardown_appcontext", "before_app_request", "after_app_request",
    "before_first_request", "before_serving", "after_serving", "while_serving", "context_processor", "event", "on",
    "scheduled_job", "repeat_every", "message", "message_handler", "callback_query", "callback_query_handler",
    "subscriber", "agent", "tool",
})  # fmt: skip
"""Decorators by which frameworks are given what they call as they start, serve and stop."""


def facts(text: Text) -> PythonFacts:
    """Everything that one file says. Unreadable where it is no Python."""
    source = Source(read(text))
    made = {o.name: o for o in python_serving.objects(source)}
    routing = tuple(python_routes.facts(source, made))
    own = _own(source)
    reads = (*python_environment.reads(source), *(r for _, r in python_environment.settings_reads(source)))
    return PythonFacts(
        imports=source.imports,
        constants=python_environment.constants(source),
        lists=_lists(source),
        instances=python_environment.instances(source),
        returns=python_environment.returns(source),
        bases={n: tuple(b for b in map(dotted, c.bases) if b is not None) for n, c in source.classes.items()},
        parameters={n: _parameters(f.args) for n, f in source.functions.items()},
        own=own,
        names=own | {i.alias for i in source.imports if i.name != "*" and i.spot.function is None},
        names_known="__getattr__" not in own and not _hidden_names(source),
        env_reads=reads,
        env_writes=frozenset(python_environment.writes(source)),
        dotenv=_loads_dotenv(source),
        dynamic_env=python_environment.is_dynamic(source),
        objects=tuple(made.values()),
        routes=tuple(f for f in routing if isinstance(f, Route)),
        includes=tuple(f for f in routing if isinstance(f, Include)),
        unknown_routes=tuple(f for f in routing if isinstance(f, UnknownRoutes)),
        listens=tuple(python_serving.listens(source, made)),
        cors=tuple(python_cors.cors(source)),
        client_calls=tuple(python_clients.calls(source)),
        literals=tuple(python_clients.literals(source)),
        calls=_calls(source),
        options=python_serving.options(source),
        decorated=frozenset(n for n, f in source.functions.items() if f.decorator_list),
        hooks=frozenset(n for n, f in source.functions.items() if any(map(_is_hook, f.decorator_list))),
        settings_module=_settings_module(source),
        main=any(isinstance(n, ast.If) and is_main_guard(n.test) for n in source.module.tree.body),
        sockets=python_sockets.takers(source),
    )


def _own(source: Source) -> frozenset[str]:
    """The names that the file itself defines at top level."""
    everything = [*source.bindings, *source.functions, *source.classes]
    return frozenset(name.partition(".")[0] for name in everything if "." not in name)


def _loads_dotenv(source: Source) -> bool:
    called = (source.qualified(n.func) or "" for n, _ in source.calls)
    return any(name.rpartition(".")[2] in {"load_dotenv", "read_env", "read_envfile"} for name in called)


def _hidden_names(source: Source) -> bool:
    """Whether top-level names may come from somewhere that isn't read: a star import, `globals()`."""
    stars = any(i.name == "*" for i in source.imports)
    return stars or any(
        isinstance(n.func, ast.Name) and n.func.id in {"globals", "exec", "setattr"}
        for n, s in source.calls
        if s.function is None
    )


def _is_hook(decorator: ast.expr) -> bool:
    name = dotted(decorator.func if isinstance(decorator, ast.Call) else decorator)
    return name is not None and name.rpartition(".")[2] in _HOOKS


def _parameters(spec: ast.arguments) -> tuple[str, ...]:
    return tuple(a.arg for a in [*spec.posonlyargs, *spec.args, *spec.kwonlyargs])


def _lists(source: Source) -> dict[str, tuple[Template, ...]]:
    """The lists written out under a name of the module or an attribute of a class."""
    found: dict[str, tuple[Template, ...]] = {}
    for name, bindings in source.bindings.items():
        scope = name.rpartition(".")[0]
        if len(bindings) == 1 and bindings[0].value is not None and (not scope or scope in source.classes):
            items = elements(source, bindings[0].value, bindings[0].spot.scope)
            if items is not None:
                found[name] = items
    return found


def _calls(source: Source) -> tuple[Called, ...]:
    found = []
    for node, spot in source.calls:
        name = dotted(node.func)
        if name is None:
            continue
        given = [dotted(a) for a in node.args]
        arguments = tuple(None if a is None else source.owner(a, spot.scope) for a in given)
        pairs = [(k.arg, dotted(k.value)) for k in node.keywords if k.arg is not None]
        keywords = tuple((k, None if v is None else source.owner(v, spot.scope)) for k, v in pairs)
        found.append(Called(source.owner(name, spot.scope), arguments, keywords, spot))
    return tuple(found)


def _settings_module(source: Source) -> Text | None:
    """The Django settings module that the file names for the process."""
    for node, _ in source.calls:
        if source.qualified(node.func) == "os.environ.setdefault":
            key, value = (node.args[0], node.args[1]) if len(node.args) > 1 else (None, None)
            if isinstance(key, ast.Constant) and key.value == "DJANGO_SETTINGS_MODULE" and value is not None:
                return source.module.string(value)
    return None
