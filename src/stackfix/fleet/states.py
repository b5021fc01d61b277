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

    def totals(self) -> str:
        """One line."""
        states = self.states()
        told = [f"{states[state]} {state.value}" for state in State if states[state]]
        found = sum(one.findings for one in self.repositories)
        fixed = sum(one.fixed for one in self.repositories)
        return f"{len(self.repositories)} repositories: {', '.join(told) or 'none'}; {found} findings, {fixed} fixed"
