from __future__ import annotations

import io

import pytest
from rich.console import Console

from stackfix.cli.screen import live, picture
from stackfix.fleet.states import Progress, State, Status

REPOSITORIES = (
    *(Progress(f"https://h/o/{n}", State.QUEUED) for n in range(40)),
    Progress("https://h/o/now", State.RUNNING),
    Progress("https://h/o/bad\x1b[2J", State.FAILED, error="it isn't there"),
    Progress(
        "https://h/o/good", State.DONE, 3, 1, "stackfix/fixes", None, (("proxy-port", 3),), ("https://h/o/good/pull/1",)
    ),
)
STATUS = Status("4b1f0c2d9a7e", REPOSITORIES)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def lines(status: Status, height: int) -> list[str]:
    console = Console(file=io.StringIO(), width=100, height=height, record=True)
    console.print(picture(status, height))
    return [line.rstrip() for line in console.export_text().splitlines()]


def test_what_matters_comes_first_and_fits_the_screen() -> None:
    shown = lines(STATUS, 12)
    assert len(shown) <= 12
    assert shown[0] == "run 4b1f0c2d9a7e: 43 repositories: 40 queued, 1 running, 1 done, 1 failed; 3 findings, 1 fixed"
    assert [line.split()[0] for line in shown[2:5]] == ["running", "failed", "done"]
    assert "it isn't there" in shown[3]
    assert "https://h/o/good/pull/1" in shown[4]
    assert shown[-1].split() == ["3", "proxy-port", "in", "1"]


def test_nothing_of_a_list_moves_the_cursor() -> None:
    assert "\x1b" not in "".join(lines(STATUS, 50)) + STATUS.text()


def test_a_terminal_shows_each_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    with live(terminal) as look:
        assert look is not None
        look(Status("4b1f0c2d9a7e", (Progress("u", State.RUNNING),)))
        look(Status("4b1f0c2d9a7e", (Progress("u", State.DONE),)))
    assert "1 running" in terminal.getvalue()
    assert "1 done" in terminal.getvalue()


@pytest.mark.parametrize(("stream", "term"), [(io.StringIO(), "xterm"), (Terminal(), "dumb"), (None, "xterm")])
def test_elsewhere_nobody_looks(stream: io.StringIO | None, term: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", term)
    with live(stream) as look:
        assert look is None
    assert stream is None or stream.getvalue() == ""
