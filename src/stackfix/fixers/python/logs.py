"""How a file logs: by the logger that it has, else by the standard library's.

May import its siblings' ground: importing, site.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from stackfix.fixers.python import importing
from stackfix.fixers.python.site import spell
from stackfix.formats.python import dotted

if TYPE_CHECKING:
    from stackfix.formats.python import Module

_STANDARD = frozenset({"logging.getLogger", "getLogger", "structlog.get_logger", "structlog.stdlib.get_logger"})
_NAMES = ("logger", "log", "LOGGER", "LOG", "_logger")


def logged(module: Module, level: str, words: str, error: str) -> tuple[str, tuple[str, ...]]:
    """An expression that logs `words` with an exception, and the modules that must be imported for it."""
    text = spell(module, words, ())
    own, loguru, given = _own(module), importing.member_as(module, "loguru", "logger"), _given(module)
    if own is not None:
        return f"{own}.{level}({text}, exc_info={error})", ()
    if loguru is not None:
        return f"{loguru}.opt(exception={error}).{level}({text})", ()
    if given is not None:
        # Whatever kind of logger it is: what it is told, it says.
        return f"{given}.{level}(f{text[:-1]}: {{{error}!r}}{text[-1]})", ()
    name = importing.known_as(module, "logging")
    return f"{name or 'logging'}.getLogger(__name__).{level}({text}, exc_info={error})", () if name else ("logging",)


def warned(module: Module, words: str, names: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """An expression that warns with `words`, in which each `{}` is one of the names; and what must be imported."""
    made = _made(module)
    if made is not None and made[1].endswith("getLogger"):
        return f"{made[0]}.warning({spell(module, words.replace('{}', '%s'), ())}, {', '.join(names)})", ()
    text = f"f{spell(module, words.format(*(f'{{{n}}}' for n in names)), ())}"
    other = made[0] if made else importing.member_as(module, "loguru", "logger") or _given(module)
    if other is not None:
        return f"{other}.warning({text})", ()
    name = importing.known_as(module, "logging")
    return f"{name or 'logging'}.getLogger(__name__).warning({text})", () if name else ("logging",)


def _own(module: Module) -> str | None:
    """The logger that the module makes at its top."""
    made = _made(module)
    return made[0] if made else None


def _made(module: Module) -> tuple[str, str] | None:
    """The logger's name, and what makes it."""
    for node in module.tree.body:
        made = dotted(node.value.func) if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) else None
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and made in _STANDARD:
            return node.targets[0].id, made
    return None


def _set_up(module: Module) -> str | None:
    """The logger that the module has made by a function of the project's own, told by both their names."""
    for node in module.tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and isinstance(node.targets[0], ast.Name):
            maker = (dotted(node.value.func) or "").rpartition(".")[2]
            if node.targets[0].id in _NAMES and "log" in maker.lower():
                return node.targets[0].id
    return None


def _given(module: Module) -> str | None:
    """The logger that the module imports from a module of the same project, or has made there."""
    for node in module.tree.body:
        if isinstance(node, ast.ImportFrom) and node.module != "loguru":
            for one in node.names:
                if (one.asname or one.name) in _NAMES:
                    return one.asname or one.name
    return _set_up(module)
