"""Which rules there are: found by walking `stackfix.detectors` when asked, never kept in a list.

May import findings; detectors by name alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pkgutil import get_data, iter_modules
from typing import TYPE_CHECKING, Protocol, cast

from stackfix import detectors as package
from stackfix.findings import Family

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.findings import Finding, Rule
    from stackfix.graph.link import Graph

SECTIONS = ("What it finds", "Why it breaks", "Which side is right", "Limits")
FAMILIES = tuple(family.value for family in Family)

_HEADING = re.compile(rf"[ \t*#]*({'|'.join(SECTIONS)})[*]*[ \t]*(?:[:.·—-]+[ \t]*)?(.*)")


class UnknownRule(ValueError):  # noqa: N818 - a word of the user's that names nothing, told in one line
    """A name that is neither a rule nor a family."""


class _Module(Protocol):
    """What a module of `stackfix.detectors` holds."""

    RULE: Rule
    __doc__: str | None

    def detect(self, graph: Graph) -> Iterable[Finding]:
        """The rule's findings in a graph."""


@dataclass(frozen=True)
class Detector:
    """One module of `stackfix.detectors`, imported when something of it is asked for."""

    id: str

    @cached_property
    def module(self) -> _Module:
        """The imported module."""
        return cast(_Module, import_module(f"{package.__name__}.{self.id.replace('-', '_')}"))

    @property
    def rule(self) -> Rule:
        """The catalogue's entry."""
        return self.module.RULE

    def detect(self, graph: Graph) -> Iterable[Finding]:
        """The rule's findings in a graph."""
        return self.module.detect(graph)

    @property
    def sections(self) -> dict[str, str]:
        """The paragraphs of the module's docstring by heading; the part above the first one is ""."""
        return read_sections(self.module.__doc__ or "")

    @property
    def example(self) -> str:
        """A small diff that shows the repair, made from one of the rule's cases; "" where there is none."""
        try:
            data = get_data(package.__name__, f"{self.id.replace('-', '_')}.diff")
        except FileNotFoundError:
            return ""
        return (data or b"").decode("utf-8")


def ids() -> tuple[str, ...]:
    """The names of all rules, sorted; imports none of them."""
    names = (module.name for module in iter_modules(package.__path__) if not module.name.startswith("_"))
    return tuple(sorted(name.replace("_", "-") for name in names))


def detectors() -> tuple[Detector, ...]:
    """All rules, sorted by name; none is imported before something of it is asked for."""
    return tuple(Detector(name) for name in ids())


def detector(name: str) -> Detector:
    """The rule of that name. UnknownRule names the nearest where there is none."""
    known = ids()
    if name not in known:
        raise UnknownRule(_no_such(name, known))
    return Detector(name)


def checked(words: Iterable[str]) -> frozenset[str]:
    """Names of rules and families from `--select a,b --select c`. UnknownRule for any that names nothing."""
    known = (*ids(), *FAMILIES)
    found = set()
    for word in _split(words):
        if word not in known:
            raise UnknownRule(_no_such(word, known))
        found.add(word)
    return frozenset(found)


def _split(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        yield from (part.strip() for part in word.split(",") if part.strip())


def _no_such(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - of use to a mistyped word alone

    near = get_close_matches(word, list(known), n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else "`stackfix rules` names them all"
    return f"no rule or family is called {word!r}; {hint}"


def read_sections(docstring: str) -> dict[str, str]:
    """A detector's docstring in parts by heading; the part above the first heading is ""."""
    found: dict[str, list[str]] = {"": []}
    current = ""
    for line in docstring.strip().splitlines():
        match = _HEADING.fullmatch(line)
        if match is not None:
            current = match[1]
            found[current] = [match[2]]
        elif line.strip(" -=~") or not line.strip():
            found[current].append(line.strip())
    return {name: "\n".join(lines).strip() for name, lines in found.items()}
