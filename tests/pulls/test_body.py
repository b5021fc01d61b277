"""Title and body of a pull request, from a run that is made up."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from stackfix.edits import Fix
from stackfix.findings import Anchor, Applicability, Family, Finding, Location, Rule, Severity
from stackfix.outcome import Outcome, Reported, Status
from stackfix.pulls import body, marker
from stackfix.report.places import Places
from stackfix.repository import Snapshot
from stackfix.running import Run
from stackfix.spans import Span
from stackfix.tree import Tree

if TYPE_CHECKING:
    from stackfix.tree import Sources

RULE = Rule("proxy-port", Family.PORTS, Severity.ERROR, "A proxy leads to a port where nobody listens.")


def run(*descriptions: str) -> Run:
    """A run in which everything was repaired."""
    reported = tuple(
        Reported(
            Finding(RULE, f"message {number}", Location("nginx.conf", Span(0, 1)), Anchor("nginx.conf", "nginx"), "x"),
            f"{number:016x}",
            fix=Fix(Applicability.SAFE, said, ()),
            status=Status.FIXED,
        )
        for number, said in enumerate(descriptions)
    )
    places = Places({"nginx.conf": b"x\n"}.get, lambda _path, _line: False)
    return Run(Snapshot("/", Tree({}), cast("Sources", None), ()), Outcome(reported), places, None)


def test_a_title_is_one_printable_line_of_what_is_repaired() -> None:
    assert body.title(run("use api:8000")) == "Use api:8000"
    assert body.title(run("a", "b", "c"), "fix: ") == "fix: Repair 3 faults in the deployment wiring"
    assert body.title(run("name\x1b[31m\n red\u202e")) == "Name [31m red"
    assert len(body.title(run("x" * 300))) == 100


def test_a_title_holds_no_secret() -> None:
    assert "hunter2" not in body.title(run("set PASSWORD=hunter2"))


def test_a_body_of_many_faults_is_as_long_as_a_forge_takes() -> None:
    whole = run(*(f"repair number {number}" for number in range(3000)))
    text = body.body(whole, body.title(whole))
    assert len(text) <= 65_536
    known = marker.read(text)
    assert known is not None
    assert len(known.faults) == 1000
    assert body.body(whole, body.title(whole)) == text


def test_a_body_remembers_what_it_repairs_and_how_it_reads() -> None:
    whole = run("a", "b")
    known = marker.read(body.body(whole, "Title", unsafe=True))
    assert known is not None
    assert known.faults == {f"{0:016x}", f"{1:016x}"}
    assert known.unsafe
    other = marker.read(body.body(whole, "Another title"))
    assert other is not None
    assert known.text != other.text
