"""What a run came to: the findings with their fates, and the files as they end.

May import spans to findings and edits.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from stackfix.edits import Fix
from stackfix.findings import Applicability

if TYPE_CHECKING:
    from stackfix.findings import Finding
    from stackfix.wiring import Repaired


class Status(Enum):
    """What became of a finding in a run that repairs."""

    FIXED = "fixed"
    LEFT = "left"
    REFUSED = "refused"
    REVEALED = "revealed"


@dataclass(frozen=True, slots=True)
class Reported:
    """A finding as it is told. `fix` holds the edits that this finding's repair alone makes in the tree as it is.

    `withheld` says why a fix with edits shows none (a replacement that is a secret). `choices` are what a manual fix
    offers. `status` is None in a run that only reports, except REFUSED. `reason` goes with LEFT and REFUSED.
    """

    finding: Finding
    fingerprint: str
    fix: Fix | None = None
    choices: tuple[Fix, ...] = ()
    status: Status | None = None
    reason: str | None = None
    withheld: str | None = None

    @property
    def proposal(self) -> Fix | None:
        """The fix as it is told: what a person must do by hand is a fix without edits."""
        remedy = self.finding.remedy
        if self.fix is None and remedy is not None and remedy.applicability is Applicability.MANUAL:
            return Fix(Applicability.MANUAL, remedy.description, ())
        return self.fix


@dataclass(frozen=True, slots=True)
class Change:
    """A file's end state. `before` is None for a new file, `after` for a removed one; `executable` None: mode kept."""

    path: str
    before: bytes | None
    after: bytes | None
    executable: bool | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One commit's worth: the rules whose edits build on each other, and each file's state after it."""

    rules: tuple[str, ...]
    reported: tuple[Reported, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was not read, and why in one clause."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What a run has shown of its repairs: `gone` are the findings, by fingerprint, that its end doesn't have.

    After each of its `passes` the whole tree was judged anew. `still`: a last look found nothing more to repair.
    """

    passes: int
    still: bool
    gone: frozenset[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A whole run. `changes` lead from the tree as it is to its end; `steps` are the same in commits' worths.

    A run that only reports has neither; its `proof` is of the repairs that it made to see whether they hold. `wiring`
    is there where it was asked for.
    """

    reported: tuple[Reported, ...]
    changes: tuple[Change, ...] = ()
    steps: tuple[Step, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    files: int = 0
    components: int = 0
    seconds: float = 0.0
    proof: Proof | None = None
    wiring: Repaired | None = None
