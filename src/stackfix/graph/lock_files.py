"""Lock files: which commands insist on one, where it would have to lie, and the command that does without.

Sources: the tools' own manuals. Yarn 1 takes `--frozen-lockfile` without a lock file (yarnpkg/yarn#6857), so that alone
is no fault there; `--immutable` is later Yarn's, and insists.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.findings import Anchor
from stackfix.graph import manifests
from stackfix.graph.image_files import Found, Why
from stackfix.graph.image_steps import commands
from stackfix.repairs.remove_instruction import RemoveInstruction
from stackfix.repairs.remove_source import RemoveSource
from stackfix.tree import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Location, Repair
    from stackfix.formats.dockerfile import Instruction
    from stackfix.graph.image import Image
    from stackfix.graph.image_files import ImageFiles, MissingSource
    from stackfix.graph.image_steps import Command
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.text import Text


@dataclass(frozen=True, slots=True)
class Tool:
    """A program that installs from a lock file. `verbs` are the first words of such a command, `flags` insist on it.

    Without `flags` the verb itself insists, and `instead` is the one that doesn't. `made` makes the lock file.
    """

    program: str
    manifest: str
    locks: tuple[str, ...]
    verbs: tuple[str, ...]
    flags: tuple[str, ...]
    made: str
    instead: str = ""


TOOLS = (
    Tool("npm", "package.json", ("package-lock.json", "npm-shrinkwrap.json"), ("ci", "clean-install"), (),
         "npm install --package-lock-only", "install"),
    Tool("yarn", "package.json", ("yarn.lock",), ("", "install"), ("--immutable", "--frozen-lockfile"), "yarn install"),
    Tool("pnpm", "package.json", ("pnpm-lock.yaml",), ("install", "i"), ("--frozen-lockfile",),
         "pnpm install --lockfile-only"),
    Tool("bun", "package.json", ("bun.lock", "bun.lockb"), ("install", "i"), ("--frozen-lockfile",),
         "bun install --lockfile-only"),
    Tool("cargo", "Cargo.toml", ("Cargo.lock",), ("build", "install", "test", "fetch"), ("--locked",),
         "cargo generate-lockfile"),
    Tool("uv", "pyproject.toml", ("uv.lock",), ("sync",), ("--frozen", "--locked"), "uv lock"),
)  # fmt: skip
MANIFESTS = {lock: tool.manifest for tool in TOOLS for lock in tool.locks} | {
    "poetry.lock": "pyproject.toml",
    "pdm.lock": "pyproject.toml",
    "Pipfile.lock": "Pipfile",
    "go.sum": "go.mod",
    "Gemfile.lock": "Gemfile",
}
_ONE = 2  # one source and the destination
_ELSEWHERE = frozenset(
    {"--prefix", "-C", "--cwd", "--dir", "--manifest-path", "--project", "--directory", "-w", "--filter"}
)
_ELSE = re.compile(r"(?:\s|\\\r?\n)*\|\|(?:\s|\\\r?\n)*(?!exit\b|false\b|return\b|[({])")
"""What follows a command that may fail: another one, which does without."""
_PLAIN = frozenset(
    {
        "npm ci", "yarn --frozen-lockfile", "yarn install --frozen-lockfile", "yarn --immutable",
        "yarn install --immutable", "pnpm install --frozen-lockfile", "pnpm i --frozen-lockfile",
    }
)  # fmt: skip
_PROJECT = re.compile(r"(?m)^[ \t]*(?:\[[ \t]*)?(?:project|tool[ \t]*\.[ \t]*uv[ \t]*\.[ \t]*workspace)[ \t]*[].=]")
_SWITCHED = {"npm": "npm ci", "yarn": "yarn install --frozen-lockfile"}


@dataclass(frozen=True, slots=True)
class Frozen:
    """A command that insists on a lock file which the image certainly lacks. `text` is the whole command.

    `lock` and `manifest` are paths of the tree; `change` is the part of the command that insists, with what stands in
    its place without a lock file. `copied` is the source of a COPY that looks for it in vain. `other` is the lock file
    of another manager beside the manifest, with the command that takes it; not `brought`: no COPY takes that file.
    """

    image: Image
    run: Instruction
    tool: Tool
    text: Text
    lock: str
    manifest: str
    change: tuple[Text, str]
    copied: MissingSource | None = None
    other: tuple[str, str] | None = None
    brought: bool = True


_OUTSIDE = re.compile(r"""\bpath\s*=\s*["']\.\./|["'](?:file|link|portal):\.\./""")


def takes_from_beside(library: Library, found: Frozen) -> bool:
    """Whether a manifest takes a package from a folder outside its own: what installs it needs more than the list."""
    text = library.text(found.manifest)
    return text is not None and _OUTSIDE.search(text.value) is not None


def declares(library: Library, found: Frozen) -> bool:
    """Whether a manifest is one that its tool installs from: uv wants a project, or a workspace's root."""
    text = library.text(found.manifest) if found.tool.program == "uv" else None
    return text is None or _PROJECT.search(text.value) is not None


def stages(graph: Graph, image: Image) -> Iterator[Image]:
    """Every stage that a build needs, as what it makes; the target last."""
    names = {s.name.value.lower(): s.index for s in image.document.stages if s.name is not None}
    wanted, queue = set(), [image.stage.index]
    while queue:
        index = queue.pop()
        if index in wanted:
            continue
        wanted.add(index)
        stage = image.document.stages[index]
        froms = [i.flag("from") for i in stage.instructions]
        said = [f.value.value.lower() for f in froms if f is not None and f.value is not None]
        for name in (stage.image.value.lower(), *said):
            number = int(name) if name.isdecimal() else names.get(name)
            if number is not None and number < index:
                queue.append(number)
    for index in sorted(wanted):
        made = graph.image_of(replace(image.build, target=str(index)))
        if made is not None:
            yield made


def frozen(graph: Graph, image: Image) -> Iterator[Frozen]:
    """The commands of one stage that insist on a lock file which nobody has made."""
    runs = [r for r in image.runs if any(r is i for i in image.stage.instructions)]
    for run in runs:
        folder = manifests.folder_of(image, run)
        if folder is None or _mounts(run):
            continue
        for command in commands(run.rest.value) or ():
            tool = next((t for t in TOOLS if t.program == command.program), None)
            change = _insists(tool, command, run) if tool is not None else None
            found = _lacking(graph, image, run, tool, folder) if tool is not None and change is not None else None
            if tool is None or change is None or found is None:
                continue
            lock, manifest, copied = found
            if tool.program == "yarn" and "--immutable" not in command.arguments and copied is None:
                continue
            text = run.rest.slice(command.words[0][1], command.words[-1][2])
            other = _other(graph, image, tool, manifest) if text.value in _PLAIN else None
            brought = other is None or copied is not None or _holds(image.files.before(run), folder, other[0])
            yield Frozen(image, run, tool, text, lock, manifest, change, copied, other, brought)


def left_out(graph: Graph, image: Image) -> Iterator[tuple[str, str, Text]]:
    """Lock files beside a copied manifest that a command of one stage insists on and no COPY takes.

    The lock file's path in the tree, the manifest's, and the command.
    """
    for run in (r for r in image.runs if any(r is i for i in image.stage.instructions)):
        folder = manifests.folder_of(image, run)
        if folder is None or _mounts(run):
            continue
        files = image.files.before(run)
        for command in commands(run.rest.value) or ():
            tool = next((t for t in TOOLS if t.program == command.program), None)
            if tool is None or _insists(tool, command, run) is None:
                continue
            manifest = given(files, posixpath.join(folder, tool.manifest))
            if not isinstance(manifest, str) or (tool.program == "yarn" and "--immutable" not in command.arguments):
                continue
            there = [p for n in tool.locks if graph.library.tree.is_file(p := join(posixpath.dirname(manifest), n))]
            if there and all(_absent(files, folder, name) for name in tool.locks):
                yield there[0], manifest, run.rest.slice(command.words[0][1], command.words[-1][2])


def _mounts(run: Instruction) -> bool:
    """Whether files may be mounted for the step alone."""
    values = [f.value.value if f.value is not None else "" for f in run.flags if f.name == "mount"]
    return bool(run.heredocs) or any("type=cache" not in v and "type=secret" not in v for v in values)


def _insists(tool: Tool, command: Command, run: Instruction) -> tuple[Text, str] | None:
    """The part of a command that insists on a lock file, and what stands there without one."""
    words = command.words[1:]
    if any(w.partition("=")[0] in _ELSEWHERE for w, _, _ in words):
        return None
    if _ELSE.match(run.rest.value, command.words[-1][2]):
        return None
    verb = next(((w, s, e) for w, s, e in words if not w.startswith("-")), ("", 0, 0))
    if verb[0] not in tool.verbs:
        return None
    if not tool.flags:
        return run.rest.slice(verb[1], verb[2]), tool.instead
    flag = next(((s, e) for w, s, e in words if w in tool.flags), None)
    if flag is None:
        return None
    before = max(e for _, s, e in command.words if s < flag[0])
    return run.rest.slice(before, flag[1]), ""


def _lacking(
    graph: Graph, image: Image, run: Instruction, tool: Tool, folder: str
) -> tuple[str, str, MissingSource | None] | None:
    """Where the lock file would lie in the tree, the manifest beside it, and the COPY that asks for it."""
    files = image.files.before(run)
    manifest = given(files, posixpath.join(folder, tool.manifest))
    library = graph.library
    if not isinstance(manifest, str):
        return None
    home = posixpath.dirname(manifest)
    paths = [join(home, name) for name in tool.locks]
    lost = {m.path: m for m in image.missing if m.why is Why.ABSENT and m.command.start < run.start}
    copied = next((lost[p] for p in paths if p in lost), None)
    if any(library.tree.is_file(p) or library.tree.is_unknown(p) for p in paths) or _asked_for(run, tool):
        return None
    if copied is None and not all(_absent(files, folder, name) for name in tool.locks):
        return None
    if any(manifests.written_by_scripts(library, p) for p in paths):
        return None
    return paths[0] if copied is None else copied.path, manifest, copied


def _asked_for(run: Instruction, tool: Tool) -> bool:
    """Whether a step looks first if there is a lock file."""
    names = "|".join(re.escape(name) for name in tool.locks)
    return re.search(rf"(?:\[\s+|\btest\s+)-[efrs]\s+[\"']?[^\s\"'\];]*(?:{names})", run.rest.value) is not None


def _absent(files: ImageFiles, folder: str, name: str) -> bool:
    """Whether a lock file lies neither in a folder nor in one above it, where a workspace has its own."""
    while True:
        if given(files, posixpath.join(folder, name)) is not Found.ABSENT:
            return False
        if folder == "/":
            return True
        folder = posixpath.dirname(folder)


def given(files: ImageFiles, path: str) -> str | Found:
    """What the Dockerfile's own instructions put at a path: no base image has an application's files."""
    for layer in reversed(files.layers):
        if path in layer.files:
            return layer.files[path]
        if layer.start >= 0 and any(p in {"/", path} or path.startswith(p + "/") for p in layer.made):
            return Found.MADE
    return Found.ABSENT


def _holds(files: ImageFiles, folder: str, path: str) -> bool:
    return given(files, posixpath.join(folder, posixpath.basename(path))) == path


def _other(graph: Graph, image: Image, tool: Tool, manifest: str) -> tuple[str, str] | None:
    """The lock file of another manager that Node's images bring."""
    if tool.manifest != "package.json" or image.base is None or image.base.family != "node":
        return None
    for other in TOOLS:
        path = join(posixpath.dirname(manifest), other.locks[0])
        if other is not tool and other.program in _SWITCHED and graph.library.tree.is_file(path):
            return path, _SWITCHED[other.program]
    return None


def without(copied: MissingSource) -> Repair:
    """The COPY without this source, or no COPY where it is the only one."""
    if len(copied.command.words) > _ONE:
        return RemoveSource(copied.anchor)
    *steps, _ = copied.anchor.steps
    return RemoveInstruction(Anchor(copied.anchor.path, copied.anchor.syntax, tuple(steps)))


def is_lock(path: str) -> bool:
    """Whether a file is a lock file, by its name."""
    return posixpath.basename(path) in MANIFESTS


def manifest_of(path: str) -> str:
    """The manifest that a lock file stands beside."""
    return join(posixpath.dirname(path), MANIFESTS[posixpath.basename(path)])


def insisting(graph: Graph, image: Image) -> frozenset[Location]:
    """The sources of COPY that commands insisting on a lock file speak of."""
    found = (f.copied for stage in stages(graph, image) for f in frozen(graph, stage))
    return frozenset(copied.location for copied in found if copied is not None)


def does_without(library: Library, copied: MissingSource, image: Image) -> bool:
    """Whether the build works without a lock file, as far as its steps say."""
    steps = "\n".join(i.text.value for i in image.document.instructions if i.name in {"RUN", "ENV"})
    if re.search(r"--(?:frozen|locked|deploy|immutable)|\bfrozen\b|deployment|\bexport\b", steps, re.IGNORECASE):
        return False
    name = posixpath.basename(copied.path)
    manifest = library.text(manifest_of(copied.path))
    mentioned = name in steps
    return manifest is not None and not mentioned and (name != "go.sum" or "require" not in manifest.value)
