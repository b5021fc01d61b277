"""One repository's piece of work, and what it came to, as values and as the plain data that is stored.

May import forge, and sources and states of this package.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from hashlib import sha256

from stackfix.fleet.sources import Source
from stackfix.fleet.states import Progress, State
from stackfix.forge import detect

Plain = dict[str, object]


@dataclass(frozen=True, slots=True)
class Manner:
    """How the repositories of a run are worked on. `cache` and `bodies` are folders of the machine that works."""

    forge: str = "auto"
    unsafe: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """One repository of a run. `first_wait` is the shortest of the waits that grow, in seconds."""

    run: str
    source: Source
    manner: Manner
    first_wait: float = 2.0

    @property
    def plain(self) -> Plain:
        """As it is stored."""
        return asdict(self)

    @classmethod
    def of(cls, plain: Plain) -> Job:
        """What was stored."""
        source, manner = plain["source"], plain["manner"]
        assert isinstance(source, dict)
        assert isinstance(manner, dict)
        return cls(str(plain["run"]), Source(**source), Manner(**manner), float(str(plain["first_wait"])))

    @property
    def purse(self) -> str:
        """What its forge counts calls by."""
        kind = detect.kind(self.source.place, self.manner.forge)
        return detect.purse(kind, self.source.host, self.source.organisation)

    def key(self, commit: str) -> str:
        """The same for all jobs that would do the same to one commit of one repository."""
        manner = f"{self.manner.forge} {self.manner.unsafe} {self.manner.dry_run}"
        return sha256(f"{self.source.identity}\0{commit}\0{manner}".encode("utf-8", "replace")).hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class Result:
    """What a step came to, `word` in one line. `again`: it may go through later, after `wait` if the forge says so."""

    commit: str = ""
    findings: int = 0
    fixed: int = 0
    branch: str | None = None
    error: str | None = None
    rules: tuple[tuple[str, int], ...] = ()
    requests: tuple[str, ...] = ()
    again: bool = False
    wait: float | None = None
    word: str = ""

    @property
    def plain(self) -> Plain:
        """As it is stored."""
        return asdict(self)

    @classmethod
    def of(cls, plain: Plain) -> Result:
        """What was stored."""
        made = cls(**plain)  # type: ignore[arg-type] # the fields of our own making
        rules = tuple((rule, count) for rule, count in made.rules)
        return replace(made, rules=rules, requests=tuple(made.requests))

    def progress(self, url: str) -> Progress:
        """As a run's status tells it."""
        state = State.DONE if self.error is None else State.FAILED
        return Progress(url, state, self.findings, self.fixed, self.branch, self.error, self.rules, self.requests)
