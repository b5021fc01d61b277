"""What a RUN makes that compiles: command by command, as far as all of them are understood.

One command that isn't understood may make anything: then the programs are known, and what isn't there is not.

May import formats and the graph's nouns.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.formats import shell
from stackfix.formats.dockerfile import Form
from stackfix.graph import dotnet_products, go_products, java_products, rust_products
from stackfix.graph.image_steps import made_by
from stackfix.graph.products import ANYTHING, UNKNOWN, Made, Product, Step, together
from stackfix.graph.run_mounts import bound, mounts
from stackfix.text import Text, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from stackfix.findings import Location
    from stackfix.formats.dockerfile import Instruction
    from stackfix.graph.build_context import Context
    from stackfix.graph.dockerfile_values import Scope
    from stackfix.graph.image_files import ImageFiles
    from stackfix.graph.library import Library

_TOOLS: Mapping[str, Callable[[Step], Made]] = {
    "go": go_products.made, "cargo": rust_products.made, "rustup": rust_products.rustup, "dotnet": dotnet_products.made,
    "mvn": java_products.maven, "mvnw": java_products.maven, "gradle": java_products.gradle,
    "gradlew": java_products.gradle,
}  # fmt: skip
_COMPILES = re.compile(rf"(?<![\w.-])(?:{'|'.join(sorted(_TOOLS))})\s")
_WRAPPERS = frozenset({"time", "nice", "exec", "command", "sudo", "env"})
_READS = frozenset({
    "arch", "awk", "basename", "comm", "cut", "date", "dirname", "du", "file", "gawk", "hostname", "jq", "ldd", "nproc",
    "paste", "readelf", "readlink", "realpath", "seq", "sha256sum", "sort", "stat", "tr", "uniq", "wc",
})  # fmt: skip
"""Programs that print, and make nothing but what is redirected."""
_CHANGES = frozenset({"strip", "upx", "touch", "hash", "ulimit", "umask", "shopt", "unset", "return", "wait", "trap"})
_GIT = frozenset({"describe", "rev-parse", "log", "config", "status", "show", "symbolic-ref", "branch", "tag"})
_DPKG = frozenset({"--print-architecture", "--add-architecture"})
_WRITTEN = frozenset({"mvnw", "gradlew"})
"""Tools that a project brings as a script."""
_SETS = re.compile(r"[A-Za-z_]\w*=")
_LOOPS = frozenset({"loop", "for", "case", "function"})


def compiled(
    instruction: Instruction, working_dir: str | None, scope: Scope, files: ImageFiles, context: Context
) -> Made | None:
    """What a RUN makes that calls a compiler; None for any other. What it binds of the context is there, too."""
    text = _text(instruction)
    location = located(instruction.text, "makes it")
    if text is None or location is None or not _COMPILES.search(text.value + " "):
        return None
    try:
        script = shell.read(text)
    except Unreadable:
        return ANYTHING
    mounted = tuple(mounts(instruction, working_dir))
    held = files.plus(bound(mounted, context)) if mounted else files
    run = _Run(scope, held, context.library, location, working_dir)
    return _kept(together(run.made(script)), tuple(mount.target for mount in mounted))


def _text(instruction: Instruction) -> Text | None:
    """What the shell is given, where it is one text."""
    if instruction.form is Form.EXEC:
        return None
    if not instruction.heredocs:
        return instruction.rest
    alone = re.fullmatch(r"<<-?\s*['\"]?\w+['\"]?", instruction.rest.value.strip())
    body = instruction.heredocs[0].body
    return body if alone and not body.value.startswith("#!") else None


def _kept(made: Made, hidden: tuple[str, ...]) -> Made:
    """What of it stays in the image."""

    def stays(place: str) -> bool:
        return not any(place == h or place.startswith(h.rstrip("/") + "/") for h in hidden)

    return Made(
        tuple(p for p in made.places if stays(p)),
        made.closed,
        tuple(p for p in made.products if stays(p.place)),
        tuple(f for f in made.folders if stays(f)),
    )


@dataclass
class _Run:
    """One RUN as its commands go by: the folder of each subshell, the shell's own variables, what lies where."""

    scope: Scope
    files: ImageFiles
    library: Library
    location: Location
    working_dir: str | None
    variables: dict[str, str | None] = field(default_factory=dict)
    folders: dict[tuple[int, ...], str] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)

    def made(self, script: shell.Script) -> list[Made]:
        """What each command makes. A substitution runs before the command that it stands in."""
        found = []
        for command in sorted(script.commands, key=lambda c: not any(b.kind == "substitution" for b in c.blocks)):
            one = self._command(command)
            found.extend([one, *self._written(command)])
            self.products.update({p.place: p for p in one.products})
        return [replace(one, products=tuple(p for p in one.products if p.place in self.products)) for one in found]

    def _written(self, command: shell.Command) -> Iterator[Made]:
        """The files that redirections make."""
        for redirect in command.redirects:
            target = self._spelled(redirect.target)
            elsewhere = redirect.operator.endswith(">&") or target.startswith("/dev/")
            if ">" not in redirect.operator or elsewhere:
                continue
            yield ANYTHING if UNKNOWN in target else Made((self._at(target, command),))

    def _command(self, command: shell.Command) -> Made:
        for assignment in command.assignments if not command.words else ():
            self.variables[assignment.name.value] = self._known(assignment.value)
        words = [self._spelled(word) for word in command.words]
        given = {a.name.value: self._known(a.value) for a in command.assignments}
        while words and (words[0] in _WRAPPERS or _SETS.match(words[0])):
            name, equals, value = words.pop(0).partition("=")
            if equals:
                given[name] = None if UNKNOWN in value else value
        if not words:
            return Made()
        if words[0] in {"sh", "bash"} and len(words) > 1 and posixpath.basename(words[1]) in _WRITTEN:
            words = words[1:]
        return self._program(posixpath.basename(words[0]), words, given, command)

    def _program(self, program: str, words: list[str], given: dict[str, str | None], command: shell.Command) -> Made:
        if program in {"cd", "export"}:
            return self._moved(program, words, command)
        if program in {"cp", "mv", "install", "ln"}:
            return self._copied(program, words[1:], command)
        if program in _READS or program in _CHANGES or self._only_reads(program, words):
            return Made(tuple(self._at(w, command) for w in words[1:] if program == "touch" and not w.startswith("-")))
        tool = _TOOLS.get(program)
        looped = any(b.kind in _LOOPS for b in command.blocks)
        folder = self._folder(command)
        step = Step(
            (program, *words[1:]), folder or UNKNOWN, {**self._seen(), **self.variables, **given}, self.files,
            self.library, self.location, not command.conditional and command.follow != "||",
        )  # fmt: skip
        if tool is not None:
            return ANYTHING if folder is None or looped else tool(step)
        return self._other(step, command)

    def _other(self, step: Step, command: shell.Command) -> Made:
        """A command that compiles nothing, as every RUN's are read."""
        if UNKNOWN in step.words[0]:
            return ANYTHING
        places = made_by(step.command(), None if step.folder == UNKNOWN else step.folder)
        if step.words[0] != "mkdir":
            return Made(places)
        named = [w for w in step.words[1:] if not w.startswith("-")]
        open_ended = tuple(self._at(w, command) for w in named if UNKNOWN in w)
        return Made(open_ended, folders=tuple(self._at(w, command) for w in named if UNKNOWN not in w))

    @staticmethod
    def _only_reads(program: str, words: list[str]) -> bool:
        first = next((w for w in words[1:] if not w.startswith("-")), "")
        return (program == "git" and first in _GIT) or (program == "dpkg" and not _DPKG.isdisjoint(words))

    def _moved(self, program: str, words: list[str], command: shell.Command) -> Made:
        """`cd` and `export`."""
        if program == "export":
            for word in words[1:]:
                name, equals, value = word.partition("=")
                if equals:
                    self.variables[name] = None if UNKNOWN in value else value
            return Made()
        target = words[1] if len(words) > 1 else UNKNOWN
        self.folders[_depth(command)] = UNKNOWN if UNKNOWN in target or target == "-" else self._at(target, command)
        return Made()

    def _copied(self, program: str, words: list[str], command: shell.Command) -> Made:
        """`cp a b`: the file that it names, or one in the folder that it names."""
        plain = [w for w in words if not w.startswith("-")]
        options = [w for w in words if w.startswith("-")]
        aside = any(o in {"-t", "-S", "--target-directory", "--parents"} or o.startswith("--target") for o in options)
        if len(plain) < 2 or aside or UNKNOWN in plain[-1]:  # noqa: PLR2004 - a source and a target
            return ANYTHING
        plain = plain[-2:] if program == "install" else plain
        target = self._at(plain[-1], command)
        made = []
        for source in (self._at(w, command) for w in plain[:-1] if UNKNOWN not in w):
            product = self.products.get(source)
            if product is None:
                continue
            inside = len(plain) > 2 or plain[-1].endswith("/") or self.files.holds_folder(target)  # noqa: PLR2004
            place = posixpath.join(target, product.name) if inside else target
            made.append(replace(product, place=place, sure=product.sure and not command.conditional))
            if program == "mv":
                del self.products[source]
        return Made((target,), products=tuple(made))

    # --- words and folders ---

    def _folder(self, command: shell.Command) -> str | None:
        """The folder that a command runs in; None where nobody knows."""
        depth = _depth(command)
        while depth not in self.folders:
            if not depth:
                return self.working_dir
            depth = depth[:-1]
        folder = self.folders[depth]
        return None if UNKNOWN in folder else folder

    def _at(self, path: str, command: shell.Command) -> str:
        whole = posixpath.join(self._folder(command) or UNKNOWN, path)
        if UNKNOWN in whole:
            whole = posixpath.dirname(whole.partition(UNKNOWN)[0] + "x")
        return "/" + posixpath.normpath(whole).lstrip("/")

    def _seen(self) -> dict[str, str | None]:
        """What ENV and ARG give."""
        known = {**self.scope.arguments, **self.scope.variables}
        return {name: v.value.value if v.value is not None else None for name, v in known.items()}

    def _known(self, word: shell.Word) -> str | None:
        value = self._spelled(word)
        return None if UNKNOWN in value else value

    def _spelled(self, word: shell.Word) -> str:
        """A word's characters, with UNKNOWN in place of what a variable gives that nobody knows."""
        return "".join(self._part(part) for part in word.parts) if not word.pattern else _globbed(word)

    def _part(self, part: shell.Part) -> str:
        if isinstance(part, Text):
            return part.value
        if isinstance(part, shell.Parameter):
            seen = {**self._seen(), **self.variables}
            value = seen.get(part.name)
            if value is not None and (value or not part.operator):
                return value
            operand = "".join(self._part(p) for p in part.operand)
            unset = part.name not in seen and self.scope.complete
            return operand if part.operator in {"-", ":-"} and (unset or value == "") else UNKNOWN
        return UNKNOWN


def _globbed(word: shell.Word) -> str:
    """A pattern up to where it begins: what it comes to is nobody's to know."""
    text = "".join(part.value if isinstance(part, Text) else UNKNOWN for part in word.parts)
    return re.sub(r"[*?\[{~].*", UNKNOWN, text, flags=re.DOTALL)


def _depth(command: shell.Command) -> tuple[int, ...]:
    """The subshells that a command runs in."""
    return tuple(b.start for b in command.blocks if b.kind in {"subshell", "substitution", "background"})
