"""`python …`: a module that is a tool of its own, Django's manage.py, a module or a script."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from stackfix.graph import tool_names, tools
from stackfix.graph.command import begins, literal, parted
from stackfix.graph.options import parse
from stackfix.graph.serving import module_entry, script_entry, serving
from stackfix.graph.started import Bind, Entry, Listens, Process
from stackfix.graph.value import Template
from stackfix.text import Text

if TYPE_CHECKING:
    from stackfix.graph.setting import Setting

NAME = re.compile(r"(?:python|pypy)(?:\d(?:\.\d+)?)?")
"""The interpreter's names."""

_WITH_VALUE = frozenset({"-X", "-W", "--check-hash-based-pycs"})
_TOOL_MODULES = {"gunicorn.app.wsgiapp": "gunicorn", "uvicorn.main": "uvicorn", "streamlit.web.cli": "streamlit"}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_RUNS = frozenset({"runserver", "runserver_plus"})
_ENDS = _words(
    "migrate makemigrations collectstatic check createsuperuser loaddata dumpdata flush shell test "
    "compilemessages createcachetable qcluster wait_for_db wait_for_database seed showmigrations "
    "process_tasks celery rqworker run_huey crontab clearsessions "
)

_RUNSERVER_FLAGS = _words(
    "--noreload --nothreading --insecure --nostatic --ipv6 -6 --force-color --no-color --skip-checks "
    "--traceback --threaded --nopin "
)


def python(words: tuple[Template, ...], setting: Setting) -> tuple[Process, ...]:
    """The process that an interpreter's arguments start, and a debugger's port beside it."""
    queue = list(words[1:])
    while queue and (literal(queue[0]) or "").startswith("-"):
        option = literal(queue.pop(0)) or ""
        if option == "-m" or (option.startswith("-") and not option.startswith("--") and option.endswith("m")):
            return _module(words, tuple(queue), setting)
        if option == "-c":
            return (setting.process("python", words, Listens.UNKNOWN),)
        if option in _WITH_VALUE and queue:
            queue.pop(0)
    text = queue[0].text if queue else None
    if text is None or text.value == "-":
        return (setting.process("python", words, Listens.UNKNOWN),)
    if posixpath.basename(text.value) == "manage.py":
        return (_django(words, text, tuple(queue[1:]), setting),)
    return (setting.process("python", words, Listens.SOURCE, entry=script_entry(text, setting)),)


def _module(words: tuple[Template, ...], rest: tuple[Template, ...], setting: Setting) -> tuple[Process, ...]:
    text = rest[0].text if rest else None
    if text is None:
        return (setting.process("python", words, Listens.UNKNOWN),)
    name = _TOOL_MODULES.get(text.value, text.value)
    if name == "debugpy":
        return _debugged(words, rest[1:], setting)
    known = name in tool_names.SILENT or any(t.name == name for t in tools.TOOLS)
    if known:
        return (serving(name, rest, setting.wrapped("python")),)
    return (setting.process("python", words, Listens.SOURCE, entry=module_entry(text, setting)),)


def _debugged(words: tuple[Template, ...], rest: tuple[Template, ...], setting: Setting) -> tuple[Process, ...]:
    """`python -m debugpy --listen 0.0.0.0:5678 -m uvicorn …`: two listeners."""
    queue = list(rest)
    listened: Template | None = None
    while queue and begins(queue[0]).startswith("-") and literal(queue[0]) != "-m":
        option = literal(queue.pop(0))
        if option in {"--listen", "--connect"} and queue:
            value = queue.pop(0)
            listened = value if option == "--listen" else None
        elif option != "--wait-for-client":
            return (setting.process("debugpy", words, Listens.UNKNOWN),)
    inner = python((words[0], *queue), setting.wrapped("debugpy"))
    if listened is None:
        return inner
    pair = parted(listened, ":") or (Template.literal(Text.unwritten("127.0.0.1")), listened)
    debugger = setting.process("debugpy", words, Listens.COMMAND, binds=(Bind(pair[1], pair[0]),))
    return (debugger, *inner)


def _django(words: tuple[Template, ...], text: Text, rest: tuple[Template, ...], setting: Setting) -> Process:
    path = setting.absolute(text.value)
    entry = Entry("settings", text, path=path, folders=(posixpath.dirname(path),) if path else ())
    command = literal(rest[0]) if rest else None
    if command not in _RUNS:
        listens = Listens.NOTHING if command in _ENDS else Listens.UNKNOWN
        return setting.process("manage.py", words, listens, entry=entry)
    options = parse(rest[1:], _RUNSERVER_FLAGS, setting.environment)
    if not options.certain:
        return setting.process("runserver", words, Listens.UNKNOWN, entry=entry)
    bind = _address(options.positionals[0] if options.positionals else None)
    return setting.process("runserver", words, Listens.COMMAND, entry=entry, binds=(bind,))


def _address(given: Template | None) -> Bind:
    """`8000`, `0:8000`, `0.0.0.0:8000`; without any 127.0.0.1:8000."""
    loopback = Template.literal(Text.unwritten("127.0.0.1"))
    if given is None:
        return Bind(Template.literal(Text.unwritten("8000")), loopback)
    pair = parted(given, ":")
    return Bind(given, loopback) if pair is None else Bind(pair[1], pair[0])
