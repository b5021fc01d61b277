"""What a command of .NET's tool makes in an image.

Sources: .NET documentation, "dotnet publish", "dotnet build" (outputs by configuration, framework and runtime),
"MSBuild reference for .NET SDK projects" (AssemblyName, UseAppHost). A program has a `.runtimeconfig.json` beside it;
a library hasn't.

May import the graph's nouns.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph.products import ANY, ANYTHING, UNKNOWN, Closed, Made, Product, Step, options
from stackfix.tree import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.products import Options

_VALUED = frozenset({
    "-c", "--configuration", "-o", "--output", "-r", "--runtime", "-f", "--framework", "--os", "--arch", "-a", "-v",
    "--verbosity", "--version-suffix", "--manifest", "-s", "--source", "--configfile", "--packages", "--artifacts-path",
})  # fmt: skip
_CACHES = ("/root/.nuget", "/root/.local", "/root/.dotnet", "/root/.aspnet", "/root/.config")
_TOLD = re.compile(r"(?:--?|/)p(?:roperty)?:", re.IGNORECASE)
_MOVED = re.compile(r"AssemblyName|TargetName|OutputPath|OutDir|PublishDir|ArtifactsPath|BaseOutputPath", re.IGNORECASE)
_PROJECTS = (".csproj", ".fsproj", ".vbproj")
_NAME = re.compile(r"<AssemblyName(?:\s[^>]*)?>\s*(?P<name>[^<]*?)\s*</AssemblyName>")
_FRAMEWORK = re.compile(r"<TargetFramework>\s*(?P<name>[\w.-]+)\s*</TargetFramework>")
_REFERENCE = re.compile(r"<ProjectReference\s[^>]*?Include\s*=\s*[\"'](?P<path>[^\"']+)[\"']")
_STARTS = re.compile(
    r"Sdk\s*=\s*[\"']Microsoft\.NET\.Sdk\.(?:Web|Worker)[\"']|<OutputType>\s*(?:Exe|WinExe)\s*<", re.IGNORECASE
)
_LISTED = re.compile(r"[\"'](?P<path>[^\"'\n]+\.(?:cs|fs|vb)proj)[\"']")
_RUN_AS = re.compile(r".+\.runtimeconfig\.json")
_HOST = re.compile(r"[A-Z]\w*(?:\.[A-Z]\w*)*")
"""What projects are called, and so the programs that start them; no other file of theirs is without an ending."""
_NO_HOST = re.compile(r"UseAppHost\s*(?:>|=)\s*false", re.IGNORECASE)
_ALONE = re.compile(r"Publish(?:SingleFile|Aot)\s*(?:>|=)\s*true", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Project:
    """A project: its folder in the image, its file in the tree, what its program is called."""

    folder: str
    path: str
    name: str
    starts: bool
    text: str


def made(step: Step) -> Made:
    """What `dotnet …` makes."""
    verb = step.words[1] if len(step.words) > 1 else ""
    if verb in {"publish", "build"}:
        return _built(step, verb)
    if verb in {"restore", "clean"}:
        # It fills the folders for what lies between source and outputs, each beside its project.
        projects = (p for p in step.held.below("/") if p.endswith(_PROJECTS))
        return Made((*_CACHES, *(posixpath.join(posixpath.dirname(p), "obj") for p in projects)))
    beside = verb in {"--version", "--info", "nuget", "workload", "dev-certs"} or step.words[1:3] == ("tool", "restore")
    everywhere = verb == "tool" and bool({"-g", "--global"} & set(step.words)) and "--tool-path" not in step.words
    return Made(_CACHES) if beside or everywhere else ANYTHING


def _built(step: Step, verb: str) -> Made:
    told = options((word for word in step.words[2:] if not _TOLD.match(word)), _VALUED)
    given = [word for word in step.words[2:] if _TOLD.match(word)]
    if any(_MOVED.search(word) for word in given) or UNKNOWN in step.folder or "--artifacts-path" in told.values:
        return ANYTHING
    output = told.values.get("-o") or told.values.get("--output")
    first = _projects(step, [w for w in told.plain if w not in {"true", "false"}])
    every = _with_references(step, first) if first is not None else None
    if first is None or every is None or (output is not None and UNKNOWN in output):
        return Made((*_CACHES, step.folder, *((step.at(output),) if output is not None else ())))
    inside = tuple(dict.fromkeys(posixpath.join(p.folder, name) for p in every for name in ("bin", "obj")))
    # A target of a project's own may write where it likes among the sources.
    told_more = any("<Target" in p.text or "<Import" in p.text for p in every)
    spread = (step.folder, *(p.folder for p in every)) if told_more else ()
    folder = step.at(output) if output is not None else _default(told, verb, first)
    if folder is None:
        return Made((*_CACHES, *inside, *spread))
    products = tuple(_programs(step, folder, first, given, alone=len([p for p in first if p.starts]) == 1))
    names = {p.name for p in every}
    closed = (
        Closed(folder, _RUN_AS, frozenset(f"{name}.runtimeconfig.json" for name in names)),
        Closed(folder, _HOST, frozenset(names)),
    )
    outside = () if output is not None else _framework_alone(told, first)
    return Made((*_CACHES, *inside, *spread, folder), (*closed, *outside), products, (folder,))


def _programs(step: Step, folder: str, projects: list[_Project], given: list[str], *, alone: bool) -> Iterator[Product]:
    for project in projects:
        if not project.starts:
            continue
        said = " ".join((*given, project.text, *step.words))
        home, sure = posixpath.dirname(project.path), step.sure and alone
        if not _ALONE.search(said):
            yield Product(posixpath.join(folder, f"{project.name}.dll"), step.location, home, home, sure=sure)
        if not _NO_HOST.search(said):
            yield Product(posixpath.join(folder, project.name), step.location, home, home, sure=sure)


def _default(told: Options, verb: str, projects: list[_Project]) -> str | None:
    """Where a project's outputs go that is told nothing else: bin/CONFIGURATION/FRAMEWORK, published ones below it."""
    configuration = told.values.get("-c") or told.values.get("--configuration")
    runtime = told.values.get("-r") or told.values.get("--runtime") or ""
    framework = _framework(told, projects)
    other = {"--os", "--arch", "-a", "--ucr"} & told.given or "<RuntimeIdentifier" in projects[0].text
    if configuration is None or framework is None or UNKNOWN in configuration + runtime or other:
        return None
    below = posixpath.join(projects[0].folder, "bin", configuration, framework, runtime)
    return posixpath.normpath(posixpath.join(below, "publish" if verb == "publish" else "."))


def _framework(told: Options, projects: list[_Project]) -> str | None:
    if len(projects) != 1:
        return None
    named = told.values.get("-f") or told.values.get("--framework")
    found = _FRAMEWORK.findall(projects[0].text)
    return named or (found[0] if len(found) == 1 else None)


def _framework_alone(told: Options, projects: list[_Project]) -> tuple[Closed, ...]:
    """The folders above a default one, in which there is no other configuration and no other framework."""
    configuration = told.values.get("-c") or told.values.get("--configuration") or ""
    top = posixpath.join(projects[0].folder, "bin")
    framework = _framework(told, projects) or ""
    return (
        Closed(top, ANY, frozenset({configuration})),
        Closed(posixpath.join(top, configuration), ANY, frozenset({framework})),
    )


def _projects(step: Step, plain: list[str]) -> list[_Project] | None:
    """The projects that a command names or finds in its folder; None where unknown."""
    if any(UNKNOWN in word for word in plain) or len(plain) > 1:
        return None
    place = step.at(plain[0].replace("\\", "/")) if plain else step.folder
    if place.endswith(_PROJECTS):
        one = _project(step, place)
        return None if one is None else [one]
    if place.endswith((".sln", ".slnx")):
        return _of_solution(step, place)
    held = [path for path in step.held.below(place) if posixpath.dirname(path) == place]
    named = [path for path in held if path.endswith((*_PROJECTS, ".sln", ".slnx"))]
    if len(named) != 1:
        return None
    return _projects(step, [named[0]])


def _of_solution(step: Step, place: str) -> list[_Project] | None:
    path = step.tree_path(place)
    text = step.library.text(path) if path is not None else None
    if text is None:
        return None
    named = [match["path"].replace("\\", "/") for match in _LISTED.finditer(text.value)]
    there = [posixpath.normpath(posixpath.join(posixpath.dirname(place), name)) for name in named]
    found = [_project(step, name) for name in there if step.tree_path(name) is not None]
    known = [project for project in found if project is not None]
    return known if known and len(known) == len(found) else None


def _project(step: Step, place: str) -> _Project | None:
    path = step.tree_path(place)
    text = step.library.text(path) if path is not None else None
    if path is None or text is None:
        return None
    # A project that is copied under another name is called by that.
    stem = posixpath.splitext(posixpath.basename(place))[0]
    names = {match["name"].replace("$(MSBuildProjectName)", stem) for match in _NAME.finditer(text.value)}
    if any("$(" in name for name in names) or len(names) > 1 or _named_above(step, path):
        return None
    bare = re.sub(r"<!--.*?-->", "", text.value, flags=re.DOTALL)
    starts = _STARTS.search(bare) is not None
    return _Project(posixpath.dirname(place), path, names.pop() if names else stem, starts, bare)


def _named_above(step: Step, path: str) -> bool:
    """Whether a file that every project below it takes in says what programs are called, or where they go."""
    folder = posixpath.dirname(path)
    while True:
        for name in ("Directory.Build.props", "Directory.Build.targets"):
            text = step.library.text(join(folder, name)) if step.library.tree.is_file(join(folder, name)) else None
            if text is not None and _MOVED.search(text.value):
                return True
        if not folder:
            return False
        folder = posixpath.dirname(folder)


def _with_references(step: Step, projects: list[_Project]) -> list[_Project] | None:
    """The projects and all that they refer to; None where one can't be followed."""
    found: dict[str, _Project] = {}
    waiting = list(projects)
    while waiting:
        project = waiting.pop()
        if project.path in found:
            continue
        found[project.path] = project
        for match in _REFERENCE.finditer(project.text):
            named = posixpath.normpath(posixpath.join(project.folder, match["path"].replace("\\", "/")))
            other = _project(step, named)
            if other is None:
                return None
            waiting.append(other)
    return list(found.values())
