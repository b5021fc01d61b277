"""Who builds which image: Compose, scripts, Makefiles and workflows, and by convention what nobody is seen to build.

A Dockerfile that nobody is seen to build has a context only where the tree leaves no doubt: of its own folder and the
root, just one holds what it copies.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from stackfix.findings import Anchor, located
from stackfix.graph import image_files, script, workflow
from stackfix.graph.command import literal
from stackfix.graph.image import dockerfiles, image
from stackfix.graph.model import Build, Deployment, Platform, Workload
from stackfix.graph.script_steps import candidates, place
from stackfix.graph.value import Variable
from stackfix.text import Text
from stackfix.tree import join

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.formats.dockerfile import Instruction
    from stackfix.graph.image import Image
    from stackfix.graph.library import Library
    from stackfix.graph.script_steps import Folder, ScriptStep
    from stackfix.graph.value import Template

_DOCKER = re.compile(rb"\b(?:docker|podman|nerdctl|buildx|buildah)\b")
_ELSEWHERE = re.compile(r"<<|[a-z]+://|git@")
_NO_CHANCE = 2
"""Sources that a context lacks and a folder above it has."""
_TEMPLATED = re.compile(r"\{\{|\{%|<%")


class By(Enum):
    """Who is known to build an image. `CONVENTION`: nobody is seen to."""

    COMPOSE = "Compose"
    SCRIPT = "script"
    WORKFLOW = "workflow"
    CONVENTION = "convention"


@dataclass(frozen=True, slots=True)
class Made:
    """One build. `tags` are the image names that it is given, without their tags."""

    build: Build
    by: By
    tags: tuple[str, ...] = ()


def builds(library: Library, projects: Iterable[Deployment]) -> tuple[Made, ...]:
    """Every build whose context and Dockerfile are known, each once, those that somebody writes first."""
    found = [*of_compose(projects), *of_scripts(library)]
    seen = {made.build.dockerfile for made in found}
    wanted = tuple(made.build for made in found if made.by is By.COMPOSE)
    found += (
        Made(b, By.CONVENTION)
        for p in dockerfiles(library)
        if p not in seen and (b := _alone(library, p)) and not sought(library, wanted, p)
    )
    known = (made for made in found if made.build.known and library.tree.is_file(made.build.dockerfile))
    return tuple({(m.build.context, m.build.dockerfile, m.build.target): m for m in reversed(list(known))}.values())[
        ::-1
    ]


def sought(library: Library, wanted: Iterable[Build], dockerfile: str) -> bool:
    """Whether a build that leads nowhere may mean a Dockerfile: how that one is run is unknown until it does."""
    return any(_is_lost(library, build) and _is_near(build, dockerfile) for build in wanted)


def _is_lost(library: Library, build: Build) -> bool:
    tree = library.tree
    return build.known and not tree.is_file(build.dockerfile) and not tree.is_unknown(build.dockerfile)


def _is_near(build: Build, dockerfile: str) -> bool:
    folder = posixpath.dirname(build.anchor.path)
    return not folder or dockerfile.startswith(folder + "/")


def own_commands(library: Library, made: Iterable[Made]) -> tuple[Workload, ...]:
    """Each built image as it runs by its own command: a deployment too."""
    found = []
    for one in made:
        built = image(library, one.build)
        if built is None:
            continue
        path = one.build.dockerfile
        deployment = Deployment(Platform.IMAGE, path, (path,), posixpath.dirname(path), location=built.location)
        workload = Workload(one.build.target or "image", deployment, built.location, built.anchor, build=one.build)
        deployment.workloads.append(workload)
        found.append(workload)
    return tuple(found)


# --- Compose ---------------------------------------------------------------------------------------------------------


def of_compose(projects: Iterable[Deployment]) -> Iterator[Made]:
    """What Compose builds, those whose base folder is not certain too."""
    for project in projects:
        for workload in project.workloads:
            if workload.build is not None:
                tags = (repository(workload.image.value),) if workload.image is not None else ()
                yield Made(workload.build, By.COMPOSE, tags)


def repository(name: str) -> str:
    """An image's name without tag and digest."""
    whole = name.partition("@")[0]
    head, slash, last = whole.rpartition("/")
    return head + slash + last.partition(":")[0]


# --- scripts and workflows -------------------------------------------------------------------------------------------


def of_scripts(library: Library) -> Iterator[Made]:
    """What scripts, Makefiles and workflows build."""
    for path, entry in sorted(library.tree.entries.items()):
        if not entry.wiring or not (script.is_script(path) or workflow.is_workflow(path)):
            continue
        data = library.sources.read(path)
        if data is None or b"build" not in data or not _DOCKER.search(data):
            continue
        yield from _workflow(library, path) if workflow.is_workflow(path) else _script(library, path)


def _script(library: Library, path: str) -> Iterator[Made]:
    known = library.get(path, script.facts)
    for step in known.steps if known is not None else ():
        pairs = list(_pairs(step, lambda found: candidates(found, path)))
        yield from _stepped(library, step, pairs, By.SCRIPT)


def _workflow(library: Library, path: str) -> Iterator[Made]:
    known = library.get(path, workflow.facts)
    if known is None:
        return
    base = workflow.root_of(path)
    for built in known.builds:
        if not built.certain:
            continue
        context, named = built.places(base)
        file = library.tree.dockerfile(named)
        if library.tree.is_file(file) and not library.tree.is_unknown(context):
            build = Build(
                context, file, built.location, built.anchor, context_text=built.context, dockerfile_text=built.file
            )
            yield Made(build, By.WORKFLOW, tuple(repository(t.value) for t in built.tags))
    for ran in known.runs:
        folder = ran.folder
        if folder is None:
            continue
        for step in ran.facts.steps:
            pairs = list(_pairs(step, lambda found, folder=folder: (join(folder, found.path),)))
            yield from _stepped(library, step, pairs, By.WORKFLOW)


def _pairs(step: ScriptStep, places: object) -> Iterator[tuple[str, str]]:
    """The contexts and Dockerfiles that a `docker build` may mean, one for each folder it may be started in."""
    if (step.tool, step.verb) != ("docker", "build") or step.context is None or not step.certain:
        return
    assert callable(places)
    context = place(step.context, step.folder)
    if context is None:
        return
    contexts: tuple[str, ...] = places(context)
    named: tuple[str, ...] | None = None
    if step.files:
        found: Folder | None = place(step.files[-1], step.folder)
        named = places(found) if found is not None else ()
    for index, one in enumerate(contexts):
        if named is None:
            yield one, join(one, "Dockerfile")
        elif len(named) == len(contexts):
            yield one, named[index]
        else:
            yield from ((one, file) for file in named)


def _stepped(library: Library, step: ScriptStep, pairs: list[tuple[str, str]], by: By) -> Iterator[Made]:
    tree = library.tree
    read = ((context, tree.dockerfile(file)) for context, file in pairs)
    real = list(dict.fromkeys(p for p in read if tree.is_file(p[1]) and (tree.is_folder(p[0]) or not p[0])))
    if len(real) != 1:
        return
    build = Build(
        *real[0], step.location, step.anchor, target=literal(step.target) if step.target is not None else None,
        arguments=tuple(_arguments(step)), known=step.target is None or literal(step.target) is not None,
    )  # fmt: skip
    yield Made(build, by, tuple(t for tag in step.tags if (t := _tag(tag)) is not None))


def _arguments(step: ScriptStep) -> Iterator[Variable]:
    for given in step.build_arguments:
        first = given.parts[0] if given.parts else None
        name, equals, _ = first.value.partition("=") if isinstance(first, Text) else ("", "", "")
        if not name:
            continue
        whole = given.text
        value = whole.slice(len(name) + 1, len(whole)) if whole is not None and equals else None
        yield Variable(name, value, step.location, step.anchor)


def _tag(tag: Template) -> str | None:
    """An image's name; of one that begins with a variable the last part, where that is written out."""
    whole = "".join(part.value if isinstance(part, Text) else "\0" for part in tag.parts)
    name = repository(whole)
    if "\0" not in name:
        return name or None
    last = name.rpartition("/")[2]
    return last if last and "\0" not in last else None


# --- by convention ---------------------------------------------------------------------------------------------------


def _alone(library: Library, path: str) -> Build | None:
    """The build of a Dockerfile that nobody is seen to build, where only one context fits."""
    if _TEMPLATED.search(path) or not library.tree.entries[path].wiring:
        return None
    text = library.text(path)
    location = located(text.slice(0, 1)) if text is not None else None
    if text is None or location is None or _TEMPLATED.search(text.value):
        return None
    folders = dict.fromkeys((posixpath.dirname(path), ""))
    anchor = Anchor(path, "dockerfile")
    built = [
        (build, made)
        for build in (Build(folder, path, location, anchor) for folder in folders)
        if (made := image(library, build)) is not None
    ]
    if built and not _sources(built[0][1]):
        return built[0][0] if len(built) == 1 == len(folders) else _by_manifest(library, built)
    fitting = [(build, _fit(library, made)) for build, made in built]
    whole = [build for build, (here, missing) in fitting if here and not missing]
    if len(whole) == 1:
        return whole[0]
    some = [build for build, (here, _) in fitting if here] or [b for b, made in built if _starts(library, made)]
    return some[0] if len(some) == 1 and not whole else None


def _starts(library: Library, made: Image) -> bool:
    """Whether an image that is given its whole context starts a file that lies in it."""
    said = [i for i in made.document.instructions if i.name in {"CMD", "ENTRYPOINT"}][-2:]
    words = {word for i in said for word in re.findall(r"[\w./-]+(?::\w+)?", i.rest.value)}
    files = {f"{w.partition(':')[0].replace('.', '/')}.py" if ":" in w else w for w in words if w.strip("./")}
    whole = any(i.name == "COPY" and re.match(r"\.\.?/?\s", i.rest.value) for i in made.document.instructions)
    return whole and any(library.tree.is_file(join(made.build.context, f)) for f in files if "." in f)


_MANIFESTS = (
    ("package.json", re.compile(r"\b(?:npm|npx|yarn|pnpm|bun)\b")),
    ("go.mod", re.compile(r"\bgo\s+(?:build|mod|install)\b")),
    ("Cargo.toml", re.compile(r"\bcargo\b")), ("requirements.txt", re.compile(r"\brequirements\.txt\b")),
    ("pyproject.toml", re.compile(r"\b(?:poetry|uv)\s+\w")), ("pom.xml", re.compile(r"\bmvnw?\b")),
    ("Gemfile", re.compile(r"\bbundle\b")), ("composer.json", re.compile(r"\bcomposer\b")),
)  # fmt: skip


def _by_manifest(library: Library, built: list[tuple[Build, Image]]) -> Build | None:
    """The one context that has the manifest which the steps work by, where all of it is copied."""
    steps = "\n".join(i.rest.value for i in built[0][1].document.instructions if i.name == "RUN")
    needed = [name for name, asked in _MANIFESTS if asked.search(steps)]
    having = [build for build, _ in built if any(library.tree.is_file(join(build.context, name)) for name in needed)]
    return having[0] if len(having) == 1 else None


def _fit(library: Library, made: Image) -> tuple[int, int]:
    """How many named sources of a build's context are there, and how many aren't."""
    paths = [join(made.build.context, name) for name in _sources(made)]
    here = sum(library.tree.is_file(path) or library.tree.is_folder(path) for path in paths)
    return here, len(paths) - here


def _sources(made: Image) -> tuple[str, ...]:
    """What a Dockerfile names of its context, plainly."""
    return tuple(
        word.value.lstrip("/")
        for instruction in made.document.instructions
        if instruction.name in {"COPY", "ADD"} and instruction.flag("from") is None
        for word in image_files.paths(instruction)[:-1]
        if not word.dollars
        and not _ELSEWHERE.match(word.value)
        and not re.search(r"[*?\[\\]", word.value)
        and posixpath.normpath(word.value) not in {".", "/"}
    )


def astray(library: Library, made: Image) -> bool:
    """Whether a build is written for another folder: nothing that it names is here, and most of it is further up.

    Such a Compose file or Dockerfile was moved, or is started from elsewhere; nobody knows what its image holds.
    """
    names = _sources(made)
    tree = library.tree
    if made.build.context and not tree.is_folder(made.build.context):
        return True
    if written_above(library, made) is not None:
        return True
    if not names or any(tree.is_file(p) or tree.is_folder(p) for p in (join(made.build.context, n) for n in names)):
        return False
    folder = made.build.context
    while folder:
        folder = posixpath.dirname(folder)
        if 2 * sum(tree.is_file(join(folder, n)) or tree.is_folder(join(folder, n)) for n in names) > len(names):
            return True
    return False


def written_above(library: Library, made: Image) -> str | None:
    """The folder above the context that a Dockerfile is written for: all that it names is there, and not here.

    Only where it names what lies beside itself by the way from there, which is no chance.
    """
    names, tree, folder = _sources(made), library.tree, made.build.context
    here = [n for n in names if tree.is_file(p := join(folder, n)) or tree.is_folder(p)]
    if len(names) - len(here) < _NO_CHANCE:
        return None
    while folder:
        folder = posixpath.dirname(folder)
        own = posixpath.relpath(posixpath.dirname(made.path) or ".", folder or ".") + "/"
        there = (tree.is_file(p := join(folder, n)) or tree.is_folder(p) for n in names)
        if any(n.removeprefix("./").startswith(own) and n not in here for n in names) and all(there):
            return folder
    return None


def written_for(library: Library, made: Image) -> str | None:
    """The folder below the context that a Dockerfile in it is written for: all that it names is there.

    Only where it copies the context whole, so that what lies where in the image follows the folder it is built from.
    """
    names, tree, context = _sources(made), library.tree, made.build.context
    if not names or not any(_is_whole(instruction) for instruction in made.document.instructions):
        return None
    folder = posixpath.dirname(made.path)
    while folder != context and folder:
        if all(tree.is_file(join(folder, n)) or tree.is_folder(join(folder, n)) for n in names):
            return folder if not context or folder.startswith(context + "/") else None
        folder = posixpath.dirname(folder)
    return None


def _is_whole(instruction: Instruction) -> bool:
    """Whether an instruction copies all of the context."""
    if instruction.name not in {"COPY", "ADD"} or instruction.flag("from") is not None:
        return False
    return any(posixpath.normpath(word.value) in {".", "/"} for word in image_files.paths(instruction)[:-1])


def is_written_for(library: Library, context: str, dockerfile: str) -> bool:
    """Whether a Dockerfile may be built from a folder: what it names is not all further up."""
    text = library.text(dockerfile)
    location = located(text.slice(0, 1)) if text is not None else None
    build = Build(context, dockerfile, location, Anchor(dockerfile, "dockerfile")) if location is not None else None
    made = image(library, build) if build is not None else None
    return made is None or not astray(library, made)
