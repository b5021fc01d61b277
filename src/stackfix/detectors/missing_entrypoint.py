"""A start command names a file or module that the container won't hold.

What it finds: a CMD, an ENTRYPOINT, a Compose `command` or `entrypoint`, or a Kubernetes `command` or `args` whose
script, module or `module:attribute` is certainly not among the files that the image copies or that are mounted; whose
program, jar or assembly is called otherwise than the one that is compiled for the image; or whose script of
package.json (`npm run start:prod`) the copied package.json doesn't have.

Also one that the image brings and a mounted folder of the repository hides.

Why it breaks: the container starts, finds nothing to run, and ends; with a restart policy it does so for ever.

Which side is right: the one file there that starts the application: one of the same name elsewhere, else an ASGI or
WSGI object or a script that opens a port, in the same folder first. Of compiled programs, the only one that the image
is given and no other service runs. The command keeps its form; one word changes.

Limits: silent where a build step, a mount, an installed package or a file that git ignores may bring what is named,
and for an image without any source, run by nobody here: whoever runs it mounts that. With several candidates, one
that lies in the folder above the one where the command begins, or one that can't be started as the command does, a
person chooses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Choice, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import builds, entry_points, not_given, serving_words
from stackfix.repairs.set_command import SetCommand
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.entry_candidates import Candidate
    from stackfix.graph.entry_points import Missing
    from stackfix.graph.image import Image
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Mount, Workload

RULE = Rule(
    "missing-entrypoint",
    Family.IMAGES,
    Severity.ERROR,
    "a start command names a file or module that the container won't hold",
    yields_to=("copy-incomplete",),
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every entry point that isn't there, each written place once."""
    found: dict[Location, list[tuple[Workload, Missing]]] = {}
    hidden: dict[tuple[Location, str], Finding] = {}
    for workload in graph.running:
        for missing in graph.entries(workload).missing:
            place, image = located(missing.text, "isn't there"), graph.image(workload)
            if place is None or (image is not None and _is_told(graph, image, missing)):
                continue
            mount = entry_points.hiding(graph, workload, missing)
            if mount is not None:
                hidden.setdefault((mount.location, missing.place), _hidden(graph, workload, missing, mount))
            else:
                found.setdefault(place, []).append((workload, missing))
    yield from (_finding(graph, place, uses) for place, uses in found.items())
    yield from hidden.values()


def _is_told(graph: Graph, image: Image, missing: Missing) -> bool:
    """Whether a COPY that finds nothing tells of it, or the folder that the whole image is built from."""
    if not_given.looked_for(image, missing):
        return True
    return bool(image.missing) and builds.written_for(graph.library, image) is not None


def _hidden(graph: Graph, workload: Workload, missing: Missing, mount: Mount) -> Finding:
    """What the image brings and a folder of the repository, mounted over it, doesn't have."""
    named = located(missing.text, "starts it")
    return Finding(
        rule=RULE,
        message=(
            f"{workload.name} starts {missing.text.value}, which its image has and the mount over {mount.target} hides:"
            f" {mount.source or 'the repository'} doesn't hold it"
        ),
        location=Location(mount.location.path, mount.location.span, "is mounted over it"),
        anchor=mount.anchor,
        value=missing.text.value,
        evidence=(named,) if named is not None else (),
        remedy=Remedy(Applicability.MANUAL, "leave the mount out, or start what it holds"),
        components=graph.called(workload),
    )


def _finding(graph: Graph, place: Location, uses: list[tuple[Workload, Missing]]) -> Finding:
    workload, missing = uses[0]
    agreed = missing.fits if len({m.fits for _, m in uses}) == 1 else None
    return Finding(
        rule=RULE,
        message=_message(graph, workload, missing, agreed),
        location=place,
        anchor=missing.process.anchor,
        value=missing.text.value,
        evidence=tuple(c.location for c in missing.candidates if c.location is not None),
        remedy=_remedy(graph, workload, missing, agreed),
        components=graph.called(*(w for w, _ in uses)),
    )


def _message(graph: Graph, workload: Workload, missing: Missing, agreed: Candidate | None) -> str:
    named = missing.text.value
    if missing.manifest is not None:
        told = f"the command runs the script {named}, which {missing.manifest} doesn't have"
        return told + (f"; its script {agreed.word} starts the application" if agreed is not None else "")
    holder = "container" if graph.image(workload) is None else "image"
    told = f"the command starts {named}, which the {holder} doesn't hold"
    if agreed is None:
        return told
    return told + (f"; {agreed.path} is compiled" if agreed.compiled else f"; {agreed.path} starts the application")


def _remedy(graph: Graph, workload: Workload, missing: Missing, agreed: Candidate | None) -> Remedy:
    if agreed is not None and agreed.word == f"../{missing.text.value}":
        # It lies where it should, and the command begins in a folder too far down: for whatever else is run there, too.
        way = Choice(f"start {agreed.word}", (SetText(missing.text, agreed.word),))
        return Remedy(Applicability.MANUAL, f"let the command begin in the folder of {agreed.path}", choices=(way,))
    if agreed is not None and agreed.word is not None:
        return Remedy(Applicability.SAFE, f"start {agreed.word}", (SetText(missing.text, agreed.word),))
    lone = len(missing.candidates) == 1 and missing.manifest is None
    served = serving_words.served(graph, workload, missing) if lone else None
    if served is not None:
        return Remedy(
            Applicability.UNSAFE, f"serve {missing.candidates[0].path}", (SetCommand(missing.process.anchor, served),)
        )
    choices = tuple(
        Choice(f"start {c.word or c.path}", (SetText(missing.text, c.word),) if c.word is not None else ())
        for c in missing.candidates
    )
    why = "choose what to start" if choices else "nothing there starts an application: add the file, or name another"
    return Remedy(Applicability.MANUAL, why, choices=choices)
