"""`stackfix fleet`: words in, exit code out.

May import everything, and imports what the command needs when it needs it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable  # noqa: TC003 - typer evaluates annotations
from contextlib import contextmanager
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from stackfix.cli.leaving import leave_sleepers
from stackfix.cli.printing import note, say
from stackfix.options import Wrong

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dbos import DBOSClient

    from stackfix.fleet.durable import Database
    from stackfix.fleet.operating import Pace

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Repair many repositories, durably: killed anywhere, the work goes on where it was.",
)


class _Kind(Enum):
    """Which forge's pull requests to make."""

    AUTO = "auto"
    GITHUB = "github"
    GITLAB = "gitlab"
    GITEA = "gitea"
    NONE = "none"


class _Format(Enum):
    """What a status is written as."""

    TEXT = "text"
    JSON = "json"


_Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        help="postgresql://… for many machines [a file in your state folder; or STACKFIX_DATABASE].",
    ),
]
_Run = Annotated[str | None, typer.Argument(metavar="[RUN]", help="A run's name [the newest].", show_default=False)]
_Concurrency = Annotated[
    int, typer.Option("--concurrency", metavar="N", min=1, help="Repositories at once on each machine [its cores].")
]
_PerHost = Annotated[int, typer.Option("--per-host", metavar="N", min=1, help="At once on one host, everywhere.")]
_PerOrganisation = Annotated[
    int, typer.Option("--per-organisation", metavar="N", min=1, help="At once in one organisation, everywhere.")
]

_CORES = max(2, os.cpu_count() or 2)
_HOST, _ORGANISATION = 16, 8
_INTERRUPTED = 130


@app.command("run")
def _run(  # noqa: PLR0913, PLR0917 - one parameter for each option is how typer declares them
    repos: Annotated[
        str | None, typer.Option("--repos", metavar="FILE", help="One clone URL or path a line, # comments.")
    ] = None,
    org: Annotated[str | None, typer.Option("--org", metavar="ORG", help="An organisation or group.")] = None,
    query: Annotated[str | None, typer.Option("--query", metavar="QUERY", help="The forge's own search.")] = None,
    forge: Annotated[_Kind, typer.Option("--forge", help="Whose pull requests.")] = _Kind.AUTO,
    host: Annotated[str | None, typer.Option("--host", metavar="HOST", help="Where --org and --query ask.")] = None,
    url: _Database = None,
    concurrency: _Concurrency = _CORES,
    per_host: _PerHost = _HOST,
    per_organisation: _PerOrganisation = _ORGANISATION,
    unsafe: Annotated[bool, typer.Option("--unsafe-fixes", help="Fixes that a person should decide, too.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Judge and repair, push nothing.")] = False,
) -> Callable[[], int]:
    """Open or refresh the pull requests of many repositories, and wait for all; exit code 1 if any failed.

    The run's name is printed first. Killed anywhere, `stackfix fleet retry` goes on where it was.
    """
    if (repos is None) == (org is None and query is None):
        raise Wrong("say which repositories: --repos FILE, or --org or --query")
    from stackfix.fleet.operating import Pace  # noqa: PLC0415 - the help must not wait for it

    pace = Pace(concurrency, per_host, per_organisation)
    where = (forge.value, host, org, query)
    return partial(_start, repos, where, url, pace, unsafe=unsafe, dry_run=dry_run)


@app.command("status")
def _status(
    run: _Run = None,
    url: _Database = None,
    format_: Annotated[_Format, typer.Option("--output-format", help="What it is written as.")] = _Format.TEXT,
) -> Callable[[], int]:
    """Show what a run has come to, by repository and rule; on a terminal until it has ended."""
    return partial(_show, run, url, format_)


@app.command("retry")
def _retry(
    run: _Run = None,
    url: _Database = None,
    concurrency: _Concurrency = _CORES,
    per_host: _PerHost = _HOST,
    per_organisation: _PerOrganisation = _ORGANISATION,
) -> Callable[[], int]:
    """Go on with a run: what failed or was cancelled once more, what was never finished where it was."""
    from stackfix.fleet.operating import Pace  # noqa: PLC0415 - the help must not wait for it

    return partial(_once_more, run, url, Pace(concurrency, per_host, per_organisation))


@app.command("cancel")
def _cancel(run: _Run = None, url: _Database = None) -> Callable[[], int]:
    """Take what has not ended out of the queue; what is being worked on at that moment is still finished."""
    return partial(_stop, run, url)


@app.command("worker")
def _worker(url: _Database = None, concurrency: _Concurrency = _CORES) -> Callable[[], int]:
    """Lend this machine to a queue that others fill, until it is told to stop."""
    return partial(_lend, url, concurrency)


# --- what the commands do --------------------------------------------------------------------------------------------


def _start(  # noqa: PLR0913 - what, where and how
    repos: str | None,
    where: tuple[str, str | None, str | None, str | None],
    url: str | None,
    pace: Pace,
    *,
    unsafe: bool,
    dry_run: bool,
) -> int:
    from stackfix.fleet import operating  # noqa: PLC0415 - as all below: each command pays for what it needs
    from stackfix.fleet.jobs import Manner  # noqa: PLC0415

    with _mistakes(), _interrupted():
        entries = operating.read(repos) if repos is not None else operating.searched(*where)
        base = operating.database(url)
        with operating.working(base, pace.machine):
            run = operating.begin(entries, Manner(where[0], unsafe=unsafe, dry_run=dry_run), pace)
            say(f"{run}\n")
            code = _waited(base, run)
    return leave_sleepers(code)


def _once_more(run: str | None, url: str | None, pace: Pace) -> int:
    from stackfix.fleet import operating  # noqa: PLC0415

    with _mistakes(), _interrupted():
        base = operating.database(url)
        with _asking(base) as client:
            run = operating.newest(client, run)
        with operating.working(base, pace.machine):
            say(f"{run}\n")
            with _asking(base) as client:
                operating.again(client, run, pace)
            code = _waited(base, run)
    return leave_sleepers(code)


def _waited(base: Database, run: str) -> int:
    from stackfix.cli.screen import live  # noqa: PLC0415
    from stackfix.fleet import operating  # noqa: PLC0415

    try:
        with _asking(base) as client, live(sys.stderr) as look:
            ended = operating.wait(client, run, look)
    except KeyboardInterrupt:
        note(f"stackfix: the run is not lost: stackfix fleet retry {run} goes on with it")
        raise
    say(ended.text())
    return 0 if ended.good else 1


def _show(run: str | None, url: str | None, format_: _Format) -> int:
    from stackfix.cli.screen import live  # noqa: PLC0415
    from stackfix.fleet import operating  # noqa: PLC0415

    with _mistakes(), _asking(operating.database(url)) as client:
        run = operating.newest(client, run)
        now = operating.status(client, run)
        if format_ is _Format.JSON:
            say(now.json())
            return 0
        if sys.stdout.isatty() and not now.ended:
            with live(sys.stdout) as look:
                now = operating.wait(client, run, look)
        say(now.text())
    return 0


def _stop(run: str | None, url: str | None) -> int:
    from stackfix.fleet import operating  # noqa: PLC0415

    with _mistakes(), _asking(operating.database(url)) as client:
        run = operating.newest(client, run)
        count = operating.cancel(client, run)
    say(f"{run}: {count} cancelled\n")
    return 0


def _lend(url: str | None, concurrency: int) -> int:
    from stackfix.fleet import operating  # noqa: PLC0415

    stop = threading.Event()
    with _mistakes(), _interrupted(stop), operating.working(operating.database(url), concurrency):
        note("stackfix: working; Ctrl-C ends it, and its work goes to others")
        while not stop.wait(0.5):
            pass
    return leave_sleepers(0)


# --- around them -----------------------------------------------------------------------------------------------------


@contextmanager
def _asking(base: Database) -> Iterator[DBOSClient]:
    from stackfix.fleet.workflows import APPLICATION  # noqa: PLC0415

    client = base.client(APPLICATION)
    try:
        yield client
    finally:
        client.destroy()


@contextmanager
def _mistakes() -> Iterator[None]:
    """What is the operator's to mend is told in one line."""
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    from stackfix.fleet.durable import NoDatabase, told  # noqa: PLC0415
    from stackfix.fleet.operating import CannotRun  # noqa: PLC0415

    try:
        yield
    except (NoDatabase, CannotRun) as problem:
        raise Wrong(str(problem)) from None
    except SQLAlchemyError as problem:
        # It was there, and is no more.
        raise Wrong(told(problem)) from None


@contextmanager
def _interrupted(stop: threading.Event | None = None) -> Iterator[None]:
    """A friendly kill is a Ctrl-C, or where `stop` is given lets end what is going on."""

    def told(*_: object) -> None:
        if stop is None:
            raise KeyboardInterrupt
        stop.set()

    before = signal.signal(signal.SIGTERM, told)
    try:
        yield
    except KeyboardInterrupt:
        leave_sleepers(_INTERRUPTED)
        raise
    finally:
        signal.signal(signal.SIGTERM, before)
