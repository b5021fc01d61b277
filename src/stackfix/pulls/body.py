"""What a pull request says: its title, and its body as markdown.

May import outcome, report and secrecy, and of this package marker.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix import secrecy
from stackfix.outcome import Status
from stackfix.pulls import marker
from stackfix.report import markdown

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackfix.outcome import Reported
    from stackfix.running import Run

_TITLE = 100
_MOST_FAULTS = 1000  # of 19 characters each in the marker, beside the words; nobody reads a body of more


def title(run: Run, prefix: str = "") -> str:
    """One line that says what is repaired."""
    done = _repaired(run)
    if len(done) == 1 and done[0].fix is not None:
        said = done[0].fix.description
        said = said[:1].upper() + said[1:]
    else:
        said = f"Repair {len(done)} faults in the deployment wiring"
    plain = "".join(letter if letter.isprintable() else " " for letter in secrecy.masked(f"{prefix}{said}"))
    whole = " ".join(plain.split())
    return whole if len(whole) <= _TITLE else whole[: _TITLE - 1].rstrip() + "…"


def body(
    run: Run, heading: str, *, unsafe: bool = False, root: str = "", link: Callable[[str, int], str] | None = None
) -> str:
    """The whole body with its marker, as long as a forge takes. `heading` is the title, by which it is known again.

    `root` is what the marker says of the folder, `link` gives the address of a line of a file.
    """
    done = _repaired(run)
    faults = frozenset(sorted(reported.fingerprint for reported in done)[:_MOST_FAULTS])
    longest = marker.Marker(faults, "0" * 16, unsafe=True, said=True, ended=True, begun=True, root=root)
    room = markdown.LIMIT - len(marker.written("", longest))
    words = markdown.render(replace(markdown.Body.of(run.outcome, run.places, done), link=link), room)
    return marker.written(words, marker.Marker(faults, marker.digest(heading, words), unsafe=unsafe, root=root))


def _repaired(run: Run) -> tuple[Reported, ...]:
    return tuple(reported for reported in run.outcome.reported if reported.status is Status.FIXED)
