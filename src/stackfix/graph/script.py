"""What scripts do to clusters, images and stacks: kubectl, helm, docker and Compose commands with their files.

Facts of one file; nothing is looked up. Makefiles and justfiles give the same facts, recipe by recipe.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.findings import Anchor, located
from stackfix.formats import makefile, shell
from stackfix.graph import script_applies, script_substitutions
from stackfix.graph.command import expand, of_word
from stackfix.graph.script_steps import Folder, ScriptStep, moved, step
from stackfix.graph.script_words import said, variables
from stackfix.graph.value import Template
from stackfix.text import Text, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.findings import Location
    from stackfix.graph.script_applies import Applied
    from stackfix.graph.script_substitutions import Substitution

_MAKEFILES = frozenset({"makefile", "gnumakefile"})
_JUSTFILES = frozenset({"justfile", ".justfile"})


@dataclass(frozen=True, slots=True)
class Strict:
    """How a script takes failures. `location` is the `set` (or `#!`) that says so."""

    exits: bool = False
    unset: bool = False
    pipes: bool = False
    trap: bool = False
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class ScriptFacts:
    """One script. `interpreter` is the base name after `#!`, None without one.

    `steps` are those commands that touch clusters, images or stacks, `applies` the manifests among what they do, loops
    and helper functions followed, `substitutes` what it puts in place of placeholders. `variables` are those set once,
    `exports` names that it exports. `defines_only`: it is made to be read into other scripts. `handles` says that it
    checks results itself (`set +e`, `$?`). `commands` counts all commands that do something. `reads` are the base names
    of the scripts that it reads into itself.
    """

    location: Location | None
    interpreter: str | None
    strict: Strict
    steps: tuple[ScriptStep, ...]
    applies: tuple[Applied, ...]
    substitutes: tuple[Substitution, ...]
    variables: Mapping[str, Template]
    exports: frozenset[str]
    defines_only: bool
    handles: bool
    commands: int
    reads: frozenset[str] = frozenset()


def is_script(path: str) -> bool:
    """Whether a file is a script by its name; others are by their `#!`."""
    name = posixpath.basename(path)
    return name.endswith((".sh", ".bash", ".mk")) or name.lower() in {*_MAKEFILES, *_JUSTFILES}


def facts(text: Text) -> ScriptFacts:
    """The facts of a shell script, Makefile or justfile, told apart by its name."""
    place = text.first_place
    name = posixpath.basename(place[0]).lower() if place is not None else ""
    if name in _MAKEFILES or name.endswith(".mk"):
        return _of_recipes(makefile.read(text))
    if name in _JUSTFILES:
        return _of_recipes(makefile.read_just(text))
    return of_shell(text, Anchor(place[0] if place is not None else "", "shell"))


def of_shell(text: Text, anchor: Anchor) -> ScriptFacts:
    """The facts of a shell text that may lie inside another document."""
    document = shell.read(text)
    interpreter = _interpreter(document.shebang)
    known = variables(document.commands)
    folders = tuple(_folders(document, known))
    does = [c for c in document.commands if c.words and c.name not in _SETTLES]
    return ScriptFacts(
        located(document.commands[0].text) if document.commands else None,
        interpreter,
        _strict(document),
        tuple(_steps(document, known, anchor)),
        tuple(script_applies.applies(document, known, folders)),
        tuple(script_substitutions.substitutions(document, known, folders)),
        known,
        _exports(document.commands),
        not any("function" not in {b.kind for b in c.blocks} for c in does),
        any("$?" in c.text.value or c.text.value.startswith("set +e") for c in document.commands),
        len(does),
        frozenset(_read_in(document.commands)),
    )


def _read_in(commands: tuple[shell.Command, ...]) -> Iterator[str]:
    for command in commands:
        if command.name in {"source", "."} and len(command.words) > 1:
            yield posixpath.basename(command.words[1].text.value.strip("\"'"))


_SETTLES = frozenset(
    {"set", "export", "local", "declare", "readonly", "return", "shift", "trap", "unset", "source", "."}
)


def _interpreter(shebang: Text | None) -> str | None:
    if shebang is None or not shebang.value.strip():
        return None
    words = shebang.value.split()
    first = posixpath.basename(words[0])
    rest = [w for w in words[1:] if not w.startswith("-")]
    return rest[0] if first == "env" and rest else first


def _strict(document: shell.Script) -> Strict:
    found = Strict()
    bang = document.shebang
    if bang is not None and re.search(r"\s-\w*e", bang.value):
        found = replace(found, exits=True, unset=bool(re.search(r"\s-\w*u", bang.value)), location=located(bang))
    for command in document.commands:
        if any(b.kind in {"function", "substitution", "subshell"} for b in command.blocks):
            continue
        values = [w.literal.value for w in command.words if w.literal is not None]
        if values[:1] == ["trap"] and "ERR" in values:
            found = replace(found, trap=True)
        if values[:1] == ["set"]:
            found = _set(found, values[1:], command)
    return found


def _set(found: Strict, values: list[str], command: shell.Command) -> Strict:
    letters = "".join(v[1:] for v in values if v.startswith("-") and not v.startswith("--"))
    exits = "e" in letters or "errexit" in values
    unset = "u" in letters or "nounset" in values
    pipes = "pipefail" in values
    if not any((exits, unset, pipes)) or any(v.startswith("+") for v in values):
        return found
    place = found.location or located(command.text)
    return replace(
        found, exits=found.exits or exits, unset=found.unset or unset, pipes=found.pipes or pipes, location=place
    )


def _exports(commands: tuple[shell.Command, ...]) -> frozenset[str]:
    found: set[str] = set()
    for command in commands:
        if command.name in {"export", "declare", "typeset"}:
            values = (w.text.value.partition("=")[0] for w in command.words[1:])
            found.update(v for v in values if v.isidentifier())
    return frozenset(found)


def _steps(document: shell.Script, known: Mapping[str, Template], anchor: Anchor) -> Iterator[ScriptStep]:
    for index, (command, folder) in enumerate(zip(document.commands, _folders(document, known), strict=True)):
        if command.name not in _MOVES:
            words = tuple(expand(said(w), known) for w in command.words)
            yield from _step(command, words, folder, anchor.child(index))


_MOVES = frozenset({"cd", "pushd", "popd"})


def _folders(document: shell.Script, known: Mapping[str, Template]) -> Iterator[Folder | None]:
    """Where each command runs."""
    folder: Folder | None = Folder("start", "")
    before: dict[int, Folder | None] = {}
    for command in document.commands:
        subshells = [b.start for b in command.blocks if b.kind in {"subshell", "substitution"}]
        for start in list(before):
            if start not in subshells:
                folder = before.pop(start)
        for start in subshells:
            before.setdefault(start, folder)
        yield folder
        if command.name in {"cd", "pushd"}:
            words = tuple(expand(said(w), known) for w in command.words)
            folder = moved(folder, words) if not command.conditional else None
        elif command.name == "popd":
            folder = None


def _step(
    command: shell.Command, words: tuple[Template, ...], folder: Folder | None, anchor: Anchor
) -> Iterator[ScriptStep]:
    location = located(command.text)
    if location is None:
        return
    given = {a.name.value: of_word(a.value) for a in command.assignments}
    handled = command.follow == "||" or any(b.kind == "condition" for b in command.blocks)
    found = step(words, folder, location, anchor, given)
    if found is not None:
        yield replace(found, conditional=command.conditional, handled=handled, piped=command.follow == "|")


def _of_recipes(document: makefile.Document) -> ScriptFacts:
    """A Makefile's recipes, each line a shell of its own, which make itself stops at."""
    path = document.text.first_place[0] if document.text.first_place else ""
    steps: list[ScriptStep] = []
    applies: list[Applied] = []
    substitutes: list[Substitution] = []
    for index, recipe in enumerate(document.recipes):
        try:
            found = of_shell(recipe.text, Anchor(path, "makefile", (index,)))
        except Unreadable:
            continue
        steps.extend(found.steps)
        substitutes.extend(found.substitutes)
        applies.extend(replace(one, scope=(recipe.target, *one.scope)) for one in found.applies)
    known = {v.name: Template.literal(v.value) for v in document.variables if "$" not in v.value.value}
    place = located(document.recipes[0].text) if document.recipes else None
    return ScriptFacts(
        place,
        "make",
        Strict(exits=True),
        tuple(steps),
        tuple(applies),
        tuple(substitutes),
        known,
        exports=frozenset(),
        defines_only=False,
        handles=False,
        commands=len(document.recipes),
    )
