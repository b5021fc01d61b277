"""What containers run by its path: found on the PATH too, and which line endings count."""

from __future__ import annotations

from stackfix.graph import executed
from tests.graph.compose_world import graph

SCRIPT = "#!/bin/sh\nexec sleep infinity\n"
COMPOSE = "services:\n  one:\n    build: .\n"


def ran(files: dict[str, str]) -> list[executed.Ran]:
    """The scripts that the one service runs by their paths."""
    made = graph({"compose.yaml": COMPOSE, **files})
    (workload,) = made.workloads
    return list(executed.ran(made, workload))


def test_a_script_is_found_where_programs_are_searched() -> None:
    files = {"Dockerfile": 'FROM alpine:3.20\nCOPY x.sh /usr/local/bin/begin\nCMD ["begin"]\n', "x.sh": SCRIPT}
    (found,) = ran(files)
    assert (found.executed.place, found.executed.path) == ("/usr/local/bin/begin", "x.sh")
    assert found.alone


def test_an_interpreter_before_it_runs_the_script_instead() -> None:
    assert not ran({"Dockerfile": 'FROM alpine:3.20\nCOPY x.sh /x.sh\nCMD ["sh", "/x.sh"]\n', "x.sh": SCRIPT})


def test_scripts_that_scripts_run_count_in_their_order() -> None:
    dockerfile = 'FROM alpine:3.20\nCOPY x.sh y.sh /\nENTRYPOINT ["/x.sh"]\nCMD ["/y.sh"]\n'
    first = '#!/bin/sh\nset -e\nexec "$@"\n'
    found = ran({"Dockerfile": dockerfile, "x.sh": first, "y.sh": SCRIPT})
    assert [one.executed.path for one in found] == ["x.sh", "y.sh"]
    assert not any(one.alone for one in found)


def test_git_attributes_decide_line_endings_the_last_one_wins() -> None:
    files = {"Dockerfile": 'FROM alpine:3.20\nCOPY x.sh /\nCMD ["/x.sh"]\n', "x.sh": SCRIPT.replace("\n", "\r\n")}
    for attributes, mended in (
        ("*.sh text eol=lf\n", True),
        ("*.sh text eol=lf\nx.sh -text\n", False),
        ("* text=auto\n", False),
        ("/x.sh eol=lf\n", True),
        ("docs/*.sh eol=lf\n", False),
    ):
        made = graph({"compose.yaml": COMPOSE, ".gitattributes": attributes, **files})
        (workload,) = made.workloads
        (found,) = executed.ran(made, workload)
        assert (executed.carriage_returns(made.library, found) is None) is mended, attributes
