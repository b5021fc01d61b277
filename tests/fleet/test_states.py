from __future__ import annotations

import json

from stackfix.fleet.states import Progress, State, Status

DONE = Progress("https://h/o/a", State.DONE, 3, 2, "stackfix/fixes", None, (("proxy-port", 2), ("env-typo", 1)))
FAILED = Progress("https://h/o/b", State.FAILED, error="it isn't there")


def test_a_status_as_programs_read_it() -> None:
    status = Status("7f", (DONE, FAILED, Progress("/srv/c", State.QUEUED)))
    assert json.loads(status.json()) == {
        "run": "7f",
        "repositories": [
            {
                "url": "https://h/o/a",
                "state": "done",
                "findings": 3,
                "fixed": 2,
                "branch": "stackfix/fixes",
                "error": None,
            },
            {
                "url": "https://h/o/b",
                "state": "failed",
                "findings": 0,
                "fixed": 0,
                "branch": None,
                "error": "it isn't there",
            },
            {"url": "/srv/c", "state": "queued", "findings": 0, "fixed": 0, "branch": None, "error": None},
        ],
        "rules": {"env-typo": {"findings": 1, "repositories": 1}, "proxy-port": {"findings": 2, "repositories": 1}},
    }
    assert status.totals() == "3 repositories: 1 queued, 1 done, 1 failed; 3 findings, 2 fixed"


def test_when_a_run_has_ended_and_whether_well() -> None:
    running = Status("7f", (DONE, Progress("u", State.RUNNING)))
    assert (running.ended, running.good) == (False, False)
    assert (Status("7f", (DONE,)).ended, Status("7f", (DONE,)).good) == (True, True)
    ended = Status("7f", (DONE, FAILED, Progress("u", State.CANCELLED)))
    assert (ended.ended, ended.good) == (True, False)
    assert Status("7f", ()).totals() == "0 repositories: none; 0 findings, 0 fixed"
