"""Arguments in, exit code out; the only printer.

May import everything, and imports what a command needs when it needs it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable  # noqa: TC003 - typer evaluates annotations
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Annotated, TextIO

import typer
from typer.core import TyperCommand, TyperGroup

from stackfix import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from click import Context, HelpFormatter

    from stackfix.outcome import Outcome
    from stackfix.report.places import Places

NOTHING_LEFT, LEFT, WRONG_USE, OWN_ERROR, INTERRUPTED = 0, 1, 2, 3, 130

_REPORT = "(report)"  # the root's own command; no word of a user's can be it


class Wrong(Exception):  # noqa: N818 - the user's mistake, told in one line
    """Wrong use or configuration."""


class Format(Enum):
    """What a report is written as."""

    TEXT = "text"
    JSON = "json"


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
    statistics: bool = False
    exit_zero: bool = False
    quiet: bool = False
    verbose: bool = False
    colour: Colour = Colour.AUTO


@dataclass(frozen=True, slots=True)
class Options:
    """All that the root's command was asked for."""

    judging: Judging
    delivery: Delivery
    telling: Telling

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


class _Root(TyperGroup):
    """Flags and PATH at the root: unless the first word is a command's name, all words are the root's own."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        if not args or args[0] not in self.commands:
            args = [_REPORT, *args]
        return super().parse_args(ctx, args)


class _Report(TyperCommand):
    """The root's own command, which has no name in its usage line."""

    def format_usage(self, ctx: Context, formatter: HelpFormatter) -> None:
        assert ctx.parent is not None
        formatter.write_usage("stackfix", "[OPTIONS] [PATH]")
        formatter.write_usage("stackfix", "rules | explain RULE", "       ")


app = typer.Typer(cls=_Root, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

_Path = Annotated[
    str, typer.Argument(metavar="[PATH]", help="The root to read: nothing above it is.", show_default=".")
]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="The patch on stdout, the report on stderr.")]
_Apply = Annotated[bool, typer.Option("--apply", help="Write the safe fixes to the work tree.")]
_Commit = Annotated[bool, typer.Option("--commit", help="With --apply: put them on a branch instead.")]
_Branch = Annotated[str | None, typer.Option("--branch", metavar="NAME", help="That branch [stackfix/fixes].")]
_Current = Annotated[bool, typer.Option("--current-branch", help="Commit where you are.")]
_Unsafe = Annotated[bool, typer.Option("--unsafe-fixes", help="Fixes that a person should decide, too.")]
_Select = Annotated[list[str] | None, typer.Option("--select", metavar="RULE", help="Only these rules or families.")]
_Ignore = Annotated[list[str] | None, typer.Option("--ignore", metavar="RULE", help="Not these rules or families.")]
_Format = Annotated[Format, typer.Option("--output-format", help="What the report is written as.")]
_Output = Annotated[str | None, typer.Option("--output", metavar="FILE", help="Where the report is written.")]
_Set = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Any configuration key.")]
_Config = Annotated[str | None, typer.Option("--config", metavar="FILE", help="Instead of PATH's own configuration.")]
_Preview = Annotated[bool, typer.Option("--preview", help="Rules measured below the mark, too.")]
_Statistics = Annotated[bool, typer.Option("--statistics", help="Counts by rule instead of the findings.")]
_ExitZero = Annotated[bool, typer.Option("--exit-zero", help="Findings are no failure.")]
_Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="The findings and nothing else.")]
_Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Every file that was not read, and why.")]
_Colour = Annotated[Colour, typer.Option("--color", help="When to colour.")]
_Version = Annotated[bool, typer.Option("--version", help="Print the version.")]


@app.command(_REPORT, cls=_Report, hidden=True)
def _report(  # noqa: PLR0913, PLR0917 - one parameter for each option is how typer declares them
    path: _Path = ".",
    dry_run: _DryRun = False,
    apply: _Apply = False,
    commit: _Commit = False,
    branch: _Branch = None,
    current_branch: _Current = False,
    unsafe: _Unsafe = False,
    select: _Select = None,
    ignore: _Ignore = None,
    format_: _Format = Format.TEXT,
    output: _Output = None,
    settings: _Set = None,
    config: _Config = None,
    preview: _Preview = False,
    statistics: _Statistics = False,
    exit_zero: _ExitZero = False,
    quiet: _Quiet = False,
    verbose: _Verbose = False,
    colour: _Colour = Colour.AUTO,
    version: _Version = False,
) -> Callable[[], int]:
    """Find where a repository's deployment wiring doesn't meet, and repair it.

    Without --dry-run or --apply nothing is changed: the findings are reported, exit code 1 if there are any.
    """
    if version:
        return partial(_say, f"stackfix {__version__}\n")
    judging = Judging(path, tuple(select or ()), tuple(ignore or ()), tuple(settings or ()), config, preview)
    delivery = Delivery(dry_run, apply, commit, branch, current_branch, unsafe)
    telling = Telling(format_, output, statistics, exit_zero, quiet, verbose, colour)
    return partial(_check, Options(judging, delivery, telling).checked())


@app.command("rules")
def _rules() -> Callable[[], int]:
    """List all rules, and which are on."""
    return _list_rules


@app.command("explain")
def _explain(rule: Annotated[str, typer.Argument(metavar="RULE", help="A rule's name.")]) -> Callable[[], int]:
    """Say what a rule finds, why that breaks, which side is right, and its limits."""
    return partial(_explain_rule, rule)


# --- what the commands do --------------------------------------------------------------------------------------------


def _say(text: str) -> int:
    _write(sys.stdout, text.encode("utf-8", "surrogateescape"))
    return NOTHING_LEFT


def _list_rules() -> int:
    from stackfix import catalogue  # noqa: PLC0415 - as all below: each command pays for what it needs
    from stackfix.report import rules  # noqa: PLC0415

    _, selection = _decided(Judging(), *_root("."))
    return _say(rules.listing(catalogue.detectors(), lambda rule: selection.runs(rule) and selection.names(rule)))


def _explain_rule(name: str) -> int:
    from stackfix import catalogue  # noqa: PLC0415
    from stackfix.report import rules  # noqa: PLC0415

    return _say(rules.explanation(catalogue.detector(name)))


def _check(options: Options) -> int:
    """Judge, repair and prove in memory; deliver; tell."""
    from stackfix import engine  # noqa: PLC0415
    from stackfix.report.withheld import withhold  # noqa: PLC0415

    root, only = _root(options.judging.path)
    config = _config(options.judging, root)
    snapshot = _snapshot(options, root, config)
    selection = config.selection(snapshot, only)
    request = engine.Request(config.policy, selection, _grades(options.delivery), committing=options.delivery.commit)
    outcome = engine.run(snapshot.tree, snapshot.sources, request, snapshot.skipped)
    delivered = _deliver(options.delivery, snapshot, outcome)
    _tell(options, snapshot, withhold(outcome, snapshot.sources.read))
    if delivered and not options.telling.quiet:
        _note(delivered)
    return _code(options, outcome)


def _grades(delivery: Delivery) -> frozenset[Applicability]:
    from stackfix.findings import Applicability  # noqa: PLC0415

    if not (delivery.dry_run or delivery.apply):
        return frozenset()
    more = {Applicability.UNSAFE} if delivery.unsafe else set()
    return frozenset({Applicability.SAFE, *more})


def _code(options: Options, outcome: Outcome) -> int:
    from stackfix.findings import Severity  # noqa: PLC0415
    from stackfix.outcome import Status  # noqa: PLC0415

    done = {Status.FIXED} if options.delivery.apply else set()
    grave = [r for r in outcome.reported if r.status not in done and r.finding.severity is not Severity.INFO]
    to_make = options.delivery.dry_run and bool(outcome.changes)
    return LEFT if (grave or to_make) and not options.telling.exit_zero else NOTHING_LEFT


def _root(word: str) -> tuple[str, str | None]:
    """The root that PATH names, and the one file in it that findings must touch where PATH is a file."""
    from stackfix import repository  # noqa: PLC0415

    if word in {"rules", "explain"} and not os.path.exists(word):
        raise Wrong(f"{word} is a command of its own: stackfix {word} (a folder of that name is ./{word})")
    if not os.path.lexists(word):
        raise Wrong(f"{word}: no such file or folder")
    return repository.locate(word)


# --- telling ---------------------------------------------------------------------------------------------------------


def _tell(options: Options, snapshot: Snapshot, outcome: Outcome) -> None:
    from stackfix.report.places import Places  # noqa: PLC0415
    from stackfix.secrecy import Secrecy  # noqa: PLC0415

    secrecy = Secrecy(snapshot.sources.read)
    after = Places(snapshot.overlay(outcome.changes).sources.read, secrecy.is_secret_line)
    places = Places(snapshot.sources.read, secrecy.is_secret_line, after)
    if options.delivery.dry_run:
        from stackfix.report import patch  # noqa: PLC0415

        written = patch.render(outcome.changes, secrecy.is_secret_line, prefix=snapshot.prefix)
        _write(sys.stdout, written)
    stream = sys.stderr if options.delivery.dry_run else sys.stdout
    report = _rendered(options, snapshot.root, outcome, places, stream).encode("utf-8", "surrogateescape")
    if options.telling.output is None:
        _write(stream, report)
        return
    try:
        with open(options.telling.output, "wb") as file:  # noqa: PTH123 - the user's own word, as typed
            file.write(report)
    except OSError as problem:
        raise Wrong(f"{options.telling.output}: {problem.strerror}") from None


def _rendered(options: Options, root: str, outcome: Outcome, places: Places, stream: TextIO) -> str:
    telling, dry = options.telling, options.delivery.dry_run
    if telling.format is Format.JSON:
        from stackfix.report import json  # noqa: PLC0415

        return json.render(outcome, places, root, dry=dry)
    from stackfix.report import text  # noqa: PLC0415
    from stackfix.report.paint import Paint  # noqa: PLC0415

    if telling.statistics:
        return text.statistics(outcome)
    paint = Paint(_coloured(telling, stream))
    return text.render(outcome, places, paint, text.Manner(dry=dry, quiet=telling.quiet, verbose=telling.verbose))


def _coloured(telling: Telling, stream: TextIO) -> bool:
    if telling.colour is not Colour.AUTO:
        return telling.colour is Colour.ALWAYS
    if telling.output is not None or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


def _write(stream: TextIO, data: bytes) -> None:
    stream.flush()
    stream.buffer.write(data)
    stream.flush()


def _note(text: str) -> None:
    _write(sys.stderr, f"{text}\n".encode("utf-8", "backslashreplace"))


# --- the door --------------------------------------------------------------------------------------------------------


def main(arguments: Sequence[str]) -> int:
    """Do what the words after the program's name ask; the result is the exit code."""
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough: `stackfix | head`. Nothing more may be written at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return LEFT
    except Exception as error:  # noqa: BLE001 - whatever it is, it is ours and must be told so
        return _own_error(error, verbose={"-v", "--verbose"} & set(arguments) != set())


def _run(arguments: Sequence[str]) -> int:
    try:
        command = app(list(arguments), standalone_mode=False, prog_name="stackfix")
        code = command() if callable(command) else int(command or 0)
        sys.stdout.flush()
    except _USER_ERRORS as wrong:
        return _complain(_sentence(wrong))
    except typer.Abort:
        return INTERRUPTED
    return code


def _sentence(wrong: Exception) -> str:
    told = wrong.format_message() if isinstance(wrong, _CLICK_ERROR) else str(wrong)
    return " ".join(told.split())


def _complain(message: str) -> int:
    """One line on stderr, and the exit code for wrong use."""
    print(f"stackfix: {message}", file=sys.stderr)
    return WRONG_USE


def _own_error(error: Exception, *, verbose: bool) -> int:
    """Say that the fault is stackfix's own, and leave what a report of it needs in the user's state folder.

    The exception's own words are left out of both: they may quote the repository.
    """
    import traceback  # noqa: PLC0415 - seldom needed
    from pathlib import Path  # noqa: PLC0415 - seldom needed

    from platformdirs import user_state_path  # noqa: PLC0415 - seldom needed

    frames = "".join(traceback.format_tb(error.__traceback__))
    details = (
        f"stackfix {__version__}, Python {sys.version.split()[0]}, {sys.platform}\n{frames}{type(error).__name__}\n"
    )
    where = ""
    try:
        folder: Path = user_state_path("stackfix", appauthor=False, ensure_exists=True)
        (folder / "error.txt").write_text(details, "utf-8")
        where = f" with {folder / 'error.txt'}, which quotes nothing of your files"
    except OSError:
        verbose = True
    print(f"stackfix: an error of stackfix itself ({type(error).__name__}): please report it{where}", file=sys.stderr)
    if verbose:
        print(details, file=sys.stderr, end="")
    return OWN_ERROR
