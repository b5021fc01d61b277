"""Which origins an API lets in, where that is decided in full, and how one more is said in the list's own style.

Of Starlette, flask-cors and django-cors-headers, of the cors packages of Express and its kin, and of other languages as
their source lists them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.graph import cross_origin, node_sources, written_allowances
from stackfix.graph.value import Template
from stackfix.repairs.append_string import AppendString
from stackfix.repairs.set_list import SetList
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackfix.findings import Anchor, Location, Repair
    from stackfix.graph.application import ProgramCors
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.node_facts import NodeCors
    from stackfix.graph.value import Environment, Variable
    from stackfix.graph.written_allowances import Listed
    from stackfix.text import Text

    Adding = Callable[[tuple[str, ...]], tuple[Repair, ...]]


@dataclass(frozen=True, slots=True)
class Allowed:
    """The origins that one workload's API lets in, and where they are said.

    `adding` makes the repairs that let more in; none where no exact edit says so. `single`: there can be but one, which
    the repair exchanges.
    """

    values: tuple[str, ...]
    location: Location
    anchor: Anchor
    adding: Adding
    single: bool = False


def of(graph: Graph, workload: Workload) -> Allowed | None:
    """What a workload's one cross-origin setting lets in; None where there are several, or any part isn't certain."""
    settings = [setting for program in graph.programs(workload) for setting in program.cors]
    if settings:
        return _python(graph, workload, settings[0]) if len(settings) == 1 else None
    node = [setting for program in node_sources.programs(graph, workload) for setting in program.cors]
    if node:
        return _node(node[0], graph.environment(workload)) if len(node) == 1 else None
    written = written_allowances.listed(graph, workload)
    return _written(written) if written is not None else None


def _written(listed: Listed) -> Allowed:
    def adding(more: tuple[str, ...]) -> tuple[Repair, ...]:
        end = len(listed.last)
        return (SetText(listed.last.slice(end, end), listed.more(more)),)

    return Allowed(listed.values, listed.location, listed.anchor, adding)


def _python(graph: Graph, workload: Workload, setting: ProgramCors) -> Allowed | None:
    cors, environment = setting.cors, graph.environment(workload)
    if cors.everything or cors.regex is not None or cors.spot.conditional or cors.spot.fallback:
        return None
    asked = setting.expression.holes if setting.expression is not None else ()
    given = next((v for hole in asked if (v := environment.get(hole.name)) is not None), None)
    if given is not None:
        return _given(given)
    if asked and not environment.complete:
        return None
    if setting.origins is not None:
        return _display(graph, setting, environment)
    value = setting.expression.fill(environment) if setting.expression is not None and cors.separator else None
    if value is None or cors.separator is None or "," not in cors.separator:
        return None
    place = located(value.text)
    return None if place is None else _joined(value.text, place, cors.list_anchor or cors.anchor)


def _given(variable: Variable) -> Allowed | None:
    """A list in a variable: JSON, or joined by commas."""
    text = variable.value
    if text is None or "://" not in text.value or variable.secret:
        return None
    place = located(text) or variable.location
    if text.value.lstrip().startswith("["):
        return _json(text, place, variable.anchor)
    return _joined(text, place, variable.anchor)


def _json(text: Text, place: Location, anchor: Anchor) -> Allowed | None:
    try:
        found = json.loads(text.value)
    except ValueError:
        return None
    if not isinstance(found, list) or not found or not all(isinstance(item, str) for item in found):
        return None
    end = len(text.value.rstrip()) - 1
    last = len(text.value[:end].rstrip())
    gap = ", " if '", "' in text.value or len(found) == 1 else ","

    def adding(more: tuple[str, ...]) -> tuple[Repair, ...]:
        return (SetText(text.slice(last, last), "".join(f"{gap}{json.dumps(one)}" for one in more)),)

    return Allowed(tuple(map(str, found)), place, anchor, adding)


def _joined(text: Text, place: Location, anchor: Anchor) -> Allowed | None:
    values = tuple(one for part in text.value.split(",") if (one := part.strip()))
    if not values or any("://" not in one for one in values):
        return None
    gap = ", " if ", " in text.value else ","
    last = len(text.value.rstrip().rstrip(",").rstrip())

    def adding(more: tuple[str, ...]) -> tuple[Repair, ...]:
        # With the origin before it, so that the text may stand where it stands without quotes.
        return (SetText(text.slice(last - len(values[-1]), last), gap.join((values[-1], *more))),)

    return Allowed(values, place, anchor, adding)


def _display(graph: Graph, setting: ProgramCors, environment: Environment) -> Allowed | None:
    """A list that is written out in the source."""
    cors = setting.cors
    filled = [origin.fill(environment) for origin in setting.origins or ()]
    values = tuple(value.text.value for value in filled if value is not None)
    if len(values) != len(filled) or not values:
        return None
    texts = [origin.text for origin in setting.origins or ()]
    display = cross_origin.display(graph.library, texts[0]) if texts[0] is not None else None
    place = cors.list_location or cors.location
    if texts[0] is not None and (written := located(texts[0])) is not None:
        place = written

    def adding(more: tuple[str, ...]) -> tuple[Repair, ...]:
        plain = display is not None and None not in texts
        return (SetList(display, (*values, *more)),) if plain and display is not None else ()

    return Allowed(values, place, cors.list_anchor or cors.anchor, adding)


def _node(cors: NodeCors, environment: Environment) -> Allowed | None:
    if cors.everything or cors.origins is None:
        return None
    filled = [origin.fill(environment) if isinstance(origin, Template) else None for origin in cors.origins]
    values = tuple(value.text.value for value in filled if value is not None)
    texts = [value.text for value in filled if value is not None]
    if len(values) != len(filled) or not values or any("://" not in one or "," in one for one in values):
        return None
    literal = [origin.text for origin in cors.origins]
    last = literal[-1]

    def adding(more: tuple[str, ...]) -> tuple[Repair, ...]:
        return (AppendString(last, more),) if last is not None else ()

    if last is None and len(values) == 1:
        # One variable that is the one origin.
        def exchanging(more: tuple[str, ...]) -> tuple[Repair, ...]:
            return (SetText(texts[0], more[0]),) if len(more) == 1 else ()

        return Allowed(values, located(texts[0]) or cors.location, cors.anchor, exchanging, single=True)
    return Allowed(values, located(texts[0]) or cors.location, cors.anchor, adding)
