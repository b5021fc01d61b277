"""A service is built from a folder that holds a known kind of program and no Dockerfile.

What it finds: a Compose service whose build folder is there and has no Dockerfile, where the folder's manifests say
what the program is: FastAPI, Flask or Django; Express, Nest, Next and other Node servers; Go; Rust; a front end that
Vite, Create React App or Vue's tool builds. A folder with a front end and a back end in folders of their own is one
image.

Why it breaks: nothing is built, and the service doesn't start.

Which side is right: the program. The Dockerfile that is made installs as its lock file says, builds in a stage of its
own, runs without root where it can, and exposes the port that the deployment declares. Pages are given out by nginx,
which hands on what they ask of their own origin; a front end and a back end in one image get a start script that runs
both, hands signals on and ends when either ends. A `.dockerignore` is made where there is none and the context would
send installed packages, git's folder or a `.env` file.

Limits: silent where the framework, its one entry point, its package manager or its port isn't certain, and where a
Dockerfile of another name is there. It is a beginning that a person should read.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import undockered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.undockered import Undockered

RULE = Rule(
    "missing-dockerfile",
    Family.IMAGES,
    Severity.ERROR,
    "a service is built from a folder with a known kind of program and no Dockerfile",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every build that only lacks its Dockerfile, each folder once."""
    seen: set[str] = set()
    for found in undockered.undockered(graph):
        if found.build.dockerfile not in seen:
            seen.add(found.build.dockerfile)
            yield _finding(graph, found)


def _finding(graph: Graph, found: Undockered) -> Finding:
    build = found.build
    written = build.dockerfile_text if build.dockerfile_text is not None else build.context_text
    place = written.place if written is not None else None
    texts = (graph.library.text(path) for path in found.manifests)
    witnesses = (located(text.slice(0, 1), "says what the program is") for text in texts if text is not None)
    names = ", ".join(file.path for file in found.files)
    who = found.workload.name if found.workload else "the image"
    return Finding(
        rule=RULE,
        message=(
            f"{who} is built from {build.dockerfile}, which doesn't exist;"
            f" {build.context or 'the root'} holds a {found.what}"
        ),
        location=build.location if place is None else Location(*place, "has no Dockerfile"),
        anchor=build.anchor,
        value=build.dockerfile,
        evidence=(
            *(w for w in witnesses if w is not None),
            *(replace(place, note=f"{name} is built from it, too") for name, place in _others(graph, found)),
        ),
        remedy=Remedy(Applicability.UNSAFE, f"make {names}", found.files),
        components=graph.called(found.workload) if found.workload else frozenset(),
    )


def _others(graph: Graph, found: Undockered) -> Iterator[tuple[str, Location]]:
    """Who else is built from the Dockerfile that isn't there, and where that is said."""
    seen = {found.build.location}
    for workload in graph.workloads:
        build = workload.build
        if build is not None and build.dockerfile == found.build.dockerfile and build.location not in seen:
            seen.add(build.location)
            yield workload.name, build.location
