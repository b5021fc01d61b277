"""The durable queue between what is told and what is done: kept before the forge is answered, done once, killed or not.

Work on one repository is done in order, one piece at a time over all machines; an organisation has a few lanes, so that
none of them takes all of a host's share.

May import app, which says what it is to be, events, hand and metrics of this package, and fleet and forge.
"""

from __future__ import annotations

import json
import logging
import shutil
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from zlib import crc32

from dbos import DBOS, DBOSClient, SetEnqueueOptions, SetWorkflowID, error
from platformdirs import user_cache_path

from stackfix.bot import hand
from stackfix.bot.app import NotTaken
from stackfix.bot.events import Changed, Commanded, Installed, Place, Pushed, of_plain, plain
from stackfix.fleet.clones import Clones
from stackfix.fleet.durable import Worker
from stackfix.fleet.hands import Hands
from stackfix.fleet.jobs import Result
from stackfix.fleet.pauses import Pauses
from stackfix.fleet.persevering import later
from stackfix.forge import detect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stackfix.bot.events import Work
    from stackfix.bot.metrics import Metrics
    from stackfix.fleet.durable import Database
    from stackfix.fleet.jobs import Plain

APPLICATION = "stackfix-bot"
WORK, SPREAD = "bot-work", "bot-spread"

_LOG = logging.getLogger("stackfix.bot")

_LANES = 4
"""Pieces of work on one organisation's repositories at once."""

_KEPT, _DAY = 30, 86_400.0
"""Days that a delivery is remembered after its work has ended, and how often what is older is forgotten."""

_LEFT = 7200.0
"""Seconds after which what a killed process left is nobody's."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How much at once: on this machine, and on each forge over all machines. `first_wait`: before the first retry."""

    machine: int = 2
    forge: int = 16
    first_wait: float = 5.0


@dataclass(frozen=True, slots=True)
class _Piece:
    """Work as another process is told it."""

    plain: Plain


class _Doing:
    """Who does this process's work, and where that is counted."""

    hands: Hands
    metrics: Metrics
    pauses: Pauses


@DBOS.workflow(name=WORK, max_recovery_attempts=20)
def work(said: Plain, first_wait: float, tries: int = 0, waits: int = 0) -> Plain:
    """One try at a piece of work. What may go through later is entered for then: while it waits, it takes no place."""
    result = Result.of(DBOS.run_step({"name": "work"}, _do, said))
    then = later(result, first_wait, tries, waits)
    if then is not None:
        place, own, count = _place(of_plain(said)), str(DBOS.workflow_id), tries + waits
        with (
            SetWorkflowID(f"{own.removesuffix(f'~{count}')}~{count + 1}"),
            SetEnqueueOptions(queue_partition_key=_lane(place), delay_seconds=then.seconds),
        ):
            DBOS.enqueue_workflow(_queue(place.kind), work, said, first_wait, then.tries, then.waits)
    elif result.error is not None:
        DBOS.run_step({"name": "tell"}, _tell, said, result.error)
    return result.plain


@DBOS.workflow(name=SPREAD, max_recovery_attempts=20)
def spread(said: Plain, first_wait: float) -> None:
    """Enter each of the repositories that were told of at once."""
    event = of_plain(said)
    assert isinstance(event, Installed)
    for number, place in enumerate(event.places):
        with (
            SetWorkflowID(f"{DBOS.workflow_id}/{number}"),
            SetEnqueueOptions(queue_partition_key=_lane(place)),
        ):
            DBOS.enqueue_workflow(_queue(place.kind), work, plain(Installed((place,))), first_wait)


def _do(said: Plain) -> Plain:
    began = time.monotonic()
    result = _asked(said)
    seconds = time.monotonic() - began
    outcome = "done" if result.error is None else "again" if result.again else "failed"
    kind = str(said["kind"]).lower()
    _Doing.metrics.work.labels(kind, outcome).inc()
    _Doing.metrics.work_seconds.labels(kind).observe(seconds)
    where = _place(of_plain(said))
    fields = {"forge": where.kind, "repository": where.path, "kind": kind, "outcome": outcome}
    level = logging.INFO if result.error is None else logging.WARNING
    _LOG.log(level, "work: %s", result.error or result.word, extra={**fields, "seconds": round(seconds, 3)})
    return result.plain


def _asked(said: Plain) -> Result:
    """Do it, unless the forge has asked any bot to leave that token alone: who asks on is shut out for longer."""
    place = _place(of_plain(said))
    purse = detect.purse(detect.Kind(place.kind), place.host, place.path.partition("/")[0])
    left = _Doing.pauses.left(purse)
    if left > 0:
        return Result(error=f"{place.host} asks to wait", again=True, wait=left)
    result = _Doing.hands.do("work", _Piece(said))
    if result.wait is not None:
        _Doing.pauses.begin(purse, result.wait)
    return result


def _tell(said: Plain, why: str) -> None:
    """Say that work can't be done where somebody waits for it: it is tried once."""
    if isinstance(of_plain(said), (Changed, Commanded)):
        result = _Doing.hands.do("tell", _Piece({"work": said, "why": why}))
        if result.error is not None:
            _LOG.warning("not told: %s", result.error)


def _place(event: Work) -> Place:
    return event.places[0] if isinstance(event, Installed) else event.place


def _lane(place: Place) -> str:
    """One of an organisation's lanes; a repository is always in the same."""
    return f"{place.path.partition('/')[0]}/{crc32(place.path.encode()) % _LANES}"


def _queue(kind: str) -> str:
    return f"bot {kind}"


class Queue:
    """The intake of the server, over a database that outlives it."""

    def __init__(self, database: Database, kinds: Iterable[str], metrics: Metrics, pace: Pace | None = None) -> None:
        """`kinds` are the forges that are served. Nothing happens before `start`."""
        self._database = database
        self._kinds = tuple(kinds)
        self._metrics = metrics
        self._pace = pace or Pace()
        self._open = ExitStack()
        self._client: DBOSClient | None = None
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin to work on what is kept. NoDatabase where that can't be."""
        with ExitStack() as opened:
            cache = user_cache_path("stackfix", appauthor=False)
            _sweep()
            Clones(cache / "clones").tidy()
            hands = Hands(self._pace.machine, command=hand.COMMAND)
            opened.callback(hands.close)
            engine = self._database.engine()
            opened.callback(engine.dispose)
            _Doing.hands, _Doing.metrics, _Doing.pauses = hands, self._metrics, Pauses(engine)
            opened.enter_context(Worker(self._database, APPLICATION, lambda: hands.busy > 0))
            for kind in self._kinds:
                DBOS.register_queue(
                    _queue(kind),
                    worker_concurrency=self._pace.machine,
                    global_concurrency=self._pace.forge,
                    partition_concurrency=1,
                    polling_interval_sec=0.25,
                    on_conflict="always_update",
                )
            self._client = self._database.client(APPLICATION)
            opened.callback(self._client.destroy)
            keeper = threading.Thread(target=self._keep, args=(self._client,), name="stackfix-bot-keeper", daemon=True)
            keeper.start()
            opened.callback(keeper.join)
            opened.callback(self._stopped.set)
            self._open = opened.pop_all()

    def stop(self) -> None:
        """Let end what is going on; what isn't done is somebody else's, or the next start's."""
        self._client = None
        self._open.close()

    def take(self, identity: str, event: Work) -> bool:
        """Keep work; False where that delivery was taken before, or the same of a repository and its head waits."""
        client = self._client
        if client is None:
            raise NotTaken("the server is stopping")
        name = SPREAD if isinstance(event, Installed) else WORK
        place = _place(event)
        try:
            if isinstance(event, (Pushed, Changed)):
                start = _start(event)
                if _is_waiting(client, start):
                    return False
                identity = f"{start}{identity}"
            client.enqueue(
                {
                    "workflow_name": name,
                    "queue_name": _queue(place.kind),
                    "workflow_id": identity,
                    "workflow_id_reuse_policy": "reject",
                    "queue_partition_key": _lane(place),
                },
                plain(event),
                self._pace.first_wait,
            )
        except error.DBOSWorkflowIDInUseError:
            return False
        except Exception as problem:
            _LOG.exception("the queue takes nothing")
            raise NotTaken("the queue's database doesn't answer") from problem
        return True

    def trouble(self) -> str | None:
        """Why nothing can be taken now."""
        client = self._client
        if client is None:
            return "the server is stopping"
        try:
            client.check_connection()
        except Exception as problem:  # noqa: BLE001 - of DBOS, SQLAlchemy or the driver, all for one reason
            _LOG.warning("not ready: %s", type(problem).__name__)
            return "the queue's database doesn't answer"
        return None

    def waiting(self) -> int | None:
        """How many pieces of work are kept and not done; None where that can't be asked."""
        client = self._client
        if client is None:
            return None
        states = ["ENQUEUED", "DELAYED", "PENDING"]
        try:
            rows = client.list_workflows(
                status=states, name=[WORK, SPREAD], limit=_MOST_COUNTED, load_input=False, load_output=False
            )
        except Exception as problem:  # noqa: BLE001 - as in trouble
            _LOG.warning("not counted: %s", type(problem).__name__)
            return None
        return len(rows)

    def _keep(self, client: DBOSClient) -> None:
        """Once a day forget what ended long ago."""
        while True:
            try:
                forget(client, _KEPT)
            except Exception as problem:  # noqa: BLE001 - as in trouble; another day will do
                _LOG.warning("nothing is forgotten: %s", type(problem).__name__)
            if self._stopped.wait(_DAY):
                return


_MOST_COUNTED = 10_000


def _start(event: Pushed | Changed) -> str:
    """What the names of all work begin with that looks at the same head of the same repository."""
    return f"{sha256(json.dumps(plain(event), sort_keys=True).encode()).hexdigest()[:32]}/"


def _is_waiting(client: DBOSClient, start: str) -> bool:
    """Whether just that is in the queue and not begun: it looks at what is there when its turn comes."""
    states = ["ENQUEUED", "DELAYED"]
    rows = client.list_workflows(status=states, workflow_id_prefix=start, limit=1, load_input=False, load_output=False)
    return bool(rows)


def forget(client: DBOSClient, days: float) -> int:
    """Take deliveries whose work ended so many days ago out of the database; how many."""
    before = (datetime.now(UTC) - timedelta(days=days)).isoformat()
    count = 0
    while True:
        rows = client.list_workflows(
            completed_before=before, name=[WORK, SPREAD], limit=500, load_input=False, load_output=False
        )
        if not rows:
            return count
        client.delete_workflows([row.workflow_id for row in rows])
        count += len(rows)


def _sweep() -> None:
    """Remove what killed processes left."""
    cache = user_cache_path("stackfix", appauthor=False)
    for left in cache.glob("bot-*") if cache.is_dir() else ():
        try:
            is_old = time.time() - left.stat().st_mtime > _LEFT
        except OSError:
            continue
        if is_old:
            shutil.rmtree(left, ignore_errors=True)
