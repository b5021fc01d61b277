"""What an operator does with a fleet: run, see, retry, cancel, lend another machine.

May import all of this package, and forge.
"""

from __future__ import annotations

import os
import re
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from dbos import DBOS, SetWorkflowID
from platformdirs import user_cache_path, user_state_path

from stackfix.fleet import workflows
from stackfix.fleet.clones import Clones
from stackfix.fleet.durable import Database, Worker
from stackfix.fleet.hands import Hands
from stackfix.fleet.jobs import Job, Manner, Result
from stackfix.fleet.pauses import Pauses
from stackfix.fleet.sources import NotAllowed, Refused, Source, listed, remote, shown
from stackfix.fleet.states import Progress, State, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dbos import DBOSClient, WorkflowStatus

    from stackfix.fleet.jobs import Plain
    from stackfix.forge.detect import Kind

_POLL, _QUEUE_POLL = 0.25, 0.2  # seconds
_REMEMBERED = 90  # days

_UNENDED = ["ENQUEUED", "DELAYED", "PENDING"]
_STATES = {
    "ENQUEUED": State.QUEUED,
    "DELAYED": State.QUEUED,
    "PENDING": State.RUNNING,
    "CANCELLED": State.CANCELLED,
}


class CannotRun(Exception):  # noqa: N818 - the operator's to mend, told in one line
    """Wrong use of a fleet; the message is one line."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How many repositories at once: on each machine, on each host over all machines, in each organisation there."""

    machine: int
    host: int
    organisation: int


def database(url: str | None) -> Database:
    """The one that the operator names, else a file in the user's state folder."""
    word = url or os.environ.get("STACKFIX_DATABASE")
    return Database.named(word, user_state_path("stackfix", appauthor=False) / "fleet.sqlite")


def read(file: str) -> tuple[Source | Refused, ...]:
    """The repositories that a file names. CannotRun where there is none."""
    path = Path(file)
    try:
        text = path.read_text("utf-8-sig", "surrogateescape")
    except OSError as problem:
        raise CannotRun(f"{file}: {(problem.strerror or 'it cannot be read').lower()}") from None
    found = tuple(_placed(one) for one in listed(text, str(path.resolve().parent)))
    if not found:
        raise CannotRun(f"{file} names no repository")
    return found


def _placed(entry: Source | Refused) -> Source | Refused:
    """A path that isn't there beside the file may be meant from the current folder, or from the user's own."""
    if isinstance(entry, Refused) or not entry.local or Path(entry.place).is_dir():
        return entry
    meant = Path.cwd() / Path(entry.url).expanduser() if entry.url.startswith("~/") else Path.cwd() / entry.url
    return replace(entry, place=os.path.normpath(meant)) if meant.is_dir() else entry


def searched(forge: str, host: str | None, organisation: str | None, query: str | None) -> tuple[Source | Refused, ...]:
    """The repositories of an organisation, or that a forge's own search finds; archived ones and forks are left out."""
    from stackfix.forge import detect  # noqa: PLC0415 - a file of repositories needs no forge's client

    kind = _kind(forge, host)
    account = detect.account(kind, host or detect.host(kind))
    found: dict[str, Source | Refused] = {}
    for one in account.repositories(organisation=organisation, query=query):
        if one.archived or one.fork:
            continue
        try:
            source = remote(one.url)
        except NotAllowed as problem:
            found[one.url] = Refused(shown(one.url), str(problem))
        else:
            found.setdefault(source.identity, source)
    if not found:
        raise CannotRun("the forge names no repository")
    return tuple(found.values())


def _kind(forge: str, host: str | None) -> Kind:
    """The forge that is asked: as said, by its host, or the one whose token there is."""
    from stackfix.forge import detect  # noqa: PLC0415 - as above

    if forge != "auto":
        return detect.Kind(forge)
    if host is not None:
        return detect.kind(f"https://{host}/owner/name")
    kinds = [kind for kind in detect.Kind if detect.has_token(kind)]
    if len(kinds) != 1:
        raise CannotRun("say which forge to ask with --forge and --host, and give its token in the environment")
    return kinds[0]


@contextmanager
def working(where: Database, count: int) -> Iterator[None]:
    """Work on the queue until it is left; then let end what is going on."""
    hands = Hands(count)
    Clones(user_cache_path("stackfix", appauthor=False) / "clones").tidy()
    worker = Worker(where, workflows.APPLICATION, lambda: hands.busy > 0)
    engine = where.engine()
    workflows.working_with(hands, Pauses(engine))
    try:
        with worker:
            yield
    finally:
        hands.close()
        engine.dispose()


def begin(entries: Iterable[Source | Refused], manner: Manner, pace: Pace, first_wait: float = 2.0) -> str:
    """Start a run; its name. Only where this process is working."""
    workflows.forget(_REMEMBERED)
    plain = [asdict(entry) for entry in entries]
    _make_queues(plain, pace)
    run = uuid4().hex[:12]
    with SetWorkflowID(run):
        DBOS.start_workflow(workflows.run, plain, asdict(manner), first_wait)
    return run


def _make_queues(entries: Iterable[Plain], pace: Pace) -> None:
    """One for each host. Folders of this machine are nobody's to spare; a host and its organisations are."""
    for host in {str(entry["host"]) for entry in entries if "host" in entry}:
        DBOS.register_queue(
            workflows.queue(host),
            worker_concurrency=min(pace.machine, pace.host) if host else pace.machine,
            global_concurrency=pace.host if host else None,
            partition_concurrency=min(pace.organisation, pace.host) if host else None,
            polling_interval_sec=_QUEUE_POLL,
            on_conflict="always_update",
        )


def again(client: DBOSClient, run: str, pace: Pace) -> int:
    """Enter once more what failed or was cancelled; how many. Only where this process is working."""
    started = _started(client, run)
    entries, manner, first_wait = _inputs(started)
    _make_queues(entries, pace)
    count = 0
    for number, attempt, progress in _latest(client, run, entries):
        entry = entries[number]
        if progress.state in {State.FAILED, State.CANCELLED} and "why" not in entry:
            source = Source(**{key: str(value) for key, value in entry.items()})
            workflows.enter(Job(run, source, manner, first_wait), workflows.name(run, number, attempt + 1))
            count += 1
    if started.status == "CANCELLED":
        client.resume_workflow(run)
    return count


def cancel(client: DBOSClient, run: str) -> int:
    """Take what has not ended out of the queue; how many. What is being worked on at that moment is still finished."""
    client.cancel_workflow(run)
    rows = client.list_workflows(workflow_id_prefix=f"{run}/", status=_UNENDED, load_input=False, load_output=False)
    if rows:
        client.cancel_workflows([row.workflow_id for row in rows])
        _cancel_work(client, [row.workflow_id for row in rows if row.status == "PENDING"])
    return len(rows)


def _cancel_work(client: DBOSClient, cancelled: Iterable[str]) -> None:
    """Take the work of cancelled repositories out of the queue, too, if no other run waits for the same."""
    if work := _shared_work(client, cancelled):
        waiting = client.list_workflows(
            name=workflows.REPOSITORY, status=["PENDING"], load_input=False, load_output=False
        )
        work -= _shared_work(client, (row.workflow_id for row in waiting))
    rows = client.list_workflows(workflow_ids=sorted(work), status=_UNENDED, load_input=False) if work else []
    if rows:
        client.cancel_workflows([row.workflow_id for row in rows])


def _shared_work(client: DBOSClient, repositories: Iterable[str]) -> set[str]:
    """The work on commits that some repositories of runs have begun or wait for."""
    steps = (step for name in repositories for step in client.list_workflow_steps(name))
    return {child for step in steps if (child := step["child_workflow_id"]) is not None}


def newest(client: DBOSClient, run: str | None) -> str:
    """The run that is meant: the newest where none is named."""
    if run is not None:
        _started(client, run)
        return run
    rows = client.list_workflows(name=workflows.RUN, sort_desc=True, limit=1, load_input=False, load_output=False)
    if not rows:
        raise CannotRun("nothing has been run with this database yet")
    return rows[0].workflow_id


def status(client: DBOSClient, run: str) -> Status:
    """What a run has come to."""
    entries, _, _ = _inputs(_started(client, run))
    return Status(run, tuple(progress for _, _, progress in _latest(client, run, entries)))


def wait(client: DBOSClient, run: str, look: Callable[[Status], None] | None = None) -> Status:
    """Wait for all repositories of a run; `look` is shown each state of it, where somebody looks."""
    while True:
        began = time.monotonic()
        if look is not None:
            now = status(client, run)
            look(now)
            if now.ended:
                return now
        elif _has_ended(client, run):
            return status(client, run)
        # A long list takes the database a while: that isn't what it is for.
        time.sleep(max(_POLL, 10 * (time.monotonic() - began)))


def _has_ended(client: DBOSClient, run: str) -> bool:
    """Whether nothing of a run is in the queue any more, without asking what each repository came to."""
    if _started(client, run, whole=False).status in _UNENDED:
        return False
    rows = client.list_workflows(
        workflow_id_prefix=f"{run}/", status=_UNENDED, limit=1, load_input=False, load_output=False
    )
    return not rows


def _started(client: DBOSClient, run: str, *, whole: bool = True) -> WorkflowStatus:
    rows = client.list_workflows(workflow_ids=[run], load_input=whole) if re.fullmatch(r"[0-9a-f]{12}", run) else []
    if not rows or rows[0].name != workflows.RUN:
        raise CannotRun(f"there is no run {run}")
    return rows[0]


def _inputs(started: WorkflowStatus) -> tuple[list[Plain], Manner, float]:
    assert started.input is not None
    entries, manner, first_wait = started.input["args"]
    return list(entries), Manner(**manner), float(first_wait)


def _latest(client: DBOSClient, run: str, entries: list[Plain]) -> Iterator[tuple[int, int, Progress]]:
    """Of each entry its number, the last attempt, and what that came to."""
    rows: dict[int, tuple[int, WorkflowStatus]] = {}
    for row in client.list_workflows(workflow_id_prefix=f"{run}/", load_input=False):
        number, attempt = (int(part) for part in row.workflow_id.split("/")[1:])
        if attempt > rows.get(number, (0, row))[0]:
            rows[number] = (attempt, row)
    outcome = _started(client, run, whole=False).status
    for number, entry in enumerate(entries):
        url = str(entry["url"])
        if "why" in entry:
            yield number, 0, Progress(url, State.FAILED, error=str(entry["why"]))
        elif number not in rows:
            yield number, 0, _not_entered(url, outcome)
        else:
            attempt, row = rows[number]
            yield number, attempt, _progress(url, row)


def _not_entered(url: str, outcome: str) -> Progress:
    """What a repository is that a run has not come to, by what became of the run."""
    if outcome in {*_UNENDED, "SUCCESS"}:
        return Progress(url, State.QUEUED)
    if outcome == "CANCELLED":
        return Progress(url, State.CANCELLED)
    return Progress(url, State.FAILED, error="the run broke off before it came to this")


def _progress(url: str, row: WorkflowStatus) -> Progress:
    if row.status == "SUCCESS":
        assert isinstance(row.output, dict)
        return Result.of(row.output).progress(url)
    if row.status == "MAX_RECOVERY_ATTEMPTS_EXCEEDED":
        return Progress(url, State.FAILED, error="given up: every worker that took it on died")
    if row.status in _STATES:
        return Progress(url, _STATES[row.status])
    return Progress(url, State.FAILED, error=f"an error of stackfix itself ({row.error})")
