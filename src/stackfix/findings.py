"""What a detector says: which rule, where, why, and what would make both ends agree.

May import spans and text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from stackfix.spans import Span
    from stackfix.text import Text


class Severity(Enum):
    """How much a finding matters: it will not work; it works by luck or not everywhere; style of the wiring."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Applicability(Enum):
    """Who may apply a fix: anybody, a person who has decided, nobody but a person by hand."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    MANUAL = "manual"


class Family(Enum):
    """The groups that rules are selected by."""

    PORTS = "ports"
    NAMES = "names"
    IMAGES = "images"
    BROWSER = "browser"
    ENVIRONMENT = "environment"
    DATA = "data"
    HEALTH = "health"
    SCRIPTS = "scripts"


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of the catalogue. `id` is kebab-case and is the name of its module, cases and page.

    `preview` marks a rule measured below the mark on real repositories; it is off unless asked for. `yields_to` names
    the more specific rules: where one of them speaks of the same place, this rule is silent, since one fault is one
    finding.
    """

    id: str
    family: Family
    severity: Severity
    summary: str
    preview: bool = False
    yields_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file: path relative to the root with `/`, bytes, and what is to be seen there in a few words."""

    path: str
    span: Span
    note: str = ""


def located(text: Text, note: str = "") -> Location | None:
    """The location of a text, by its first written piece where it is written in several; None where in none."""
    place = text.place or text.first_place
    return None if place is None else Location(place[0], place[1], note)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A node's address inside a document: it outlives moved lines.

    `syntax` is the module in formats that reads the document; `steps` are what that module's `resolve` follows (for
    YAML the document's number, then keys and indices). `inner` goes on inside a document that lies in the node reached.
    `name`, where given, says in place of the steps which node it is, so that fingerprints outlive inserted siblings.
    """

    path: str
    syntax: str
    steps: tuple[str | int, ...] = ()
    inner: Anchor | None = None
    name: str = field(default="", compare=False)

    def child(self, *steps: str | int) -> Anchor:
        """The address of a node below, in the innermost document."""
        if self.inner is not None:
            return Anchor(self.path, self.syntax, self.steps, self.inner.child(*steps), self.name)
        name = "/".join((self.name, *(str(s) for s in steps))) if self.name else ""
        return Anchor(self.path, self.syntax, self.steps + steps, None, name)

    @property
    def parent(self) -> Anchor:
        """The address of the node around it, in the innermost document; its own at the top of that."""
        if self.inner is not None:
            return Anchor(self.path, self.syntax, self.steps, self.inner.parent, self.name)
        return Anchor(self.path, self.syntax, self.steps[:-1], None, self.name.rpartition("/")[0])

    @property
    def innermost(self) -> Anchor:
        """The address within the innermost document."""
        return self if self.inner is None else self.inner.innermost

    @property
    def identity(self) -> str:
        """The address as words, for fingerprints."""
        here = self.name or "/".join(str(step) for step in self.steps)
        return f"{self.path}:{here}" + (f">{self.inner.identity}" if self.inner else "")


class Repair(Protocol):
    """A typed value of `stackfix.repairs` that says what would make both ends agree, never how."""

    @property
    def path(self) -> str:
        """The file that it changes."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One way out that a person may take."""

    description: str
    repairs: tuple[Repair, ...] = ()


@dataclass(frozen=True, slots=True)
class Remedy:
    """What a detector proposes. A manual remedy has no repairs and may have choices."""

    applicability: Applicability
    description: str
    repairs: tuple[Repair, ...] = ()
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A disagreement between places. `location` is where a reader would edit; `evidence` are the witnesses.

    `value` is the faulty value as written: with rule and anchor it makes the fingerprint, so it must not hold a line
    number. `severity` is the rule's unless given.
    """

    rule: Rule
    message: str
    location: Location
    anchor: Anchor
    value: str
    evidence: tuple[Location, ...] = ()
    remedy: Remedy | None = None
    level: Severity | None = None
    components: frozenset[str] = field(default_factory=frozenset)

    @property
    def severity(self) -> Severity:
        """The level of this one finding."""
        return self.level or self.rule.severity
