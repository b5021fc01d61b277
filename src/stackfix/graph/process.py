"""From a command to what it starts, hop by hop: wrappers, shells, scripts of the image, package.json, to the program.

What a branch, a function or an unknown program hides makes the whole start unknown, never guessed.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix.findings import Anchor, located
from stackfix.formats import shell
from stackfix.graph import supervised, tool_names
from stackfix.graph.command import literal, shell_text
from stackfix.graph.model import Words
from stackfix.graph.package_scripts import Found as Packaged
from stackfix.graph.package_scripts import NoScript, packaged
from stackfix.graph.python_command import NAME as PYTHON
from stackfix.graph.python_command import python
from stackfix.graph.serving import script_entry, serving
from stackfix.graph.setting import Lookup, Setting
from stackfix.graph.shell_flow import Flow, Step, flow
from stackfix.graph.started import Bind, Entry, Executed, Listens, Process, Started, endpoints
from stackfix.graph.value import EMPTY, Environment, Template
from stackfix.graph.wrappers import handed
from stackfix.text import Text, Unreadable

if TYPE_CHECKING:
    from stackfix.findings import Location
    from stackfix.graph.library import Library

__all__ = ["Bind", "Entry", "Listens", "Process", "Started", "endpoints", "start", "whole_command"]

_SEARCHED = ("/usr/local/sbin/", "/usr/local/bin/", "/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/")
_OPERATORS = frozenset({"&&", "||", ";", "|", "&"})
_SHEBANG = re.compile(r"#!\s*(\S+)(?:[ \t]+(\S+))?")
UNKNOWN = Started()


def whole_command(entrypoint: Words | None, command: Words | None) -> Words | None:
    """ENTRYPOINT and CMD as one command.

    A Dockerfile's shell-form ENTRYPOINT takes no arguments; its shell-form CMD is given to `sh -c`.
    """
    if entrypoint is None or not entrypoint.words:
        return command
    if command is None or (entrypoint.shell and entrypoint.anchor.innermost.syntax == "dockerfile"):
        return entrypoint
    first, second = _listed(entrypoint), _listed(command)
    if first is None or second is None:
        return None
    return Words((*first, *second), shell=False, location=entrypoint.location, anchor=entrypoint.anchor)


def _listed(words: Words) -> tuple[Template, ...] | None:
    """A command as the list that the engine makes of it."""
    if not words.shell:
        return words.words
    if words.anchor.innermost.syntax != "dockerfile":
        return _split(words.words[0]) if words.words else ()
    shell_words = (Template.literal(Text.unwritten("/bin/sh")), Template.literal(Text.unwritten("-c")))
    return (*shell_words, *words.words)


def _split(template: Template) -> tuple[Template, ...] | None:
    """A string as Compose splits it: no shell."""
    text = template.text
    if text is None:
        return None
    try:
        found = tuple(Template.literal(t) for t in shell.split(text))
    except Unreadable:
        return None
    return None if any(literal(w) in _OPERATORS for w in found) else found


def start(
    library: Library,
    words: Words,
    lookup: Lookup,
    working_dir: str | None = "/",
    environment: Environment = EMPTY,
) -> Started:
    """What a command starts. `lookup` is the image's files (bind mounts over them); `environment` all that it sees."""
    setting = Setting(
        library, lookup, words.location, words.anchor, environment, folder=working_dir, evidence=(words.location,)
    )
    listed = _listed(words)
    if not listed:
        return UNKNOWN
    return run(listed, setting)


def run(words: tuple[Template, ...], setting: Setting) -> Started:
    """What one list of words starts."""
    found = _run(words, setting)
    named = words[0].text if words else None
    return found if named is None else replace(found, programs=(named, *found.programs))


def _run(words: tuple[Template, ...], setting: Setting) -> Started:
    name = setting.value(setting.expanded(words[0])) if words else None
    if name is None or setting.too_deep or not name:
        return UNKNOWN
    words = tuple(setting.expanded(w) for w in words)
    base = posixpath.basename(name)
    if base in tool_names.SHELLS:
        return _shell(words, setting.wrapped(base))
    inner = handed(base, words, setting)
    if inner is None:
        return _only(setting.process(base, words, Listens.UNKNOWN))
    if not isinstance(inner, bool):
        found = run(_scripted(inner.words), inner.setting)
        return replace(found, waits=(*inner.waits, *found.waits))
    if PYTHON.fullmatch(base):
        return Started(python(words, setting), known=True)
    if base == "supervisord":
        return _supervised(words, setting)
    package = None if base == "bun" and _is_file(words) else packaged(base, words, setting)
    if package is not None:
        return _packaged(package, base, words, setting)
    return _program(base, name, words, setting)


def _is_file(words: tuple[Template, ...]) -> bool:
    """`bun src/index.ts`, `bun run --hot index.ts`: a file of source, not a script of a package."""
    named = [value for word in words[1:] if (value := literal(word) or "") != "run" and not value.startswith("-")]
    return bool(named) and named[0].endswith((".ts", ".tsx", ".js", ".jsx", ".mjs", ".mts"))


def _supervised(words: tuple[Template, ...], setting: Setting) -> Started:
    """Programs side by side."""
    found = supervised.programs(words, setting)
    if found is None:
        return _only(setting.process("supervisord", words, Listens.UNKNOWN))
    begun = [run(program.words, program.setting) for program in found]
    processes = tuple(replace(p, background=True) for one in begun for p in one.processes)
    waits = tuple(wait for one in begun for wait in one.waits)
    executed = tuple(file for one in begun for file in one.executed)
    return Started(processes, all(one.known for one in begun), waits, executed=executed)


def _packaged(package: Packaged, base: str, words: tuple[Template, ...], setting: Setting) -> Started:
    if isinstance(package, NoScript):
        named = Entry("package script", package.word.text, folders=(posixpath.dirname(package.manifest),))
        return _only(setting.process(base, words, Listens.UNKNOWN, entry=named))
    if isinstance(package, bool):
        return _only(setting.process(base, words, Listens.NOTHING if package else Listens.UNKNOWN))
    return _text(*package)


def _only(process: Process) -> Started:
    return Started((process,), known=True)


def _scripted(words: tuple[Template, ...]) -> tuple[Template, ...]:
    """`uv run main.py` runs the interpreter."""
    first = literal(words[0]) or ""
    return (
        (Template.literal(Text.unwritten("python")), *words)
        if first.endswith(".py") and "/" not in first[:1]
        else words
    )


def _program(base: str, name: str, words: tuple[Template, ...], setting: Setting) -> Started:
    """A file of the image, else a program by name."""
    if "/" in name or (base not in tool_names.SILENT and setting.file(base) and "." in base):
        found = setting.file(name if "/" in name else base)
        if isinstance(found, str):
            ran = () if "/" not in name else _executed(words[0], setting.absolute(name), found)
            return _also(_file(found, words, setting), ran)
    place = next((p for p in (folder + base for folder in _SEARCHED) if isinstance(setting.lookup(p), str)), None)
    return _only(serving(base, words, setting)) if place is None or "/" in name else _on_path(place, words, setting)


def _on_path(place: str, words: tuple[Template, ...], setting: Setting) -> Started:
    """A file of the tree that lies where programs are searched."""
    path = setting.lookup(place)
    assert isinstance(path, str)
    scripted = path.endswith(".sh")
    begun = _script(path, words, setting) if scripted else _only(serving(posixpath.basename(place), words, setting))
    return _also(begun, _executed(words[0], place, path))


def _executed(word: Template, place: str | None, path: str) -> tuple[Executed, ...]:
    return () if place is None else (Executed(word.text, place, path),)


def _also(found: Started, executed: tuple[Executed, ...]) -> Started:
    return replace(found, executed=(*executed, *found.executed))


def _file(path: str, words: tuple[Template, ...], setting: Setting) -> Started:
    """A file of the tree that is run: by its `#!`, else its name."""
    text = setting.library.text(path)
    first = words[0].text
    if text is None or first is None:
        return _only(setting.process(posixpath.basename(path), words, Listens.UNKNOWN))
    shebang = _SHEBANG.match(text.value)
    program = ""
    if shebang is not None:
        program = posixpath.basename(shebang[2] if shebang[1].endswith("/env") and shebang[2] else shebang[1])
    if program in tool_names.SHELLS or (not program and path.endswith(".sh")):
        return _script(path, words, setting)
    if PYTHON.fullmatch(program) and posixpath.basename(path) == "manage.py":
        return Started(python((Template.literal(Text.unwritten("python")), *words), setting), known=True)
    if program == "ruby" and posixpath.basename(path) in {"rails", "puma"}:
        return _only(serving(posixpath.basename(path), words, setting))
    if PYTHON.fullmatch(program) or program in tool_names.SCRIPTED:
        tool = "python" if PYTHON.fullmatch(program) else program
        return _only(setting.process(tool, words, Listens.SOURCE, entry=script_entry(first, setting)))
    return _only(setting.process(posixpath.basename(path), words, Listens.UNKNOWN))


def _shell(words: tuple[Template, ...], setting: Setting) -> Started:
    """`sh -c TEXT [name args…]`, `sh script args…`."""
    queue = list(words[1:])
    command = False
    while queue and (option := literal(queue[0])) is not None and option.startswith(("-", "+")) and option != "-":
        queue.pop(0)
        if option == "--":
            break
        command = command or ("c" in option and not option.startswith("--"))
        if option in {"-o", "+o", "-O"} and queue:
            queue.pop(0)
    if not queue:
        return UNKNOWN
    if command:
        return _text(queue[0], replace(setting, arguments=tuple(queue[2:]), extra=()))
    name = setting.value(queue[0])
    found = setting.file(name) if name is not None else None
    if not isinstance(found, str):
        return _only(setting.process("sh", words, Listens.UNKNOWN, entry=_missing(queue[0], setting)))
    return _script(found, tuple(queue), setting)


def _missing(word: Template, setting: Setting) -> Entry | None:
    return script_entry(word.text, setting) if word.text is not None else None


def _script(path: str, words: tuple[Template, ...], setting: Setting) -> Started:
    """A shell script of the tree, with its arguments."""
    document = setting.library.get(path, shell.read)
    if document is None or not words:
        return UNKNOWN
    place = located(words[0].text) if words[0].text is not None else None
    hops = (*setting.evidence, *((place,) if place is not None else ()))
    inner = replace(
        setting.wrapped(posixpath.basename(path)), arguments=words[1:], evidence=hops, extra=(), variables={},
        anchor=Anchor(path, "shell"),
    )  # fmt: skip
    return _flowing(flow(document.commands, (), inner, of_file=True), inner)


def _text(template: Template, setting: Setting) -> Started:
    """A shell text: `sh -c`, a package.json script, a shell-form CMD."""
    text, unknown = shell_text(template)
    try:
        document = shell.read(text)
    except Unreadable:
        return UNKNOWN
    return _flowing(flow(document.commands, unknown, setting, of_file=False), setting)


def _flowing(seen: Flow, setting: Setting) -> Started:
    """The programs of a shell's commands: what ends before, what runs behind, what stays in front."""
    background: list[Process] = []
    steps: list[Process] = []
    waits = list(seen.waits)
    executed: list[Executed] = []
    programs: list[Text] = []
    known = seen.known
    last: Started | None = None
    for step in seen.steps:
        if last is not None:
            steps.extend(last.processes)
            last = None
        found = _step(step, setting)
        waits.extend(found.waits)
        executed.extend(found.executed)
        programs.extend(found.programs)
        if step.background:
            known = known and found.known
            background.extend(replace(p, background=True) for p in found.processes)
            continue
        if step.final or _stays(found):
            last = found
            break
        last = found
    front = last if last is not None else Started((), known=bool(background))
    if background and not any(_works(p) for p in front.processes) and front.known:
        steps.extend(front.processes)
        front = Started((), known=True)
    processes = (*background, *front.processes)
    begun = (*steps, *front.steps)
    return Started(processes, known and front.known, tuple(waits), begun, tuple(executed), tuple(programs))


def _step(step: Step, setting: Setting) -> Started:
    place = _first(step.words)
    hops = setting.evidence if place is None else (*setting.evidence, place)
    return run(step.words, replace(step.setting, evidence=hops, depth=setting.depth + 1))


def _first(words: tuple[Template, ...]) -> Location | None:
    text = words[0].text if words else None
    return located(text) if text is not None else None


def _stays(found: Started) -> bool:
    """Whether it surely doesn't end by itself, so that nothing after it runs."""
    return any(not p.background and p.listens in {Listens.COMMAND, Listens.CONFIGURATION} for p in found.processes)


def _works(process: Process) -> bool:
    """Whether it is more than `wait`, `tail -f` or `sleep infinity`."""
    return process.tool not in {"wait", "tail", "sleep", "echo", "cat", "true", ":", "printf", "trap", "exit"}
