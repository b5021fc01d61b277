"""The engine: passes that are proved, fixes that are undone alone, findings with their fates.

The detectors are small ones of this test: each wants one word of a text file to be another.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from stackfix import catalogue, engine
from stackfix.edits import Create
from stackfix.findings import Anchor, Applicability, Choice, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.formats import yaml
from stackfix.outcome import Status
from stackfix.policy import Policy
from stackfix.repairs.create_file import CreateFile
from stackfix.repairs.set_text import SetText
from stackfix.selection import Selection
from stackfix.spans import Span
from stackfix.text import Text
from stackfix.tree import Entry, Tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from stackfix.graph.link import Graph
    from stackfix.outcome import Outcome, Reported


@dataclass(frozen=True)
class Sources:
    files: dict[str, bytes]

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def would_ignore(self, path: str) -> bool:
        return path.startswith("ignored")


@dataclass(frozen=True)
class Wants:
    """A detector: where `old` stands in a file, it wants `new`."""

    name: str
    old: str
    new: str
    applicability: Applicability = Applicability.SAFE
    yields_to: tuple[str, ...] = ()
    components: frozenset[str] = frozenset()
    preview: bool = False
    level: Severity = Severity.ERROR
    choices: tuple[Choice, ...] = ()
    repairs: bool = True
    elsewhere: str | None = None
    extra: tuple[SetText | CreateFile, ...] = field(default=())

    @property
    def rule(self) -> Rule:
        return Rule(self.name, Family.PORTS, self.level, "a word", self.preview, self.yields_to)

    def detect(self, graph: Graph) -> Iterator[Finding]:
        for path in sorted(graph.library.tree.entries):
            text = graph.library.text(path)
            at = text.value.find(self.old) if text is not None else -1
            if text is not None and at >= 0:
                yield self.finding(path, text.slice(at, at + len(self.old)))

    def finding(self, path: str, word: Text) -> Finding:
        place = located(word)
        assert place is not None
        repairs = (SetText(word, self.new), *self.extra) if self.repairs else ()
        remedy = Remedy(self.applicability, f"write {self.new}", repairs, self.choices)
        anchor = Anchor(path, "text", (self.old,))
        return Finding(self.rule, f"{self.old} stands here", place, anchor, self.old, (), remedy, None, self.components)


def run(  # noqa: PLR0913 - a run has that many sides
    monkeypatch: pytest.MonkeyPatch,
    files: dict[str, bytes],
    *detectors: Wants,
    grades: frozenset[Applicability] = engine.SAFE,
    selection: Selection | None = None,
    committing: bool = False,
    ignored: tuple[str, ...] = (),
    links: dict[str, str] | None = None,
) -> Outcome:
    monkeypatch.setattr(catalogue, "detectors", lambda: detectors)
    entries = {path: Entry(path, ignored=path in ignored) for path in files}
    entries |= {path: Entry(path, target=real) for path, real in (links or {}).items()}
    request = engine.Request(Policy(), selection or Selection(), grades, committing)
    sources = Sources({**files, **{path: files[real] for path, real in (links or {}).items()}})
    return engine.run(Tree(entries), sources, request)


def fates(outcome: Outcome) -> list[tuple[str, Status | None]]:
    return [(r.finding.rule.id, r.status) for r in outcome.reported]


def only(outcome: Outcome) -> Reported:
    assert len(outcome.reported) == 1
    return outcome.reported[0]


def ends(outcome: Outcome) -> dict[str, bytes | None]:
    return {change.path: change.after for change in outcome.changes}


def test_a_safe_fix_is_made_and_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = run(monkeypatch, {"a.txt": b"port one"}, Wants("one", "one", "two"))
    assert fates(outcome) == [("one", Status.FIXED)]
    assert ends(outcome) == {"a.txt": b"port two"}
    assert [(s.rules, [c.after for c in s.changes]) for s in outcome.steps] == [(("one",), [b"port two"])]


def test_a_link_and_its_file_are_one_place_and_the_file_is_edited(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = run(monkeypatch, {"z.txt": b"port one"}, Wants("one", "one", "two"), links={"a.txt": "z.txt"})
    told = only(outcome)
    assert told.status is Status.FIXED
    assert told.fix is not None
    assert told.fix.paths == {"z.txt"}
    assert ends(outcome) == {"z.txt": b"port two"}


def test_what_only_a_link_is_read_for_is_edited_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    word = Text.of_file("a.txt", b"one").slice(0, 3)
    wants = Wants("one", "one", "two", extra=(SetText(word, "two"),))
    outcome = run(monkeypatch, {"z.txt": b"one", "b.txt": b"one"}, wants, links={"a.txt": "z.txt"})
    assert ends(outcome) == {"z.txt": b"two", "b.txt": b"two"}


def test_a_file_that_is_not_looked_at_is_not_edited_behind_a_link(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "detectors", lambda: (Wants("one", "one", "two"),))
    tree = Tree({"a.txt": Entry("a.txt", target="vendor/z.txt")})
    outcome = engine.run(tree, Sources({"a.txt": b"one"}), engine.Request(Policy(), Selection(), engine.SAFE))
    assert (only(outcome).status, outcome.changes) == (Status.REFUSED, ())


def test_a_report_changes_nothing_and_shows_the_edits(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = run(monkeypatch, {"a.txt": b"port one"}, Wants("one", "one", "two"), grades=frozenset())
    told = only(outcome)
    assert (told.status, told.reason) == (None, None)
    assert told.fix is not None
    assert [e.path for e in told.fix.edits] == ["a.txt"]
    assert outcome.changes == ()
    assert outcome.steps == ()


def test_an_unsafe_fix_waits_to_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    wants = Wants("one", "one", "two", Applicability.UNSAFE)
    left = only(run(monkeypatch, {"a.txt": b"one"}, wants))
    assert left.status is Status.LEFT
    assert left.reason is not None
    assert "--unsafe-fixes" in left.reason
    assert fates(run(monkeypatch, {"a.txt": b"one"}, wants, grades=engine.ALL)) == [("one", Status.FIXED)]


def test_a_manual_fix_has_choices_and_no_edits(monkeypatch: pytest.MonkeyPatch) -> None:
    word = Text.of_file("a.txt", b"one")
    choices = (
        Choice("write two", (SetText(word, "two"),)),
        Choice("write it nowhere", (SetText(Text.unwritten("x"), "y"),)),
    )
    told = only(run(monkeypatch, {"a.txt": b"one"}, Wants("one", "one", "", Applicability.MANUAL, choices=choices)))
    assert (told.status, told.fix) == (Status.LEFT, None)
    assert told.reason == "it needs a person's decision"
    assert [(c.description, len(c.edits)) for c in told.choices] == [("write two", 1), ("write it nowhere", 0)]


def test_what_a_fix_reveals_is_repaired_in_the_same_run(monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = frozenset({"nobody knows"})
    outcome = run(
        monkeypatch, {"a.txt": b"one"}, Wants("one", "one", "two"), Wants("two", "two", "three", components=unknown)
    )
    assert fates(outcome) == [("one", Status.FIXED), ("two", Status.FIXED)]
    assert ends(outcome) == {"a.txt": b"three"}
    assert [s.rules for s in outcome.steps] == [("one", "two")]


def test_what_a_fix_reveals_and_nobody_repairs_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    unsafe = Wants("two", "two", "three", Applicability.UNSAFE, components=frozenset({"nobody knows"}))
    outcome = run(monkeypatch, {"a.txt": b"one"}, Wants("one", "one", "two"), unsafe)
    assert fates(outcome) == [("one", Status.FIXED), ("two", Status.REVEALED)]
    assert outcome.reported[1].fix is None


def test_what_was_revealed_is_told_where_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is repaired too in the tree as it was, one that is left in the tree as it ends."""
    files = {"a.txt": b"one, and here: big"}
    longer = Wants("one", "one", "forty-two big steps")
    unknown = frozenset({"nobody knows"})
    later = Wants("later", "two big steps, and here: big", "two", components=unknown)
    fixed = run(monkeypatch, files, longer, later).reported[1]
    assert fixed.status is Status.FIXED
    assert fixed.finding.location.span == Span(0, 18)
    left = run(monkeypatch, files, longer, replace(later, applicability=Applicability.UNSAFE)).reported[1]
    assert left.status is Status.REVEALED
    assert left.finding.location.span == Span(6, 34)


def test_a_fix_that_causes_a_finding_is_undone_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"a.txt": b"one", "b.txt": b"red"}
    outcome = run(
        monkeypatch,
        files,
        Wants("one", "one", "two"),
        Wants("red", "red", "green"),
        Wants("two", "two", "one", Applicability.MANUAL),
    )
    assert fates(outcome) == [("one", Status.REFUSED), ("red", Status.FIXED)]
    assert outcome.reported[0].fix is None
    assert "cause another finding (two in a.txt)" in str(outcome.reported[0].reason)
    assert ends(outcome) == {"b.txt": b"green"}


def test_a_report_tells_of_a_refusal_too(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = run(
        monkeypatch,
        {"a.txt": b"one"},
        Wants("one", "one", "two"),
        Wants("two", "two", "x", Applicability.MANUAL),
        grades=frozenset(),
    )
    assert fates(outcome) == [("one", Status.REFUSED)]


def test_a_fix_that_leaves_its_finding_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    told = only(run(monkeypatch, {"a.txt": b"one"}, Wants("one", "one", "one more")))
    assert (told.status, told.reason) == (Status.REFUSED, "the finding was still there after it")


def test_fixes_of_the_same_bytes_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = run(monkeypatch, {"a.txt": b"one"}, Wants("first", "one", "on"), Wants("second", "ne", "xx"))
    assert fates(outcome) == [("first", Status.FIXED), ("second", Status.FIXED)]
    assert ends(outcome) == {"a.txt": b"on"}


def test_two_that_undo_each_other_end(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = frozenset({"nobody knows"})
    outcome = run(
        monkeypatch,
        {"a.txt": b"one"},
        Wants("one", "one", "two", components=seen),
        Wants("two", "two", "one", components=seen),
    )
    assert "undo each other" in " ".join(str(r.reason) for r in outcome.reported)


def test_a_run_ends_where_every_fix_asks_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = frozenset({"nobody knows"})
    chain = [Wants(f"n{n}", f"<{n}>", f"<{n + 1}>", components=seen) for n in range(40)]
    outcome = run(monkeypatch, {"a.txt": b"<0>"}, *chain)
    assert ends(outcome) == {"a.txt": b"<10>"}
    assert fates(outcome)[-1] == ("n10", Status.REVEALED)


def test_the_more_specific_rule_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    general = Wants("general", "one", "two", yields_to=("special",))
    special = Wants("special", "one", "three")
    assert ends(run(monkeypatch, {"a.txt": b"one"}, general, special)) == {"a.txt": b"three"}
    hidden = Selection(ignore=frozenset({"special"}))
    assert fates(run(monkeypatch, {"a.txt": b"one"}, general, special, selection=hidden)) == []
    asked = Selection(select=frozenset({"general"}))
    assert fates(run(monkeypatch, {"a.txt": b"one"}, general, special, selection=asked)) == [("general", Status.FIXED)]


def test_a_suppressed_line_is_neither_told_nor_edited(monkeypatch: pytest.MonkeyPatch) -> None:
    def covered(rule: str, place: Location) -> bool:
        return rule == "one" and place.path == "b.txt"

    word = Text.of_file("b.txt", b"keep")
    reaches = Wants("one", "one", "two", extra=(SetText(word, "lost"),))
    outcome = run(
        monkeypatch, {"a.txt": b"one", "b.txt": b"keep one"}, reaches, selection=Selection(suppressed=covered)
    )
    assert fates(outcome) == [("one", Status.REFUSED)]
    assert "suppressed" in str(outcome.reported[0].reason)
    assert outcome.changes == ()


def test_a_private_file_is_never_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {".env": b"one", "a.txt": b"one"}
    outcome = run(monkeypatch, files, Wants("one", "one", "two"), committing=True, ignored=(".env",))
    assert [(r.finding.location.path, r.status) for r in outcome.reported] == [
        (".env", Status.LEFT),
        ("a.txt", Status.FIXED),
    ]
    assert ".env is ignored by git" in str(outcome.reported[0].reason)
    assert ends(outcome) == {"a.txt": b"two"}


def test_a_fix_without_edits_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    told = only(run(monkeypatch, {"a.txt": b"one"}, Wants("one", "one", "two", repairs=False)))
    assert (told.status, told.reason) == (Status.REFUSED, "there is nothing to edit")


def test_a_preview_rule_is_off_until_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    wants = Wants("one", "one", "two", preview=True)
    assert fates(run(monkeypatch, {"a.txt": b"one"}, wants)) == []
    assert fates(run(monkeypatch, {"a.txt": b"one"}, wants, selection=Selection(preview=True))) == [
        ("one", Status.FIXED)
    ]


def test_rules_of_one_file_in_one_pass_are_commits_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = run(monkeypatch, {"a.txt": b"one red"}, Wants("one", "one", "two"), Wants("red", "red", "green"))
    assert [(s.rules, [(c.before, c.after) for c in s.changes]) for s in outcome.steps] == [
        (("one",), [(b"one red", b"two red")]),
        (("red",), [(b"two red", b"two green")]),
    ]


def test_a_new_file_is_part_of_its_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    wants = Wants("one", "one", "two", extra=(CreateFile("new.sh", "x\n", executable=True),))
    outcome = run(monkeypatch, {"a.txt": b"one"}, wants)
    assert ends(outcome) == {"a.txt": b"two", "new.sh": b"x\n"}
    assert [c.executable for c in outcome.changes] == [None, True]


def test_an_anchor_is_named_for_fingerprints() -> None:
    assert Anchor("a", "text", ("x",)).child(1).identity == "a:x/1"
    inner = Anchor("a", "yaml", (0,), Anchor("a", "nginx", (1, 2), name="server /"))
    assert inner.child(3).identity == "a:0>a:server //3"


def test_equal_faults_of_one_place_have_two_fingerprints(monkeypatch: pytest.MonkeyPatch) -> None:
    class Twice(Wants):
        def detect(self, graph: Graph) -> Iterator[Finding]:
            text = graph.library.text("a.txt")
            if text is not None:
                yield from (self.finding("a.txt", text.slice(at, at + 3)) for at in (0, 4))

    outcome = run(monkeypatch, {"a.txt": b"one one"}, Twice("one", "one", "two"), grades=frozenset())
    assert len({r.fingerprint for r in outcome.reported}) == 2


def test_of_several_suspects_the_one_that_fails_alone_is_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = frozenset({"the same workload"})
    one = Wants("one", "one", "two", components=shared)
    red = Wants("red", "red", "green", components=shared)
    wounded = Wants("wounded", "two", "x", Applicability.MANUAL)
    outcome = run(monkeypatch, {"a.txt": b"one red"}, one, red, wounded)
    assert fates(outcome) == [("one", Status.REFUSED), ("red", Status.FIXED)]
    assert ends(outcome) == {"a.txt": b"one green"}


def test_a_fault_that_only_both_cause_costs_the_second(monkeypatch: pytest.MonkeyPatch) -> None:
    both = Wants("both", "two green", "x", Applicability.MANUAL)
    outcome = run(monkeypatch, {"a.txt": b"one red"}, Wants("one", "one", "two"), Wants("red", "red", "green"), both)
    assert fates(outcome) == [("one", Status.FIXED), ("red", Status.REFUSED)]
    assert ends(outcome) == {"a.txt": b"two red"}


def test_a_fix_that_does_not_go_with_another_waits_and_finds_itself_done(monkeypatch: pytest.MonkeyPatch) -> None:
    class Unless(Wants):
        """Content once "8000" stands there."""

        def detect(self, graph: Graph) -> Iterator[Finding]:
            text = graph.library.text("a.txt")
            if text is not None and "bind 8000" not in text.value:
                yield from super().detect(graph)

    outcome = run(
        monkeypatch,
        {"a.txt": b"bind 9 ask 8000 x"},
        Wants("policy", "bind 9", "bind 8000"),
        Unless("proxy", "ask 8000", "ask 9"),
        Wants("other", "x", "y"),
        Wants("host", "bind 8000 ask 9", "", Applicability.MANUAL),
    )
    assert fates(outcome) == [("policy", Status.FIXED), ("proxy", Status.FIXED), ("other", Status.FIXED)]
    assert ends(outcome) == {"a.txt": b"bind 8000 ask 8000 y"}


def test_advice_undoes_no_repair(monkeypatch: pytest.MonkeyPatch) -> None:
    advice = Wants("advice", "two", "x", Applicability.UNSAFE, level=Severity.INFO)
    outcome = run(monkeypatch, {"a.txt": b"one"}, Wants("one", "one", "two"), advice)
    assert fates(outcome) == [("one", Status.FIXED), ("advice", Status.REVEALED)]


def test_a_file_that_cannot_be_read_after_it_undoes_a_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    class Reading(Wants):
        def detect(self, graph: Graph) -> Iterator[Finding]:
            graph.library.get("a.yaml", yaml.read)
            yield from super().detect(graph)

    told = only(run(monkeypatch, {"a.yaml": b"a: one"}, Reading("one", "one", "[")))
    assert told.status is Status.REFUSED
    assert told.reason is not None
    assert told.reason.startswith("a.yaml could not be read after it")


def test_edits_that_cannot_be_made_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def impossible(*_: object) -> tuple[Create, ...]:
        return (Create("a.txt", b""),)

    monkeypatch.setattr("stackfix.repairing.edits", impossible)
    told = only(run(monkeypatch, {"a.txt": b"one"}, Wants("one", "one", "two")))
    assert (told.status, told.reason) == (Status.REFUSED, "its edits can't be made")
