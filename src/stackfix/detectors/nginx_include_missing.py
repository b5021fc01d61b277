"""nginx takes in a file that its container doesn't hold.

What it finds: an `include` of one file, or a directive that names one (`ssl_dhparam`, `auth_basic_user_file`,
`ssl_trusted_certificate`, `ssl_client_certificate`), that no mount and no COPY puts into the container of the nginx
that reads it, and that doesn't come with the image.

Why it breaks: nginx refuses to start; without its user file a protected location answers with errors.

Which side is right: the file that is there. The one of the same name in another folder is meant, else the one of nearly
the same name in the same folder.

Limits: silent for wildcards, which may match nothing, for variables, for what a named volume, a Secret or a missing
folder may hold, and where a start script or a step of the image may make the file.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Choice, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import nginx_names
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.nginx_names import Named

RULE = Rule(
    "nginx-include-missing",
    Family.BROWSER,
    Severity.ERROR,
    "nginx takes in a file that its container doesn't hold",
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every file that a directive names and nothing holds."""
    alike: dict[tuple[Workload, str], list[Named]] = {}
    for named in nginx_names.absent(graph, nginx_names.OTHERS):
        if nginx_names.fits(graph, named):
            yield _finding(graph, named)
        else:
            alike.setdefault((named.proxied.workload, named.path), []).append(named)
    for first, *others in alike.values():
        yield _finding(graph, first, tuple(others))


def _finding(graph: Graph, named: Named, others: tuple[Named, ...] = ()) -> Finding:
    """`others` are further directives that the same file would put right."""
    fits, workload = nginx_names.fits(graph, named), named.proxied.workload
    place = named.said.location
    what = f"; {fits[0]} is what fits" if len(fits) == 1 else ""
    return Finding(
        rule=RULE,
        message=f"{named.said.keyword} names {named.path}, which {workload.name} doesn't hold{what}",
        location=Location(place.path, place.span, "nothing mounts or copies it there"),
        anchor=named.said.anchor,
        value=named.path,
        evidence=(
            Location(workload.location.path, workload.location.span, f"{workload.name} runs this nginx"),
            *(replace(other.said.location, note="names it, too") for other in others),
        ),
        remedy=_remedy(named, fits),
        components=graph.called(workload),
    )


def _remedy(named: Named, fits: tuple[str, ...]) -> Remedy | None:
    choices = tuple(Choice(f"name {p}", (SetText(named.text, nginx_names.spelled(named, p)),)) for p in fits)
    if not choices:
        return None
    if len(choices) > 1:
        return Remedy(Applicability.MANUAL, "say which file is meant", (), choices)
    return Remedy(Applicability.SAFE, choices[0].description, choices[0].repairs)
