"""Which files an image holds and where in the tree they come from: COPY and ADD played through, RUN judged.

What is said to be absent is certainly absent: a step that may have made a file makes its path unknown.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace
from enum import Enum
from fnmatch import translate
from typing import TYPE_CHECKING

from stackfix.findings import Location, located
from stackfix.formats.dockerfile import Form
from stackfix.graph import typescript_products
from stackfix.graph.build_context import Sent
from stackfix.graph.image_builds import compilers
from stackfix.graph.image_steps import PLACES, leaves, makes, makes_folders
from stackfix.graph.products import ANY, Closed
from stackfix.spans import Span
from stackfix.text import Text
from stackfix.tree import join

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from stackfix.findings import Anchor
    from stackfix.formats.dockerfile import Instruction, Word
    from stackfix.graph.base_images import Base
    from stackfix.graph.build_context import Context
    from stackfix.graph.dockerfile_values import Scope
    from stackfix.graph.library import Library
    from stackfix.graph.products import Made, Product
    from stackfix.graph.value import Value

_ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst")
_PRUNES = re.compile(r"\bturbo\s+prune\b[^;&|]*\s--docker\b")
_REMOTE = re.compile(r"(?:https?|ftp|git|ssh)://|git@|[^/]+\.git(?:#|$)")
# Where official base images have files of their own; /usr/src, /opt, /srv and /home are the application's.
_BASE_FOLDERS = (
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/go",
    "/home/node",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/media",
    "/mnt",
    "/proc",
    "/root",
    "/run",
    "/sbin",
    "/sys",
    "/tmp",  # noqa: S108 - a folder of an image
    "/usr/bin",
    "/usr/games",
    "/usr/include",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/libexec",
    "/usr/local",
    "/usr/sbin",
    "/usr/share",
    "/var",
)


_PROGRAMS = ("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin")
_APPLICATIONS = re.compile(
    r"(?:\w+[-_])*(?:api|app|application|backend|gateway|main|server|service|web|webserver|worker)(?:\.exe|\.jar)?"
)
"""What people call their own programs, and no system calls one of its own."""


_SCRIPT = re.compile(r"\.[mc]?js$")


class Found(Enum):
    """What is known of a path in an image that comes from no file of the tree."""

    MADE = "a step may have made it"
    ABSENT = "absent"


class Why(Enum):
    """Why COPY or ADD won't find its source."""

    ABSENT = "not in the build context"
    DROPPED = "dropped by .dockerignore"
    STAGE = "not in the stage it is taken from"
    SHELL = "written for a shell, which doesn't read it"


@dataclass(frozen=True, slots=True)
class MissingSource:
    """A source of COPY or ADD that the build stops at. `path` is its path in the tree (in the image for STAGE).

    `by` is the line of `.dockerignore` that drops it. `kept_out_of_git` says that git would ignore such a file: it is
    made before the build, perhaps. `steps` address the word. `command` is COPY or ADD itself. For SHELL, `text` are all
    words of that kind and `lost` the sources before them that aren't there, none if they are. For STAGE, `products` are
    the programs that the stage makes.
    """

    text: Text
    path: str
    why: Why
    location: Location
    anchor: Anchor
    command: Instruction
    by: Location | None = None
    kept_out_of_git: bool = False
    lost: tuple[str, ...] = ()
    copying: Copying | None = None
    products: tuple[Product, ...] = ()


@dataclass(frozen=True, slots=True)
class Layer:
    """What one instruction adds, at `start` (the instruction's offset; -1 for the base).

    `files` maps paths of the image to paths of the tree; `made` are the path prefixes where it may have made anything
    else ("/" is everywhere); `folders` exist after it. `keeps`: it compiles, and leaves what is there. `leaves` are the
    words of a step that only adds files: those that were there stay as they are, but for what it names.
    `closed` are folders below `made` in which it makes nothing but what is listed, `products` programs that it compiles
    or takes from where they were compiled. `origins` are places of the image with the paths of the tree that would come
    to lie there.
    """

    start: int
    stage: int
    files: Mapping[str, str]
    made: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    keeps: bool = False
    leaves: str | None = None
    closed: tuple[Closed, ...] = ()
    products: tuple[Product, ...] = ()
    origins: tuple[tuple[str, str], ...] = ()

    def may_have_made(self, path: str) -> bool:
        """Whether it may have made a file, or another in its place."""
        return any(under(path, prefix) for prefix in self.made) and not any(c.excludes(path) for c in self.closed)

    def spares(self, path: str) -> bool:
        """Whether a file that was there before is still the same."""
        return self.leaves is not None and posixpath.basename(path) not in self.leaves


@dataclass(frozen=True, slots=True, eq=False)
class ImageFiles:
    """A stage's files, layer by layer, oldest first."""

    layers: tuple[Layer, ...] = ()

    def lookup(self, path: str) -> str | Found:
        """The tree's path of an absolute image path, or what is known of it otherwise."""
        path = absolute(path)
        otherwise = Found.ABSENT
        for layer in reversed(self.layers):
            if path in layer.files:
                return layer.files[path]
            if layer.may_have_made(path):
                if not layer.spares(path):
                    return Found.MADE
                otherwise = Found.MADE
        return otherwise

    def was_copied(self, path: str) -> bool:
        """Whether a file of the tree came to lie there, whatever has become of it."""
        return any(absolute(path) in layer.files for layer in self.layers)

    def holds_folder(self, path: str) -> bool:
        """Whether a folder is certainly there."""
        path = absolute(path)
        inside = "/" if path == "/" else path + "/"
        return any(
            any(under(f, path) for f in layer.folders) or any(f.startswith(inside) for f in layer.files)
            for layer in self.layers
        )

    def below(self, folder: str) -> Mapping[str, str]:
        """All files known below an image folder, by image path."""
        inside = absolute(folder).rstrip("/") + "/"
        return {p: t for layer in self.layers for p, t in layer.files.items() if p.startswith(inside)}

    def places(self, tree_path: str) -> tuple[str, ...]:
        """Where in the image a file of the tree lies, sorted."""
        return tuple(sorted({p for layer in self.layers for p, t in layer.files.items() if t == tree_path}))

    def uncertain(self, folder: str) -> bool:
        """Whether a step may have made something at or below an image folder."""
        folder = absolute(folder)
        return any(layer.may_have_made(folder) or any(under(p, folder) for p in layer.made) for layer in self.layers)

    def copied(self, path: str) -> str | None:
        """The file of the tree that came to lie at a path last, whatever has become of it."""
        return next((layer.files[path] for layer in reversed(self.layers) if path in layer.files), None)

    def closed(self, path: str) -> bool:
        """Whether a compiler fills the folder of a path, and doesn't make it: no file of the tree comes there."""
        return any(c.excludes(absolute(path)) for layer in self.layers if layer.start >= 0 for c in layer.closed)

    def is_the_systems(self, path: str) -> bool:
        """Whether a path lies in a folder where a base image has files of its own."""
        return any(under(absolute(path), prefix) for layer in self.layers if layer.start < 0 for prefix in layer.made)

    @property
    def products(self) -> Mapping[str, Product]:
        """The programs that steps compile, by their places, but for scripts."""
        every = (product for layer in self.layers for product in layer.products)
        return {product.place: product for product in every if not _SCRIPT.search(product.place)}

    @property
    def scripts(self) -> Mapping[str, Product]:
        """The JavaScript that steps compile, by its places."""
        every = (product for layer in self.layers for product in layer.products)
        return {product.place: product for product in every if _SCRIPT.search(product.place)}

    def origins(self, path: str) -> Iterator[str]:
        """The paths of the tree that would come to lie at a path of the image, if they were there."""
        path = absolute(path)
        for layer in self.layers:
            for place, source in layer.origins:
                if under(path, place):
                    yield join(source, posixpath.relpath(path, place))

    def known(self) -> Mapping[str, str]:
        """All files of the tree that are certainly still what they were."""
        found: dict[str, str] = {}
        for layer in self.layers:
            if layer.made and found:
                found = {p: t for p, t in found.items() if not layer.may_have_made(p) or layer.spares(p)}
            found.update(layer.files)
        return found

    def before(self, instruction: Instruction) -> ImageFiles:
        """What is there when an instruction of this image's own chain begins."""
        return ImageFiles(tuple(layer for layer in self.layers if layer.start < instruction.start))

    def plus(self, layer: Layer) -> ImageFiles:
        """These files and one layer over them."""
        return ImageFiles((*self.layers, layer))


def absolute(path: str) -> str:
    """A path seen from the root of an image or context, normalised: it begins with one slash and can't leave."""
    return "/" + posixpath.normpath("/" + path).lstrip("/")


def under(path: str, prefix: str) -> bool:
    """Whether a path is a folder's or below it."""
    return prefix in {"/", path} or path.startswith(prefix + "/")


EVERYWHERE = Layer(-1, -1, {}, ("/",))


_TOPS = frozenset({
    "bin", "boot", "dev", "etc", "home", "lib", "lib32", "lib64", "libx32", "proc", "root", "run", "sbin", "sys", "tmp",
    "usr", "var",
})  # fmt: skip
"""Folders of the system, seen from the root."""


def of_base(base: Base | None, *, bare: bool = False) -> ImageFiles:
    """The files of a base image: unknown everywhere, or in a public one only where such images have their own.

    `bare` says of one that is unknown otherwise that it has none but in folders of the system.
    """
    if base is None:
        return ImageFiles((replace(EVERYWHERE, closed=(Closed("/", ANY, _TOPS),)) if bare else EVERYWHERE,))
    empty = tuple(Closed(folder, ANY, names) for folder, names in base.bare)
    applications = tuple(Closed(folder, _APPLICATIONS) for folder in _PROGRAMS)
    there = ("/",) if base.family in {"scratch", "distroless"} else ("/", *_PROGRAMS)
    return ImageFiles((Layer(-1, -1, {}, (*_BASE_FOLDERS, *base.folders), there, closed=(*empty, *applications)),))


@dataclass(frozen=True, slots=True)
class Copying:
    """One COPY or ADD: the words that it names with their values, and where it stands."""

    instruction: Instruction
    stage: int
    sources: tuple[tuple[Word, Value | None], ...]
    destination: str | None
    slash: bool
    anchor: Anchor

    @property
    def several(self) -> bool:
        """Whether the destination must be a folder."""
        return self.slash or len(self.sources) > 1


_SHELL = re.compile(r"\|\|?|&&?|;|\d*>>?(?:&\d)?\S*|\d*<(?!<)\S*|&>\S*")


def paths(instruction: Instruction) -> tuple[Word, ...]:
    """The sources and the destination of a COPY or ADD, without what only a shell would understand behind them."""
    words = instruction.words
    if instruction.form is Form.EXEC:
        return words
    first = next((i for i, word in enumerate(words) if _SHELL.fullmatch(word.raw.value)), len(words))
    return words[:first] if first > 1 else words


def unshelled(copying: Copying, missing: tuple[MissingSource, ...]) -> tuple[MissingSource, ...]:
    """What is wrong with the sources of a COPY or ADD: where words for a shell end it, they are, and nothing else."""
    words = copying.instruction.words
    rest = words[len(paths(copying.instruction)) :]
    first, last = (rest[0].raw.place, rest[-1].raw.place) if rest else (None, None)
    if first is None or last is None:
        return missing
    return (
        MissingSource(
            text=Text.unwritten(" ".join(word.raw.value for word in rest)),
            path=copying.anchor.path,
            why=Why.SHELL,
            location=Location(first[0], Span(first[1].start, last[1].end)),
            anchor=copying.anchor.child(len(words) - len(rest)),
            command=copying.instruction,
            lost=tuple(m.text.value for m in missing),
        ),
    )


def from_context(copying: Copying, context: Context, before: ImageFiles) -> tuple[Layer, tuple[MissingSource, ...]]:
    """Play a COPY or ADD from the build context through."""
    files: Mapping[str, str] = {}
    made: list[str] = []
    missing: list[MissingSource] = []
    start, stage = copying.instruction.start, copying.stage
    target = copying.destination
    if target is None:
        return Layer(start, stage, {}, ("/",)), ()
    for word, value in copying.sources:
        if value is None or word.value.startswith("<<") or _comes_from_elsewhere(copying, value.text.value):
            made.append(target)
            continue
        source = absolute(value.text.value)[1:]
        found, uncertain = _taken(copying, context, source, before)
        files = {**files, **found} if files else found
        made.extend([target] if uncertain else [])
        if not found and not uncertain:
            missing.extend(_missing(copying, context, word, value, source))
    named = (value.text.value for _, value in copying.sources if value is not None)
    if not files and any(re.search(r"[*?\[\\]", name) for name in named):
        # A pattern by which nothing is copied stops the build: what it stands for is made before.
        made.append(target)
    folders = (target,) if copying.several or _fill_a_folder(files) else ()
    origins = tuple(_origins(copying, context, target))
    return Layer(start, stage, files, tuple(made), folders, origins=origins), tuple(missing)


def _origins(copying: Copying, context: Context, target: str) -> Iterator[tuple[str, str]]:
    """The places that a COPY fills, with the paths of the tree it fills them from."""
    for _, value in copying.sources:
        if value is not None and not re.search(r"[*?\[\\]", value.text.value):
            source = context.tree_path(value.text.value.lstrip("/"))
            yield target, source
            yield posixpath.join(target, posixpath.basename(source)), source


def _fill_a_folder(files: Mapping[str, str]) -> bool:
    """Whether the target must be a folder by what is copied there."""
    return bool(files) if isinstance(files, Sent) else len(files) > 1


def _comes_from_elsewhere(copying: Copying, source: str) -> bool:
    if "/./" in source and copying.instruction.flag("parents") is not None:
        return True  # the part behind the pivot alone is kept
    if _REMOTE.match(source):
        return copying.instruction.name == "ADD"
    return copying.instruction.name == "ADD" and source.endswith(_ARCHIVES)


def _taken(copying: Copying, context: Context, source: str, before: ImageFiles) -> tuple[Mapping[str, str], bool]:
    """Image path → tree path for one source, and whether more may have been taken than is known."""
    assert copying.destination is not None
    target = copying.destination
    parents = copying.instruction.flag("parents") is not None
    if re.search(r"[*?\[\\]", source):
        return _wildcard(copying, context, source), context.unknown(posixpath.dirname(source.split("*", 1)[0]))
    folder = not source or context.library.tree.is_folder(context.tree_path(source))
    if folder:
        return Sent(context, source, target, parents=parents), context.unknown(source)
    sent = context.holds(source) and context.dropped(source) is None
    if not sent:
        return {}, context.unknown(source) or not context.build.known
    inside = copying.several or before.holds_folder(target)
    if parents:
        return {posixpath.join(target, source): context.tree_path(source)}, False
    place = posixpath.join(target, posixpath.basename(source)) if inside else target
    return {place: context.tree_path(source)}, not inside and before.uncertain(target)


def _wildcard(copying: Copying, context: Context, source: str) -> dict[str, str]:
    """Every name that a pattern matches, folder by folder as the builder's matching does, with all below it."""
    assert copying.destination is not None
    plain = re.match(r"(?:[^*?\[\\/]+/)*", source)
    parts = [re.compile(translate(p)) for p in source.split("/")]
    found: dict[str, str] = {}
    for path in context.below(plain.group()[:-1] if plain else ""):
        names = path.split("/")
        if len(names) >= len(parts) and all(p.match(n) for p, n in zip(parts, names, strict=False)):
            below = names[len(parts) :] or names[len(parts) - 1 :]
            found[posixpath.join(copying.destination, *below)] = context.tree_path(path)
    return found


def _missing(copying: Copying, context: Context, word: Word, value: Value, source: str) -> Iterable[MissingSource]:
    if re.search(r"[*?\[\\]", source) or not source:
        return
    path = context.tree_path(source)
    pattern = context.dropped(source)
    tree = context.library.tree
    exists = tree.is_file(path) or tree.is_folder(path)
    location = located(word.raw)
    assert location is not None
    if exists and pattern is None and not tree.is_file(path):
        # a folder all of whose files are dropped is still sent, empty
        return
    index = copying.instruction.words.index(word)
    yield MissingSource(
        text=value.text,
        path=path,
        why=Why.DROPPED if exists else Why.ABSENT,
        location=location,
        anchor=copying.anchor.child(index),
        command=copying.instruction,
        by=located(pattern.text, "drops it") if exists and pattern else None,
        kept_out_of_git=not exists and context.library.sources.would_ignore(path),
    )


def told_places(files: ImageFiles, instruction: Instruction, stage: int, scope: Scope) -> ImageFiles:
    """The files after an ENV or ARG: where one says where installations go, something may lie there from now on."""
    named = {pair.name.value for pair in instruction.pairs} & PLACES
    known = scope.environment().variables
    places = [v.value.value for name in sorted(named) if (v := known.get(name)) is not None and v.value is not None]
    made = tuple(absolute(place) for place in places if place.startswith("/"))
    return files.plus(Layer(instruction.start, stage, {}, made)) if made else files


def from_run(
    instruction: Instruction, stage: int, working_dir: str | None, files: ImageFiles, library: Library
) -> Layer:
    """Judge what a RUN may have made."""
    manifest = files.lookup(posixpath.join(working_dir or "/", "package.json"))
    text = library.text(manifest) if isinstance(manifest, str) else None
    scripts = text is None or re.search(r'"(?:(?:pre|post)?install|prepare)"\s*:', text.value) is not None
    made = makes(instruction, working_dir, package_scripts=scripts)
    known = compilers(library, instruction, manifest if isinstance(manifest, str) else None) if "/" in made else None
    compiled = known is not None
    again = files.known() if compiled else _pruned(instruction, working_dir, files)
    folders = makes_folders(instruction, working_dir)
    layer = Layer(instruction.start, stage, again, made, folders, keeps=compiled, leaves=leaves(instruction))
    location = located(instruction.text, "compiles it")
    if not known or location is None or not isinstance(manifest, str):
        return layer
    emitted = typescript_products.made(library, manifest, working_dir or "/", instruction.rest.value, known, location)
    return layer if emitted is None else replace(layer, closed=emitted.closed, products=emitted.products)


def with_products(layer: Layer, made: Made | None) -> Layer:
    """The layer of a RUN that compiles, by what its commands make; where one isn't understood, with its programs."""
    if made is None or "/" in made.places:
        return replace(layer, products=made.products) if made is not None else layer
    return replace(
        layer, files={}, made=made.places, folders=made.folders, keeps=False, closed=made.closed, products=made.products
    )


def _pruned(instruction: Instruction, working_dir: str | None, files: ImageFiles) -> Mapping[str, str]:
    """What `turbo prune --docker` writes: the workspaces again, whole in out/full, their manifests in out/json."""
    if working_dir is None or not _PRUNES.search(instruction.rest.value):
        return {}
    cut = len(working_dir.rstrip("/")) + 1
    held = {place[cut:]: path for place, path in files.below(working_dir).items()}
    found = {posixpath.join(working_dir, "out/full", name): path for name, path in held.items()}
    manifests = {name: path for name, path in held.items() if posixpath.basename(name) == "package.json"}
    return found | {posixpath.join(working_dir, "out/json", name): path for name, path in manifests.items()}


def with_folder(files: ImageFiles, instruction: Instruction, stage: int, folder: str | None) -> ImageFiles:
    """The files after a WORKDIR, which makes its folder."""
    return files if folder is None else files.plus(Layer(instruction.start, stage, {}, (), (folder,)))
