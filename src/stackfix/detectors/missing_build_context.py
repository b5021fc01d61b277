"""An image is built from a folder or a Dockerfile that doesn't exist.

What it finds: a `build` of a Compose service, a `docker build` of a script, Makefile or workflow, or an action that
builds, whose context is no folder of the repository, or whose Dockerfile isn't in it.

Why it breaks: nothing is built, and the service doesn't start.

Which side is right: the tree. The one folder of that name with a Dockerfile, or the one Dockerfile of the context, is
what was meant, or with a person's eye the one below it that others build from the same context; else the one folder
beside it whose name is spelled another way (`tidehub-svc` for `tide_hub`). One that is only called longer
(`frontend-react` for `frontend`) and holds a known framework, or that nobody builds and that is called by another
form of the word (`notifications` for `notifier`), is told with an edit that a person should see.

Limits: only where the base folder is known: projects with a known folder, scripts that say where they work,
workflows; elsewhere only paths that no folder of the repository has. What git ignores, what is fetched or made on the
way, submodules and folders outside the repository are unknown. Compose files that none of their services can be built
by were moved, are copied elsewhere before use, or have their sources cloned into place: silent. A Dockerfile that a
script names with `-f` is `script-path-missing`'s.
"""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Choice, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.formats import yaml
from stackfix.graph import build_folders, builds, combinations, moved_projects, namesakes, script_builds, undockered
from stackfix.graph.image import is_dockerfile
from stackfix.repairs.set_entry import Entries, SetEntry
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Repair
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Build, Deployment, Workload
    from stackfix.graph.script_builds import Unbuilt

RULE = Rule(
    "missing-build-context",
    Family.IMAGES,
    Severity.ERROR,
    "an image is built from a folder or a Dockerfile that doesn't exist",
    yields_to=("missing-dockerfile",),
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every build of a Compose project that can't begin, each written place once."""
    seen: set[Location] = set()
    for project in graph.projects:
        lost = [w for w in project.workloads if w.build is not None and _lost(graph, w.build)]
        if not lost or _moved_away(graph, project):
            continue
        told: set[str] = set()
        made = {found.build.dockerfile for found in undockered.undockered(graph)}
        for workload in lost:
            assert workload.build is not None
            # One Dockerfile that several lack is one fault, told with the one it is made for.
            if workload.build.dockerfile not in made and workload.build.location not in seen:
                seen.add(workload.build.location)
                finding = _finding(graph, workload, workload.build)
                ways = finding.remedy is not None and (finding.remedy.repairs or finding.remedy.choices)
                if ways or workload.build.dockerfile not in told:
                    told.add(workload.build.dockerfile)
                    yield finding
    for unbuilt in script_builds.unbuilt(graph.library):
        yield _of_script(unbuilt)


def _of_script(unbuilt: Unbuilt) -> Finding:
    ways = [(name, repairs) for name, repairs in unbuilt.ways if repairs]
    message = f"the image is built from {unbuilt.what}, which doesn't exist"
    if len(unbuilt.ways) == 1 and ways:
        message += f"; {ways[0][0]} does"
        remedy = Remedy(Applicability.SAFE, f"build from {ways[0][0]}", ways[0][1])
    else:
        choices = tuple(Choice(f"build from {name}", repairs) for name, repairs in unbuilt.ways)
        remedy = Remedy(Applicability.MANUAL, "name what is there, or add it", choices=choices)
    return Finding(
        rule=RULE,
        message=message,
        location=unbuilt.location,
        anchor=unbuilt.anchor,
        value=unbuilt.what,
        remedy=remedy,
    )


def _lost(graph: Graph, build: Build) -> bool:
    tree = graph.library.tree
    if not build.known or build.context_text is None:
        return False
    if tree.is_unknown(build.context) or tree.is_unknown(build.dockerfile):
        return False
    if _is_there(graph, build) or "$" in build.context + build.dockerfile:
        return False
    ignored = graph.library.sources.would_ignore
    return not ignored(build.dockerfile) and not ignored(build.context + "/x")


def _is_there(graph: Graph, build: Build) -> bool:
    """Whether a Dockerfile is there, and what it is built from: a way up from a folder that isn't leads somewhere."""
    tree = graph.library.tree
    return tree.is_file(build.dockerfile) and (not build.context or tree.is_folder(build.context))


def _moved_away(graph: Graph, project: Deployment) -> bool:
    """Whether several services are built and not one of them can be: the file is used from elsewhere.

    Not where an editor starts it as it lies, nor where folders that it names are there, seen from its own.
    """
    built = [w.build for w in project.workloads if w.build is not None and w.build.known]
    tree = graph.library.tree
    if moved_projects.fits_above(graph.library, project):
        return True
    if any(_is_there(graph, b) or _is_named_folder(graph, b) for b in built):
        return False
    if combinations.starts_as_it_lies(graph.library, project):
        return False
    homes = {b.dockerfile: posixpath.dirname(b.dockerfile) for b in built}
    nowhere = len(set(homes.values())) > 1 and not any(tree.is_folder(home) for home in homes.values())
    if len(built) > 1 and (len({b.context for b in built}) > 1 or nowhere):
        return True
    above = posixpath.dirname(project.folder)
    return bool(project.folder) and any(
        tree.is_file(posixpath.normpath(posixpath.join(above, posixpath.relpath(b.dockerfile, project.folder))))
        for b in built
    )


def _is_named_folder(graph: Graph, build: Build) -> bool:
    """Whether a context has a folder's name in it, not only the way up, and is there."""
    written = build.context_text.value if build.context_text is not None else "."
    named = not set(posixpath.normpath(written).split("/")) <= {".", ".."}
    return named and graph.library.tree.is_folder(build.context)


def _finding(graph: Graph, workload: Workload, build: Build) -> Finding:
    there = graph.library.tree.is_folder(build.context)
    if there:
        agreeing = (
            p for p in _dockerfiles(graph, build) if build_folders.agrees(graph, workload, replace(build, dockerfile=p))
        )
        fitting = build_folders.Fitting(tuple(agreeing))
        sole = build_folders.sole_dockerfile(graph, build.context) if not fitting.names else None
        if sole is not None and not any(_builds(w, sole) for w in workload.deployment.workloads):
            fitting = build_folders.Fitting((sole,), Applicability.UNSAFE)
    else:
        fitting = build_folders.fitting(graph, workload, build)
    found = fitting.names
    repairs = {name: _repairs(graph, build, name, there=there) for name in found}
    what = build.dockerfile if there else (build.context or ".")
    message = f"{workload.name} is built from {what}, which doesn't exist"
    only = found[0] if len(found) == 1 and repairs[found[0]] else None
    if only is not None and fitting.applicability is not Applicability.MANUAL:
        remedy = Remedy(fitting.applicability, f"build from {only}", repairs[only])
        message += f"; {only} does"
    else:
        choices = tuple(Choice(f"build from {name}", repairs[name]) for name in found)
        remedy = Remedy(Applicability.MANUAL, "name what is there, or add it", choices=choices)
    written = build.dockerfile_text if there and build.dockerfile_text is not None else build.context_text
    place = written.place if written is not None else None
    location = build.location if place is None else Location(*place, "doesn't exist")
    return Finding(
        rule=RULE,
        message=message,
        location=location,
        anchor=build.anchor,
        value=what,
        remedy=remedy,
        components=graph.called(workload),
    )


def _builds(workload: Workload, dockerfile: str) -> bool:
    return workload.build is not None and workload.build.dockerfile == dockerfile


def _dockerfiles(graph: Graph, build: Build) -> tuple[str, ...]:
    """Dockerfiles that no other service is built by: of the missing one's name below the context, else at its top.

    A plain `Dockerfile` says nothing about which one of that name is meant.
    """
    context, name = build.context, posixpath.basename(build.dockerfile)
    taken = {w.build.dockerfile for w in graph.workloads if w.build is not None}
    inside = context + "/" if context else ""
    home = posixpath.dirname(build.dockerfile)
    beside = (p for p in graph.library.tree.directly_in(home) if is_dockerfile(p))
    alike = [p for p in namesakes.of(name, beside) if p not in taken]
    if len(alike) == 1:
        return (alike[0],)
    same = [p for p in graph.library.tree.named(name) if p.startswith(inside) and p not in taken]
    if len(same) == 1 and name != "Dockerfile" and graph.library.tree.entries[same[0]].wiring:
        return (same[0],)
    return tuple(
        p
        for p in graph.library.tree.below(context)
        if posixpath.dirname(p) == context and is_dockerfile(p) and p not in taken
        if not posixpath.basename(p).startswith(".")  # an editor's own
        if builds.is_written_for(graph.library, context, p)
    )


def _repairs(graph: Graph, build: Build, name: str, *, there: bool) -> tuple[Repair, ...]:
    if not there:
        text = build.context_text
        assert text is not None
        base = posixpath.relpath(name, _folder(build)) if name != _folder(build) else "."
        return (SetText(text, "./" + base if text.value.startswith("./") and not base.startswith(".") else base),)
    relative = posixpath.relpath(name, build.context or ".")
    if build.dockerfile_text is not None:
        return (SetText(build.dockerfile_text, relative),)
    documents = graph.library.get(build.anchor.path, yaml.read)
    node = yaml.resolve(documents, build.anchor.steps) if documents is not None else None
    if isinstance(node, yaml.Mapping):
        return (SetEntry(build.anchor, "dockerfile", relative, beside="context"),)
    if not isinstance(node, yaml.Scalar) or build.anchor.parent is None:
        return ()
    both = Entries((("context", node.value), ("dockerfile", relative)))
    return (SetEntry(build.anchor.parent, "build", both),)


def _folder(build: Build) -> str:
    """The project's folder: the context less what is written of it."""
    assert build.context_text is not None
    written = posixpath.normpath(build.context_text.value)
    up = [p for p in written.split("/") if p == ".."]
    if up:
        return posixpath.dirname(build.anchor.path)
    return build.context.removesuffix(written).rstrip("/") if written != "." else build.context
