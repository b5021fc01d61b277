"""Give a stage an ENV variable: in the ENV that holds its neighbour, else on a line of its own.

May import edits, formats, repairs and its siblings' ground.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused
from stackfix.fixers.dockerfile.add_instruction import inserted
from stackfix.fixers.dockerfile.site import Site, shape, site
from stackfix.formats.dockerfile import Form, Instruction, Stage, encode

if TYPE_CHECKING:
    from stackfix.formats.dockerfile import Pair
    from stackfix.graph.library import Library
    from stackfix.repairs.add_variable import AddVariable

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def edits(repair: AddVariable, library: Library) -> tuple[Edit, ...]:
    """The edit that sets the variable; Refused where the stage sets it already."""
    here = site(repair.anchor, library)
    stage = _stage(here)
    if not _NAME.fullmatch(repair.name):
        raise Refused(f"{repair.name} is no variable's name")
    envs = [i for i in stage.instructions if i.name == "ENV"]
    if any(p.name.value == repair.name for i in envs for p in i.pairs):
        raise Refused(f"{repair.name} is there already")
    if here.node in envs:
        assert isinstance(here.node, Instruction)
        neighbour: tuple[Instruction, Pair] | None = (here.node, here.node.pairs[-1])
    else:
        neighbour = _neighbour(envs, repair.after)
    if neighbour is None:
        beside = _head(stage)
        return inserted(here, beside, f"ENV {repair.name}={_value(here, None, repair.value)}")
    return _beside(here, *neighbour, repair)


def _stage(here: Site) -> Stage:
    if isinstance(here.node, Stage):
        return here.node
    found = next((s for s in here.document.stages if here.node in s.instructions), None)
    if found is None:
        raise Refused("it is in no stage")
    return found


def _neighbour(envs: list[Instruction], after: str | None) -> tuple[Instruction, Pair] | None:
    pairs = [(i, p) for i in envs for p in i.pairs]
    named = [x for x in pairs if x[1].name.value == after]
    return (named or pairs)[-1] if pairs else None


def _head(stage: Stage) -> Instruction:
    """FROM, or the last of the ARGs right below it."""
    head = stage.head
    for instruction in stage.instructions[1:]:
        if instruction.name != "ARG":
            break
        head = instruction
    return head


def _value(here: Site, pair: Pair | None, value: str) -> str:
    """The value in the quotes of the neighbour, in double ones where it needs some, else plain."""
    tick = ":tick" if here.document.escape == "`" else ""
    style = "" if pair is None or pair.value is None else pair.value.raw.value[:1]
    if style == "'" and "'" not in value:
        return "'" + encode("dockerfile:single" + tick, value) + "'"
    if style == '"' or not re.fullmatch(r"[A-Za-z0-9_./:@%+,=-]+", value):
        return '"' + encode("dockerfile:double" + tick, value) + '"'
    return value


def _beside(here: Site, env: Instruction, pair: Pair, repair: AddVariable) -> tuple[Edit, ...]:
    if env.form is Form.OLD_PAIR:
        tick = ":tick" if here.document.escape == "`" else ""
        if not repair.value or repair.value != repair.value.strip():
            return inserted(here, env, f"ENV {repair.name}={_value(here, None, repair.value)}")
        return inserted(here, env, f"ENV {repair.name} {encode('dockerfile:rest' + tick, repair.value)}")
    written = f"{repair.name}={_value(here, pair, repair.value)}"
    if len(env.pairs) == 1:
        return inserted(here, env, f"ENV {written}")
    place = pair.raw.place
    first = env.pairs[-2].raw.place
    last = env.pairs[-1].raw.place
    if place is None or first is None or last is None:
        raise Refused("the neighbour lies in no one place")
    gap = here.data[first[1].end : last[1].start].decode()
    gap = gap if "#" not in gap and gap.count("\n") <= 1 else " "
    index = env.pairs.index(pair)
    changed = list(shape(env))
    pairs = list(env.pairs)
    shapes = [(p.name.value, p.value and p.value.value, p.value.dollars if p.value else ()) for p in pairs]
    shapes.insert(index + 1, (repair.name, repair.value, ()))
    changed[4] = tuple(shapes)
    expected = here.shapes()
    expected[here.document.instructions.index(env)] = tuple(changed)
    end = len(here.data[: place[1].end].decode("utf-8-sig"))
    return here.proved([here.replace(end, end, gap + written)], expected)
