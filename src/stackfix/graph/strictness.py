"""Scripts that go on after a step has failed, and what stopping at failures would change in them.

A step counts where its failure is looked at by nobody: no condition, no `||`, no trap. What a stop at failures would
end though nothing is wrong (a search that finds nothing, a thing to be deleted that isn't there) is told apart.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.formats import shell
from stackfix.graph import script

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.graph.library import Library
    from stackfix.graph.script import ScriptFacts
    from stackfix.graph.script_steps import ScriptStep
    from stackfix.text import Text


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_STATEMENTS = {"bash": "set -euo pipefail", "sh": "set -eu", "dash": "set -eu", "ash": "set -eu"}
_DELIVERS = frozenset(
    {"kubectl apply", "kubectl set", "kubectl replace", "kubectl patch", "kubectl rollout restart", "helm install"}
    | {"helm upgrade", "docker push", "docker run", "docker stack", "compose up", "compose push"}
)
_BUILDS = frozenset({"docker build", "compose build"})
_LOUD = frozenset({"exit", "die", "fail", "error_exit", "abort", "fatal", "return"})
_SEARCHES = _set(
    "test [ [[ grep egrep fgrep rg pgrep pkill kill killall diff cmp which type expr let curl wget nc lsof "
    "systemctl service pidof ping timeout false ssh-keyscan"
)
_REPEATS = re.compile(
    r"kubectl create (?!.*--dry-run)|kubectl delete (?!.*--ignore-not-found)|docker (?:rm|rmi|stop|kill) "
    r"|docker (?:container|image|volume|network) (?:rm|create) |helm (?:uninstall|delete) |git (?:commit|diff|stash)\b"
)
_DRAINS = re.compile(r"(?:e|f)?grep|head|rg")
_ALWAYS_SET = _set(
    "HOME PATH PWD OLDPWD USER SHELL LANG TERM UID EUID HOSTNAME RANDOM SECONDS LINENO PPID OSTYPE BASH_SOURCE IFS "
    "# @ * ? $ ! - 0"
)


@dataclass(frozen=True, slots=True)
class Loose:
    """A script that goes on. `steps` are those whose failure nobody sees, in order; `statement` would make it stop.

    `repeats` are commands that fail where their work is done already, each with its end: `|| true` there keeps them
    harmless. `fragile` are those that only a person can guard.
    """

    path: str
    steps: tuple[ScriptStep, ...]
    statement: str
    repeats: tuple[Text, ...]
    fragile: tuple[Text, ...]


def loose(library: Library) -> Iterator[Loose]:
    """Every script that builds and delivers in several steps and goes on after a failed one."""
    paths = [p for p, e in sorted(library.tree.entries.items()) if e.wiring and p.endswith((".sh", ".bash"))]
    facts = {path: known for path in paths if (known := library.get(path, script.facts)) is not None}
    read = {name for known in facts.values() for name in known.reads}
    for path, known in facts.items():
        if posixpath.basename(path) not in read and _open(known):
            document = library.get(path, shell.read)
            found = _judged(path, known, document.commands) if document is not None else None
            if found is not None:
                yield found


def _open(known: ScriptFacts) -> bool:
    """Whether a script runs on its own and says nothing of failures."""
    strict = known.strict
    told = strict.exits or strict.trap or known.defines_only or known.handles
    return known.interpreter in _STATEMENTS and bool(known.steps) and not told


def _judged(path: str, known: ScriptFacts, commands: tuple[shell.Command, ...]) -> Loose | None:
    if any(_handles(c) for c in commands):
        return None
    statement = _STATEMENTS[known.interpreter or ""]
    steps = _unseen(known, commands)
    if not _matters(steps):
        return None
    repeats, fragile = _weak(commands)
    if _tests_unset(commands):
        statement = statement.replace("-euo", "-eo").replace("-eu", "-e")
    if any(_stops_reading(c) for c in commands):
        statement = statement.replace("o pipefail", "")
    return Loose(path, steps, statement, repeats, fragile)


def _stops_reading(command: shell.Command) -> bool:
    """Whether a command may end a pipe before all is read: what writes into it fails then, though nothing is wrong."""
    words = [w.text.value for w in command.words]
    if command.lead != "|" or not words:
        return False
    quiet = any(re.match(r"-[a-zA-Z]*[qm]|--(?:quiet|silent|max-count)", w) for w in words[1:])
    return words[0] == "head" or (words[0] in {"grep", "egrep", "fgrep", "rg"} and quiet)


def _handles(command: shell.Command) -> bool:
    """Whether a command shows that the script takes care of failures itself, or that others' words hold in it."""
    if command.name in {"source", "."} and len(command.words) > 1:
        return not command.words[1].text.value.strip("\"'").endswith("env")
    text = command.text.value
    if command.name in {"set", "shopt"} and re.search(r"\s-\w*e|errexit|\+e", text):
        return True
    return command.name == "trap" and ("ERR" in text or "EXIT" in text)


def _unseen(known: ScriptFacts, commands: tuple[shell.Command, ...]) -> tuple[ScriptStep, ...]:
    """The steps at the top of the script that nobody looks at; none where some step is seen to stop the script."""
    found: list[ScriptStep] = []
    for step in known.steps:
        index = step.anchor.innermost.steps[-1]
        assert isinstance(index, int)
        command = commands[index]
        if _kind(step) is None:
            continue
        if _stops(commands, index):
            return ()
        if not command.blocks and command.follow in {"", ";", "|"} and command.lead != "||":
            found.append(step)
    return tuple(found)


def _kind(step: ScriptStep) -> str | None:
    words = f"{step.tool} {step.verb}"
    for kind in (words, words.rpartition(" ")[0]):
        if kind in _DELIVERS or kind in _BUILDS:
            return kind
    return None


def _stops(commands: tuple[shell.Command, ...], index: int) -> bool:
    """Whether a step's failure is answered by the end of the script, or made the condition of something."""
    command = commands[index]
    if any(b.kind == "condition" for b in command.blocks):
        return True
    if command.follow != "||":
        return False
    later = [c for c in commands[index + 1 :] if c.lead == "||" or any(b.kind == "or" for b in c.blocks)][:4]
    return any(c.name in _LOUD for c in later)


def _matters(steps: tuple[ScriptStep, ...]) -> bool:
    """Whether a step rests on one before it: something is delivered after it was built, or after other manifests."""
    kinds = [_kind(step) or "" for step in steps]
    rests = any(kind in _DELIVERS for kind in kinds[1:])
    cluster = sum(kind.startswith(("kubectl", "helm")) for kind in kinds)
    return rests and (cluster > 1 or (len(set(kinds)) > 1 and any(kind in _BUILDS for kind in kinds)))


# --- what would stop a healthy run -----------------------------------------------------------------------------------


def _weak(commands: tuple[shell.Command, ...]) -> tuple[tuple[Text, ...], tuple[Text, ...]]:
    repeats: list[Text] = []
    fragile: list[Text] = []
    for command in commands:
        if _guarded(command):
            continue
        words = " ".join(w.text.value for w in command.words)
        alone = not command.blocks and command.follow in {"", ";"} and command.lead in {"", "\n", ";"}
        if _REPEATS.match(words):
            (repeats if alone and not command.heredocs else fragile).append(command.text)
        elif _may_fail(command):
            fragile.append(command.text)
    return tuple(repeats), tuple(fragile)


def _guarded(command: shell.Command) -> bool:
    if any(b.kind in {"condition", "or"} for b in command.blocks):
        return True
    return command.follow in {"||", "&"} or (command.follow == "&&" and not _in_function(command))


def _in_function(command: shell.Command) -> bool:
    return any(b.kind == "function" for b in command.blocks)


def _may_fail(command: shell.Command) -> bool:
    """Whether a command's failure is a plain answer, not a fault. What it ends a pipe with counts as well."""
    name = posixpath.basename(command.name or "")
    if name in _SEARCHES or (name == "command" and "-v" in command.text.value):
        return True
    if name == "read" or (command.lead == "|" and _DRAINS.fullmatch(name)):
        return True
    return command.text.value.startswith("((")


_UNSET_TEST = re.compile(r"\$\{?([A-Za-z_]\w*|[1-9@*#])")


def _tests_unset(commands: tuple[shell.Command, ...]) -> bool:
    """Whether the script itself asks if a variable is set that it may not have: stopping there would be wrong."""
    own = set(_ALWAYS_SET) | set(_set_before(commands))
    for command in commands:
        asks = any(b.kind == "condition" for b in command.blocks) or command.name in {"[", "[[", "test"}
        if asks and any(n not in own for n in _UNSET_TEST.findall(_without_defaults(command.text.value))):
            return True
        if any(n not in own for b in command.blocks if b.kind == "case" for w in b.words[:1]
               for n in _UNSET_TEST.findall(_without_defaults(w.text.value))):  # fmt: skip
            return True
    return False


def _without_defaults(text: str) -> str:
    return re.sub(r"\$\{[A-Za-z_0-9]+:?[-+=?][^}]*\}", "", text)


def _set_before(commands: Iterable[shell.Command]) -> Iterator[str]:
    for command in commands:
        yield from (a.name.value for a in command.assignments)
        if command.name in {"export", "local", "declare", "readonly"}:
            yield from (w.text.value.partition("=")[0] for w in command.words[1:])
        yield from (b.name for b in command.blocks if b.kind == "for")
        if command.name == "read":
            yield from (w.text.value for w in command.words[1:])
