"""What is to be done about a branch, case by case."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stackfix.forge.model import PullRequest, State
from stackfix.pulls import marker
from stackfix.pulls.history import history
from stackfix.pulls.marker import Marker
from stackfix.pulls.plan import (
    TAKEN,
    Action,
    Close,
    Delete,
    Fate,
    Open,
    Push,
    Rewrite,
    Say,
    There,
    Wanted,
    plan,
)

A, B = "a" * 16, "b" * 16


def text(*faults: str, words: str = "new", said: bool = False, ended: bool = False, begun: bool = False) -> str:
    return marker.written("Words.", Marker(frozenset(faults), words, said=said, ended=ended, begun=begun))


def pull(body: str = "", *, base: str = "main", state: State = State.OPEN, number: int = 7) -> PullRequest:
    return PullRequest(number, "stackfix/fixes", base, "Title", body or text(A), state, "1", "https://x/7")


WANTED = Wanted("commit", "tree", "Title", text(A))
OURS = There("main", "tip", "tree")
OLD = There("main", "tip", "old")
THEIRS = There("main", "tip", "old", ours=False)


def names(actions: tuple[Action, ...]) -> list[str]:
    return [type(action).__name__ for action in actions]


def with_pull(there: There, body: str = "", base: str = "main") -> There:
    return There(there.base, there.tip, there.tree, there.ours, pull(body, base=base))


@pytest.mark.parametrize("forge", [True, False])
@pytest.mark.parametrize(
    ("there", "wanted", "with_forge", "without"),
    [
        # What is there                          what should be   with a forge                          without
        (There("main"), None, (Fate.NOTHING, []), (Fate.NOTHING, [])),
        (There("main"), WANTED, (Fate.OPENED, ["Push", "Open"]), (Fate.OPENED, ["Push"])),
        (OURS, WANTED, (Fate.OPENED, ["Open"]), (Fate.UNCHANGED, [])),
        (OLD, WANTED, (Fate.OPENED, ["Push", "Open"]), (Fate.REFRESHED, ["Push"])),
        (OLD, None, (Fate.NOTHING, []), (Fate.CLOSED, ["Delete"])),
        (There("main", "tip", "old", ended=True), None, (Fate.CLOSED, ["Delete"]), (Fate.CLOSED, ["Delete"])),
        (THEIRS, WANTED, (Fate.LEFT, []), (Fate.LEFT, [])),
        (THEIRS, None, (Fate.NOTHING, []), (Fate.NOTHING, [])),
        (There("main", "tip", "tree", ours=False), WANTED, (Fate.UNCHANGED, []), (Fate.UNCHANGED, [])),
    ],
)
def test_without_a_pull_request(
    there: There,
    wanted: Wanted | None,
    with_forge: tuple[Fate, list[str]],
    without: tuple[Fate, list[str]],
    *,
    forge: bool,
) -> None:
    planned = plan(there, wanted, forge=forge)
    assert (planned.fate, names(planned.actions)) == (with_forge if forge else without)


@pytest.mark.parametrize(
    ("there", "wanted", "fate", "actions"),
    [
        (with_pull(OURS), WANTED, Fate.UNCHANGED, []),
        (with_pull(OURS, text(A, words="old")), WANTED, Fate.REFRESHED, ["Rewrite"]),
        (with_pull(OURS, text(B)), WANTED, Fate.REFRESHED, ["Rewrite"]),
        (with_pull(OURS, "Somebody took the comment out."), WANTED, Fate.REFRESHED, ["Rewrite"]),
        (with_pull(OURS, text(A).replace("Words.", "A person's words.")), WANTED, Fate.UNCHANGED, []),
        (with_pull(OURS, text(A, ended=True)), WANTED, Fate.REFRESHED, ["Rewrite"]),
        (with_pull(OLD), WANTED, Fate.REFRESHED, ["Push"]),
        (with_pull(OLD, text(B)), WANTED, Fate.REFRESHED, ["Push", "Rewrite"]),
        (with_pull(There("main")), WANTED, Fate.REFRESHED, ["Push"]),
        (with_pull(OLD), None, Fate.CLOSED, ["Rewrite", "Close", "Delete"]),
        (with_pull(OLD, text(A, ended=True)), None, Fate.CLOSED, ["Close", "Delete"]),
        (with_pull(There("main")), None, Fate.CLOSED, ["Rewrite", "Close"]),
        (with_pull(THEIRS), WANTED, Fate.LEFT, ["Rewrite", "Say"]),
        (with_pull(THEIRS, text(A, said=True)), WANTED, Fate.LEFT, []),
        (with_pull(THEIRS, "No marker."), WANTED, Fate.LEFT, []),
        (with_pull(THEIRS), None, Fate.LEFT, ["Rewrite", "Say"]),
        (with_pull(THEIRS, text(A, said=True)), None, Fate.LEFT, []),
        (with_pull(OLD, base="develop"), WANTED, Fate.OPENED, ["Rewrite", "Close", "Push", "Open"]),
        (with_pull(OURS, base="develop"), WANTED, Fate.OPENED, ["Rewrite", "Close", "Open"]),
    ],
)
def test_with_an_open_pull_request(there: There, wanted: Wanted | None, fate: Fate, actions: list[str]) -> None:
    planned = plan(there, wanted, forge=True)
    assert (planned.fate, names(planned.actions)) == (fate, actions)


def test_a_push_and_a_deletion_name_what_they_replace() -> None:
    assert plan(OLD, WANTED, forge=False).actions == (Push("commit", "tip"),)
    assert plan(There("main"), WANTED, forge=False).actions == (Push("commit", None),)
    assert plan(OLD, None, forge=False).actions == (Delete("tip"),)


def test_a_limit_holds_back_new_ones_alone() -> None:
    held = plan(There("main"), WANTED, forge=True, room=False)
    assert (held.fate, held.actions) == (Fate.LEFT, ())
    assert "as many pull requests are open" in held.reason
    assert plan(with_pull(OLD), WANTED, forge=True, room=False).fate is Fate.REFRESHED
    assert plan(with_pull(OLD), None, forge=True, room=False).fate is Fate.CLOSED


def test_that_we_close_it_is_written_down_before() -> None:
    noted, closed, _ = plan(with_pull(OLD), None, forge=True).actions
    assert isinstance(noted, Rewrite)
    assert marker.read(noted.body) == Marker(frozenset({A}), "new", ended=True)
    assert noted.title is None
    assert isinstance(closed, Close)
    assert "`main`" in closed.word


def test_a_branch_that_is_somebody_elses_is_left_and_that_is_said() -> None:
    planned = plan(with_pull(THEIRS), WANTED, forge=True)
    assert planned.reason == TAKEN
    noted, said = planned.actions
    assert isinstance(noted, Rewrite)
    assert marker.read(noted.body) == Marker(frozenset({A}), "new", said=True)
    assert isinstance(said, Say)
    assert "leave this branch to you" in said.text


def test_the_words_of_a_new_one() -> None:
    assert plan(OURS, WANTED, forge=True).actions == (Open("Title", WANTED.body),)


# --- the marker ------------------------------------------------------------------------------------------------------


def test_a_marker_comes_back_and_is_seen_by_nobody() -> None:
    known = Marker(frozenset({A, B}), "c" * 16, unsafe=True, said=True, ended=True)
    body = marker.written("Words.\n", known)
    assert body.startswith("Words.\n\n<!-- stackfix {")
    assert marker.read(body) == known
    assert marker.read(marker.written(body, Marker())) == Marker()
    assert marker.bare(body) == "Words."


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<!-- stackfix {broken} -->",
        '<!-- stackfix {"version":2,"faults":[]} -->',
        '<!-- stackfix {"version":1,"faults":"x"} -->',
        '<!-- other {"version":1,"faults":[]} -->',
        f'<!-- stackfix {{"version":1,"faults":{"[" * 60_000}}} -->',
    ],
)
def test_what_is_no_marker(body: str) -> None:
    assert marker.read(body) is None


def test_a_fault_that_is_no_fingerprint_is_passed_over() -> None:
    known = marker.read(f'<!-- stackfix {{"version":1,"faults":["x",3,"{A}"]}} -->')
    assert known is not None
    assert known.faults == {A}


# --- what was before -------------------------------------------------------------------------------------------------


def test_what_a_person_closed_is_remembered_by_fault() -> None:
    found = history([pull(text(A, B), state=State.CLOSED, number=3)])
    assert found.refused == {A: 3, B: 3}
    assert found.open is None
    assert not found.ended


def test_what_we_closed_ourselves_is_not() -> None:
    found = history([pull(text(A, ended=True), state=State.CLOSED)])
    assert (dict(found.refused), found.ended) == ({}, True)


def test_what_was_merged_or_opened_again_later_was_wanted_after_all() -> None:
    closed = pull(text(A, B), state=State.CLOSED, number=3)
    assert history([pull(text(A), state=State.MERGED, number=4), closed]).refused == {B: 3}
    opened = history([pull(text(B), number=5), closed])
    assert opened.refused == {A: 3}
    assert opened.open is not None
    assert opened.faults == {B}
    assert history([closed, pull(text(A), state=State.MERGED, number=2)]).refused == {A: 3, B: 3}


def test_a_pull_request_that_isnt_ours_says_nothing() -> None:
    assert history([pull("Mine.", state=State.CLOSED)]).refused == {}
    assert history([replace(pull(text(A), state=State.CLOSED), own=False)]).refused == {}
    assert history([replace(pull(text(A)), own=False)]).open is None
    assert not history([pull("Mine.")]).unsafe
    assert history([pull(marker.written("", Marker(frozenset({A}), unsafe=True)))]).unsafe
