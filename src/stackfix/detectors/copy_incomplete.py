"""A step of an image needs a file that the image has not been given by then.

What it finds: an installation of the project itself while the readme that its pyproject.toml names is not yet copied;
a command that insists on a lock file (`npm ci`, `cargo build --locked`) which lies beside the manifest and isn't copied
with it; a Rust workspace whose members aren't there when it is built; and an entry script that lies in the build
context and that no COPY takes.

Why it breaks: the build stops at the missing file; the container ends at once without its script.

Which side is right: the step. One more COPY beside the others gives it the file.

Limits: silent where a step may make the file, for installations of the dependencies alone, and for mounted files. Where
`.dockerignore` drops the file, or the project's own code is copied later as well, a person decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import builds, lock_files, not_given
from stackfix.repairs.add_instruction import AddInstruction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.image import Image
    from stackfix.graph.link import Graph
    from stackfix.graph.not_given import NotGiven

RULE = Rule(
    "copy-incomplete",
    Family.IMAGES,
    Severity.ERROR,
    "a step of an image needs a file that the image has not been given by then",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every file that a step needs and no COPY gives, each written place once."""
    seen: set[tuple[Location, str]] = set()
    for finding in (*_readmes(graph), *_locks(graph), *_entries(graph)):
        key = (finding.location, finding.value)
        if key not in seen:
            seen.add(key)
            yield finding


def _readmes(graph: Graph) -> Iterator[Finding]:
    for made in graph.builds:
        image = graph.image_of(made.build)
        for lacking in not_given.readmes(graph.library, image) if image is not None else ():
            assert image is not None
            place = located(lacking.beside.instruction.text, "copies what stands beside it")
            if place is not None:
                yield _finding(graph, image, lacking, place)


def _locks(graph: Graph) -> Iterator[Finding]:
    for made in graph.builds:
        image = graph.image_of(made.build)
        if image is None or builds.astray(graph.library, image):
            continue
        for stage in lock_files.stages(graph, image):
            for lacking in (*not_given.locks(graph, stage), *not_given.members(graph, stage)):
                place = located(lacking.beside.instruction.text, "copies what stands beside it")
                if place is not None:
                    yield _finding(graph, image, lacking, place)


def _entries(graph: Graph) -> Iterator[Finding]:
    for workload in graph.running:
        image = graph.image(workload)
        if image is None or builds.astray(graph.library, image):
            continue
        for missing in graph.entries(workload).missing:
            if missing.fits is None:
                for lacking in not_given.entry(graph.library, image, missing):
                    yield _finding(graph, image, lacking, lacking.needed)


def _finding(graph: Graph, image: Image, lacking: NotGiven, place: Location) -> Finding:
    if lacking.dropped:
        remedy = Remedy(Applicability.MANUAL, f"let .dockerignore keep {lacking.source}, and copy it")
    elif lacking.package:
        told = f"copy {lacking.source} and {lacking.package} before this step, or install the dependencies alone"
        remedy = Remedy(Applicability.MANUAL, told)
    else:
        written = f"COPY {lacking.source} {lacking.destination}"
        grade = Applicability.SAFE if lacking.certain else Applicability.UNSAFE
        remedy = Remedy(grade, f"copy {lacking.source}", (AddInstruction(lacking.beside.anchor, written),))
    users = [w for w in graph.running if graph.build_of(w) == image.build]
    return Finding(
        rule=RULE,
        message=f"{lacking.source} is needed, and the image has not been given it by then",
        location=place,
        anchor=lacking.beside.anchor,
        value=lacking.source,
        evidence=(lacking.needed,),
        remedy=remedy,
        components=graph.called(*users),
    )
