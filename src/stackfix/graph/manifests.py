"""Lists of what a program depends on: which files are such, and how an image can install from one that is there."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.graph import script, workflow
from stackfix.graph.image_files import Found
from stackfix.graph.image_steps import commands
from stackfix.tree import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Location
    from stackfix.formats.dockerfile import Instruction
    from stackfix.graph.image import Image
    from stackfix.graph.image_files import MissingSource
    from stackfix.graph.library import Library
    from stackfix.text import Text

_REQUIREMENTS = re.compile(
    r"(?:^|/)(?:[\w.-]*requirements[\w.-]*|constraints[\w.-]*|requirements/[\w./-]+)\.(?:txt|in|pip)$"
)
_OTHERS = re.compile(
    r"(?:^|/)(?:pyproject\.toml|(?:uv|poetry|pdm)\.lock|Pipfile(?:\.lock)?|setup\.(?:py|cfg)|package(?:-lock)?\.json|yarn\.lock"
    r"|npm-shrinkwrap\.json|pnpm-(?:lock|workspace)\.yaml|bun\.lockb?|Cargo\.(?:toml|lock)|go\.(?:mod|sum)|Gemfile(?:\.lock)?"
    r"|composer\.(?:json|lock)|mix\.(?:exs|lock))$"
)
_LOCKS = re.compile(r"(?:^|/)(?:\w+\.lock|package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|bun\.lockb|go\.sum)$")
_PROJECT = re.compile(r"(?m)^\[project\][ \t]*(?:#[^\r\n]*)?(?=\r?$)")
_DEPENDENCIES = re.compile(r"(?m)^dependencies[ \t]*=[ \t]*(\[)")
_DYNAMIC = re.compile(r"(?m)^dynamic[ \t]*=[ \t]*\[[^\]]*[\"']dependencies[\"']")
_POETRY = re.compile(r"(?m)^\[tool\.poetry\.dependencies\][ \t]*(?:#[^\r\n]*)?(?=\r?$)")


class Style(Enum):
    """Who installs what a pyproject.toml declares."""

    UV = "uv"
    POETRY = "poetry"


@dataclass(frozen=True, slots=True)
class Declared:
    """A pyproject.toml that declares dependencies. `source` is its path from the build's context."""

    path: str
    source: str
    style: Style
    location: Location


@dataclass(frozen=True, slots=True)
class Installing:
    """A `pip install -r FILE` of a RUN. `whole` is from the option to the file, `file` the file's name as written.

    `uv`: uv does it already. `plain`: it has no option that another installer might not have, and runs as root outside
    virtual environments. `last`: nothing stands behind it. `uncached`: nothing is to be kept.
    """

    instruction: Instruction
    whole: Text
    file: Text
    uv: bool
    plain: bool
    last: bool
    uncached: bool


def is_requirements(path: str) -> bool:
    """Whether a file lists what pip installs, by its name."""
    return bool(_REQUIREMENTS.search(path))


def is_manifest(path: str) -> bool:
    """Whether a file is a dependency manifest or a lock file, by its name."""
    return is_requirements(path) or bool(_OTHERS.search(path))


def is_lock_file(path: str) -> bool:
    """Whether a file is a lock file, by its name."""
    return bool(_LOCKS.search(path))


def declared(library: Library, context: str, beside: str) -> Declared | None:
    """The pyproject.toml beside a missing list, else at the context's root, that declares dependencies."""
    for path in dict.fromkeys((join(beside, "pyproject.toml"), join(context, "pyproject.toml"))):
        text = library.text(path)
        style = _style(text.value) if text is not None else None
        if text is None or style is None or not (not context or path.startswith(context + "/")):
            continue
        match = (_PROJECT if style is Style.UV else _POETRY).search(text.value)
        place = located(text.slice(*match.span())) if match else None
        if place is not None:
            note = type(place)(place.path, place.span, "declares the dependencies")
            return Declared(path, path[len(context) + 1 :] if context else path, style, note)
    return None


def _style(text: str) -> Style | None:
    table = _PROJECT.search(text)
    if table is not None:
        body = re.split(r"(?m)^\[", text[table.end() :], maxsplit=1)[0]
        if _DEPENDENCIES.search(body) and not _DYNAMIC.search(body):
            return Style.UV
    return Style.POETRY if _POETRY.search(text) else None


def installing(image: Image) -> Iterator[Installing]:
    """Every `pip install -r FILE` of the image's own stages."""
    for run in image.runs:
        if run.heredocs or run.rest.value.startswith("<<"):
            continue
        for command in commands(run.rest.value) or ():
            words = list(command.words)
            uv = command.program == "uv" and [w for w, _, _ in words[1:3]] == ["pip", "install"]
            if command.program.startswith("python") and [w for w, _, _ in words[1:3]] == ["-m", "pip"]:
                words = words[2:]
            values = [w for w, _, _ in words]
            if not uv and (posixpath.basename(values[0]) not in {"pip", "pip3"} or "install" not in values):
                continue
            found = _from_list(run, words[3 if uv else 2 :], uv=uv)
            yield from (replace(i, plain=i.plain and _as_root(image, run)) for i in found)


def _as_root(image: Image, run: Instruction) -> bool:
    """Whether nothing before a step changes the user or makes a virtual environment."""
    before = [i for stage in image.chain for i in stage.instructions if i.start <= run.start]
    return not any(i.name == "USER" or (i.name in {"RUN", "ENV"} and "venv" in i.text.value) for i in before)


_UNDERSTOOD = frozenset({"--no-cache-dir", "--upgrade", "-U", "-q", "--quiet", "--no-cache", "--system"})


def _from_list(run: Instruction, words: list[tuple[str, int, int]], *, uv: bool) -> Iterator[Installing]:
    options = [w for w, _, _ in words if w.startswith("-")]
    lists = [i for i, (w, _, _) in enumerate(words[:-1]) if w in {"-r", "--requirement"}]
    plain = len(lists) == 1 and set(options) <= _UNDERSTOOD | {"-r", "--requirement"}
    for index in lists:
        _, start, _ = words[index]
        _, first, end = words[index + 1]
        last, uncached = index + 2 == len(words), "--no-cache-dir" in options
        yield Installing(run, run.rest.slice(start, end), run.rest.slice(first, end), uv, plain, last, uncached)


def installed(image: Image, missing: MissingSource) -> tuple[Installing, ...]:
    """The installations of an image that need a list which its COPY doesn't find."""
    name = posixpath.basename(missing.path)
    return tuple(
        i
        for i in installing(image)
        if posixpath.basename(i.file.value) == name and i.instruction.start > missing.command.start
    )


_ASKS = re.compile(r"\[\s+(?:!\s+)?-[defrs]\s|\btest\s+(?:!\s+)?-[defrs]\s|\|\|")
"""A step that asks whether a file is there, or that goes on without it."""


def never_given(image: Image) -> Iterator[tuple[Installing, str]]:
    """Installations from a list that the image certainly doesn't hold by then, with its path there."""
    for found in installing(image):
        folder = folder_of(image, found.instruction)
        if folder is None or found.instruction.flag("mount") is not None or _ASKS.search(found.instruction.rest.value):
            continue
        path = posixpath.normpath(posixpath.join(folder, found.file.value))
        if "$" not in path and image.files.before(found.instruction).lookup(path) is Found.ABSENT:
            yield found, path


def folder_of(image: Image, run: Instruction) -> str | None:
    """The working folder that a step begins in, None where it isn't plain."""
    folder = image.base.working_dir if image.base is not None else None
    for instruction in (i for stage in image.chain for i in stage.instructions if i.start < run.start):
        if instruction.name == "WORKDIR" and instruction.words:
            word = instruction.words[0]
            if word.dollars or (folder is None and not word.value.startswith("/")):
                return None
            folder = posixpath.normpath(posixpath.join(folder or "/", word.value))
    return None if re.search(r"\bcd\s", run.rest.value) else folder


_PROGRAMS = (".py", ".ipynb", ".js", ".mjs", ".ts", ".rb")
_WRITING = re.compile(
    rb"open\([^()\n]*,\s*(?:mode\s*=\s*)?[\"'][wax]|\.(?:write|write_text|write_bytes|to_\w+)\(|writeFile"
)
_MAKING = re.compile(rb">|-o\b|\b(?:cp|mv|rsync|export|freeze|compile|touch|curl|wget|generate\w*)\b")


def written_by_scripts(library: Library, path: str) -> bool:
    """Whether a script, Makefile, workflow or program names a file as one that it makes, before the build."""
    name = re.compile(rf"(?<![\w.-]){re.escape(posixpath.basename(path))}(?![\w-])".encode())
    for other, entry in library.tree.entries.items():
        if entry.wiring and (script.is_script(other) or workflow.is_workflow(other)):
            data = library.sources.read(other)
            if data is not None and any(_MAKING.search(_before(data, match.start())) for match in name.finditer(data)):
                return True
    stem, ending = (re.escape(part.encode()) for part in posixpath.splitext(posixpath.basename(path)))
    parts = (name, re.compile(rb"[\"']" + stem + rb"[\"'](?s:.*)[\"'{}]" + ending + rb"[\"']"))
    return any(_writes(library, other, parts) for other in library.tree.entries if other.endswith(_PROGRAMS))


def _before(data: bytes, at: int) -> bytes:
    """What stands before a place in its line."""
    return data[data.rfind(b"\n", 0, at) + 1 : at]


def _writes(library: Library, path: str, names: tuple[re.Pattern[bytes], ...]) -> bool:
    """Whether a program names a file, in whole or joined of its stem and its ending, and writes some."""
    data = library.sources.read(path)
    return data is not None and bool(_WRITING.search(data)) and any(name.search(data) for name in names)
