from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stackfix.fleet import hand
from stackfix.fleet.hands import Hands
from stackfix.fleet.jobs import Job, Manner, Result
from stackfix.fleet.sources import remote
from stackfix.fleet.transport import CannotClone
from stackfix.forge.model import Gone, RateLimited, Unavailable
from tests.fleet.operating import until
from tests.fleet.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

JOB = Job("7f", remote("https://h/o/r"), Manner())

# Does what it is told: answers with its own number, ends, waits, or is larger than it may be.
PROCESS = """
import json, os, sys, time
for line in sys.stdin:
    what = json.loads(line)["do"]
    if what == "die":
        os._exit(1)
    if what == "half":
        sys.stdout.write('{"result"')
        sys.stdout.flush()
        os._exit(1)
    if what == "wait":
        time.sleep(60)
    taken = 2_000_000 if what == "grow" else 1
    print(json.dumps({"result": {"commit": str(os.getpid()), "word": "x" * 100_000}, "taken": taken}), flush=True)
"""


@pytest.fixture
def hands() -> Iterator[Hands]:
    made = Hands(2, seconds=1.0, command=("-c", PROCESS))
    yield made
    made.close()


def lives(process: str) -> bool:
    stat = Path("/proc") / process / "stat"
    return stat.exists() and stat.read_text().split()[2] != "Z"


def test_a_process_does_one_thing_after_another(hands: Hands) -> None:
    first = hands.do("answer", JOB)
    assert hands.do("answer", JOB).commit == first.commit
    assert len(first.word) == 100_000
    hands.close()
    assert not lives(first.commit)


def test_at_most_so_many_at_once(hands: Hands) -> None:
    found: set[str] = set()
    threads = [threading.Thread(target=lambda: found.add(hands.do("answer", JOB).commit)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= len(found) <= 2
    assert hands.busy == 0


@pytest.mark.parametrize("end", ["die", "half"])
def test_a_process_that_ends_is_replaced_and_its_work_may_be_done_again(hands: Hands, end: str) -> None:
    first = hands.do("answer", JOB).commit
    broken = hands.do(end, JOB)
    assert (broken.error, broken.again) == ("the process that worked on it ended: is there enough memory?", True)
    assert hands.do("answer", JOB).commit not in {first, ""}


def test_a_process_that_takes_too_long_is_ended_for_good(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stackfix.fleet.hands._LEAVING", 0.05)
    first = hands.do("answer", JOB).commit
    slow = hands.do("wait", JOB)
    assert (slow.error, slow.again) == ("it took longer than 1 seconds", False)
    assert not lives(first)
    assert hands.do("answer", JOB).error is None


def test_a_process_that_grew_too_large_is_replaced_after_its_work(hands: Hands) -> None:
    first = hands.do("grow", JOB)
    assert first.error is None
    assert hands.do("answer", JOB).commit != first.commit


def test_a_process_ends_with_whoever_asked_it(tmp_path: Path) -> None:
    code = (
        "import sys; from stackfix.fleet.hands import _Hand, _COMMAND\n"
        "print(_Hand(_COMMAND)._process.pid, flush=True)\nsys.stdin.read()"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(hand.__file__).parents[2])}
    words = [sys.executable, "-c", code]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as asking:
        assert asking.stdout is not None
        process = asking.stdout.readline().strip()
        assert lives(process)
        asking.kill()
    deadline = time.monotonic() + 20
    while lives(process):
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("how", ["too long", "killed", "left"])
def test_what_a_process_has_started_ends_with_it(tmp_path: Path, how: str) -> None:
    with serving(tmp_path) as server:
        server.hangs = threading.Event()
        url = f"{server.url}/o/r.git"
        code = (
            "from stackfix.fleet.hands import Hands\n"
            "from stackfix.fleet.jobs import Job, Manner\n"
            "from stackfix.fleet.sources import remote\n"
            "hands = Hands(1, 60.0)\n"
            "print(hands.do('look', Job('7f', remote('https://127.0.0.1:1/o/r'), Manner('none'))).error, flush=True)\n"
            f"hands._seconds = {2.0 if how == 'too long' else 60.0}\n"
            f"print(hands.do('look', Job('7f', remote({url!r}), Manner('none'))).error, flush=True)\n"
        )
        environment = {
            **os.environ,
            "PYTHONPATH": str(Path(hand.__file__).parents[2]),
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
        }
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment) as asking:
            until(lambda: bool(server.asked))
            if how == "too long":
                assert asking.communicate(timeout=30)[0].splitlines()[1:] == [b"it took longer than 2 seconds"]
            elif how == "killed":
                asking.kill()
            else:
                asking.terminate()
        until(lambda: url not in processes())


def processes() -> str:
    return subprocess.check_output(["ps", "axww", "-o", "args"], text=True)


@pytest.mark.parametrize(
    ("problem", "result"),
    [
        (CannotClone("h didn't answer", later=True), Result(error="h didn't answer", again=True)),
        (CannotClone("it isn't there"), Result(error="it isn't there")),
        (RateLimited("too many calls", 30), Result(error="too many calls", again=True, wait=30)),
        (Unavailable("the forge is away"), Result(error="the forge is away", again=True)),
        (Gone("no such\n\trepository \x1b[31m"), Result(error="no such repository [31m")),
        (OSError(28, "No space left on device"), Result(error="on this machine: no space left on device")),
        (MemoryError(), Result(error="it takes more memory than there is")),
        (ValueError("s3cr3t"), Result(error="an error of stackfix itself (ValueError)")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_failure_is_one_line(problem: Exception, result: Result) -> None:
    def fails() -> Result:
        raise problem

    assert hand.failing(fails) == result
