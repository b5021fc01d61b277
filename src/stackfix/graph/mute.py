"""Workloads that pass addresses on and ask nobody: Python programs in which nothing speaks HTTP.

A seed that writes URLs into a database is told them as who asks them is. Only where all that it imports is known.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.graph.application import Program
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Reference, Workload

_SCHEMES = frozenset({"http", "https", "ws", "wss", "grpc", "grpcs"})
_SPEAKING = frozenset({"http", "socket", "socketserver", "ssl", "wsgiref", "xmlrpc", "subprocess", "importlib"})
"""Modules of the standard library that ask others, or may start or import what does."""
_SPOKEN = re.compile(
    r"\burllib\.request\b|\burlopen\b|\b(?:open|create)_connection\b|\bcreate_subprocess|\bos\.(?:system|popen|exec|spawn)"
    r"|\b__import__\b|\b(?:exec|eval)\("
)
"""What a file says that asks others, or runs what can't be seen."""
_SILENT = frozenset({
    "aiofiles", "aiosqlite", "alembic", "asyncpg", "attr", "attrs", "bcrypt", "click", "colorama", "cryptography",
    "dateutil", "dotenv", "jinja2", "jose", "jsonschema", "loguru", "marshmallow", "MySQLdb", "nacl",
    "orjson", "passlib", "peewee", "psycopg", "psycopg2", "pydantic", "pydantic_settings", "pymysql", "pytz",
    "rich", "ruamel", "simplejson", "slugify", "sqlalchemy", "sqlmodel", "structlog", "tabulate", "tenacity",
    "toml", "tomli", "tomllib", "tqdm", "typer", "typing_extensions", "tzdata", "ujson", "ulid", "uuid6", "yaml",
})  # fmt: skip
"""Packages that ask nobody but a database."""


def passes_on(graph: Graph, workload: Workload, reference: Reference) -> bool:
    """Whether a workload is given an address and has nothing that could ask it."""
    if reference.variable is None or reference.address.scheme not in _SCHEMES:
        return False
    begun = graph.started(workload)
    if begun is None or not begun.known or not begun.processes:
        return False
    programs = [graph.program_of(workload, process) for process in begun.processes]
    return all(program is not None and _is_mute(program, reference.variable) for program in programs)


def _is_mute(program: Program, variable: str) -> bool:
    """Whether all that a program imports is known, and none of it speaks HTTP."""
    if program.unread or program.app is not None or variable in program.called_variables:
        return False
    return all(_asks_nobody(program, path) for path in program.paths)


def _asks_nobody(program: Program, path: str) -> bool:
    known, text = program.names.facts(path), program.names.library.text(path)
    if known is None or text is None or _SPOKEN.search(text.value):
        return False
    for one in known.imports:
        top = one.module.partition(".")[0]
        spoken = top in _SPEAKING or (one.module, one.name) == ("urllib", "request") or one.module == "urllib.request"
        plain = top in sys.stdlib_module_names or top in _SILENT
        if spoken or not (plain or any(True for _ in program.names.imported(path, one))):
            return False
    return True
