"""Arguments in, exit code out; the only printer.

May import everything, and imports what a command needs when it needs it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable  # noqa: TC003 - typer evaluates annotations
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Protocol, TextIO, TypeAlias, cast

import typer
from typer.core import TyperCommand

from stackfix import __version__
from stackfix.cli.printing import note, save, say, silence, write
from stackfix.options import Colour, Delivery, Format, Judging, Options, Telling, Wrong

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stackfix.running import Run

NOTHING_LEFT, LEFT, WRONG_USE, OWN_ERROR, INTERRUPTED = 0, 1, 2, 3, 130

_REPORT = "(report)"  # the root's own command; no word of a user's can be it


_Command: TypeAlias = "Callable[[], int] | int | None"


class _Formatter(Protocol):
    """What writes a command's help."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None: ...


class _Report(TyperCommand):
    """The root's own command, which has no name in its usage line."""

    def format_usage(self, ctx: object, formatter: _Formatter) -> None:  # noqa: ARG002 - typer's own shape
        formatter.write_usage("stackfix", "[OPTIONS] [PATH]")
        formatter.write_usage("stackfix", "rules | explain RULE | pr [PATH] | fleet … | bot", "       ")


app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

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
_Baseline = Annotated[str | None, typer.Option("--baseline", metavar="FILE", help="Not what this file lists.")]
_WriteBaseline = Annotated[
    str | None, typer.Option("--write-baseline", metavar="FILE", help="List what is found there, as known.")
]
_DiffBase = Annotated[
    str | None, typer.Option("--diff-base", metavar="REF", help="Only what the change since that commit caused.")
]
_Set = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Any configuration key.")]
_Config = Annotated[str | None, typer.Option("--config", metavar="FILE", help="Instead of PATH's own configuration.")]
_Preview = Annotated[bool, typer.Option("--preview", help="Rules measured below the mark, too.")]
_Statistics = Annotated[bool, typer.Option("--statistics", help="Counts by rule instead of the findings.")]
_ExitZero = Annotated[bool, typer.Option("--exit-zero", help="Findings are no failure.")]
_Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="The findings and nothing else.")]
_Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Every file that was not read, and why.")]
_Jobs = Annotated[int, typer.Option("--jobs", metavar="N", min=1, help="At most so many processes; a run uses one.")]
_NoCache = Annotated[bool, typer.Option("--no-cache", help="Judge anew, whatever an earlier run has kept.")]
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
    baseline: _Baseline = None,
    write_baseline: _WriteBaseline = None,
    diff_base: _DiffBase = None,
    settings: _Set = None,
    config: _Config = None,
    preview: _Preview = False,
    statistics: _Statistics = False,
    exit_zero: _ExitZero = False,
    quiet: _Quiet = False,
    verbose: _Verbose = False,
    jobs: _Jobs = 1,  # noqa: ARG001 - a limit that every run keeps
    no_cache: _NoCache = False,
    colour: _Colour = Colour.AUTO,
    version: _Version = False,
) -> Callable[[], int]:
    """Find where a repository's deployment wiring doesn't meet, and repair it.

    Without --dry-run or --apply nothing is changed: the findings are reported, exit code 1 if there are any.
    """
    if version:
        return partial(_say, f"stackfix {__version__}\n")
    rules = (tuple(select or ()), tuple(ignore or ()))
    judging = Judging(path, *rules, tuple(settings or ()), config, preview, baseline, diff_base)
    delivery = Delivery(dry_run, apply, commit, branch, current_branch, unsafe)
    telling = Telling(format_, output, write_baseline, statistics, exit_zero, quiet, verbose, colour)
    return partial(_check, Options(judging, delivery, telling, cached=not no_cache).checked())


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
    say(text)
    return NOTHING_LEFT


def _list_rules() -> int:
    from stackfix import catalogue, running  # noqa: PLC0415 - as all below: each command pays for what it needs
    from stackfix.report import rules  # noqa: PLC0415

    return _say(rules.listing(catalogue.detectors(), running.is_on(".")))


def _explain_rule(name: str) -> int:
    from stackfix import catalogue  # noqa: PLC0415
    from stackfix.report import rules  # noqa: PLC0415

    return _say(rules.explanation(catalogue.detector(name)))


def _check(options: Options) -> int:
    from stackfix import running  # noqa: PLC0415

    run = running.run(options, note)
    _tell(options, run)
    if options.telling.write_baseline is not None:
        return _write_baseline(options.telling.write_baseline, run)
    if run.delivered and not options.telling.quiet:
        note(run.delivered)
    return _code(options, run)


def _write_baseline(path: str, run: Run) -> int:
    """All that was found is known from now on: nothing of it fails a run that takes this baseline."""
    from stackfix import baseline  # noqa: PLC0415

    save(path, baseline.render(run.outcome.reported).encode("utf-8", "surrogateescape"))
    count = len(run.outcome.reported)
    note(f"stackfix: {count} finding{'' if count == 1 else 's'} written to {path}")
    return NOTHING_LEFT


def _code(options: Options, run: Run) -> int:
    from stackfix.findings import Severity  # noqa: PLC0415
    from stackfix.outcome import Status  # noqa: PLC0415

    done = {Status.FIXED} if options.delivery.apply else set()
    grave = [r for r in run.outcome.reported if r.status not in done and r.finding.severity is not Severity.INFO]
    to_make = options.delivery.dry_run and bool(run.outcome.changes)
    return LEFT if (grave or to_make) and not options.telling.exit_zero else NOTHING_LEFT


# --- telling ---------------------------------------------------------------------------------------------------------


def _tell(options: Options, run: Run) -> None:
    if options.delivery.dry_run:
        from stackfix.report import patch  # noqa: PLC0415

        write(sys.stdout, patch.render(run.outcome.changes, run.places.is_secret_line, prefix=run.snapshot.prefix))
    stream = sys.stderr if options.delivery.dry_run else sys.stdout
    report = _rendered(options, run, stream).encode("utf-8", "surrogateescape")
    if options.telling.output is None:
        write(stream, report)
        return
    save(options.telling.output, report)


def _rendered(options: Options, run: Run, stream: TextIO | None) -> str:
    telling, dry = options.telling, options.delivery.dry_run
    if telling.format is Format.JSON:
        from stackfix.report import json  # noqa: PLC0415

        return json.render(run.outcome, run.places, run.snapshot.root, dry=dry)
    if telling.format is Format.MARKDOWN:
        from stackfix.report import markdown  # noqa: PLC0415

        return markdown.render(markdown.Body.of(run.outcome, run.places))
    from stackfix.report import text  # noqa: PLC0415
    from stackfix.report.paint import Paint  # noqa: PLC0415

    if telling.statistics:
        return text.statistics(run.outcome)
    manner = text.Manner(dry=dry, quiet=telling.quiet, verbose=telling.verbose)
    return text.render(run.outcome, run.places, Paint(_coloured(telling, stream)), manner)


def _coloured(telling: Telling, stream: TextIO | None) -> bool:
    if telling.colour is not Colour.AUTO:
        return telling.colour is Colour.ALWAYS
    if telling.output is not None or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream is not None and stream.isatty()


# --- the door --------------------------------------------------------------------------------------------------------


def main(arguments: Sequence[str]) -> int:
    """Do what the words after the program's name ask; the result is the exit code."""
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough: `stackfix | head`.
        silence(sys.stdout)
        return LEFT
    except Exception as error:  # noqa: BLE001 - whatever it is, it is ours and must be told so
        return _own_error(error, verbose={"-v", "--verbose"} & set(arguments) != set())


def _run(arguments: Sequence[str]) -> int:
    try:
        command = _commanded(arguments)
        code = (command() if callable(command) else command) or 0
        write(sys.stdout, b"")
    except typer.Abort:
        return INTERRUPTED
    except Exception as error:
        told = _users_mistake(error)
        if told is None:
            raise
        return _complain(" ".join(told.split()))
    return code


_ROOMS = {"pr": ("pulls", "pr"), "fleet": ("fleet", "fleet"), "bot": ("bot", "bot")}
"""Commands that have a module of their own here, imported when asked for; and the extra that they may lack."""


def _commanded(arguments: Sequence[str]) -> _Command:
    """What the words ask for: something to call, or an exit code."""
    if not arguments or arguments[0] not in _ROOMS:
        return cast("_Command", app(_with_command(arguments), standalone_mode=False, prog_name="stackfix"))
    word, (module, extra) = arguments[0], _ROOMS[arguments[0]]
    try:
        room = import_module(f"stackfix.cli.{module}")
        command = room.app(list(arguments[1:]), standalone_mode=False, prog_name=f"stackfix {word}")
        return cast("int | None", command() if callable(command) else command)
    except ModuleNotFoundError as missing:
        if str(missing.name).partition(".")[0] == "stackfix":
            raise
        raise Wrong(f"stackfix {word} needs its extra: pip install 'stackfix-wiring[{extra}]'") from None


def _with_command(arguments: Sequence[str]) -> list[str]:
    """Flags and PATH stand at the root: unless the first word is a command's name, all words are the root's own."""
    named = {command.name for command in app.registered_commands}
    return list(arguments) if arguments and arguments[0] in named else [_REPORT, *arguments]


def _users_mistake(error: Exception) -> str | None:
    """What an exception says if it is the user's to mend, else None."""
    from stackfix import catalogue, config, repository  # noqa: PLC0415 - seldom needed
    from stackfix.deliver import branch, remote, worktree  # noqa: PLC0415 - seldom needed
    from stackfix.forge.model import ForgeFailed  # noqa: PLC0415 - seldom needed

    words = getattr(error, "format_message", None)
    if words is not None and "ClickException" in {kind.__name__ for kind in type(error).__mro__}:
        return str(words())
    told = (
        Wrong,
        catalogue.UnknownRule,
        config.Invalid,
        repository.CannotOpen,
        worktree.CannotWrite,
        branch.CannotCommit,
        remote.RemoteFailed,
        ForgeFailed,
    )
    return str(error) if isinstance(error, told) else None


def _complain(message: str) -> int:
    """One line on stderr, and the exit code for wrong use."""
    note(f"stackfix: {message}")
    return WRONG_USE


def _own_error(error: Exception, *, verbose: bool) -> int:
    """Say that the fault is stackfix's own, and leave what a report of it needs in the user's state folder.

    The exception's own words are left out of both: they may quote the repository.
    """
    import traceback  # noqa: PLC0415 - seldom needed

    from platformdirs import user_state_path  # noqa: PLC0415 - seldom needed

    frames = "".join(traceback.format_tb(error.__traceback__))
    system = f"stackfix {__version__}, Python {sys.version.split()[0]}, {sys.platform}"
    details = f"{system}\n{frames}{type(error).__name__}\n"
    where = ""
    try:
        path = user_state_path("stackfix", appauthor=False, ensure_exists=True) / "error.txt"
        path.write_text(details, "utf-8")
        where = f" with {path}, which quotes nothing of your files"
    except OSError:
        verbose = True
    note(f"stackfix: an error of stackfix itself ({type(error).__name__}): please report it{where}")
    if verbose:
        note(details.rstrip())
    return OWN_ERROR
