"""A Dockerfile copies a path that its build context doesn't hold.

What it finds: a COPY or ADD whose source is not in the context, or is dropped by `.dockerignore`, or a `COPY --from` of
what the earlier stage certainly doesn't have; where it is known who builds the image, and so from which folder.

Why it breaks: the build stops.

Which side is right: the tree. The one file of that name in the context is what was moved.

Limits: silent for what git ignores, what a script, workflow or program names (it may make it), build outputs,
wildcards, and for builds whose folder isn't certain. Dependency manifests and files of secrets have rules of their own.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import builds, manifests, secret_files
from stackfix.graph.builds import By
from stackfix.graph.image_files import Context, Why
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.image import Image
    from stackfix.graph.image_files import MissingSource
    from stackfix.graph.link import Graph

RULE = Rule(
    "missing-copy-source",
    Family.IMAGES,
    Severity.ERROR,
    "a Dockerfile copies a path that its build context doesn't hold",
    yields_to=("missing-requirements", "secret-in-image"),
)

_OUTPUTS = re.compile(
    r"(?:^|/)(?:dist|build|out|output|target|bin|release|public|static|node_modules|\.next|\.output|vendor|coverage|generated"
    r"|certs?|ssl|licen[cs]es?|artifacts?)(?:/|$)|\.(?:jar|war|whl|tar|tgz|gz|zip|deb|rpm|apk|so|exe|crt|cer|pem|pub)$|licen[cs]e",
    re.IGNORECASE,
)


def detect(graph: Graph) -> Iterator[Finding]:
    """Every source that a known build looks for in vain, each written place once."""
    seen: set[Location] = set()
    fine = _found_by_others(graph)
    for made in graph.builds:
        image = graph.image_of(made.build)
        if image is None or made.by is By.CONVENTION or builds.astray(graph.library, image):
            continue
        for missing in image.missing:
            if missing.location in seen or missing.location in fine or _excused(graph, missing):
                continue
            seen.add(missing.location)
            yield _finding(graph, image, missing)


def _found_by_others(graph: Graph) -> set[Location]:
    """Places of sources that some other build of the same Dockerfile finds: built from two folders, one is right."""
    images = [image for made in graph.builds if (image := graph.image_of(made.build)) is not None]
    lost = [{m.location for m in image.missing} for image in images]
    return {
        place
        for image, places in zip(images, lost, strict=True)
        for place in places
        if any(other.path == image.path and place not in them for other, them in zip(images, lost, strict=True))
    }


def _excused(graph: Graph, missing: MissingSource) -> bool:
    """Whether another rule speaks of it, or something may make it."""
    if manifests.is_manifest(missing.path) or secret_files.named_so(missing.path) or missing.kept_out_of_git:
        return True
    if missing.why is Why.DROPPED:
        return False
    if _OUTPUTS.search(missing.path) and (missing.why is Why.STAGE or _moved_to(graph, missing, "") is None):
        return True
    return manifests.written_by_scripts(graph.library, missing.path)


def _moved_to(graph: Graph, missing: MissingSource, context: str) -> str | None:
    """The one file of that name in the context."""
    inside = context + "/" if context else ""
    tree = graph.library.tree
    named = [p for p in tree.named(posixpath.basename(missing.path)) if p.startswith(inside) and tree.entries[p].wiring]
    return named[0] if len(named) == 1 else None


def _finding(graph: Graph, image: Image, missing: MissingSource) -> Finding:
    context = image.build.context
    moved = _moved_to(graph, missing, context) if missing.why is Why.ABSENT else None
    kept = Context(graph.library, image.build)
    source = (moved[len(context) + 1 :] if context else moved) if moved is not None else None
    witnesses = [] if missing.by is None else [missing.by]
    if source is not None and moved is not None and kept.dropped(source) is None:
        text = graph.library.text(moved)
        place = located(text.slice(0, text.value.find("\n")), "is there") if text is not None and text else None
        witnesses += [] if place is None else [place]
        remedy = Remedy(Applicability.SAFE, f"copy {source}", (SetText(missing.text, _dressed(missing, source)),))
        told = f"; {source} is there"
    else:
        remedy = Remedy(Applicability.MANUAL, _advice(missing))
        told = ""
    users = [w for w in (*graph.workloads, *graph.own_commands) if graph.build_of(w) == image.build]
    return Finding(
        rule=RULE,
        message=f"{missing.text.value} is {missing.why.value}{_named(context, missing)}{told}",
        location=Location(missing.location.path, missing.location.span, missing.why.value),
        anchor=missing.anchor,
        value=missing.text.value,
        evidence=(*witnesses, replace(image.build.location, note="builds it")),
        remedy=remedy,
        components=graph.called(*users),
    )


def _named(context: str, missing: MissingSource) -> str:
    return "" if missing.why is not Why.ABSENT else f" ({context or 'the root'})"


def _advice(missing: MissingSource) -> str:
    match missing.why:
        case Why.DROPPED:
            return "take it back in with a `!` line, or leave the COPY out"
        case Why.STAGE:
            return "copy what that stage makes"
        case _:
            return "add the file, or leave the COPY out"


def _dressed(missing: MissingSource, source: str) -> str:
    """A path of the context as the COPY writes paths."""
    written = missing.text.value
    return "./" + source if written.startswith("./") else "/" + source if written.startswith("/") else source
