"""A variable that is baked into a front end as it is built is given to the finished container.

What it finds: a variable such as `VITE_API_URL`, `REACT_APP_…` or `NEXT_PUBLIC_…` that the code reads and a deployment
sets for the running container, where the image has been built with another value or none.

Why it breaks: the bundler puts the value into the JavaScript files as it builds. What the container is given later
reaches nobody: browsers get the files as they were built.

Which side is right: the value that the deployment gives. It goes into `build.args`, and where the Dockerfile takes no
such argument, `ARG` and `ENV` before the build are added. The entry under `environment` stays.

Limits: silent for development servers, which read the environment when they start, where a start script or the
bundler's configuration puts the value in, for values from `env_file`, and where nobody can tell what was built.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import build_arguments, frontend_builds, late_variables
from stackfix.graph.model import Platform

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Repair
    from stackfix.graph.late_variables import Late
    from stackfix.graph.link import Graph

RULE = Rule(
    "build-variable-at-run-time",
    Family.BROWSER,
    Severity.ERROR,
    "a variable that is baked in at build time is given to the running container alone",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every build-time variable that comes too late."""
    for late in late_variables.late(graph):
        name = late.variable.name
        step = located(late.build.step.text, "the front end is built here")
        read = next(r for r in late.build.front.reads if r.name == name)
        there = Location(read.location.path, read.location.span, f"the code reads {name}")
        place = late.variable.location
        instead = f"with {late.baked.value!r}" if late.baked is not None and late.baked.value else f"without {name}"
        if late.variable.secret:
            instead = "with another value"
        yield Finding(
            rule=RULE,
            message=f"{late.workload.name} is given {name} when it starts, but its front end has been built {instead}",
            location=Location(place.path, place.span, "comes too late"),
            anchor=late.variable.anchor,
            value=name,
            evidence=(there, *((step,) if step is not None else ())),
            remedy=_remedy(graph, late),
            components=graph.called(late.workload),
        )


def _remedy(graph: Graph, late: Late) -> Remedy:
    name = late.variable.name
    by_hand = Remedy(Applicability.MANUAL, f"give {name} to the build (docker build --build-arg {name}=…)")
    build, value = late.workload.build, late_variables.written(graph, late)
    if build is None or value is None or late.workload.deployment.platform is not Platform.COMPOSE:
        return by_hand
    argument = build_arguments.argument(graph, build, name, value)
    declared = frontend_builds.declared(late.build, name)
    if argument is None or (declared and not any(i.name == "ARG" for i in declared)):
        return by_hand
    repairs: tuple[Repair, ...] = () if declared else tuple(build_arguments.declare(late.build, name))
    return Remedy(Applicability.UNSAFE, f"give {name} to the build", (argument, *repairs))
