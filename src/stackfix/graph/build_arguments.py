"""The repairs that let a build step see a variable: ARG and ENV before it, and `build.args` in Compose.

May import repairs, the graph's nouns and frontend_builds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.findings import Anchor
from stackfix.formats import dockerfile, yaml
from stackfix.repairs.add_instruction import AddInstruction
from stackfix.repairs.append_item import AppendItem
from stackfix.repairs.set_entry import Entries, SetEntry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Repair
    from stackfix.formats.dockerfile import Instruction
    from stackfix.graph.frontend_builds import FrontBuild
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Build


def declare(found: FrontBuild, name: str, *, keep_unset: bool = False) -> Iterator[Repair]:
    """ARG and ENV beside those of the stage, else right before the step.

    `keep_unset`: without a value the variable must stay unset, so that ARG alone is given, which the step sees as well.
    The same holds where the stage has build variables of the front end by ARG alone.
    """
    own = [i for i in found.stage.stage.instructions if found.places(i)]
    arguments = [i for i in own if i.name == "ARG" and _has_prefix(i, found.prefix)]
    settings = [i for i in own if i.name == "ENV" and _has_prefix(i, found.prefix)]
    anchor = _anchor(found, arguments[-1] if arguments else found.step)
    yield AddInstruction(anchor, f"ARG {name}", before=not arguments)
    if keep_unset or (arguments and not settings):
        return
    reference = f"${{{name}}}" if settings and "${" in settings[-1].text.value else f"${name}"
    written = f"ENV {name}={reference}"
    if not settings or settings[-1].start < (arguments[-1].start if arguments else 0):
        yield AddInstruction(anchor, written, before=not arguments)
    else:
        yield AddInstruction(_anchor(found, settings[-1]), written)


def _has_prefix(instruction: Instruction, prefix: str) -> bool:
    return any(pair.name.value.startswith(prefix) for pair in instruction.pairs)


def _anchor(found: FrontBuild, instruction: Instruction) -> Anchor:
    return Anchor(found.build.dockerfile, "dockerfile", dockerfile.steps(found.stage.document, instruction))


def argument(graph: Graph, build: Build, name: str, value: str) -> Repair | None:
    """`build.args` of a Compose service, in the form that is there; None where it can't be given there."""
    if build.anchor.innermost.syntax != "yaml":
        return None
    documents = graph.library.get(build.anchor.path, yaml.read)
    node = yaml.resolve(documents, build.anchor.steps) if documents is not None else None
    if isinstance(node, yaml.Scalar):
        *above, key = build.anchor.steps
        entries = Entries((("context", node.value), ("args", Entries(((name, value),)))))
        return SetEntry(Anchor(build.anchor.path, "yaml", tuple(above)), str(key), entries)
    given = yaml.get(node, "args")
    if given is None and isinstance(node, yaml.Mapping):
        return SetEntry(build.anchor, "args", Entries(((name, value),)))
    if isinstance(given, yaml.Sequence):
        return AppendItem(build.anchor.child("args"), f"{name}={value}")
    return SetEntry(build.anchor.child("args"), name, value) if isinstance(given, yaml.Mapping) else None
