"""Python programs that no deployment runs: followed only where their files can hold something to tell.

Following a program means parsing all that it imports, and most repositories have many that nobody deploys. So their
words are looked at first: those of a program's entry file and of all files that its imports may mean.

May import findings, the library and the graph's nouns.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import application
from stackfix.tree import upward

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.application import Program
    from stackfix.graph.library import Library
    from stackfix.text import Text

_ENTRIES = ("main.py", "app.py", "server.py", "asgi.py", "api.py", "__main__.py", "run.py", "worker.py", "consumer.py")
_ASIDE = re.compile(r"(?:^|/)(?:tests?|examples?|samples?|docs?|node_modules|templates?|scripts?|notebooks?)/")
_STARTS = re.compile(r"\basync def\b|\b(?:FastAPI|Starlette|Quart|Sanic|Litestar|Flask)\(")
_IMPORTS = re.compile(
    r"^[ \t]*(?:from[ \t]+(?P<dots>\.*)[ \t]*(?P<module>[\w.]*)[ \t]+)?import[ \t]*"
    r"(?P<names>\([^)]*\)|(?:[^\n\\]|\\\r?\n|\\)*)",
    re.MULTILINE,
)
_NAME = re.compile(r"[^\W\d][\w.]*")

WAITS = re.compile(
    r"\b(?:create_task|ensure_future|sleep|requests|httpx|kafka|aiokafka|confluent_kafka|psycopg2?|asyncpg|aio_pika|pika"
    r"|pymysql|MySQLdb|mysql|oracledb|pyodbc|pymssql|pymongo|motor|sqlalchemy|sqlmodel|redis|urllib|socket|subprocess"
    r"|system)\b"
)
"""Tasks that may be lost, calls that wait, stores and brokers that an application needs."""
ASKED = re.compile(r"(?i)\basync def\b|health|ready|live|ping|status|alive|heartbeat")
"""Where an event loop may be made to wait, and routes that may have to ask."""


_CREDENTIALS = re.compile(r"(?i)_credentials[ \t]*=[ \t]*True\b")
_STAR = re.compile(r"([\"'])\*\1")


@dataclass(frozen=True, slots=True)
class Words:
    """What a quick look at one file says. `imports` are the levels and dotted names that its imports may mean.

    `crosses`: it may let pages of every origin in with credentials, or hold a pattern of origins.
    """

    waits: bool
    asked: bool
    crosses: bool
    imports: frozenset[tuple[int, str]]


def programs(library: Library, known: set[str]) -> Iterator[Program]:
    """Programs whose entry file nothing that runs imports: an application's, or one with a `__main__` block."""
    for name in _ENTRIES:
        for path in library.tree.named(name):
            text = library.text(path) if path not in known and not _ASIDE.search(path) else None
            if text is None or not _STARTS.search(text.value) or not _may_tell(library, path):
                continue
            facts = library.get(path, application.facts)
            apps = [o.name for o in facts.objects if not o.router and "." not in o.name] if facts is not None else []
            if facts is None or (not apps and not facts.main):
                continue
            program = _remembered(library, path, apps[0] if apps else None)
            known.update(program.paths)
            yield program


def words(text: Text) -> Words:
    """The quick look, a function of the file's characters."""
    value = text.value
    found = frozenset(one for match in _IMPORTS.finditer(value) for one in _imports(match))
    crosses = "://*" in value or (_CREDENTIALS.search(value) is not None and _STAR.search(value) is not None)
    return Words(WAITS.search(value) is not None, ASKED.search(value) is not None, crosses, found)


def _imports(match: re.Match[str]) -> Iterator[tuple[int, str]]:
    module, level = match["module"] or "", len(match["dots"] or "")
    if match["module"] is not None:
        yield level, module
    for name in _NAME.findall(match["names"]):
        yield level, f"{module}.{name}" if module else name


def _may_tell(library: Library, entry: str) -> bool:
    """Whether the files that a program may consist of have what any rule looks for, wherever in them."""
    met, waiting = {entry}, [entry]
    waits = asked = False
    while waiting:
        path = waiting.pop()
        found = library.get(path, words)
        if found is None:
            continue
        waits, asked = waits or found.waits, asked or found.asked
        if (waits and asked) or found.crosses:
            return True
        new = {p for one in found.imports for p in _meant(library, entry, path, *one)} - met
        met |= new
        waiting.extend(new)
    return False


def _meant(library: Library, entry: str, path: str, level: int, name: str) -> Iterator[str]:
    """The files of the tree that a dotted name may mean, and the packages on the way to them."""
    parts = name.split(".") if name else []
    for root in (_above(path, level),) if level else upward(posixpath.dirname(entry)):
        steps = [root, *parts]
        for length in range(1, len(steps) + 1):
            place = "/".join(s for s in steps[:length] if s)
            yield from filter(library.tree.is_file, (f"{place}.py", f"{place}/__init__.py"))


def _above(path: str, level: int) -> str:
    """The package that as many dots mean in a file."""
    for _ in range(level):
        path = posixpath.dirname(path)
    return path


def _remembered(library: Library, path: str, attribute: str | None) -> Program:
    return library.remember(("alone", path, attribute), lambda: _program(library, path, attribute))


def _program(library: Library, path: str, attribute: str | None) -> Program:
    folders = tuple(upward(posixpath.dirname(path)))
    return application.program(library, path, folders, main=attribute is None, attribute=attribute)
