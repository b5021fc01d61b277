"""The source requires a variable that a deployment never gives.

What it finds: a variable that the source reads as it starts, without a default, and that neither the deployment, the
image, the entry script, a dotenv file nor the code itself gives. In Python it is read as required; a program of Node or
Go checks it at its start and fails (throws, exits, panics), or hands the environment to envalid, zod, env-var,
caarlos0/env or envconfig.

Why it breaks: the process ends at once with a missing key or a failed validation.

Which side is right: the source. The variable is added with the value that the component's other deployments agree on;
a host that a client is seen to take gets the name of the one component that speaks its protocol, or is left to a person
where none or several do. Any other gets a marked placeholder; a secret is never made up or copied.

Limits: silent where part of the environment can't be seen, for what is read later or under a condition, and for what
the machine, the orchestrator or the cloud gives. A variable that is given under a misspelled name is `env-typo`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity
from stackfix.graph import env_gaps, misnamed
from stackfix.repairs.add_variable import AddVariable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.env_gaps import Lacking
    from stackfix.graph.link import Graph

RULE = Rule("env-missing", Family.ENVIRONMENT, Severity.ERROR, "the source requires a variable that is never given")


def detect(graph: Graph) -> Iterator[Finding]:
    """Every required variable that a deployment lacks."""
    lacked = tuple(env_gaps.lacking(graph))
    # Given under a name that nothing reads, it isn't missing: `env-typo` speaks.
    given = {(one.workload, one.read) for one in misnamed.misnamed(graph)} if lacked else set()
    for lacking in lacked:
        if (lacking.workload, lacking.read.name) not in given:
            yield _finding(graph, lacking)


def _finding(graph: Graph, lacking: Lacking) -> Finding:
    workload, read = lacking.workload, lacking.read
    value = lacking.value if lacking.value is not None else env_gaps.PLACEHOLDER
    how = f"{read.name}={value}" if lacking.value is not None else f"{read.name} with a placeholder to be filled in"
    told = "answers the client that takes it" if lacking.host else "another deployment gives it"
    unknown = lacking.host and lacking.value is None
    return Finding(
        rule=RULE,
        message=f"{workload.name} starts without {read.name}, which its source requires",
        location=Location(workload.location.path, workload.location.span, f"never gives {read.name}"),
        anchor=workload.anchor,
        value=read.name,
        evidence=(
            Location(read.location.path, read.location.span, "read here, without a default"),
            *(Location(place.path, place.span, told) for place in lacking.given),
        ),
        remedy=Remedy(
            Applicability.MANUAL if unknown else Applicability.UNSAFE,
            f"give {read.name} the host's name" if unknown else f"give {how}",
            () if unknown else (AddVariable(workload.anchor, read.name, value),),
        ),
        components=graph.called(workload),
    )
