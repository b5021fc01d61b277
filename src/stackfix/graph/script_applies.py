"""The manifests that a script puts into a cluster: options, loops, helper functions, pipes and `find` followed.

What only a run knows stays unknown in the path, so that it may be any file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

from stackfix.formats import shell
from stackfix.graph.command import expand, literal, of_word
from stackfix.graph.script_words import LOOP, assignments, said
from stackfix.graph.value import Symbol, Template
from stackfix.text import Text, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.graph.script_steps import Folder

_TOOLS = frozenset({"kubectl", "oc", "microk8s.kubectl"})
_VERBS = frozenset({"apply", "create", "replace"})
_FILE = re.compile(r"(-f|--filename|-k|--kustomize)(=?)(.*)", re.DOTALL)
_FED = frozenset({"find", "xargs", "parallel", "fd", "ls"})
_MADE = frozenset({"echo", "printf", "helm", "curl", "wget", "base64", "openssl", "aws", "gcloud", "jsonnet"})
_SCRIPTED = frozenset({"sed", "awk", "gawk", "perl", "yq", "jq", "envsubst"})
_NAMESPACE = re.compile(r"(?:-n|--namespace)(?:=(.*))?$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Applied:
    """One path that a command applies. `file` may hold what only a run knows.

    `command` is the command as written, a helper's call where one does it. `word` is what names the file: an option
    with its value, or the word of the list that a loop goes through (`listed`). `scope` tells places that run
    together. `fed`: the file comes by a pipe, changed on the way perhaps; `alone`: the command names no other.
    """

    file: Template
    folder: Folder | None
    command: Text
    word: Text | None
    scope: tuple[str, ...]
    listed: bool = False
    fed: bool = False
    alone: bool = True
    kustomize: bool = False
    recursive: bool = False
    namespace: Template | None = None


@dataclass(frozen=True, slots=True)
class _Item:
    """A word of a loop's list or of a call, with the list's place."""

    said: Template
    raw: Text


def applies(
    document: shell.Script, variables: Mapping[str, Template], folders: tuple[Folder | None, ...]
) -> Iterator[Applied]:
    """Every path that is applied, in the order of the script."""
    return _Reader(document, variables, folders).applies()


class _Reader:
    """One reading of one script."""

    def __init__(
        self, document: shell.Script, variables: Mapping[str, Template], folders: tuple[Folder | None, ...]
    ) -> None:
        self.commands = document.commands
        self.text = document.text
        self.variables = variables
        self.folders = folders
        self.arrays = {
            a.name.value: a.value for c in document.commands for a in assignments(c) if _array(a.value) is not None
        }
        self.helpers: dict[str, list[int]] = {}
        for index, command in enumerate(self.commands):
            function = next((b.name for b in reversed(command.blocks) if b.kind == "function"), None)
            if function and self._tool(command) is not None:
                self.helpers.setdefault(function, []).append(index)

    def applies(self) -> Iterator[Applied]:
        """The commands' own, and in place of a helper's those of its calls."""
        for index, command in enumerate(self.commands):
            if self._tool(command) is not None:
                yield from (a for a in self._of(index) if not _asks(a.file))
            for inner in self.helpers.get(command.name or "", ()):
                calls = (a for a in self._of(inner, command) if not _asks(a.file))
                yield from (self._called(a, command, index) for a in calls if self._by_call(inner, command))

    def _tool(self, command: shell.Command) -> int | None:
        """The number of the word that names kubectl, where the command puts something into a cluster."""
        values = [literal(expand(said(w), self.variables)) for w in command.words]
        at = next((i for i, v in enumerate(values) if v is not None and v.rpartition("/")[2] in _TOOLS), None)
        if at is None or not _VERBS & set(values[at + 1 : at + 6]):
            return None
        dry = any(v is not None and re.match(r"--dry-run(?!=none)", v) for v in values[at:])
        return None if dry and command.follow != "|" else at

    def _by_call(self, inner: int, call: shell.Command) -> bool:
        """Whether what a helper applies depends on what it is called with."""
        return any(_asks(a.file) for a in self._of(inner)) and len(call.words) > 1

    def _called(self, one: Applied, call: shell.Command, index: int) -> Applied:
        word = one.word if one.listed else call.text
        return replace(one, command=call.text, word=word, scope=_scope(call), alone=True, folder=self.folders[index])

    def _of(self, index: int, call: shell.Command | None = None) -> Iterator[Applied]:
        """The paths of one command; `call` gives the parameters of the function around it."""
        command, at = self.commands[index], self._tool(self.commands[index])
        assert at is not None
        values = [literal(expand(said(w), self.variables)) for w in command.words]
        named = list(self._named(command, at))
        plain = Applied(
            Template(()), self.folders[index], command.text, None, _scope(command),
            alone=len(named) == 1,
            recursive=bool({"-R", "--recursive"} & set(values)),
            namespace=self._namespace(command),
        )  # fmt: skip
        for file, raw, kustomize in named:
            if literal(file) == "-":
                yield from self._fed(index, plain)
                continue
            for found, item in self._ways(file, command, call):
                word = raw if item is None else item.raw
                yield replace(plain, file=found, word=word, listed=item is not None, kustomize=kustomize)
        if at and (command.name or "") in _FED:
            words = tuple(expand(said(w), self.variables) for w in command.words[1:at])
            yield from (replace(plain, file=w, fed=True, recursive=True) for w in words if _names_a_file(w))
            yield from (replace(a, recursive=True) for a in self._fed(index, plain))

    def _named(self, command: shell.Command, at: int) -> Iterator[tuple[Template, Text | None, bool]]:
        """Each file option of a command: its value, itself as written with its value, whether it is Kustomize's."""
        words = command.words
        index = at + 1
        while index < len(words):
            first = words[index].parts[0] if words[index].parts else None
            match = _FILE.match(first.value) if isinstance(first, Text) else None
            index += 1
            if (
                match is None
                or not isinstance(first, Text)
                or (match[1].startswith("--") and match[3] and not match[2])
            ):
                continue
            kustomize = match[1] in {"-k", "--kustomize"}
            if match[3] or match[2] or len(words[index - 1].parts) > 1:
                rest = of_word(words[index - 1]).parts[1:]
                kept = (first.slice(match.start(3), len(first.value)), *rest)
                yield expand(Template(kept), self.variables), words[index - 1].text, kustomize
            elif index < len(words):
                raw = self.text.slice(words[index - 1].start, words[index].end)
                yield expand(said(words[index]), self.variables), raw, kustomize
                index += 1

    def _namespace(self, command: shell.Command) -> Template | None:
        words = [expand(said(w), self.variables) for w in command.words]
        for index, word in enumerate(words):
            match = _NAMESPACE.match(literal(word) or "")
            if match:
                if match[1]:
                    return Template.literal(Text.unwritten(match[1]))
                return words[index + 1] if index + 1 < len(words) else None
        return None

    # --- what a pipe brings ---

    def _fed(self, index: int, plain: Applied) -> Iterator[Applied]:
        """The files that the commands before a pipe read, and what is redirected into the command itself."""
        for command in self._feeding(index):
            name = command.name or ""
            read = [r.target for r in command.redirects if r.operator.lstrip("0") == "<"]
            words = [] if command is self.commands[index] or name in _MADE else list(command.words[1:])
            if self._tool(command) is not None:
                words = []
            kustomize = any(literal(of_word(w)) == "kustomize" for w in command.words[:2])
            if name == "echo" and command.words[1:]:
                words = list(command.words[1:])
            for number, word in enumerate([*words, *read]):
                said_here = expand(said(word), self.variables)
                if name in _SCRIPTED and number < len(words) and not _names_a_file(said_here, strictly=True):
                    continue
                for found, _ in self._ways(said_here, command, None):
                    if _names_a_file(found):
                        yield replace(plain, file=found, fed=True, kustomize=kustomize)

    def _feeding(self, index: int) -> Iterator[shell.Command]:
        """The command itself and all before it in its pipe."""
        command = self.commands[index]
        yield command
        at = index
        while at and self.commands[at].lead == "|":
            blocks = command.blocks
            at = next((i for i in range(at - 1, -1, -1) if self.commands[i].blocks[: len(blocks)] == blocks), -1)
            if at < 0:
                return
            yield self.commands[at]

    # --- loops and calls ---

    def _ways(
        self, file: Template, command: shell.Command, call: shell.Command | None
    ) -> Iterator[tuple[Template, _Item | None]]:
        """The path with each thing that a loop or a call may put into it."""
        asked = list(dict.fromkeys(p.name for p in file.parts if isinstance(p, Symbol)))
        choices: list[list[_Item | None]] = []
        for name in asked:
            items = self._items(name, command, call)
            choices.append(list(items) if items is not None else [None])
        for chosen in product(*choices):
            given = dict(zip(asked, chosen, strict=True))
            listed = [(n, i) for n, i in given.items() if i is not None and n.startswith((LOOP, "@*"))]
            yield _filled(file, given), listed[0][1] if len(listed) == 1 else None

    def _items(self, name: str, command: shell.Command, call: shell.Command | None) -> list[_Item] | None:
        if name.startswith(LOOP):
            block = next((b for b in command.blocks if b.kind == "for" and b.name == name[len(LOOP) :]), None)
            return None if block is None else [i for w in block.words for i in self._listed(w, call)]
        if call is None:
            return None
        if name == "@*":
            return [i for w in call.words[1:] for i in self._listed(w, None)]
        number = name[1:]
        if number.isdecimal() and int(number) < len(call.words) and number != "0":
            word = call.words[int(number)]
            return [_Item(expand(said(word), self.variables), word.text)]
        return None

    def _listed(self, word: shell.Word, call: shell.Command | None) -> Iterator[_Item]:
        """What one word of a list stands for: the items of an array, all parameters, itself."""
        only = word.parts[0] if len(word.parts) == 1 else None
        match = re.fullmatch(r"\$\{(\w+)\[[@*]\]\}", only.text.value) if isinstance(only, shell.Dynamic) else None
        items = _array(self.arrays[match[1]]) if match and match[1] in self.arrays else None
        if items is not None:
            yield from (_Item(expand(said(w), self.variables), w.text) for w in items)
            return
        value = expand(said(word), self.variables)
        if call is not None and [p.name for p in value.parts if isinstance(p, Symbol)] == ["@*"]:
            yield from (_Item(expand(said(w), self.variables), w.text) for w in call.words[1:])
            return
        text = value.text
        if text is not None and isinstance(only, shell.Parameter) and len(text.value.split()) > 1:
            # A variable that holds a list: the shell takes it apart.
            for part in re.finditer(r"\S+", text.value):
                one = text.slice(*part.span())
                yield _Item(Template.literal(one), one)
            return
        yield _Item(value, word.text)


def _filled(file: Template, given: Mapping[str, _Item | None]) -> Template:
    parts: list[object] = []
    for part in file.parts:
        item = given.get(part.name) if isinstance(part, Symbol) else None
        parts.extend(item.said.parts if item is not None else (part,))
    return Template(tuple(parts))  # type: ignore[arg-type]  # parts of templates alone


def _array(word: shell.Word) -> tuple[shell.Word, ...] | None:
    """The words of `(a b c)`."""
    only = word.parts[0] if len(word.parts) == 1 else None
    if not isinstance(only, shell.Dynamic) or only.kind != "array" or not only.text.value.startswith("("):
        return None
    inner = only.text.slice(1, len(only.text) - 1)
    try:
        commands = shell.read(inner).commands
    except Unreadable:
        return None
    return tuple(w for c in commands if not c.blocks for w in c.words)


def _asks(file: Template) -> bool:
    """Whether a path rests on what the function around it is called with."""
    return any(isinstance(p, Symbol) and (p.name == "@*" or p.name[1:].isdecimal()) for p in file.parts)


def _names_a_file(word: Template, *, strictly: bool = False) -> bool:
    """Whether a word of a filter may be a file. `strictly`: the filter's program is a word too."""
    value = literal(word)
    if value is None:
        first = word.parts[0] if word.parts else None
        begun = first.value if isinstance(first, Text) else ""
        return not begun.startswith("-") and not (strictly and re.match(r"(?:[sy]|\d+)?[/|,#:@]|[.{]|.*\s", begun))
    return not value.startswith("-") and not re.search(r"[\s|{}]", value) and value not in {"", "apply", "build"}


def _scope(command: shell.Command) -> tuple[str, ...]:
    """What the commands beside one share with it."""
    return tuple(f"{b.kind} {b.name} {b.start}" for b in command.blocks)
