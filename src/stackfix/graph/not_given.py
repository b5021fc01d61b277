"""Files that a step of an image needs and that no COPY has given it by then, though the build context has them."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.graph import lock_files
from stackfix.graph.build_context import Context
from stackfix.graph.image_files import Found, Why
from stackfix.graph.image_steps import commands
from stackfix.graph.manifests import folder_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Location
    from stackfix.formats.dockerfile import Instruction
    from stackfix.graph.entry_points import Missing
    from stackfix.graph.image import Image
    from stackfix.graph.image_files import Copying, ImageFiles, MissingSource
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph

_README = re.compile(
    r"(?m)^readme[ \t]*=[ \t]*(?:\"([^\"\n]+)\"|'([^'\n]+)'|\{[^}\n]*\bfile[ \t]*=[ \t]*[\"']([^\"'\n]+)[\"'])"
)
_NO_PACKAGE = re.compile(r"(?m)^package-mode[ \t]*=[ \t]*false|^package[ \t]*=[ \t]*false")
"""Settings of Poetry and uv by which the project itself is never built."""
_NAME = re.compile(r"(?m)^name[ \t]*=[ \t]*[\"']([\w.-]+)[\"']")
_BACKEND = re.compile(r"(?m)^build-backend[ \t]*=[ \t]*[\"'](?:poetry|hatchling|flit_core|uv_build)\b")
"""Backends that refuse to build a project without its code; setuptools makes an empty one."""
_DOES_WITHOUT = re.compile(r"(?m)^build-backend[ \t]*=[ \t]*[\"']setuptools\b")
"""The backend that builds a project whose readme isn't there, with a warning."""
_INCLUDED = re.compile(
    r"\{[ \t]*(?:from[ \t]*=[ \t]*[\"'](?P<at>[\w./-]+)[\"'][ \t]*,[ \t]*)?"
    r"include[ \t]*=[ \t]*[\"'](?P<name>[\w/-]+)[\"']"
    r"(?:[ \t]*,[ \t]*from[ \t]*=[ \t]*[\"'](?P<at2>[\w./-]+)[\"'])?"
)
_MEMBERS = re.compile(r"(?ms)^\[workspace\][^\[]*?^members[ \t]*=[ \t]*\[([^\]*]*)\]")
_APART = frozenset({"--no-install-project", "--no-root", "--only-deps", "--no-self"})


@dataclass(frozen=True, slots=True)
class NotGiven:
    """A file that a step needs. `source` is its path from the context.

    `beside` is the COPY that a further one would follow, `destination` the folder as that COPY writes it. `dropped`:
    `.dockerignore` keeps it out, so that no COPY helps. `certain`: nothing else is needed besides.
    `package` is the project's own code, where the step needs that too and comes before its COPY.
    """

    source: str
    needed: Location
    beside: Copying
    destination: str
    dropped: bool
    certain: bool
    package: str = ""


def readmes(library: Library, image: Image) -> Iterator[NotGiven]:
    """The readme that a pyproject.toml names, where the project itself is installed without it."""
    for run in image.runs:
        folder = folder_of(image, run)
        if folder is None or run.flag("mount") is not None or not _installs_project(run):
            continue
        here = image.files.before(run)
        manifest = here.lookup(posixpath.join(folder, "pyproject.toml"))
        text = library.text(manifest) if isinstance(manifest, str) else None
        match = _README.search(text.value) if text is not None else None
        if text is None or match is None or "[build-system]" not in text.value or _NO_PACKAGE.search(text.value):
            continue
        if _DOES_WITHOUT.search(text.value):
            continue
        name = next(group for group in match.groups() if group)
        place = located(text.slice(*match.span()), "needs it to build the project")
        beside = _copy_of(image, str(manifest))
        source = posixpath.normpath(posixpath.join(posixpath.dirname(str(manifest)), name))
        absent = here.lookup(posixpath.join(folder, name)) is Found.ABSENT
        if absent and place is not None and beside is not None and (found := _found(library, image, source)):
            package = _later_package(library, here, str(manifest), folder)
            yield NotGiven(found.source, place, beside, _target(beside), found.dropped, certain=True, package=package)


def _later_package(library: Library, here: ImageFiles, manifest: str, folder: str) -> str:
    """The project's own code, from its manifest's folder, that its build backend needs and the image lacks by then."""
    text, home = library.text(manifest), posixpath.dirname(manifest)
    name = _NAME.search(text.value) if text is not None and _BACKEND.search(text.value) else None
    if text is None or name is None:
        return ""
    own = re.sub(r"[-.]", "_", name[1]).lower()
    listed = [(m["at"] or m["at2"] or "", m["name"]) for m in _INCLUDED.finditer(text.value)]
    for at, package in listed or [("", own), ("src", own)]:
        below = posixpath.join(at, package)
        files = [p for p in library.tree.below(posixpath.join(home, below)) if p.endswith(".py")]
        inside = (posixpath.join(folder, posixpath.relpath(p, home or ".")) for p in files)
        if files and all(here.lookup(path) is Found.ABSENT for path in inside):
            return below + "/"
    return ""


def locks(graph: Graph, image: Image) -> Iterator[NotGiven]:
    """The lock file that a step insists on, where it lies beside the manifest that is copied for that step."""
    for lock, manifest, command in lock_files.left_out(graph, image):
        place, beside = located(command, f"insists on {posixpath.basename(lock)}"), _copy_of(image, manifest)
        found = _found(graph.library, image, lock)
        if place is not None and beside is not None and found is not None:
            yield NotGiven(found.source, place, beside, _target(beside), found.dropped, certain=True)


def members(graph: Graph, image: Image) -> Iterator[NotGiven]:
    """The packages of a Rust workspace that its root names, where the build begins without them."""
    for run in image.runs:
        folder = folder_of(image, run)
        building = [c for c in commands(run.rest.value) or () if (c.program, *c.arguments)[:2] == ("cargo", "build")]
        root = lock_files.given(image.files.before(run), posixpath.join(folder, "Cargo.toml")) if folder else None
        text = graph.library.text(root) if isinstance(root, str) else None
        match = _MEMBERS.search(text.value) if text is not None else None
        if folder is None or text is None or match is None or not building or run.flag("mount") is not None:
            continue
        beside = _copy_of(image, str(root))
        named = list(re.finditer(r"[\"']([\w./-]+)[\"']", match[1]))
        like = _copied_member(image, {member[1] for member in named})
        for member in named:
            place = located(text.slice(match.start(1) + member.start(1), match.start(1) + member.end(1)), "names it")
            inside = posixpath.join(folder, member[1])
            manifest = posixpath.normpath(posixpath.join(posixpath.dirname(str(root)), member[1], "Cargo.toml"))
            found = _found(graph.library, image, manifest)
            absent = lock_files.given(image.files.before(run), posixpath.join(inside, "Cargo.toml")) is Found.ABSENT
            if absent and place is not None and beside is not None and found is not None:
                if like is not None:
                    copying, (source, target) = like[0], (word.replace(like[1], member[1]) for word in like[2])
                    yield NotGiven(source, place, copying, target, found.dropped, certain=False)
                    continue
                source = posixpath.dirname(found.source)
                target = posixpath.join(_target(beside), member[1]) + "/"
                yield NotGiven(source + "/", place, beside, target, found.dropped, certain=False)


def _copied_member(image: Image, members: set[str]) -> tuple[Copying, str, tuple[str, str]] | None:
    """The last COPY of a whole member of a workspace, the member, and how source and destination are written."""
    for copying in reversed(image.copies):
        value = copying.sources[0][1] if len(copying.sources) == 1 else None
        if value is None or copying.instruction.flag("from") is not None:
            continue
        source, target = value.text.value, _target(copying)
        member = next((m for m in members if source in {m, m + "/", "./" + m, f"./{m}/"} and m in target), None)
        if member is not None:
            return copying, member, (source, target)
    return None


def _installs_project(run: Instruction) -> bool:
    for command in commands(run.rest.value) or ():
        words = (command.program, *command.arguments)
        if set(words) & _APART:
            continue
        if words[0].startswith("python") and words[1:3] == ("-m", "pip"):
            words = words[2:]
        if words[:2] in {("uv", "sync"), ("poetry", "install")}:
            return True
        if words[0] in {"pip", "pip3"} and words[1:2] == ("install",) and words[-1] in {".", "./"}:
            return True
    return False


def _copy_of(image: Image, path: str) -> Copying | None:
    """The COPY that names a file of the tree."""
    for copying in image.copies:
        if copying.instruction.flag("from") is not None or copying.destination is None or not copying.several:
            continue
        for _, value in copying.sources:
            if value is not None and posixpath.normpath(posixpath.join(image.build.context, value.text.value)) == path:
                return copying
    return None


@dataclass(frozen=True, slots=True)
class _Source:
    source: str
    dropped: bool


def _found(library: Library, image: Image, path: str) -> _Source | None:
    """A file of the tree as the build sees it, if it lies in the context."""
    context = image.build.context
    inside = path[len(context) + 1 :] if context else path
    if not library.tree.is_file(path) or (context and not path.startswith(context + "/")):
        return None
    return _Source(inside, Context(library, image.build).dropped(inside) is not None)


def _target(beside: Copying) -> str:
    return beside.instruction.words[-1].value


def looked_for(image: Image, missing: Missing) -> bool:
    """Whether a COPY means to give an image its entry point, or the folder that has it, and looks for it in vain."""
    name = posixpath.basename(missing.place)
    return any(
        posixpath.basename(lost.text.value.rstrip("/")) == name or missing.place.startswith(_lost_folder(image, lost))
        for lost in image.missing
    )


def _lost_folder(image: Image, lost: MissingSource) -> str | tuple[str, ...]:
    """Where a folder that a COPY looks for in vain would come to; nothing for a file."""
    name = lost.text.value
    file = "." in posixpath.basename(name.rstrip("/")) and not name.endswith("/")
    if lost.why is not Why.ABSENT or image.working_dir is None or not lost.command.words or file:
        return ()
    destination = posixpath.normpath(posixpath.join(image.working_dir, lost.command.words[-1].value))
    return destination.rstrip("/") + "/"


def entry(library: Library, image: Image, missing: Missing) -> Iterator[NotGiven]:
    """An entry script that lies in the context and isn't copied."""
    folder, place = image.working_dir, located(missing.text, "starts it")
    if folder is None or place is None or missing.manifest is not None:
        return
    if not missing.place.startswith(folder.rstrip("/") + "/"):
        yield from _apart(library, image, missing, place)
        return
    name = missing.place[len(folder.rstrip("/")) + 1 :]
    copies = [c for c in image.copies if c.instruction.flag("from") is None and c.stage == image.stage.index]
    own = [c for c in copies if c.destination == folder and c.several]
    found = _found(library, image, posixpath.join(image.build.context, name))
    if not copies or looked_for(image, missing) or found is None:
        return
    below = posixpath.dirname(name)
    if not below and own:
        yield NotGiven(found.source, place, own[-1], _target(own[-1]), found.dropped, name.endswith(".sh"))
    elif name.endswith(".sh"):
        target = f"./{below}/" if below else "./"
        yield NotGiven(found.source, place, copies[-1], target, found.dropped, certain=True)


def _apart(library: Library, image: Image, missing: Missing, place: Location) -> Iterator[NotGiven]:
    """A script that is expected outside of the working folder, where the context has just one of its name."""
    copies = [c for c in image.copies if c.instruction.flag("from") is None and c.stage == image.stage.index]
    name = posixpath.basename(missing.place)
    named = [p for p in library.tree.below(image.build.context) if posixpath.basename(p) == name]
    found = _found(library, image, named[0]) if len(named) == 1 else None
    if copies and found is not None and name.endswith(".sh") and not looked_for(image, missing):
        yield NotGiven(found.source, place, copies[-1], missing.text.value, found.dropped, certain=True)
