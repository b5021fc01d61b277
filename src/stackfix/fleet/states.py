"""What a run over many repositories has come to, as values and as they are written. Pure.

May not import anything of stackfix.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class State(Enum):
    """Where a repository is on its way."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more happens by itself."""
        return self not in {State.QUEUED, State.RUNNING}


@dataclass(frozen=True, slots=True)
class Progress:
    """One repository of a run. `rules` counts the findings by rule, `requests` are addresses of pull requests."""

    url: str
    state: State
    findings: int = 0
    fixed: int = 0
    branch: str | None = None
    error: str | None = None
    rules: tuple[tuple[str, int], ...] = ()
    requests: tuple[str, ...] = ()

    def told(self) -> str:
        """One line, without the state."""
        parts = [self.url]
        if self.state is State.DONE or self.findings:
            parts.append(f"{_count(self.findings, 'finding')}, {self.fixed} fixed")
        parts += [part for part in (*self.requests, None if self.requests else self.branch, self.error) if part]
        return "".join(c if c.isprintable() else "?" for c in "  ".join(parts))


@dataclass(frozen=True, slots=True)
class Status:
    """A run and all its repositories, in the order of its list."""

    run: str
    repositories: tuple[Progress, ...]

    @property
    def ended(self) -> bool:
        """Whether every repository has come to an end."""
        return all(one.state.ended for one in self.repositories)

    @property
    def good(self) -> bool:
        """Whether every repository is done."""
        return all(one.state is State.DONE for one in self.repositories)

    def states(self) -> Mapping[State, int]:
        """How many repositories are in each state."""
        return Counter(one.state for one in self.repositories)

    def rules(self) -> Mapping[str, tuple[int, int]]:
        """Findings by rule, and in how many repositories."""
        findings: Counter[str] = Counter()
        where: Counter[str] = Counter()
        for one in self.repositories:
            for rule, count in one.rules:
                findings[rule] += count
                where[rule] += 1
        return {rule: (findings[rule], where[rule]) for rule in sorted(findings)}

    def json(self) -> str:
        """As programs read it."""
        repositories = [
            {
                "url": one.url,
                "state": one.state.value,
                "findings": one.findings,
                "fixed": one.fixed,
                "branch": one.branch,
                "error": one.error,
            }
            for one in self.repositories
        ]
        rules = {rule: {"findings": n, "repositories": where} for rule, (n, where) in self.rules().items()}
        return json.dumps({"run": self.run, "repositories": repositories, "rules": rules}, indent=2) + "\n"

    def text(self) -> str:
        """As people read it."""
        width = max((len(one.state.value) for one in self.repositories), default=0)
        lines = [f"run {self.run}: {self.totals()}"]
        lines += [f"  {one.state.value:{width}}  {one.told()}" for one in self.repositories]
        rules = self.rules()
        wide = max(map(len, rules), default=0)
        lines += [
            f"  {rule:{wide}}  {_count(found, 'finding')} in {_count(where, 'repository', 'repositories')}"
            for rule, (found, where) in rules.items()
        ]
        return "".join(f"{line}\n" for line in lines)

    def totals(self) -> str:
        """One line."""
        states = self.states()
        told = [f"{states[state]} {state.value}" for state in State if states[state]]
        found = sum(one.findings for one in self.repositories)
        fixed = sum(one.fixed for one in self.repositories)
        count = _count(len(self.repositories), "repository", "repositories")
        return f"{count}: {', '.join(told) or 'none'}; {_count(found, 'finding')}, {fixed} fixed"


def _count(number: int, one: str, more: str = "") -> str:
    return f"{number} {one if number == 1 else more or one + 's'}"
