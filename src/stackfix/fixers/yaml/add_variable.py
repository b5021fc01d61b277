"""Give a Compose service or a Kubernetes container an environment variable.

May import edits, formats, repairs and its siblings' ground: site, and the setting and appending of entries.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused
from stackfix.fixers.yaml.append_item import append
from stackfix.fixers.yaml.set_entry import is_null, replace_value, set_in
from stackfix.fixers.yaml.site import Site, site
from stackfix.formats import yaml
from stackfix.repairs.set_entry import Entries, Plain

if TYPE_CHECKING:
    from stackfix.graph.library import Library
    from stackfix.repairs.add_variable import AddVariable

_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")


def edits(repair: AddVariable, library: Library) -> tuple[Edit, ...]:
    """The edit that adds the variable; Refused where it has a value already."""
    here = site(repair.anchor, library)
    target = here.node(here.steps)
    if not isinstance(target, yaml.Mapping):
        raise Refused("it is no service and no container")
    if yaml.get(here.document.root, "apiVersion") is not None and yaml.get(here.document.root, "kind") is not None:
        return _to_container(here, target, repair)
    return _to_service(here, target, repair)


def _to_container(here: Site, target: yaml.Mapping, repair: AddVariable) -> tuple[Edit, ...]:
    value = repair.value.replace("$(", "$$(")
    entry = Entries((("name", repair.name), ("value", value)))
    item = yaml.find(target, "env")
    if item is None:
        return set_in(here, here.steps, "env", (entry,), _beside(target, ("env", "envFrom", "ports", "image")))
    _refuse_merged(target, item, "env")
    listed = yaml.deref(item.value)
    after = None
    for index, member in enumerate(listed.items if isinstance(listed, yaml.Sequence) else ()):
        name = yaml.get(member, "name")
        if isinstance(name, yaml.Scalar) and name.value == repair.name:
            raise Refused(f"{repair.name} is there already")
        if isinstance(name, yaml.Scalar) and name.value == repair.after:
            after = index
    return append(here, (*here.steps, "env"), entry, after)


def _to_service(here: Site, target: yaml.Mapping, repair: AddVariable) -> tuple[Edit, ...]:
    value = repair.value.replace("$", "$$")
    item = yaml.find(target, "environment")
    if item is None:
        made: Plain = Entries(((repair.name, value),))
        if _lists(here):
            made = (f"{repair.name}={value}",)
        return set_in(here, here.steps, "environment", made, _beside(target, ("environment", "env_file")))
    _refuse_merged(target, item, "environment")
    steps = (*here.steps, "environment")
    held = yaml.deref(item.value)
    if isinstance(held, yaml.Sequence):
        return append(here, steps, f"{repair.name}={value}", _after(held, repair))
    if is_null(held) and _lists(here):
        return append(here, steps, f"{repair.name}={value}")
    here.node(steps)
    present = yaml.own(held, repair.name)
    if present is not None:
        if is_null(present.value):
            return replace_value(here, present, _typed(held, value))
        raise Refused(f"{repair.name} is there already")
    return set_in(here, steps, repair.name, _typed(held, value), repair.after)


def _after(held: yaml.Sequence, repair: AddVariable) -> int | None:
    """The index of the variable to stand behind."""
    after = None
    for index, member in enumerate(held.items):
        name = _named(member)
        if name == repair.name:
            raise Refused(f"{name} is there already")
        if name == repair.after:
            after = index
    return after


def _named(member: yaml.Node) -> str | None:
    node = yaml.deref(member)
    return node.value.partition("=")[0].strip() if isinstance(node, yaml.Scalar) else None


def _typed(held: yaml.Node, value: str) -> Plain:
    """A number without quotes where the variables beside it have theirs so."""
    if _NUMBER.fullmatch(value) and isinstance(held, yaml.Mapping):
        numbers = [
            item.value.style
            for item in held.items
            if isinstance(item.value, yaml.Scalar) and _NUMBER.fullmatch(item.value.value)
        ]
        if numbers and 2 * numbers.count("plain") > len(numbers):
            return int(value)
    return value


def _refuse_merged(target: yaml.Mapping, item: yaml.Item, key: str) -> None:
    if yaml.own(target, key) is not item:
        raise Refused(f"its {key} is merged in from elsewhere, and one of its own would hide all of that")


def _beside(target: yaml.Mapping, keys: tuple[str, ...]) -> str | None:
    """The first of these keys that the mapping has itself."""
    return next((key for key in keys if yaml.own(target, key) is not None), None)


def _lists(here: Site) -> bool:
    """Whether the other services of the file write their variables as lists."""
    forms = [
        isinstance(yaml.get(item.value, "environment"), yaml.Sequence)
        for item in yaml.items(yaml.get(here.document.root, "services"))
        if yaml.get(item.value, "environment") is not None
    ]
    return 2 * sum(forms) > len(forms)
