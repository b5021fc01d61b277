"""A run as it goes on, on a terminal.

May import the fleet's states.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from stackfix.fleet.states import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import RenderableType

    from stackfix.fleet.states import Status

_COLOURS = {
    State.QUEUED: "dim",
    State.RUNNING: "cyan",
    State.DONE: "green",
    State.FAILED: "red",
    State.CANCELLED: "yellow",
}
_ORDER = (State.RUNNING, State.FAILED, State.CANCELLED, State.DONE, State.QUEUED)
_BAR = 40
_FRAME = 6
"""Lines of the screen that are no repository's and no rule's."""


@contextmanager
def live(stream: TextIO | None) -> Iterator[Callable[[Status], None] | None]:
    """What shows each state of a run in the place of the one before; None where there is no terminal."""
    if stream is None or not stream.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
    from rich.live import Live  # noqa: PLC0415

    console = Console(file=stream)
    with Live(
        console=console, transient=True, auto_refresh=False, redirect_stdout=False, redirect_stderr=False
    ) as shown:
        yield lambda status: shown.update(picture(status, console.height), refresh=True)


def picture(status: Status, height: int) -> RenderableType:
    """A run in so many lines: a bar, the repositories that matter most, the rules."""
    from rich.console import Group  # noqa: PLC0415 - as above
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    ended = sum(one.state.ended for one in status.repositories)
    rules = sorted(status.rules().items(), key=lambda pair: -pair[1][0])
    room = max(2, height - _FRAME)
    told = rules[: room // 3]
    ranked = sorted(status.repositories, key=lambda one: _ORDER.index(one.state))[: room - len(told)]
    table = Table.grid(padding=(0, 2))
    for one in ranked:
        table.add_row(
            Text(one.state.value, style=_COLOURS[one.state]), Text(one.told(), no_wrap=True, overflow="ellipsis")
        )
    for rule, (found, where) in told:
        table.add_row(Text(str(found), style="bold", justify="right"), Text(f"{rule} in {where}", no_wrap=True))
    done = _BAR * ended // max(1, len(status.repositories))
    bar = Text.assemble(("━" * done, "green"), ("─" * (_BAR - done), "dim"))
    return Group(Text(f"run {status.run}: {status.totals()}", no_wrap=True, overflow="ellipsis"), bar, table)
