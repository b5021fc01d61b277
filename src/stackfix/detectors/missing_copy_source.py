"""A Dockerfile copies a path that its build context doesn't hold.

What it finds: a COPY or ADD whose source is not in the context, or is dropped by `.dockerignore`, or a `COPY --from` of
what the earlier stage certainly doesn't have, such as a program by a name that Go, Cargo, Maven, Gradle or .NET doesn't
give it; where it is known who builds the image, and so from which folder. And words for a shell behind the paths
(`2>/dev/null || true`): COPY takes them for paths, too.

Why it breaks: the build stops.

Which side is right: the tree. What lies at that path beside the Dockerfile is meant, else the one file of that name in
the context, else the one in the same folder whose name has the same parts. A Dockerfile that copies its whole context,
and names only what lies in its own folder or in one above it, is written for that folder: then the build's context
changes, which a person should see. So it does, told once at the context, where all that a Dockerfile names lies in a
folder above the context, and it names what lies beside itself by the way from there. For a program, what the earlier
stage makes: the one of that name elsewhere, else the only one that nothing else copies.

Limits: silent for what git ignores, what a script, workflow or program names (it may make it), build outputs,
wildcards, and for builds whose folder isn't certain; of an earlier stage, where one of its steps isn't understood
(make, scripts, downloads), or a variable that nobody gives names what is made. A path with `../` is another folder's,
which needs another context. Dependency manifests and files of secrets have rules of their own.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Choice, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import builds, manifests, moved_sources, product_candidates, secret_files
from stackfix.graph.build_context import Context
from stackfix.graph.builds import By
from stackfix.graph.image_files import Why
from stackfix.repairs.cut_words import CutWords
from stackfix.repairs.remove_instruction import RemoveInstruction
from stackfix.repairs.remove_source import RemoveSource
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Repair
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
        if image is None or builds.astray(graph.library, image):
            continue
        for missing in image.missing:
            if made.by is By.CONVENTION and missing.why not in {Why.SHELL, Why.STAGE}:
                continue
            if missing.location in seen or missing.location in fine or _excused(graph, missing):
                continue
            seen.add(missing.location)
            yield _finding(graph, image, missing)
    yield from _all_written_above(graph, fine)


def _all_written_above(graph: Graph, fine: set[Location]) -> Iterator[Finding]:
    """Every build from a folder below the one that its Dockerfile is written for, each written place once."""
    seen: set[Location] = set()
    for made in graph.builds:
        image = graph.image_of(made.build)
        above = builds.written_above(graph.library, image) if image is not None else None
        if image is None or above is None or not fine.isdisjoint(m.location for m in image.missing):
            continue
        if (place := _context_place(image)) not in seen:
            seen.add(place)
            yield _written_above(graph, image, above)


def _context_place(image: Image) -> Location:
    text = image.build.context_text
    return (located(text) if text is not None else None) or image.build.location


def _written_above(graph: Graph, image: Image, folder: str) -> Finding:
    """A build from a service's own folder, of a Dockerfile that is written for one above: one fault, in the context."""
    context, meant = image.build.context, folder or "the root"
    lost = [m for m in image.missing if m.why is Why.ABSENT]
    return Finding(
        rule=RULE,
        message=f"{image.path} copies what {meant} holds, and is built from {context}",
        location=replace(_context_place(image), note=f"{meant} is meant"),
        anchor=image.build.anchor,
        value=context,
        evidence=tuple(replace(m.location, note="isn't there") for m in lost[:3]),
        remedy=moved_sources.other_context(image, folder),
        components=_components(graph, image),
    )


def _found_by_others(graph: Graph) -> set[Location]:
    """Places of sources that some other build of the same Dockerfile finds: built from two folders, one is right."""
    images = [image for made in graph.builds if (image := graph.image_of(made.build)) is not None]
    lost = [{m.location for m in image.missing} for image in images]
    return {
        place
        for image, places in zip(images, lost, strict=True)
        for place in places
        if any(
            other.path == image.path and place not in them and other.plays(place)
            for other, them in zip(images, lost, strict=True)
        )
    }


def _excused(graph: Graph, missing: MissingSource) -> bool:
    """Whether another rule speaks of it, or something may make it."""
    if missing.why is Why.SHELL:
        return False
    if missing.why is Why.STAGE:
        return missing.kept_out_of_git
    if manifests.is_manifest(missing.path) or secret_files.named_so(missing.path) or missing.kept_out_of_git:
        return True
    if missing.why is Why.DROPPED:
        return False
    if _OUTPUTS.search(missing.path):
        elsewhere = moved_sources.only(graph.library, missing, "") if missing.why is Why.ABSENT else None
        if elsewhere is None:
            return True
    return manifests.written_by_scripts(graph.library, missing.path)


def _finding(graph: Graph, image: Image, missing: MissingSource) -> Finding:
    context = image.build.context
    if missing.why is Why.SHELL:
        return _for_a_shell(graph, image, missing)
    if missing.why is Why.STAGE:
        return _from_stage(graph, image, missing)
    moved = moved_sources.meant(graph.library, image, missing) if missing.why is Why.ABSENT else None
    kept = Context(graph.library, image.build)
    source = (moved[len(context) + 1 :] if context else moved) if moved is not None else None
    witnesses = [] if missing.by is None else [missing.by]
    meant = builds.written_for(graph.library, image) if missing.why is Why.ABSENT else None
    if meant is not None:
        remedy = moved_sources.other_context(image, meant)
        told = f"; the Dockerfile is written for {meant} as its context"
    elif source is not None and moved is not None and kept.dropped(source) is None:
        text = graph.library.text(moved)
        place = located(text.slice(0, text.value.find("\n")), "is there") if text is not None and text else None
        witnesses += [] if place is None else [place]
        remedy = Remedy(Applicability.SAFE, f"copy {source}", (_repaired(missing, source),))
        told = f"; {source} is there"
    else:
        remedy = Remedy(Applicability.MANUAL, _advice(missing), choices=(Choice("leave it out", (_without(missing),)),))
        told = ""
    return Finding(
        rule=RULE,
        message=f"{missing.text.value} is {missing.why.value}{_named(context, missing)}{told}",
        location=Location(missing.location.path, missing.location.span, missing.why.value),
        anchor=missing.anchor,
        value=missing.text.value,
        evidence=(*witnesses, replace(image.build.location, note="builds it")),
        remedy=remedy,
        components=_components(graph, image),
    )


def _from_stage(graph: Graph, image: Image, missing: MissingSource) -> Finding:
    """What an earlier stage certainly doesn't have: a program goes by the name that its compiler gives it."""
    found = product_candidates.taken(graph, image, missing)
    written, meant = missing.text.value, found.meant
    told = f"; {', '.join(p.place for p in found.fitting)} is what it makes" if found.fitting else ""
    if meant is not None and "$" not in written:
        repairs = tuple(_taking(missing, meant.place, found.renamed))
        grade = Applicability.UNSAFE if found.otherwise else Applicability.SAFE
        remedy = Remedy(grade, f"copy {meant.place}", repairs)
    else:
        choices = tuple(Choice(f"copy {p.place}", tuple(_taking(missing, p.place, None))) for p in found.fitting)
        remedy = Remedy(Applicability.MANUAL, _advice(missing), choices=choices)
    return Finding(
        rule=RULE,
        message=f"{written} is {missing.why.value}{told}",
        location=Location(missing.location.path, missing.location.span, missing.why.value),
        anchor=missing.anchor,
        value=written,
        evidence=(*(p.location for p in found.fitting), replace(image.build.location, note="builds it")),
        remedy=remedy,
        components=_components(graph, image),
    )


def _taking(missing: MissingSource, place: str, renamed: str | None) -> Iterator[Repair]:
    """The source by another name; the destination keeps the old one where the command starts that."""
    yield SetText(missing.text, _dressed(missing, place.lstrip("/")))
    target = missing.command.words[-1].text
    if renamed is not None:
        yield SetText(target, target.value + ("" if target.value.endswith("/") else "/") + renamed)


def _components(graph: Graph, image: Image) -> frozenset[str]:
    users = [w for w in (*graph.workloads, *graph.own_commands) if graph.build_of(w) == image.build]
    return graph.called(*users)


def _for_a_shell(graph: Graph, image: Image, missing: MissingSource) -> Finding:
    """Words that take every word before them for a source, and make the last one the destination."""
    written, name = missing.text.value, missing.command.name
    if not missing.lost:
        remedy = Remedy(Applicability.SAFE, f"leave `{written}` out", (CutWords(missing.anchor),))
    elif "||" in written:
        command = replace(missing.anchor, steps=missing.anchor.steps[:-1])
        told = f"leave the {name} out: {', '.join(missing.lost)} isn't there, and the build was meant to go on without"
        remedy = Remedy(Applicability.UNSAFE, told, (RemoveInstruction(command),))
    else:
        remedy = Remedy(Applicability.MANUAL, f"leave `{written}` out, and add {', '.join(missing.lost)}")
    return Finding(
        rule=RULE,
        message=f"{name} runs no shell: it looks for each word of `{written}` in the build context, up to the last",
        location=replace(missing.location, note="is read as paths"),
        anchor=missing.anchor,
        value=written,
        remedy=remedy,
        components=_components(graph, image),
    )


def _without(missing: MissingSource) -> Repair:
    *command, _ = missing.anchor.steps
    if len(missing.command.words) > len(("source", "destination")):
        return RemoveSource(missing.anchor)
    return RemoveInstruction(replace(missing.anchor, steps=tuple(command)))


def _named(context: str, missing: MissingSource) -> str:
    return "" if missing.why is not Why.ABSENT else f" ({context or 'the root'})"


def _advice(missing: MissingSource) -> str:
    match missing.why:
        case Why.DROPPED:
            return "take it back in with a `!` line, or leave the COPY out"
        case Why.STAGE:
            return "copy what that stage makes"
        case _ if moved_sources.leads_out(missing):
            return "build from a folder that holds it, or leave the COPY out: nothing above the context is copied"
        case _:
            return "add the file, or leave the COPY out"


def _repaired(missing: MissingSource, source: str) -> SetText:
    """The new path; only what goes before it, where the old one holds variables and is its end."""
    written, text = missing.text.value, missing.text
    first = text.slice(0, 1).place
    here = first is not None and first[0] == missing.location.path and missing.location.span.contains(first[1])
    if text.place is None and here and source.endswith("/" + written):
        return SetText(text.slice(0, 1), source.removesuffix(written) + written[0])
    return SetText(text, _dressed(missing, source))


def _dressed(missing: MissingSource, source: str) -> str:
    """A path of the context as the COPY writes paths."""
    written = missing.text.value
    return "./" + source if written.startswith("./") else "/" + source if written.startswith("/") else source
