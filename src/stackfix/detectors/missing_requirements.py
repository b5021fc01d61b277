"""An image installs from a list of requirements or a lock file that doesn't exist.

What it finds: a COPY of a requirements file, a manifest or a lock file (Python, Node, Rust, Go, Ruby) that the build
context doesn't hold, and a `pip install -r` of a list that the image has certainly not been given.

Why it breaks: the build stops.

Which side is right: what the project does declare. A file of the same name elsewhere in the context was moved; else a
pyproject.toml beside it or at the context's root declares the dependencies, and uv (Poetry for its own tables) installs
them from there, into the same place as pip would. A lock file that no step insists on is left out of the COPY.

Limits: silent where git ignores such a file or a script makes it. Where several lists are missing, or one is copied
twice, a person decides. The repair changes which versions are installed, so a
person should decide.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import builds, lock_files, manifests, moved_sources
from stackfix.graph.image_files import Why
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Repair
    from stackfix.graph.image import Image
    from stackfix.graph.image_files import MissingSource
    from stackfix.graph.link import Graph
    from stackfix.graph.manifests import Declared, Installing

RULE = Rule(
    "missing-requirements",
    Family.IMAGES,
    Severity.ERROR,
    "an image installs from a list of requirements or a lock file that doesn't exist",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every list of requirements that a build looks for in vain, each written place once."""
    seen: set[Location] = set()
    for made in graph.builds:
        image = graph.image_of(made.build)
        if image is None or builds.astray(graph.library, image):
            continue
        copied = {posixpath.basename(missing.path) for missing in image.missing}
        lost = _all_lost(graph, image)
        for group in lost.values():
            # A manifest and its lock file that one COPY wants are one fault.
            if group[0].location not in seen and not _goes_with_another(group, image):
                seen.update(missing.location for missing in group)
                alone = not any(manifests.is_requirements(path) for path in lost if path != group[0].path)
                yield _finding(graph, image, group, alone=alone)
        for found, path in manifests.never_given(image):
            place = located(found.file, "isn't there")
            if place is not None and place not in seen and posixpath.basename(path) not in copied:
                seen.add(place)
                yield _not_given(graph, image, found, place)


def _goes_with_another(group: list[MissingSource], image: Image) -> bool:
    """Whether a lock file is asked for beside its manifest, which isn't there either."""
    if not manifests.is_lock_file(group[0].path):
        return False
    named = (m for m in image.missing if manifests.is_manifest(m.path) and not manifests.is_lock_file(m.path))
    beside = {(other.command.start, posixpath.dirname(other.path)) for other in named}
    return all((one.command.start, posixpath.dirname(one.path)) in beside for one in group)


def _all_lost(graph: Graph, image: Image) -> dict[str, list[MissingSource]]:
    """The manifests that COPYs look for in vain, by their paths; those that a step insists on are another rule's."""
    insisted = lock_files.insisting(graph, image) if image.missing else frozenset()
    found: dict[str, list[MissingSource]] = {}
    for missing in image.missing:
        if _lost(graph, missing) and missing.location not in insisted:
            found.setdefault(missing.path, []).append(missing)
    return found


def _lost(graph: Graph, missing: MissingSource) -> bool:
    if missing.why is not Why.ABSENT or missing.kept_out_of_git or not manifests.is_manifest(missing.path):
        return False
    return not manifests.written_by_scripts(graph.library, missing.path)


def _finding(graph: Graph, image: Image, group: list[MissingSource], *, alone: bool) -> Finding:
    """One file that isn't there, by all COPYs of it. `alone`: no other list is missing beside it."""
    missing = group[0]
    steps = manifests.installed(image, missing)
    remedy, evidence = _remedy(graph, image, missing, steps)
    if (len(group) > 1 or not alone) and manifests.is_requirements(missing.path):
        remedy, evidence = Remedy(Applicability.MANUAL, "write the list, or copy the one that is meant"), ()
    told = f"; {remedy.description}" if remedy.repairs else ""
    again = (Location(m.location.path, m.location.span, "and here") for m in group[1:])
    witnesses = (*evidence, *again, *(p for i in steps if (p := located(i.file, "installs from it")) is not None))
    return Finding(
        rule=RULE,
        message=f"{missing.path} doesn't exist, and the image {_use(missing)}{told}",
        location=Location(missing.location.path, missing.location.span, "isn't in the build context"),
        anchor=missing.anchor,
        value=missing.text.value,
        evidence=witnesses,
        remedy=remedy,
        components=_components(graph, image),
    )


def _use(missing: MissingSource) -> str:
    return "installs from it" if manifests.is_requirements(missing.path) else "copies it for its installation"


def _components(graph: Graph, image: Image) -> frozenset[str]:
    users = [w for w in (*graph.workloads, *graph.own_commands) if graph.build_of(w) == image.build]
    return graph.called(*users)


def _not_given(graph: Graph, image: Image, found: Installing, place: Location) -> Finding:
    return Finding(
        rule=RULE,
        message=f"pip installs from {found.file.value}, which the image hasn't been given by then",
        location=place,
        anchor=image.anchor,
        value=found.file.value,
        remedy=Remedy(Applicability.MANUAL, f"copy {found.file.value} before this step"),
        components=_components(graph, image),
    )


def _remedy(
    graph: Graph, image: Image, missing: MissingSource, steps: tuple[Installing, ...]
) -> tuple[Remedy, tuple[Location, ...]]:
    context = image.build.context
    if lock_files.is_lock(missing.path):
        return _unlocked(graph, image, missing)
    meant = builds.written_for(graph.library, image)
    if meant is not None:
        return moved_sources.other_context(image, meant), ()
    moved = moved_sources.meant(graph.library, image, missing)
    if moved is not None:
        source = moved[len(context) + 1 :] if context else moved
        text = graph.library.text(moved)
        place = located(text.slice(0, 1), "lists the requirements") if text is not None else None
        return (
            Remedy(Applicability.UNSAFE, f"copy {source}", (SetText(missing.text, _dressed(missing, source)),)),
            () if place is None else (place,),
        )
    listed = manifests.is_requirements(missing.path)
    declared = manifests.declared(graph.library, context, posixpath.dirname(missing.path)) if listed else None
    repairs = _repairs(missing, steps, declared) if declared is not None else ()
    if declared is not None and repairs:
        return Remedy(Applicability.UNSAFE, f"install what {declared.path} declares", repairs), (declared.location,)
    return Remedy(Applicability.MANUAL, "write the list, or copy the one that is meant"), ()


def _unlocked(graph: Graph, image: Image, missing: MissingSource) -> tuple[Remedy, tuple[Location, ...]]:
    """The build without its lock file, where its steps don't insist on one."""
    text = graph.library.text(lock_files.manifest_of(missing.path))
    place = located(text.slice(0, 1), "declares what is installed") if text is not None else None
    if not lock_files.does_without(graph.library, missing, image):
        return Remedy(Applicability.MANUAL, "make the lock file and commit it"), () if place is None else (place,)
    remedy = Remedy(Applicability.UNSAFE, "install what the manifest declares", (lock_files.without(missing),))
    return remedy, () if place is None else (place,)


def _dressed(missing: MissingSource, source: str) -> str:
    """A path of the context as the COPY writes paths."""
    written = missing.text.value
    return "./" + source if written.startswith("./") else "/" + source if written.startswith("/") else source


def _repairs(missing: MissingSource, steps: tuple[Installing, ...], declared: Declared) -> tuple[Repair, ...]:
    """The COPY and the RUN in place: other file, other installer."""
    if len(steps) != 1 or not steps[0].plain:
        return ()
    step = steps[0]
    words = missing.command.words
    target, here = words[-1].text, posixpath.basename(missing.path)
    name = "pyproject.toml"
    copied = [SetText(missing.text, _dressed(missing, declared.source))]
    if posixpath.basename(target.value) == here:
        copied.append(SetText(target.slice(len(target) - len(here), len(target)), name))
    file = step.file.value.removesuffix(here) + name
    if step.uv:
        return (*copied, SetText(step.file, file))
    if declared.style is manifests.Style.UV:
        new = f"uv && uv pip install --system {'--no-cache ' if step.uncached else ''}-r {file}"
    elif file == name and step.last:
        new = "poetry && poetry config virtualenvs.create false && poetry install --only main --no-root"
    else:
        return ()
    return (*copied, SetText(step.whole, new))
