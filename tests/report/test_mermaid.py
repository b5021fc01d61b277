"""The flowchart: valid for any name, and of the wiring only what the findings touch."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from stackfix.report import mermaid
from stackfix.wiring import Fault, Kind, Node, Repaired, Wire, Wiring
from tests.report.hostile import HOSTILE

WORDS = r'"(?:[^"`<>{}\[\]|%;#\\]|#\d+;|<br>)+"'
"""What mermaid takes between quotes as it stands: its own signs as entity codes alone."""
NODE = rf"n\d+(?:\[{WORDS}\]|\(\[{WORDS}\]\)|\(\({WORDS}\)\)|\{{\{{{WORDS}\}}\}})"
GRAMMAR = re.compile(
    rf"flowchart LR|    (?:    )?{NODE}|    subgraph g\d+\[{WORDS}\]|    end"
    rf"|    n\d+ (?:--x|-->|-\.->)(?:\|{WORDS}\|)? n\d+"
    r"|    linkStyle \d+(?:,\d+)* stroke:#\w{6},stroke-width:3px,color:#\w{6}"
    r"|    classDef broken stroke:#\w{6},stroke-width:3px|    class n\d+(?:,n\d+)* broken"
)
"""Every line that we write. Each form was parsed and drawn by mermaid 11, with all names of `hostile`."""
FAULT, OTHER = Fault("f1", "proxy-port"), Fault("f2", "unknown-host")


def check(chart: str) -> None:
    """Refuse what isn't a flowchart in our grammar, or names what isn't there."""
    lines = chart.split("\n")
    assert lines[0] == "flowchart LR"
    assert [line for line in lines if not GRAMMAR.fullmatch(line)] == []
    # mermaid takes a whole line for a direction, wherever the words stand in it.
    assert not re.search(r"direction\s+(?:TB|BT|RL|LR|TD)", chart)
    made = re.findall(r"^ +(n\d+)(?=[\[({])", chart, re.MULTILINE)
    arrows = re.findall(r"^    (n\d+) (?:--x|-->|-\.->)\S*.*? (n\d+)$", chart, re.MULTILINE)
    assert len(made) == len(set(made))
    assert {name for ends in arrows for name in ends} <= set(made)
    styled = re.findall(r"^    linkStyle (\S+)", chart, re.MULTILINE)
    assert all(int(number) < len(arrows) for numbers in styled for number in numbers.split(","))
    assert len(re.findall("^    subgraph ", chart, re.MULTILINE)) == lines.count("    end")


def node(key: str, *faults: Fault, kind: Kind = Kind.COMPONENT, group: str = "shop", says: str = "") -> Node:
    return Node(key, kind, key, group, says, faults)


def wire(start: str, end: str, *faults: Fault, label: str = "", waits: bool = False) -> Wire:
    return Wire(f"{start} {end} {waits}", start, end, label, waits, faults)


def drawn(before: Wiring, after: Wiring, *selected: str) -> mermaid.Pictures:
    found = mermaid.pictures(Repaired(before, after), set(selected))
    assert found is not None
    check(found.before)
    check(found.after)
    return found


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_is_drawn(name: str) -> None:
    nodes = [
        Node(str(number), kind, name, group, name, (Fault("f", name),))
        for number, (kind, group) in enumerate(zip(Kind, ("", name, "other", name), strict=True))
    ]
    wires = [
        wire("0", "1", Fault("f", name), label=name),
        wire("1", "2", label=name),
        wire("2", "3", label=name, waits=True),
        wire("3", "0", waits=True),
        wire("2", "0", Fault("f", name)),
    ]
    check(mermaid.flowchart(Wiring(tuple(nodes), tuple(wires))))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("DATABASE_URL :5432", "DATABASE_URL :5432"),
        ("8080 → 80", "8080 → 80"),
        ("docker-compose.yml", "docker-compose.yml"),
        ('a"b', "a#34;b"),
        ("#35;", "#35;35#59;"),
        ("<br>", "#60;br#62;"),
        ("1. x", "1#46; x"),
        ("- x", "#45; x"),
        ("__init__", "#95;#95;init#95;#95;"),
        ("www.a.b", "www#46;a.b"),
        ("direction TB", "direction#32;TB"),
        ("", " "),
        ("x" * 100, "x" * 59 + "…"),
    ],
)
def test_what_may_be_more_than_a_name_is_an_entity(name: str, expected: str) -> None:
    assert mermaid.label(name) == expected


def test_broken_wires_stand_out_and_are_met_afterwards() -> None:
    nodes = (node("web"), node("api", says="binds 8000"))
    before = Wiring(nodes, (wire("web", "api", FAULT, label="API :5000"),))
    after = Wiring(nodes, (wire("web", "api", label="API :8000"),))
    found = drawn(before, after, "f1")
    assert found.before == (
        "flowchart LR\n"
        '    n0["web"]\n'
        '    n1["api<br>binds 8000"]\n'
        '    n0 --x|"✗ API :5000"| n1\n'
        "    linkStyle 0 stroke:#d1242f,stroke-width:3px,color:#d1242f"
    )
    assert found.after == 'flowchart LR\n    n0["web"]\n    n1["api<br>binds 8000"]\n    n0 -->|"API :8000"| n1'


def test_only_what_is_touched_is_drawn_with_its_direct_neighbours() -> None:
    names = ("far", "near", "ill", "next", "beyond", "alone")
    wires = [wire(*ends) for ends in (("far", "near"), ("near", "ill"), ("ill", "next"), ("next", "beyond"))]
    before = Wiring(tuple(node(name, *([FAULT] if name == "ill" else [])) for name in names), tuple(wires))
    after = Wiring(tuple(map(node, names)), tuple(wires))
    found = drawn(before, after, "f1")
    assert re.findall(r'n\d\["(\w+)', found.before) == ["near", "ill", "next"]
    assert "✗ proxy-port" in found.before
    assert "✗" not in found.after


def test_a_service_is_no_neighbour_but_the_way_to_one() -> None:
    nodes = (node("Ingress", kind=Kind.DOOR), node("svc", kind=Kind.SERVICE), node("pod", FAULT))
    wires = (wire("Ingress", "svc"), wire("svc", "pod"))
    found = drawn(Wiring(nodes, wires), Wiring(nodes, wires), "f1")
    assert found.before.count("-->") == 2


def test_what_is_only_reached_has_no_doors() -> None:
    nodes = (node("host", kind=Kind.DOOR), node("web"), node("db"))
    wires = (wire("web", "db", FAULT), wire("host", "db"))
    assert "host" not in drawn(Wiring(nodes, wires), Wiring(nodes, wires), "f1").before


def test_findings_of_another_group_stay_broken() -> None:
    nodes = (node("web"), node("api", OTHER))
    before = Wiring(nodes, (wire("web", "api", FAULT), wire("api", "web", OTHER)))
    after = Wiring((node("web"), node("api")), (wire("web", "api"), wire("api", "web")))
    found = drawn(before, after, "f1")
    assert found.before.count("--x") == 2
    assert found.after.count("--x") == 1
    assert "✗ unknown-host" in found.after
    assert found.broken
    assert not drawn(before, after, "f1", "f2").broken


def test_a_name_that_nothing_answers_to_goes_with_its_wire() -> None:
    lost = node("ghost", kind=Kind.LOST, group="")
    before = Wiring((node("web"), lost), (wire("web", "ghost", FAULT),))
    after = Wiring((node("web"), node("api")), (wire("web", "api"),))
    found = drawn(before, after, "f1")
    assert '{{"ghost<br>nothing answers"}}' in found.before
    assert "ghost" not in found.after
    assert '["api"]' in found.after


def test_waits_are_drawn_where_they_are_at_fault() -> None:
    nodes = (node("web"), node("db"), node("cache"))
    before = Wiring(nodes, (wire("web", "db", FAULT, waits=True), wire("web", "cache", waits=True)))
    after = Wiring(nodes, (wire("web", "db", waits=True), wire("web", "cache", waits=True)))
    found = drawn(before, after, "f1")
    assert "cache" not in found.before
    assert found.after.count("-.->") == 1


def test_findings_that_touch_no_wiring_have_no_picture() -> None:
    wiring = Wiring((node("web", OTHER),), ())
    assert mermaid.pictures(Repaired(wiring, wiring), {"f1"}) is None
    assert mermaid.pictures(Repaired(Wiring(), Wiring()), {"f1"}) is None


def test_advice_breaks_nothing() -> None:
    advice = Fault("f1", "healthcheck-missing", grave=False)
    nodes = (node("web", advice), node("api"))
    wires = (wire("web", "api", advice, label="API :80"),)
    found = drawn(Wiring(nodes, wires), Wiring(tuple(map(node, ("web", "api"))), (wire("web", "api"),)), "f1")
    assert (
        found.before == 'flowchart LR\n    n0["web<br>· healthcheck-missing"]\n    n1["api"]\n    n0 -->|"API :80"| n1'
    )
    assert "healthcheck" not in found.after


def test_several_deployments_have_a_box_each() -> None:
    nodes = (node("web", FAULT, group="dev"), node("api", FAULT, group="prod"), node("x", FAULT, group=""))
    found = drawn(Wiring(nodes, ()), Wiring(nodes, ()), "f1")
    assert found.before.count("subgraph") == 2


def test_a_node_with_many_faults_names_some() -> None:
    faults = [Fault(f"f{number}", f"rule-{number}") for number in range(20)]
    nodes = (node("web", *faults),)
    found = drawn(Wiring(nodes, ()), Wiring(nodes, ()), "f1")
    assert found.before.count("✗") == mermaid.MOST_RULES
    assert "<br>and 12 more" in found.before


def test_what_mermaid_would_not_draw_is_not_told() -> None:
    nodes = tuple(
        node('"' * 50 + str(number), Fault("f1", "'" * 50), says="|" * 50) for number in range(mermaid.MOST_NODES)
    )
    wires = tuple(wire(one.key, other.key, label="*" * 50) for one, other in pairwise(nodes))
    wiring = Wiring(nodes, wires)
    assert mermaid.pictures(Repaired(wiring, wiring), {"f1"}) is None


def test_a_crowd_of_neighbours_is_left_out_and_counted() -> None:
    many = [f"n{number}" for number in range(100)]
    nodes = (node("hub", FAULT), *map(node, many))
    wires = tuple(wire(name, "hub") for name in many)
    found = drawn(Wiring(nodes, wires), Wiring(nodes, wires), "f1")
    assert found.before.count('["') == mermaid.MOST_NODES
    assert found.left_out == 101 - mermaid.MOST_NODES
    ill = tuple(node(name, FAULT) for name in many)
    found = drawn(Wiring(ill, ()), Wiring(ill, ()), "f1")
    assert found.before.count('["') == mermaid.MOST_NODES
    assert found.left_out == 100 - mermaid.MOST_NODES
