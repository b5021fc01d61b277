"""Images that the repository builds: what a Dockerfile makes of a context, stage by stage, up to the target.

Source: Dockerfile reference; "Understand how CMD and ENTRYPOINT interact" (an ENTRYPOINT resets an inherited CMD).
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import Anchor, located
from stackfix.formats.dockerfile import Form, read, steps
from stackfix.graph import compile_steps, image_files, known_images, stage_copies
from stackfix.graph.build_context import Context
from stackfix.graph.dockerfile_values import Given, Scope, declare, template
from stackfix.graph.executed_check import health_probe
from stackfix.graph.image_files import Copying, ImageFiles, MissingSource, Why
from stackfix.graph.image_steps import Install, installs
from stackfix.graph.model import Declaration, Says, Words
from stackfix.graph.value import Environment, Origin, Template, Variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Location
    from stackfix.formats.dockerfile import Document, Instruction, Stage, Word
    from stackfix.graph.known_images import Base
    from stackfix.graph.library import Library
    from stackfix.graph.model import Build, Probe
    from stackfix.graph.value import Value
    from stackfix.text import Text

_PORT = re.compile(r"(\d{1,5})(?:/(tcp|udp|sctp))?", re.IGNORECASE)
facts = read
"""What one Dockerfile says by itself: its document. Everything else depends on who builds it."""


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """What a build makes. `chain` are the stages of the Dockerfile that the target rests on, the lowest first.

    `base` is the public image below them, None where nothing is known of it; `base_name` is its name as written.
    `environment` is not complete where the base may set further variables. `command` and `entrypoint` are None where
    nothing in the file sets them: then `inherits_command` (`inherits_entrypoint`) says whether the base's own counts.
    `working_dir` is None where not certain. `missing` are COPY and ADD sources of all stages that the target needs.
    `arguments` are the names that ARG declares in the chain's stages, `played` all stages that the target needs.
    `anchor` addresses the target stage.
    """

    path: str
    document: Document
    build: Build
    stage: Stage
    chain: tuple[Stage, ...]
    base: Base | None
    base_name: Text | None
    environment: Environment
    files: ImageFiles
    anchor: Anchor
    location: Location
    working_dir: str | None = None
    user: Template | None = None
    shell: tuple[str, ...] | None = None
    entrypoint: Words | None = None
    command: Words | None = None
    inherits_entrypoint: bool = True
    inherits_command: bool = True
    exposes: tuple[Declaration, ...] = ()
    healthcheck: Probe | None = None
    healthcheck_disabled: bool = False
    installs: tuple[Install, ...] = ()
    runs: tuple[Instruction, ...] = ()
    missing: tuple[MissingSource, ...] = ()
    copies: tuple[Copying, ...] = ()
    arguments: tuple[str, ...] = ()
    played: tuple[Stage, ...] = ()

    def plays(self, place: Location) -> bool:
        """Whether the build comes to a place of its Dockerfile: a target leaves the stages out that it doesn't need."""
        spans = (p[1] for stage in self.played for i in stage.instructions if (p := i.text.place) is not None)
        return any(span.overlaps(place.span) for span in spans)

    def has_program(self, name: str) -> bool | None:
        """Whether a program is in the image; None where that isn't certain."""
        if any(_package_gives(i.name, name) for i in self.installs):
            return True
        if self.base is None:
            return None
        if name in self.base.has:
            return True
        return False if name in self.base.lacks and not self._brought_unseen(name) else None

    def _searched(self) -> Iterator[str]:
        """The folders that ENV adds to those where programs are looked for."""
        instructions = (i for stage in self.document.stages for i in stage.instructions if i.name == "ENV")
        for pair in (pair for instruction in instructions for pair in instruction.pairs):
            told = pair.value.value if pair.name.value == "PATH" and pair.value is not None else ""
            for folder in told.split(":"):
                if folder.startswith("/") and not _PYTHON_S.search(folder):
                    yield folder.rstrip("/")

    def _brought_unseen(self, program: str) -> bool:
        """Whether a step may have put a program in place that no list of packages names."""
        copied = {c.instruction.start for c in self.copies}
        added = [layer for layer in self.files.layers if layer.start >= 0]
        searched = (*_SEARCHED, *self._searched())
        for layer in added:
            if "/" in layer.made and not layer.keeps:
                return True
            unseen = layer.made if layer.start in copied else ()
            if any(program not in _SYSTEM or _may_bring(place, program, searched) for place in unseen):
                return True
        return any(posixpath.basename(path) == program for layer in added for path in layer.files)


_SYSTEM = frozenset({"curl", "wget", "nc", "git", "bash"})
"""Programs that come by the system's packages alone, so that no folder of an application holds them."""
_PYTHON_S = re.compile(r"(?:^|/)(?:\.local|\.?v?env)(?:/|$)")
"""Folders of Python's own packages: what they bring is written in Python."""
_SEARCHED = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
"""Where a shell looks for programs (POSIX: PATH as public images set it)."""


def _may_bring(place: str, program: str, searched: tuple[str, ...]) -> bool:
    """Whether a program may be in what is copied to a place, unseen: it is that, or where programs are looked for."""
    return posixpath.basename(place) == program or any(f == place or f.startswith(place + "/") for f in searched)


_PACKAGES = {
    "nc": {"netcat", "netcat-openbsd", "netcat-traditional", "nmap-ncat"},
    "ps": {"procps"},
    "pgrep": {"procps"},
    "python": {"python3", "python", "python-is-python3"},
    "node": {"nodejs"},
    "pg_isready": {"postgresql-client"},
    "redis-cli": {"redis-tools", "redis"},
}


def _package_gives(package: str, program: str) -> bool:
    return package == program or package in _PACKAGES.get(program, ())


def dockerfiles(library: Library) -> tuple[str, ...]:
    """All files of the tree that are Dockerfiles by their name, sorted."""
    return tuple(p for p in sorted(library.tree.entries) if is_dockerfile(p))


def is_dockerfile(path: str) -> bool:
    """Whether a file's name says that it is one."""
    name = posixpath.basename(path).lower()
    if name.endswith((".dockerignore", ".md", ".j2", ".jinja", ".tmpl", ".tpl", ".bak", ".orig")):
        return False
    head = re.split(r"[.\-_]", name, maxsplit=1)[0]
    return head in {"dockerfile", "containerfile"} or name.endswith((".dockerfile", ".containerfile"))


def image(library: Library, build: Build) -> Image | None:
    """What a build makes, or None where its Dockerfile or target stage can't be read."""
    return library.remember(("image", build), lambda: _image(library, build))


def _image(library: Library, build: Build) -> Image | None:
    document = library.get(build.dockerfile, facts)
    if document is None or not document.stages:
        return None
    target = _stage(document, build.target) if build.target is not None else document.stages[-1]
    if target is None:
        return None
    return _Builder(library, build, document).built(target)


def _stage(document: Document, name: str, before: int | None = None) -> Stage | None:
    """A stage by its name (any case) or number."""
    for stage in reversed(document.stages[:before]):
        if stage.name is not None and stage.name.value.lower() == name.lower():
            return stage
    if name.isdecimal() and int(name) < len(document.stages[:before]):
        return document.stages[int(name)]
    return None


class _State:
    """What a stage has come to, instruction by instruction."""

    def __init__(self, scope: Scope, files: ImageFiles, base: Base | None, base_name: Text | None) -> None:
        self.scope = scope
        self.files = files
        self.base = base
        self.base_name = base_name
        self.chain: tuple[Stage, ...] = ()
        self.working_dir = base.working_dir if base else None
        self.user: Template | None = None
        self.shell: tuple[str, ...] | None = None
        self.entrypoint: Words | None = None
        self.command: Words | None = None
        self.inherits = [True, True]
        self.command_here = False
        self.exposes: list[Declaration] = []
        self.healthcheck: Probe | None = None
        self.healthcheck_disabled = False
        self.installs: list[Install] = []
        self.runs: list[Instruction] = []
        self.missing: list[MissingSource] = []
        self.copies: list[Copying] = []

    def child(self) -> _State:
        """The beginning of a stage built on this one."""
        other = _State(self.scope.copy(), self.files, self.base, self.base_name)
        for name, value in vars(self).items():
            if name not in {"scope", "command_here"}:
                setattr(other, name, list(value) if isinstance(value, list) else value)
        return other


class _Builder:
    """One build of one Dockerfile; each stage is played through once."""

    def __init__(self, library: Library, build: Build, document: Document) -> None:
        self._library = library
        self._build = build
        self._document = document
        self._path = build.dockerfile
        self._given = Given(build.arguments, document, build.dockerfile)
        self._context = Context(library, build)
        self._states: dict[int, _State] = {}

    def built(self, target: Stage) -> Image:
        state = self._state(target)
        needed = [s for i, s in sorted(self._states.items()) if i != target.index]
        location = located(target.head.text)
        assert location is not None
        return Image(
            path=self._path,
            document=self._document,
            build=self._build,
            stage=target,
            chain=state.chain,
            base=state.base,
            base_name=state.base_name,
            environment=state.scope.environment(),
            files=state.files,
            anchor=Anchor(self._path, "dockerfile", (target.index,)),
            location=location,
            working_dir=state.working_dir,
            user=state.user,
            shell=state.shell,
            entrypoint=state.entrypoint,
            command=state.command,
            inherits_entrypoint=state.inherits[0],
            inherits_command=state.inherits[1],
            exposes=tuple(state.exposes),
            healthcheck=state.healthcheck,
            healthcheck_disabled=state.healthcheck_disabled,
            installs=tuple(state.installs),
            runs=tuple(state.runs),
            missing=_once([*(m for s in needed for m in s.missing), *state.missing]),
            copies=tuple(state.copies),
            arguments=tuple(state.scope.arguments),
            played=tuple(self._document.stages[i] for i in sorted(self._states)),
        )

    def _state(self, stage: Stage) -> _State:
        if stage.index not in self._states:
            state = self._begun(stage)
            state.chain = (*state.chain, stage)
            for instruction in stage.instructions[1:]:
                self._play(state, stage, instruction)
            self._states[stage.index] = state
        return self._states[stage.index]

    def _begun(self, stage: Stage) -> _State:
        name = self._given.before.value(stage.image)
        parent = None if name is None else _stage(self._document, name.text.value, stage.index)
        if parent is not None:
            return self._state(parent).child()
        base = None if name is None else known_images.base(name.text.value)
        scope = Scope(complete=base is not None)
        if base is not None:
            self._reserve(scope, stage, base)
        files = image_files.of_base(base, bare=name is not None and known_images.is_bare(name.text.value))
        return _State(scope, files, base, name.text if name else None)

    def _reserve(self, scope: Scope, stage: Stage, base: Base) -> None:
        """The variables that the base sets, to values that nobody here knows."""
        location = located(stage.image.raw, "set by the base image")
        assert location is not None
        for name in base.reserved:
            anchor = Anchor(self._path, "dockerfile", (stage.index,))
            scope.variables[name] = Variable(name, None, location, anchor, Origin.IMAGE)

    def _play(self, state: _State, stage: Stage, instruction: Instruction) -> None:
        match instruction.name:
            case "ARG" | "ENV":
                declare(state.scope, self._document, self._path, instruction, self._given)
                state.files = image_files.told_places(state.files, instruction, stage.index, state.scope)
            case "COPY" | "ADD":
                self._copy(state, stage, instruction)
            case "RUN":
                state.runs.append(instruction)
                state.installs.extend(installs(instruction))
                made = compile_steps.compiled(instruction, state.working_dir, state.scope, state.files, self._context)
                layer = image_files.from_run(instruction, stage.index, state.working_dir, state.files, self._library)
                state.files = state.files.plus(image_files.with_products(layer, made))
            case "WORKDIR":
                self._move(state, stage, instruction)
            case _:
                self._configure(state, instruction)

    def _configure(self, state: _State, instruction: Instruction) -> None:
        match instruction.name:
            case "EXPOSE":
                state.exposes.extend(self._exposed(state, instruction))
            case "CMD":
                state.command, state.command_here, state.inherits[1] = self._words(instruction), True, False
            case "ENTRYPOINT":
                state.entrypoint, state.inherits = self._words(instruction), [False, False]
                if not state.command_here:
                    state.command = None
            case "USER":
                state.user = template(instruction.words[0]) if instruction.words else None
            case "SHELL":
                state.shell = tuple(w.value for w in instruction.words) or None
            case "HEALTHCHECK":
                anchor = self._anchor(instruction)
                state.healthcheck_disabled = instruction.inner is None
                inner = instruction.inner
                state.healthcheck = None if inner is None else health_probe(inner, instruction, anchor)

    def _anchor(self, instruction: Instruction) -> Anchor:
        return Anchor(self._path, "dockerfile", steps(self._document, instruction))

    def _words(self, instruction: Instruction) -> Words:
        location = located(instruction.text)
        assert location is not None
        if instruction.form is Form.EXEC:
            words = tuple(Template.literal(w.text) for w in instruction.words)
            return Words(words, shell=False, location=location, anchor=self._anchor(instruction))
        words = (Template.literal(instruction.rest),) if instruction.rest else ()
        return Words(words, True, location, self._anchor(instruction))  # noqa: FBT003 - a field by its place

    def _exposed(self, state: _State, instruction: Instruction) -> list[Declaration]:
        found: list[Declaration] = []
        for index, word in enumerate(instruction.words):
            value = state.scope.value(word)
            match = _PORT.fullmatch(value.text.value) if value else None
            location = located(word.raw)
            if value is None or match is None or location is None:
                continue
            anchor = self._anchor(instruction).child(index)
            text = value.text.slice(*match.span(1))
            protocol = (match[2] or "tcp").lower()
            found.append(Declaration(Says.IMAGE_EXPOSE, int(match[1]), text, location, anchor, protocol=protocol))
        return found

    def _move(self, state: _State, stage: Stage, instruction: Instruction) -> None:
        value = state.scope.value(instruction.words[0]) if instruction.words else None
        state.working_dir = _place(state.working_dir, value)
        state.files = image_files.with_folder(state.files, instruction, stage.index, state.working_dir)

    def _copy(self, state: _State, stage: Stage, instruction: Instruction) -> None:
        *sources, destination = image_files.paths(instruction) or (None,)
        if destination is None or not sources:
            return
        value = state.scope.value(destination)
        place = _place(state.working_dir, value)
        slash = value is not None and (
            value.text.value.endswith("/") or posixpath.basename(value.text.value) in {".", ".."}
        )
        named = tuple((w, state.scope.value(w)) for w in sources if w is not None)
        copying = Copying(instruction, stage.index, named, place, slash, self._anchor(instruction))
        state.copies.append(copying)
        origin = instruction.flag("from")
        if origin is None:
            layer, missing = image_files.from_context(copying, self._context, state.files)
            state.missing.extend(image_files.unshelled(copying, missing))
        else:
            layer = self._from(copying, state, stage, origin.value)
        state.files = state.files.plus(layer)

    def _from(self, copying: Copying, state: _State, stage: Stage, origin: Word | None) -> image_files.Layer:
        source = None if origin is None else _stage(self._document, origin.value, stage.index)
        if source is None:
            files = ImageFiles((image_files.EVERYWHERE,))
        else:
            files = self._state(source).files
            for text, word in stage_copies.absent_from_stage(copying, files):
                state.missing.append(self._gone(copying, text, word, files))
        return stage_copies.from_stage(copying, files, state.files)

    def _gone(self, copying: Copying, path: str, word: Word, files: ImageFiles) -> MissingSource:
        location = located(word.raw)
        assert location is not None
        anchor = copying.anchor.child(copying.instruction.words.index(word))
        origins = () if files.closed(path) else files.origins(path)
        ignored = any(self._library.sources.would_ignore(origin) for origin in origins)
        return MissingSource(
            word.text, path, Why.STAGE, location, anchor, copying.instruction, kept_out_of_git=ignored,
            products=tuple(files.products.values()), copying=copying,
        )  # fmt: skip


def _once(missing: list[MissingSource]) -> tuple[MissingSource, ...]:
    """Each place once: a stage built on another repeats what that one misses."""
    return tuple({(m.location.path, m.location.span): m for m in missing}.values())


def _place(working_dir: str | None, value: Value | None) -> str | None:
    """An absolute path of the image, or None where it isn't certain."""
    if value is None:
        return None
    path = value.text.value
    if path.startswith("/"):
        return image_files.absolute(path)
    if working_dir is None or re.match(r"[A-Za-z]:", path):
        return None
    return posixpath.normpath(posixpath.join(working_dir, path))


def effective(image: Image, deployment: Environment) -> Environment:
    """What the process sees: the image's variables with the deployment's over them."""
    return image.environment.under(deployment)
