from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stackfix.edits import Fix, Replace
from stackfix.findings import Anchor, Applicability, Family, Finding, Location, Rule, Severity
from stackfix.outcome import Outcome, Reported
from stackfix.report.places import Places
from stackfix.spans import Span

if TYPE_CHECKING:
    from collections.abc import Callable

RULE = Rule("proxy-port", Family.PORTS, Severity.ERROR, "nginx proxies to a port that nothing binds")
FILES = {
    "nginx.conf": "# größe\nlocation / {\n\tproxy_pass http://api:5000;\n}\n".encode(),
    "main.py": b"\xef\xbb\xbfrun(app, port=8000)\n",
    ".env": b"TOKEN=hunter2\nPORT=5000\n",
}


def is_secret(_path: str, line: bytes) -> bool:
    return b"TOKEN" in line


def at(path: str, text: bytes, note: str = "") -> Location:
    """The only place of a text in one of the files."""
    assert FILES[path].count(text) == 1
    start = FILES[path].index(text)
    return Location(path, Span(start, start + len(text)), note)


def fix(path: str, old: bytes, new: bytes, grade: Applicability = Applicability.SAFE) -> Fix:
    return Fix(grade, "set the port to 8000", (Replace(path, at(path, old).span, new),))


@pytest.fixture
def places() -> Places:
    return Places(FILES.get, is_secret)


@pytest.fixture
def outcome() -> Callable[..., Outcome]:
    """An outcome of one finding whose report is changed as given."""

    def build(location: Location | None = None, **changes: object) -> Outcome:
        finding = Finding(
            RULE,
            "nginx sends to api:5000, but api binds 8000",
            location or at("nginx.conf", b"5000", "sent to 5000"),
            Anchor("nginx.conf", "nginx"),
            "5000",
            (at("main.py", b"8000", "the app binds 8000"),),
        )
        given: dict[str, object] = {"fix": fix("nginx.conf", b"5000", b"8000"), **changes}
        reported = Reported(finding, "f1", **given)  # type: ignore[arg-type] # fields by name
        return Outcome((reported,), files=3, components=1, seconds=0.12345)

    return build
