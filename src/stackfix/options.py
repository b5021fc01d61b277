"""What the root's command was asked for, as values, and which options go together.

May not import anything of stackfix.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Wrong(Exception):  # noqa: N818 - the user's mistake, told in one line
    """Wrong use or configuration."""


class Format(Enum):
    """What a report is written as."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


class Colour(Enum):
    """When a report is coloured."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Judging:
    """What is looked at, and by which rules."""

    path: str = "."
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    config: str | None = None
    preview: bool = False
    baseline: str | None = None
    diff_base: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where repairs go."""

    dry_run: bool = False
    apply: bool = False
    commit: bool = False
    branch: str | None = None
    current_branch: bool = False
    unsafe: bool = False


@dataclass(frozen=True, slots=True)
class Telling:
    """How the report is written."""

    format: Format = Format.TEXT
    output: str | None = None
    write_baseline: str | None = None
    statistics: bool = False
    exit_zero: bool = False
    quiet: bool = False
    verbose: bool = False
    colour: Colour = Colour.AUTO


@dataclass(frozen=True, slots=True)
class Options:
    """All that the root's command was asked for. `cached`: a report that is kept may be told again."""

    judging: Judging
    delivery: Delivery
    telling: Telling
    cached: bool = True

    def checked(self) -> Options:
        """The same. Wrong where two options contradict each other, or one lacks what it goes with."""
        to, tell = self.delivery, self.telling
        wrong = (
            (to.dry_run and to.apply, "--dry-run and --apply exclude each other"),
            (to.commit and not to.apply, "--commit goes with --apply"),
            (to.branch is not None and not to.commit, "--branch goes with --apply --commit"),
            (to.current_branch and not to.commit, "--current-branch goes with --apply --commit"),
            (to.current_branch and to.branch is not None, "--branch and --current-branch exclude each other"),
            (to.unsafe and not (to.dry_run or to.apply), "--unsafe-fixes goes with --dry-run or --apply"),
            (
                tell.write_baseline is not None and (to.dry_run or to.apply),
                "--write-baseline goes with neither --dry-run nor --apply",
            ),
            (
                tell.write_baseline is not None and (self.judging.baseline or self.judging.diff_base) is not None,
                "--write-baseline writes all findings: it goes with neither --baseline nor --diff-base",
            ),
            (tell.quiet and tell.verbose, "--quiet and --verbose exclude each other"),
            (
                to.dry_run and tell.format is not Format.TEXT and tell.output is None,
                f"--dry-run's stdout is the patch: a report as {tell.format.value} needs --output FILE",
            ),
        )
        for is_so, why in wrong:
            if is_so:
                raise Wrong(why)
        return self
