"""What a pull request says: its title, and its body as markdown.

May import outcome, report and secrecy, and of this package marker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix import secrecy
from stackfix.outcome import Status
from stackfix.pulls import marker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Location
    from stackfix.outcome import Reported
    from stackfix.report.places import Places
    from stackfix.running import Run

MOST = 60_000
"""Characters of a body: GitHub takes 65,536, and the marker needs some."""

_TITLE = 100


def title(run: Run, prefix: str = "") -> str:
    """One line that says what is repaired."""
    done = _repaired(run)
    if len(done) == 1 and done[0].fix is not None:
        said = done[0].fix.description
        said = said[:1].upper() + said[1:]
    else:
        said = f"Repair {len(done)} faults in the deployment wiring"
    whole = " ".join(secrecy.masked(f"{prefix}{said}").split())
    return whole if len(whole) <= _TITLE else whole[: _TITLE - 1].rstrip() + "…"


def body(run: Run, heading: str, *, unsafe: bool = False) -> str:
    """The whole body with its marker. `heading` is the title, by which the words are known again."""
    done = _repaired(run)
    parts = ["\n".join(_fault(reported, run.places)) for reported in done]
    parts.append(_PROOF)
    left = len(run.outcome.reported) - len(done)
    if left:
        parts.append(f"{left} more finding{'s' if left > 1 else ''} in this repository: `stackfix` tells them.")
    words = _cut("\n\n".join(parts), MOST)
    faults = frozenset(reported.fingerprint for reported in done)
    return marker.written(words, marker.Marker(faults, marker.digest(heading, words), unsafe=unsafe))


_PROOF = (
    "### How this was verified\n\n"
    "After the change the whole repository was read and judged anew: each finding above is gone, every file still"
    " parses, and nothing that met before has stopped meeting. Bytes outside the edits are unchanged."
)


def _repaired(run: Run) -> tuple[Reported, ...]:
    return tuple(reported for reported in run.outcome.reported if reported.status is Status.FIXED)


def _fault(reported: Reported, places: Places) -> Iterator[str]:
    finding = reported.finding
    yield f"### `{finding.rule.id}` in `{finding.location.path}`"
    yield ""
    yield _plain(f"{finding.message}.")
    yield ""
    for location in (finding.location, *finding.evidence):
        yield _place(location, places.of(reported))
    if reported.fix is not None:
        yield ""
        yield _plain(f"**Repair:** {reported.fix.description}.")
    yield ""
    yield f"To keep it as it is: `stackfix: ignore[{finding.rule.id}]` in a comment on the line above."


def _place(location: Location, places: Places) -> str:
    note = f": {location.note}" if location.note else ""
    return _plain(f"- `{location.path}:{places.start(location).line}`{note}")


def _plain(text: str) -> str:
    """A line for people: nobody is called by it, and nothing in it is markup."""
    return secrecy.masked(text).replace("<", "&lt;").replace("@", "@\u200b")


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return text[:most].rpartition("\n\n")[0] + "\n\n… and more: the commits say the rest."
