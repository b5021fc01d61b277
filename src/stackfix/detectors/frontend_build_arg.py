"""A front end's code needs a build-time variable that its image's build can't be given.

What it finds: code that reads an address from a variable such as `VITE_API_URL`, `REACT_APP_…` or `NEXT_PUBLIC_…`, and
a Dockerfile that builds it without an `ARG` or `ENV` of that name before the build, and without a `.env` file for it.

Why it breaks: bundlers put these variables into the JavaScript files as they build. Without a value the address comes
out as `undefined`. Where the code has a fallback the page works, but this image can't be built for another environment:
that is told as an info alone.

Which side is right: the code. `ARG` and `ENV` go before the build step, beside those that are there, and `build.args`
into Compose where the project's `.env` has the value, or its example says that it is to have one.

Limits: silent for development servers, where `ARG` alone is there (the step sees it), where a step, a start script or
the bundler's configuration speaks of the variable, where a `.env` file that git ignores may be copied, where the code
asks first whether there is a value, for fallbacks to the page's own origin, and for what is no address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Anchor, Applicability, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.formats import dockerfile
from stackfix.graph import (
    build_arguments,
    environment,
    frontend_builds,
    frontend_needs,
    late_variables,
    own_origin,
)
from stackfix.graph.frontend_builds import Given
from stackfix.tree import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Repair
    from stackfix.graph.frontend_builds import FrontBuild
    from stackfix.graph.frontend_needs import Need
    from stackfix.graph.link import Graph

RULE = Rule(
    "frontend-build-arg",
    Family.BROWSER,
    Severity.ERROR,
    "a build-time variable that the front end reads and its image's build can't be given",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every build-time variable that no build is given."""
    seen = {(late.build.build.dockerfile, late.variable.name) for late in late_variables.late(graph)}
    judged = own_origin.Judged(graph)
    for found in graph.front_builds:
        for name in found.names:
            key = (found.build.dockerfile, name)
            if key in seen or frontend_builds.given(graph, found, name) is not Given.NO:
                continue
            need = frontend_needs.need(graph, found, name)
            if need is not None and not judged.elsewhere(found, need, name):
                seen.add(key)
                yield _finding(graph, found, name, need)


def _finding(graph: Graph, found: FrontBuild, name: str, need: Need) -> Finding:
    reads = need.required or need.fallback
    notes = [Location(r.location.path, r.location.span, f"the code reads {name}") for r in reads]
    place = located(found.step.text, f"{name} can't be given to this build")
    assert place is not None
    repairs = (
        *build_arguments.declare(found, name, keep_unset=not (need.required or need.empty_counts)),
        *_arguments(graph, found, name),
    )
    without = "and has no value without it" if need.required else "and falls back to one value for every environment"
    return Finding(
        rule=RULE,
        message=f"the front end reads {name}, which no ARG or ENV gives to its build, {without}",
        location=place,
        anchor=Anchor(found.build.dockerfile, "dockerfile", dockerfile.steps(found.stage.document, found.step)),
        value=name,
        evidence=tuple(notes),
        remedy=Remedy(
            Applicability.SAFE if need.required else Applicability.UNSAFE, f"let the build be given {name}", repairs
        ),
        level=None if need.required else Severity.INFO,
        components=graph.called(*(w for w in graph.workloads if graph.build_of(w) == found.build)),
    )


def _arguments(graph: Graph, found: FrontBuild, name: str) -> Iterator[Repair]:
    """`build.args` of the Compose services that build it, where the project's `.env` has the value or is to have it."""
    for project in graph.projects:
        files = (join(project.folder, ".env"), *environment.examples(graph.library, project.folder))
        known = {given for path in files for given in environment.variables(graph.library, path) or {}}
        for build in dict.fromkeys(w.build for w in project.workloads if w.build is not None):
            same = (build.dockerfile, build.context) == (found.build.dockerfile, found.build.context)
            if not same or name not in known or any(v.name == name for v in build.arguments):
                continue
            repair = build_arguments.argument(graph, build, name, f"${{{name}}}")
            if repair is not None:
                yield repair
