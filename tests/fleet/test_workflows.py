from __future__ import annotations

import itertools
import os
import threading
import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from stackfix import cli
from stackfix.fleet import durable, operating, persevering, workflows
from stackfix.fleet.durable import Database, NoDatabase
from stackfix.fleet.jobs import Job, Manner, Result
from stackfix.fleet.operating import CannotRun, Pace
from stackfix.fleet.pauses import Pauses
from stackfix.fleet.sources import Refused, Source, remote
from stackfix.fleet.states import State, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dbos import DBOSClient

DONE = Result(commit="c", findings=2, fixed=1, branch="stackfix/fixes", rules=(("proxy-port", 2),))
WIDE = Pace(8, 8, 8)


class Hands:
    """Answers in place of processes; `now` and `most` count what goes on at once, by host and by organisation."""

    def __init__(self, doing: Callable[[str, Job], Result]) -> None:
        """`doing` answers, in the thread of whoever asks."""
        self.doing = doing
        self.asked: list[tuple[str, str]] = []
        self.now: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def busy(self) -> int:
        return self.now["all"]

    def do(self, what: str, job: Job) -> Result:
        keys = ("all", job.source.host, f"{job.source.host}/{job.source.organisation}")
        with self._lock:
            self.asked.append((what, job.source.url))
            self.now.update(keys)
            self.most |= self.now
        try:
            return self.doing(what, job)
        finally:
            with self._lock:
                self.now.subtract(keys)

    def close(self) -> None:
        """Nothing to end."""


@pytest.fixture
def base(tmp_path: Path) -> Database:
    return operating.database(f"sqlite:///{tmp_path}/fleet.sqlite")


@contextmanager
def working(base: Database, monkeypatch: pytest.MonkeyPatch, doing: Callable[[str, Job], Result]) -> Iterator[Hands]:
    hands = Hands(doing)
    monkeypatch.setattr(operating, "Hands", lambda _: hands)
    monkeypatch.setattr(operating, "_POLL", 0.02)
    monkeypatch.setattr(operating, "_QUEUE_POLL", 0.02)
    # DBOS looks for new queues once a second, and at its start.
    base.prepare()
    with asking(base) as client:
        for host in "hi":
            client.register_queue(workflows.queue(host), polling_interval_sec=0.02)
    with operating.working(base, 1):
        yield hands


@contextmanager
def asking(base: Database) -> Iterator[DBOSClient]:
    client = base.client(workflows.APPLICATION)
    yield client
    client.destroy()


def begin(*urls: str, pace: Pace = WIDE, first_wait: float = 0.01) -> str:
    return operating.begin([remote(url) for url in urls], Manner(), pace, first_wait)


def ended(base: Database, run: str) -> Status:
    with asking(base) as client:
        return operating.wait(client, run)


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_run_comes_to_what_its_repositories_come_to(base: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def doing(what: str, job: Job) -> Result:
        if job.source.url.endswith("bad"):
            return Result(error="it isn't there")
        return DONE if what == "propose" else Result(commit="c")

    with working(base, monkeypatch, doing):
        entries: list[Source | Refused] = [
            remote("https://h/o/a"),
            Refused("ext::x", "no"),
            remote("https://h/o/bad"),
            remote("https://i/o/b"),
        ]
        run = operating.begin(entries, Manner(), WIDE)
        status = ended(base, run)
        with asking(base) as client:
            assert operating.newest(client, None) == run
            with pytest.raises(CannotRun, match="there is no run"):
                operating.newest(client, "x/%")
    assert [(one.url, one.state, one.findings, one.branch, one.error) for one in status.repositories] == [
        ("https://h/o/a", State.DONE, 2, "stackfix/fixes", None),
        ("ext::x", State.FAILED, 0, None, "no"),
        ("https://h/o/bad", State.FAILED, 0, None, "it isn't there"),
        ("https://i/o/b", State.DONE, 2, "stackfix/fixes", None),
    ]
    assert status.rules() == {"proxy-port": (4, 2)}
    assert (status.ended, status.good) == (True, False)


def test_a_host_and_an_organisation_are_spared(base: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def doing(what: str, _: Job) -> Result:
        # Nobody is ready before as many are at work as may be; a moment later more would be, if more might.
        until(lambda: hands.most["h"] >= 3)
        time.sleep(0.02)
        return DONE if what == "propose" else Result(commit="c")

    urls = [f"https://h/{organisation}/{n}" for organisation in "abc" for n in range(4)]
    with working(base, monkeypatch, doing) as hands:
        assert ended(base, begin(*urls, "https://i/a/1", pace=Pace(8, 3, 2))).good
    assert hands.most["h"] == 3
    assert max(hands.most[f"h/{organisation}"] for organisation in "abc") == 2


def test_two_runs_share_the_work_on_one_commit(base: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    looked, go = threading.Semaphore(0), threading.Event()

    def doing(what: str, job: Job) -> Result:
        if what == "look":
            looked.release()
            return Result(commit="other" if job.manner.unsafe else "c")
        go.wait(20)
        return DONE

    with working(base, monkeypatch, doing) as hands:
        runs = [begin("https://h/o/a"), begin("git@h:o/a.git")]
        for _ in runs:
            assert looked.acquire(timeout=20)
        until(lambda: hands.now["all"] == 1)
        with asking(base) as client:
            until(lambda: len(client.list_workflows(name=workflows.REPOSITORY, status="PENDING")) == 2)
            until(lambda: sum(len(client.list_workflow_steps(f"{run}/000000/1")) >= 3 for run in runs) == 2)
        go.set()
        assert all(ended(base, run).good for run in runs)
        assert [what for what, _ in hands.asked].count("propose") == 1
        again = begin("https://h/o/a")
        assert ended(base, again).good
        assert [what for what, _ in hands.asked].count("propose") == 2, "what ended before is asked anew"
        assert workflows.forget(1) == 0
        assert workflows.forget(-1) == 8, "three runs, their three repositories, the work on one commit, twice"
        with asking(base) as client, pytest.raises(CannotRun):
            operating.status(client, again)


def test_a_forge_that_is_asked_too_often_says_how_long_to_wait(base: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[float] = []

    def doing(what: str, _: Job) -> Result:
        if what == "look":
            return Result(commit="c")
        times.append(time.monotonic())
        return DONE if len(times) == 3 else Result(error="too many calls", again=True, wait=0.3)

    with working(base, monkeypatch, doing):
        status = ended(base, begin("https://h/o/a"))
    assert status.good
    assert min(after - before for before, after in itertools.pairwise(times)) >= 0.29


def test_whom_one_worker_was_asked_to_leave_alone_no_other_asks(
    base: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def limited(what: str, _: Job) -> Result:
        return Result(commit="c") if what == "look" else Result(error="too many calls", again=True, wait=600)

    def doing(what: str, _: Job) -> Result:
        return DONE if what == "propose" else Result(commit="c")

    with working(base, monkeypatch, limited) as first, asking(base) as client:
        run = begin("https://h/o/a")
        until(lambda: ("propose", "https://h/o/a") in first.asked)
        until(lambda: operating.status(client, run).states() == {State.QUEUED: 1})
    with working(base, monkeypatch, doing) as second, asking(base) as client:
        run = begin("https://h/o/b", "https://i/o/c")
        until(lambda: len(client.list_workflows(name=workflows.REPOSITORY, status="DELAYED")) == 2)
        until(lambda: operating.status(client, run).states() == {State.DONE: 1, State.QUEUED: 1})
        assert {url for _, url in second.asked} == {"https://i/o/c"}
        (put_off,) = client.list_workflows(workflow_ids=[workflows.name(run, 0)])
        assert isinstance(put_off.output, dict)
        assert 580 < put_off.output["wait"] <= 600


def test_a_pause_is_known_to_all_and_the_longest_counts(base: Database, postgres: str) -> None:
    for database in (base, Database(postgres)):
        database.prepare()
        engines = [database.engine() for _ in range(2)]
        durable.make_tables(engines[0])
        one, other = (Pauses(engine) for engine in engines)
        assert other.left("h") <= 0
        one.begin("h", 1000)
        other.begin("h", 500)
        assert 900 < one.left("h") <= 1000
        assert 900 < other.left("h") <= 1000
        other.begin("h", 2000)
        assert 1900 < one.left("h") <= 2000
        other.begin("i", -1)
        assert one.left("i") <= 0
        for engine in engines:
            engine.dispose()
    alone = Pauses(Database("postgresql://x@127.0.0.1:1/x").engine())
    alone.begin("h", 1000)
    assert 900 < alone.left("h") <= 1000, "a worker whose database is away knows what it has met itself"


def test_what_does_not_answer_is_asked_again_and_then_given_up(base: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def doing(what: str, job: Job) -> Result:
        asked = [url for _, url in hands.asked].count(job.source.url)
        if job.source.url.endswith("slow") and asked > 3:
            return DONE if what == "propose" else Result(commit="c")
        return Result(error="h didn't answer", again=True)

    with working(base, monkeypatch, doing) as hands:
        status = ended(base, begin("https://h/o/slow", "https://h/o/never", first_wait=0.001))
    assert [(one.state, one.error) for one in status.repositories] == [
        (State.DONE, None),
        (State.FAILED, "h didn't answer"),
    ]
    assert [url for _, url in hands.asked].count("https://h/o/never") == 7


def test_what_waits_takes_nobodys_place(base: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def doing(what: str, job: Job) -> Result:
        if job.source.url.endswith("away"):
            return Result(error="it is away", again=True)
        return DONE if what == "propose" else Result(commit="c")

    with working(base, monkeypatch, doing) as hands, asking(base) as client:
        run = begin("https://h/o/away", "https://h/o/good", pace=Pace(1, 1, 1), first_wait=60)
        until(lambda: ("propose", "https://h/o/good") in hands.asked)
        until(lambda: operating.status(client, run).states() == {State.DONE: 1, State.QUEUED: 1})
        assert operating.cancel(client, run) == 1
        assert ended(base, run).states() == {State.DONE: 1, State.CANCELLED: 1}


def test_waits_grow_and_differ() -> None:
    waits = [persevering.wait(tries, 2.0) for tries in range(1, 20)]
    assert 1.6 <= waits[0] <= 2.4
    assert 12 <= waits[3] <= 20
    assert max(waits) <= 900 * 1.2


def test_a_run_is_cancelled_and_taken_up_again(base: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()

    def doing(what: str, _: Job) -> Result:
        if what == "look":
            return Result(commit="c")
        go.wait(20)
        return DONE

    with working(base, monkeypatch, doing) as hands, asking(base) as client:
        run = begin("https://h/o/a", "https://h/o/b", "https://h/o/c", pace=Pace(1, 1, 1))
        until(lambda: hands.asked.count(("propose", "https://h/o/a")) == 1)
        until(lambda: len(client.list_workflows(workflow_id_prefix=f"{run}/")) == 3)
        assert operating.cancel(client, run) == 3
        assert {one.state for one in operating.status(client, run).repositories} == {State.CANCELLED}
        go.set()
        assert operating.wait(client, run).states() == {State.CANCELLED: 3}
        assert operating.again(client, run, WIDE) == 3
        assert ended(base, run).good
        assert operating.again(client, run, WIDE) == 0


def test_what_is_cancelled_is_done_by_no_later_run(base: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()

    def doing(what: str, job: Job) -> Result:
        if what == "look":
            return Result(commit=job.source.url)
        go.wait(20)
        return Result(error="it is away", again=True)

    with working(base, monkeypatch, doing) as hands, asking(base) as client:
        one, two = (begin("https://h/o/a", "https://h/o/b", first_wait=1.0) for _ in range(2))
        three = begin("https://h/o/c", first_wait=1.0)
        until(lambda: {url for what, url in hands.asked if what == "propose"} >= {f"https://h/o/{n}" for n in "abc"})
        until(lambda: len(operating._shared_work(client, [workflows.name(two, n) for n in (0, 1)])) == 2)  # noqa: SLF001
        assert [operating.cancel(client, run) for run in (one, three)] == [2, 1]
        rows = client.list_workflows(name=workflows.WORK)
        # The second run waits for two of them.
        assert Counter(row.status for row in rows) == {"PENDING": 2, "CANCELLED": 1}
        assert operating.cancel(client, two) == 2
        rows = client.list_workflows(name=workflows.WORK)
        assert Counter(row.status for row in rows) == {"CANCELLED": 3}
        go.set()
        until(lambda: not hands.busy)
        assert not client.list_workflows(status=["ENQUEUED", "DELAYED", "PENDING"])


def test_a_run_that_broke_off_has_failed(base: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> None:
        raise RuntimeError

    with working(base, monkeypatch, lambda *_: DONE), asking(base) as client:
        with monkeypatch.context() as broken:
            broken.setattr(workflows, "enter", breaks)
            run = begin("https://h/o/a")
            until(lambda: client.list_workflows(workflow_ids=[run])[0].status == "ERROR")
        (failed,) = operating.wait(client, run).repositories
        assert (failed.state, failed.error) == (State.FAILED, "the run broke off before it came to this")
        assert operating.again(client, run, WIDE) == 1
        assert ended(base, run).good


@pytest.mark.parametrize("held", [b"", b"no database at all\n" * 99])
def test_a_database_with_nothing_in_it_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], held: bytes
) -> None:
    (tmp_path / "x.sqlite").write_bytes(held)
    for command in ("status", "retry", "cancel"):
        assert cli.main(["fleet", command, "--database", f"sqlite:///{tmp_path}/x.sqlite"]) == 2
        told = capsys.readouterr().err
        assert told.count("\n") == 1
        assert ("nothing has been run" if not held else "is not a database") in told


def test_a_database_is_for_its_user_alone(base: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(NoDatabase, match="nothing has been run"):
        base.client(workflows.APPLICATION)
    with working(base, monkeypatch, lambda *_: DONE):
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("fleet.sqlite*")}
    assert set(modes) == {"fleet.sqlite", "fleet.sqlite-wal", "fleet.sqlite-shm"}
    assert set(modes.values()) == {0o600}
    with pytest.raises(NoDatabase, match="--database takes"):
        operating.database("mysql://user:secret@host/x")
    with pytest.raises(NoDatabase) as told:
        operating.database("postgresql://user:secret@127.0.0.1:1/x").client(workflows.APPLICATION)
    assert "secret" not in str(told.value)


def test_who_is_dead(base: Database) -> None:
    base.make()
    engine = base.engine()
    durable.make_tables(engine)
    with engine.connect() as connection:
        here, now = durable.place(), durable.now(connection)
    own = durable.born(os.getpid())
    assert own
    rows = [
        ("alive", here, os.getpid(), own, now),
        ("gone", here, 2**22 + 1, "77", now),
        ("another of its number", here, os.getpid(), "77", now),
        ("elsewhere", "other host", 2**22 + 1, "77", now - 50),
        ("silent", "other host", os.getpid(), own, now - 70),
        ("left", "other host", os.getpid(), own, 0),
    ]
    with engine.begin() as connection:
        for executor, place, pid, born, seen in rows:
            row = {"executor": executor, "application": "a", "place": place, "pid": pid, "born": born, "seen": seen}
            connection.execute(durable._WORKERS.insert().values(**row))  # noqa: SLF001 - the table alone, without a worker
    assert set(durable.dead(engine, "a")) == {"gone", "another of its number", "silent", "left"}
    assert durable.dead(engine, "b") == ()
    engine.dispose()


def test_what_a_dead_worker_had_begun_is_given_back_and_nothing_else(
    base: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_of(executor: str) -> None:
        """The repository's workflow is under way at somebody's."""
        words = "UPDATE workflow_status SET status = 'PENDING', executor_id = :executor WHERE workflow_uuid = :name"
        with engine.begin() as connection:
            moved = connection.execute(sa.text(words), {"executor": executor, "name": workflows.name(run, 0)})
            assert moved.rowcount == 1

    def state() -> str:
        return client.list_workflows(workflow_ids=[workflows.name(run, 0)])[0].status

    def doing(what: str, _: Job) -> Result:
        return DONE if what == "propose" else Result(commit="c")

    engine = base.engine()
    with working(base, monkeypatch, doing) as hands, asking(base) as client:
        run = begin("https://h/o/a")
        assert ended(base, run).good
        is_of("another")
        durable.give_back("dead")
        assert state() == "PENDING", "it is another's by now"
        is_of("dead")
        for _ in range(2):
            durable.give_back("dead")
        until(lambda: state() == "SUCCESS")
        assert [what for what, _ in hands.asked] == ["look", "propose"], "no step is done again"
    engine.dispose()


def test_what_is_stored_is_plain() -> None:
    job = Job("7f", remote("git@h:o/a"), Manner("github", unsafe=True), 0.5)
    stored = durable.PlainJson()
    assert Job.of(stored.deserialize(stored.serialize(job.plain))) == job  # type: ignore[arg-type] # a dict
    assert Result.of(stored.deserialize(stored.serialize(DONE.plain))) == DONE  # type: ignore[arg-type] # a dict
    failed = stored.deserialize(stored.serialize(ValueError("s3cr3t")))
    assert (type(failed), str(failed)) == (durable.Failed, "ValueError")
