"""A container's command, or the `#!` of a script that it runs, names a program that its image lacks.

What it finds: bash on Alpine, curl on slim images, tini that nobody installed, Python on a Node image, where a script's
`#!`, a CMD, an ENTRYPOINT, a Compose `command` or a pod's command runs it.

Why it breaks: `no such file or directory`: the container ends at once.

Which side is right: the command. The program is installed: one more name in the list that the Dockerfile installs
already, else a RUN of its own behind the base image. A script that says `bash` and uses nothing but what every `sh`
understands takes `#!/bin/sh` instead: the smaller edit.

Limits: only public images of which it is known what they bring; silent where a package, a script or a COPY may bring
the program unseen, where the command installs packages first, and for commands inside conditions. Language runtimes are
not installed without asking.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Remedy, Rule, Severity, located
from stackfix.graph import interpreters, posix
from stackfix.repairs.add_instruction import AddInstruction
from stackfix.repairs.add_package import AddPackage
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Repair
    from stackfix.graph.image import Image
    from stackfix.graph.interpreters import Need
    from stackfix.graph.known_images import Base
    from stackfix.graph.link import Graph

RULE = Rule(
    "missing-interpreter",
    Family.IMAGES,
    Severity.ERROR,
    "a command or a script's `#!` names a program that the image lacks",
)

_TOOLS = frozenset({"bash", "curl", "wget", "git", "tini", "dumb-init", "gosu", "su-exec", "nc"})
_INSTALLED = {
    "apk": "RUN apk add --no-cache {}",
    "apt-get": "RUN apt-get update && apt-get install -y --no-install-recommends {} && rm -rf /var/lib/apt/lists/*",
}
_HASHBANG = re.compile(r"#![ \t]*(/\S+(?:/env[ \t]+\S+)?)(?:[ \t]+-[eux]+)?[ \t\r]*(?:\n|$)")


def detect(graph: Graph) -> Iterator[Finding]:
    """Every program that an image lacks, once for each image, with all that need it."""
    found: dict[tuple[str, str], list[tuple[Need, Base]]] = {}
    for workload in graph.running:
        for need in interpreters.needs(graph, workload):
            base = interpreters.lacks(graph, need)
            if base is not None:
                made = graph.image(workload)
                where = (
                    f"{workload.deployment.name} {workload.name}"
                    if made is None
                    else f"{made.path} {made.chain[0].index}"
                )
                found.setdefault((where, need.program), []).append((need, base))
    for needs in found.values():
        yield _finding(graph, [need for need, _ in needs], needs[0][1])


def _finding(graph: Graph, needs: list[Need], base: Base) -> Finding:
    need = needs[0]
    image = graph.image(need.workload)
    named = image.base_name if image is not None else need.workload.image
    assert named is not None
    remedy = _remedy(graph, needs, base, image)
    words = [place for one in needs if (place := located(one.text, f"runs {one.program}")) is not None]
    below = located(named, f"has no {need.program}")
    local = image is None or any(isinstance(repair, SetText) for repair in remedy.repairs)
    places = dict.fromkeys((*words, below) if local else (below, *words))
    location, *evidence = (place for place in places if place is not None)
    runs = f"{need.script} is run by {need.program}" if need.script is not None else f"{need.program} is run"
    return Finding(
        rule=RULE,
        message=f"{runs}, and {named.value} has no {need.program}",
        location=location,
        anchor=image.anchor if image is not None else need.workload.anchor,
        value=need.program,
        evidence=tuple(evidence),
        remedy=remedy,
        components=graph.called(*(one.workload for one in needs)),
    )


def _remedy(graph: Graph, needs: list[Need], base: Base, image: Image | None) -> Remedy:
    plain = _as_sh(graph, needs) if needs[0].program == "bash" and base.shell else ()
    if plain:
        return Remedy(Applicability.SAFE, "run it by sh, which understands all of it", plain)
    program = needs[0].program
    package = interpreters.PACKAGES.get(base.manager or "", {}).get(program)
    if image is None or package is None:
        return Remedy(Applicability.MANUAL, f"take an image that has {program}, or install it")
    grade = Applicability.SAFE if program in _TOOLS else Applicability.UNSAFE
    return Remedy(grade, f"install {package}", (_installation(image, base, package),))


def _as_sh(graph: Graph, needs: list[Need]) -> tuple[Repair, ...]:
    """`#!/bin/sh` in all the scripts that need bash, if they are plain; none else."""
    repairs = []
    for path in dict.fromkeys(need.script for need in needs):
        text = graph.library.text(path) if path is not None else None
        match = _HASHBANG.match(text.value) if text is not None else None
        if text is None or match is None or not posix.is_posix(text):
            return ()
        repairs.append(SetText(text.slice(*match.span(1)), "/bin/sh"))
    return tuple(repairs)


def _installation(image: Image, base: Base, package: str) -> Repair:
    manager = base.manager or ""
    listed = interpreters.installing(image, manager)
    if listed is not None:
        return AddPackage(*listed, package)
    anchor, apart = interpreters.behind_base(image)
    return AddInstruction(anchor, _INSTALLED[manager].format(package), apart=apart)
