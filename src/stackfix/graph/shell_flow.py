"""The order in which a shell's commands run: variables, folder and functions followed, branches not taken on trust."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from stackfix.findings import Anchor
from stackfix.formats import shell
from stackfix.graph import tool_names
from stackfix.graph.command import of_word
from stackfix.graph.value import Template
from stackfix.graph.wrappers import waited_for, with_variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.command import Unknown
    from stackfix.graph.model import Address
    from stackfix.graph.setting import Setting

_MAYBE = frozenset({"then", "else", "loop", "for", "case", "and", "or"})
_DECLARES = frozenset({"export", "declare", "local", "readonly", "typeset"})
_SOURCES = frozenset({".", "source"})
_UNSEEN = frozenset({"eval"})
_TESTS = frozenset({"[", "[[", "test", "grep", "command", "which", "type", "false"})
_LISTENS = re.compile(
    r"(?:^|/)(?:uvicorn|gunicorn|hypercorn|daphne|granian|python[\d.]*|node|npm|yarn|pnpm|next|nginx|caddy|flask|streamlit"
    r"|fastapi|java|dotnet|supervisord|serve|vite|php|ruby|rails|puma|bundle|npx|bun|deno|\S+\.sh)$"
)
_FILTERS = frozenset(
    {"tee", "logger", "sed", "grep", "awk", "cat", "ts", "jq", "cut", "head", "tail", "wc", "tr", "sort"}
)
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Step:
    """One command that is run in any case. `final` after `exec`."""

    words: tuple[Template, ...]
    setting: Setting
    background: bool = False
    final: bool = False


@dataclass(slots=True)
class Flow:
    """All steps in order. Not `known`: a branch may do otherwise."""

    steps: list[Step] = field(default_factory=list)
    waits: list[Address] = field(default_factory=list)
    known: bool = True


def flow(commands: tuple[shell.Command, ...], unknown: tuple[Unknown, ...], setting: Setting, *, of_file: bool) -> Flow:
    """Follow a list of commands. `unknown` are the marks of its text."""
    walker = _Walker(commands, unknown, setting, of_file=of_file)
    walker.walk(commands, 0)
    if setting.extra and walker.seen.steps:
        last = walker.seen.steps[-1]
        walker.seen.steps[-1] = replace(last, words=(*last.words, *setting.extra))
    return walker.seen


class _Walker:
    def __init__(
        self, commands: tuple[shell.Command, ...], unknown: tuple[Unknown, ...], setting: Setting, *, of_file: bool
    ) -> None:
        self.commands = commands
        self.unknown = unknown
        self.setting = setting
        self.of_file = of_file
        self.seen = Flow()
        self.ended = False
        self.exports_all = False
        self.tested = False
        self.before: str | None = None
        self.numbers = {id(c): i for i, c in enumerate(commands)}
        self.functions = {b.name for c in commands for b in c.blocks if b.kind == "function"}

    def walk(self, commands: tuple[shell.Command, ...], depth: int) -> None:
        """Commands of one list, with the blocks around the list itself taken off (`depth` of them)."""
        for command in commands:
            blocks = command.blocks[depth:]
            kinds = {b.kind for b in blocks}
            if self.ended or kinds & {"substitution", "function"}:
                continue
            if kinds & {"condition", *_MAYBE} or self._only_if(command):
                self._maybe(command)
            elif command.lead == "||":
                self._alternative(command)
            elif command.lead != "|":
                self._surely(command, depth, background="background" in kinds or command.follow == "&")
            elif not _filters(command):
                self.seen.known = False

    def _only_if(self, command: shell.Command) -> bool:
        """Whether it depends on a test: `[ -f x ] && command`."""
        self.tested = command.lead == "&&" and (self.tested or self.before in _TESTS)
        self.before = command.name
        return self.tested

    def _words(self, command: shell.Command) -> tuple[Template, ...]:
        """Its words with `"$@"` replaced by the script's own arguments."""
        found: list[Template] = []
        for word in command.words:
            only = word.parts[0] if len(word.parts) == 1 else None
            if isinstance(only, shell.Parameter) and only.name in {"@", "*"} and not only.operator:
                found.extend(self.setting.arguments if self.setting.arguments is not None else (Template.unknown(),))
            elif isinstance(only, shell.Parameter) and only.name.isdecimal() and not only.operator:
                found.append(self._argument(int(only.name)))
            else:
                found.append(of_word(word, self.unknown))
        return tuple(self.setting.expanded(t) for t in found)

    def _argument(self, number: int) -> Template:
        given = self.setting.arguments
        if given is None or not 0 < number <= len(given):
            return Template.unknown()
        return given[number - 1]

    def _maybe(self, command: shell.Command) -> None:
        """A command that may not run: it may wait, but what it could change is unknown after it."""
        self._wait(command)
        name = command.name
        if command.words and name is None:
            self.seen.known = False
        if name in {"cd", "pushd"}:
            self.setting = replace(self.setting, folder=None)
        if name == "exec" and len(command.words) > 1:
            self.seen.known = False
        if name == "set" and any(w.literal is not None and w.literal.value == "--" for w in command.words):
            self.setting = replace(self.setting, arguments=None)
        if name in _SOURCES or name in _UNSEEN:
            self._unseen(command)
        if name in self.functions or (name is not None and _LISTENS.search(name) and not _ends(command)):
            self.seen.known = False
        exported = name == "export"
        for assigned in self._assigned(command):
            self.setting = with_variable(self.setting, assigned.name.value, Template.unknown(), exported=exported)

    def _alternative(self, command: shell.Command) -> None:
        if command.name == "exec" or (command.name is not None and _LISTENS.search(command.name)):
            self.seen.known = False

    def _surely(self, command: shell.Command, depth: int, *, background: bool) -> None:
        self._wait(command)
        name = command.name
        if not command.words:
            self._assign(command, exported=self.exports_all)
        elif name in _DECLARES:
            exported = name == "export" or any(w.text.value.startswith("-x") for w in command.words)
            self._assign(command, exported=exported or self.exports_all)
        elif name == "cd":
            self._move(command)
        elif name == "set":
            self._set(command)
        elif name in _SOURCES or name in _UNSEEN:
            self._unseen(command)
        elif name == "exit":
            self.ended = True
        elif name in self.functions:
            self._call(command, depth)
        else:
            self._run(command, background=background)

    def _run(self, command: shell.Command, *, background: bool) -> None:
        setting = self.setting
        for assigned in command.assignments:
            setting = with_variable(setting, assigned.name.value, of_word(assigned.value, self.unknown), exported=True)
        words = self._words(command)
        final = command.name == "exec"
        if final:
            words = _after_exec(words)
        if not words:
            return
        self.seen.steps.append(Step(words, replace(setting, anchor=self._anchor(command)), background, final))
        self.ended = self.ended or (final and not background)

    def _anchor(self, command: shell.Command) -> Anchor:
        if not self.of_file or id(command) not in self.numbers:
            return self.setting.anchor
        return Anchor(self.setting.anchor.path, "shell", (self.numbers[id(command)],))

    def _call(self, command: shell.Command, depth: int) -> None:
        """A function of the script itself, with its arguments."""
        if depth > _DEEPEST:
            self.seen.known = False
            return
        outer = self.setting.arguments
        self.setting = replace(self.setting, arguments=self._words(command)[1:])
        for level, body in self._bodies(command.name or ""):
            self.walk(body, level)
        self.setting = replace(self.setting, arguments=outer)

    def _bodies(self, name: str) -> Iterator[tuple[int, tuple[shell.Command, ...]]]:
        inside = [c for c in self.commands if any(b.kind == "function" and b.name == name for b in c.blocks)]
        starts = {b.start for c in inside for b in c.blocks if b.kind == "function" and b.name == name}
        if len(starts) != 1:
            self.seen.known = False
            return
        level = next(i for i, b in enumerate(inside[0].blocks) if b.kind == "function" and b.name == name) + 1
        yield level, tuple(inside)

    def _assigned(self, command: shell.Command) -> list[shell.Assignment]:
        """What a command assigns to variables of the shell itself."""
        found = list(command.assignments) if not command.words or command.name in _DECLARES else []
        if command.name in _DECLARES:
            found += [a for w in command.words[1:] if (a := shell.assignment(w)) is not None]
        if command.name == "read":
            literals = [(w, w.literal) for w in command.words[1:]]
            found += [shell.Assignment(t, w) for w, t in literals if t is not None and t.value.isidentifier()]
        return found

    def _assign(self, command: shell.Command, *, exported: bool) -> None:
        for assigned in self._assigned(command):
            value = Template.unknown() if assigned.append else of_word(assigned.value, self.unknown)
            value = self._own(assigned, value)
            self.setting = with_variable(self.setting, assigned.name.value, value, exported=exported)
        for word in command.words[1:]:
            name = word.literal.value if word.literal is not None else ""
            if exported and name in self.setting.variables:
                self.setting = with_variable(self.setting, name, self.setting.variables[name], exported=True)

    def _own(self, assigned: shell.Assignment, value: Template) -> Template:
        """The value with positional parameters in place."""
        only = assigned.value.parts[0] if len(assigned.value.parts) == 1 else None
        if isinstance(only, shell.Parameter) and only.name.isdecimal() and not only.operator:
            return self._argument(int(only.name))
        return value

    def _move(self, command: shell.Command) -> None:
        words = self._words(command)
        value = self.setting.value(words[1]) if len(words) == 2 else None  # noqa: PLR2004 - cd FOLDER
        self.setting = replace(self.setting, folder=self.setting.absolute(value) if value else None)

    def _set(self, command: shell.Command) -> None:
        words = self._words(command)
        values = [w.text.value if w.text is not None else "" for w in words]
        if "--" in values:
            self.setting = replace(self.setting, arguments=words[values.index("--") + 1 :])
        elif len(values) > 1 and values[1] and values[1][0] not in "-+":
            self.setting = replace(self.setting, arguments=words[1:])
        every = any(v.startswith("-") and "a" in v for v in values[1:2]) or "allexport" in values
        self.exports_all = self.exports_all or every

    def _unseen(self, command: shell.Command) -> None:
        """A file read into the shell may set any variable, except a virtual environment's activation."""
        target = command.words[-1].literal
        if target is not None and target.value.endswith("bin/activate"):
            return
        unknown = replace(self.setting.environment, complete=False)
        hidden = {n: replace(v, value=None) for n, v in unknown.variables.items()}
        variables = dict.fromkeys(self.setting.variables, Template.unknown())
        self.setting = replace(self.setting, environment=replace(unknown, variables=hidden), variables=variables)

    def _wait(self, command: shell.Command) -> None:
        """`nc -z host port`, `pg_isready -h host -p port` and the like, asked until they answer."""
        words = self._words(command)
        name = (command.name or "").rpartition("/")[2]
        if name in {"nc", "netcat", "ncat"}:
            found = _pair([w for w in words[1:] if w.text is not None and not w.text.value.startswith("-")])
            if found is not None:
                self.seen.waits.append(found)
        elif name in {"curl", "wget"}:
            self.seen.waits.extend(a for w in words[1:] if (a := waited_for(w)) is not None and a.scheme)


def _pair(words: list[Template]) -> Address | None:
    from stackfix.graph.model import Address  # noqa: PLC0415 - only where there is a wait

    if len(words) < 2 or words[-1].text is None or words[-2].text is None:  # noqa: PLR2004 - host and port
        return None
    host, port = words[-2].text, words[-1].text
    return Address(host, port=int(port.value), port_text=port) if port.value.isdecimal() and host.value else None


def _after_exec(words: tuple[Template, ...]) -> tuple[Template, ...]:
    queue = list(words[1:])
    while queue and (text := queue[0].text) is not None and text.value.startswith("-"):
        queue.pop(0)
        if text.value == "-a" and queue:
            queue.pop(0)
    return tuple(queue)


def _filters(command: shell.Command) -> bool:
    """Whether a command behind a pipe only reads what the one before says."""
    return command.name in _FILTERS


def _ends(command: shell.Command) -> bool:
    """Whether a command that could serve is plainly a step (`python -c …`, `python manage.py migrate`, `npm ci`)."""
    words = [w.literal.value if w.literal is not None else "" for w in command.words[1:3]]
    if words[:1] == ["-c"] or words[:1] in (["ci"], ["install"], ["--version"], ["-V"]):
        return True
    if words[:1] and words[0].endswith("manage.py"):
        return len(words) > 1 and words[1] not in {"runserver", "runserver_plus"}
    return words[:1] == ["-m"] and words[1:2] != [] and words[1] in tool_names.SILENT
