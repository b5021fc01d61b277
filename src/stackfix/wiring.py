"""The wiring of a tree as a small value, for pictures: what runs, what leads from one to another, what of it is broken.

May not import anything of stackfix.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a node is: something that runs, a Kubernetes Service, a way in, or a name that nothing answers to."""

    COMPONENT = "component"
    SERVICE = "service"
    DOOR = "door"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Fault:
    """A finding that stands on a node or a wire. Not `grave`: it is advice, and breaks nothing."""

    fingerprint: str
    rule: str
    grave: bool = True


@dataclass(frozen=True, slots=True)
class Node:
    """One end of wires. `key` outlives an edit; `group` is the deployment that it belongs to, "" for none."""

    key: str
    kind: Kind
    name: str
    group: str = ""
    says: str = ""
    faults: tuple[Fault, ...] = ()

    @property
    def broken(self) -> bool:
        """Whether something of it breaks today."""
        return self.kind is Kind.LOST or any(fault.grave for fault in self.faults)


@dataclass(frozen=True, slots=True)
class Wire:
    """A reference from one node to another, by their keys.

    `key` outlives an edit. `waits`: one is started after the other, and nothing more.
    """

    key: str
    start: str
    end: str
    label: str
    waits: bool = False
    faults: tuple[Fault, ...] = ()

    @property
    def broken(self) -> bool:
        """Whether it doesn't meet what it names."""
        return any(fault.grave for fault in self.faults)


@dataclass(frozen=True, slots=True)
class Wiring:
    """The nodes and wires of one tree, in the order in which its deployments have them."""

    nodes: tuple[Node, ...] = ()
    wires: tuple[Wire, ...] = ()


@dataclass(frozen=True, slots=True)
class Repaired:
    """The wiring of the tree as it is, and as a run's repairs leave it."""

    before: Wiring
    after: Wiring
