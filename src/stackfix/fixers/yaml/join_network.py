"""Put a Compose service on one more network, in the form that its `networks` has.

May import edits, formats, repairs and its siblings: site, append_item, set_entry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.edits import Edit, Refused
from stackfix.fixers.yaml.append_item import append
from stackfix.fixers.yaml.set_entry import set_in
from stackfix.fixers.yaml.site import site
from stackfix.formats import yaml
from stackfix.repairs.set_entry import Entries

if TYPE_CHECKING:
    from stackfix.graph.library import Library
    from stackfix.repairs.join_network import JoinNetwork


def edits(repair: JoinNetwork, library: Library) -> tuple[Edit, ...]:
    """The edit that adds the network."""
    here = site(repair.anchor, library)
    holder = here.node(here.steps)
    item = yaml.find(holder, "networks")
    if item is None:
        names = ("default", repair.network) if repair.keeps_default else (repair.network,)
        return set_in(here, here.steps, "networks", names)
    if yaml.own(holder, "networks") is not item:
        raise Refused("its networks are merged in from elsewhere")
    steps = (*here.steps, "networks")
    if isinstance(here.node(steps), yaml.Mapping):
        return set_in(here, steps, repair.network, Entries(()))
    return append(here, steps, repair.network)
