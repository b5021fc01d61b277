"""Cross-origin settings that let every page in, and those whose patterns are never matched, with what would mend them.

Source: Starlette's CORSMiddleware (`allow_origins` compared literally, `allow_origin_regex` matched whole); flask-cors
(each origin may be a regular expression); django-cors-headers (`CORS_ALLOWED_ORIGIN_REGEXES`).
"""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.formats import python
from stackfix.graph import node_sources
from stackfix.graph.application import ProgramCors
from stackfix.graph.production import in_production
from stackfix.graph.python_facts import Cors, Spot
from stackfix.graph.value import Environment, Template
from stackfix.repairs.set_argument import SetArgument
from stackfix.repairs.set_list import SetList
from stackfix.repairs.set_text import SetText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Anchor, Location, Repair
    from stackfix.formats.python import Module
    from stackfix.graph.application import Program
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.node_facts import NodeCors
    from stackfix.text import Text

NODE = "node"
"""What stands for the framework of a Node application."""
_UNSEEN = Environment(complete=False)
"""What a program sees that no deployment is seen to run."""
_Display = ast.List | ast.Tuple | ast.Set


@dataclass(slots=True)
class Open:
    """A place that lets every page in, and all workloads in which it does.

    `star` is the written `*`; None where nothing is written, which lets everything in by default (flask-cors).
    """

    setting: ProgramCors
    location: Location
    anchor: Anchor
    star: Text | None
    workloads: list[Workload] = field(default_factory=list)

    @property
    def credentials(self) -> bool:
        """Whether it certainly lets cookies through as well."""
        return self.setting.cors.credentials is True


def settings(graph: Graph) -> Iterator[tuple[Workload | None, ProgramCors]]:
    """All cross-origin settings that take effect, by workload; None for programs that no deployment is seen to run."""
    deployed = set(graph.workloads)
    for workload in graph.workloads:
        for program in graph.programs(workload):
            yield from ((workload, setting) for setting in _in_force(program))
        for node in node_sources.programs(graph, workload):
            for cors in node.cors:
                yield workload, _of_node(node.entry, cors)
    for start in graph.starts:
        if deployed.isdisjoint(start.workloads):
            yield from ((None, setting) for setting in _in_force(start.program))


def _in_force(program: Program) -> Iterator[ProgramCors]:
    """The settings of files that are seen to be imported."""
    return (setting for setting in program.cors if setting.path in program.imported)


def _of_node(path: str, found: NodeCors) -> ProgramCors:
    """A Node application's settings as Python's are said: its list is compared literally, and nothing else gives it."""
    said = Cors(
        NODE, found.origins, None, None, None, found.credentials, found.everything, Spot(), found.location, found.anchor
    )
    return ProgramCors(path, said, found.origins, None)


def open_to_all(graph: Graph) -> tuple[Open, ...]:
    """Every place that lets all pages in: in production, or anywhere together with cookies."""
    found: dict[Location, Open] = {}
    for workload, setting in settings(graph):
        place = _place(graph.library, setting, graph.environment(workload) if workload is not None else _UNSEEN)
        if place is not None:
            found.setdefault(place.location, place).workloads.extend([workload] if workload is not None else ())
    return tuple(
        one for one in found.values() if one.credentials or any(in_production(w, graph.policy) for w in one.workloads)
    )


def _place(library: Library, setting: ProgramCors, environment: Environment) -> Open | None:
    cors = setting.cors
    if cors.spot.conditional or cors.spot.fallback or (cors.framework == NODE and cors.credentials is not True):
        return None
    star = _star(setting, environment)
    if star is not None:
        where = located(star)
        return None if where is None else Open(setting, where, _address(library, star) or cors.anchor, star)
    unseen = setting.origins is None and cors.expression is not None
    return None if unseen or not cors.everything or setting.origins else Open(setting, cors.location, cors.anchor, None)


def _star(setting: ProgramCors, environment: Environment) -> Text | None:
    """The `*` that is in force: given by the environment where the setting asks it, else an element of the list."""
    asked = setting.expression.holes if setting.expression is not None else ()
    given = next((v for hole in asked if (v := environment.get(hole.name)) is not None), None)
    if given is not None:
        return given.value if given.value is not None and given.value.value == "*" else None
    if asked and not environment.complete:
        return None
    literal = setting.cors.framework == NODE and not setting.cors.everything
    for origin in setting.origins or ():
        # Node's libraries compare the items of a list: a star among them is nobody's origin.
        value = None if literal and origin.text is not None else origin.fill(environment)
        if value is not None and value.text.value == "*":
            return value.text
    if setting.expression is None or setting.origins is not None:
        return None
    value = setting.expression.fill(environment)
    return value.text if value is not None and value.text.value == "*" else None


# --- how it is mended ------------------------------------------------------------------------------------------------


def allowing(library: Library, place: Open, origins: tuple[str, ...]) -> tuple[Repair, ...]:
    """The repairs that let only these origins in; none where no exact edit says so."""
    cors, star = place.setting.cors, place.star
    if star is None:
        if cors.framework == "flask" and cors.list_anchor is None and len(origins) == 1:
            return (SetArgument(cors.anchor, "origins", origins[0]),)
        return ()
    written = display(library, star)
    if written is not None:
        return (SetList(written, _with(place.setting, origins)),)
    if cors.separator is not None and "," in cors.separator:
        return (SetText(star, ",".join(origins)),)
    if place.setting.expression is not None and place.setting.expression.holes and place.setting.origins is not None:
        return (SetText(star, json.dumps(list(origins))),)
    if len(origins) == 1 and cors.framework == "flask":
        return (SetText(star, origins[0]),)
    return ()


def _with(setting: ProgramCors, origins: tuple[str, ...]) -> tuple[str, ...]:
    """These, behind what the list has already besides the star."""
    kept = [o.text.value for o in setting.origins or () if o.text is not None and o.text.value != "*"]
    return tuple(dict.fromkeys((*kept, *origins)))


def _module(library: Library, text: Text) -> tuple[Module, ast.Constant] | None:
    """The source and the literal in it that a text is read from."""
    place = text.place
    module = library.get(place[0], python.read) if place is not None and place[0].endswith(".py") else None
    if module is None or place is None:
        return None
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            written = module.string(node)
            if written is not None and written.place == place:
                return module, node
    return None


def display(library: Library, text: Text) -> Anchor | None:
    """The address of the list written out that a text is an element of."""
    found = _module(library, text)
    parent = found[0].parent(found[1]) if found is not None else None
    return found[0].anchor(parent) if found is not None and isinstance(parent, _Display) else None


def _address(library: Library, text: Text) -> Anchor | None:
    found = _module(library, text)
    return found[0].anchor(found[1]) if found is not None else None


# --- patterns in literal lists ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Globbed:
    """A list compared literally that holds patterns. `others` are its further texts, None where one can't be read."""

    setting: ProgramCors
    patterns: tuple[Text, ...]
    others: tuple[str, ...] | None
    workloads: tuple[Workload, ...]


def globbed(graph: Graph) -> tuple[Globbed, ...]:
    """Every list of origins with a `*` inside an item."""
    found: dict[Location, Globbed] = {}
    for workload, setting in settings(graph):
        if setting.cors.framework == "flask" or (setting.cors.regex is not None and setting.cors.framework == "django"):
            continue
        texts = [o.text if isinstance(o, Template) else None for o in setting.origins or ()]
        patterns = tuple(t for t in texts if t is not None and "*" in t.value and t.value != "*" and "://" in t.value)
        others = None if None in texts else tuple(t.value for t in texts if t is not None and t not in patterns)
        place = located(patterns[0]) if patterns else None
        if place is None or (others is not None and "*" in others):
            continue
        before = found[place].workloads if place in found else ()
        run = before if workload is None else (*before, workload)
        found[place] = Globbed(setting, patterns, others, run)
    return tuple(found.values())


def regex(patterns: tuple[str, ...]) -> str | None:
    """One regular expression for full matches of these patterns; None where a `*` stands for a port or a scheme."""
    found = []
    for pattern in patterns:
        scheme, _, rest = pattern.partition("://")
        if "*" in scheme or not rest.startswith("*.") or rest.count("*") != 1:
            return None
        found.append(f"{scheme}://([a-z0-9-]+\\.)+" + rest[2:].replace(".", "\\."))
    return found[0] if len(found) == 1 else "|".join(f"({one})" for one in found)


def matching(library: Library, one: Globbed) -> tuple[Repair, ...]:
    """The repairs that match the patterns as patterns, in Starlette; none where no exact edit says so."""
    expression = regex(tuple(t.value for t in one.patterns))
    written = display(library, one.patterns[0])
    cors = one.setting.cors
    if (
        cors.framework != "starlette"
        or cors.regex is not None
        or expression is None
        or written is None
        or one.others is None
    ):
        return ()
    if not one.others:
        return _renamed(library, one.patterns[0], expression)
    return (SetList(written, one.others), SetArgument(cors.anchor, "allow_origin_regex", expression))


def _renamed(library: Library, pattern: Text, expression: str) -> tuple[Repair, ...]:
    """The argument whose list holds nothing but patterns, by the name that takes a pattern; none for a named list."""
    found = _module(library, pattern)
    listed = found[0].parent(found[1]) if found is not None else None
    argument = found[0].parent(listed) if found is not None and listed is not None else None
    if found is None or not isinstance(listed, ast.expr) or not isinstance(argument, ast.keyword):
        return ()
    module = found[0]
    start, mark = module.range(argument)[0], module.text.value[module.range(found[1])[0]]
    if mark not in {"'", '"'}:
        return ()
    name = module.text.slice(start, start + len(argument.arg or ""))
    return (
        SetText(name, "allow_origin_regex"),
        SetText(module.text.slice(*module.range(listed)), f"r{mark}{expression}{mark}"),
    )
