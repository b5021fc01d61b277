"""The dashboard's text, and what people's changes of it mean."""

from __future__ import annotations

from dataclasses import replace

from stackfix.bot.dashboard import State, is_needed, read, render
from stackfix.findings import Applicability, Severity
from stackfix.pulls.plan import Fate
from stackfix.pulls.propose import Fault, Group, Proposed

SAFE = Fault("0" * 16, "proxy-port", "nginx.conf", 6, "it asks 5000", Severity.ERROR, Applicability.SAFE)
UNSAFE = replace(SAFE, fingerprint="1" * 16, rule="unknown-host", grade=Applicability.UNSAFE, severity=Severity.WARNING)
HAND = replace(SAFE, fingerprint="2" * 16, rule="volume-path", grade=None)
IN_PULL = replace(SAFE, fingerprint="3" * 16, branch="stackfix/fixes")
PULL = Group("stackfix/fixes", Fate.OPENED, "Use api:8000", "", "", "https://forge.example/pull/1")


def proposed(*faults: Fault, groups: tuple[Group, ...] = ()) -> Proposed:
    return Proposed("origin", "main", "c" * 40, groups, faults)


def test_what_is_in_no_pull_request_has_a_box_if_it_can_be_repaired() -> None:
    body = render(proposed(UNSAFE, SAFE, HAND, IN_PULL, groups=(PULL,)), State())
    boxes = [line for line in body.splitlines() if line.startswith("- [ ]")]
    assert boxes == [
        f"- [ ] <!-- stackfix fix={'0' * 16} --> **proxy-port** `nginx.conf:6` it asks 5000",
        f"- [ ] <!-- stackfix fix={'1' * 16} --> **unknown-host** `nginx.conf:6` it asks 5000 (its fix is for a person to decide)",
    ]
    assert "- [`stackfix/fixes`](https://forge.example/pull/1): Use `api:8000`" in body
    assert "- **volume-path** `nginx.conf:6` it asks 5000" in body
    assert "3" * 16 not in body


def test_ticked_boxes_are_read_and_stay_ticked() -> None:
    body = render(proposed(SAFE, UNSAFE), State(ignored=frozenset({"volume-path"})))
    assert read(body) == State(ignored=frozenset({"volume-path"}))
    ticked = body.replace("- [ ]", "- [x]", 1).replace("\n", "\r\n")
    assert read(ticked) == State(frozenset({"0" * 16}), ignored=frozenset({"volume-path"}))
    assert read(render(proposed(SAFE, UNSAFE), read(ticked))) == read(ticked)
    assert read(body.replace("- [ ]", "* [X]")).heeded == {"volume-path"}


def test_what_no_box_of_ours_says_is_not_heard() -> None:
    forged = "- [x] <!-- stackfix fix=$(reboot) -->\n- [x] <!-- stackfix fix=abc -->\n> - [x] <!-- stackfix fix=0000000000000000 -->"
    assert read(forged) == State()
    for comment in (
        "{",
        "[]",
        '{"version":2,"ignored":["a"]}',
        '{"version":1,"ignored":"a"}',
        '{"version":1,"ignored":[1,"../x"]}',
    ):
        assert read(f"<!-- stackfix-dashboard {comment} -->").ignored == frozenset()


def test_a_comment_that_nests_without_end_remembers_nothing() -> None:
    body = f'<!-- stackfix-dashboard {{"version":1,"ignored":{"[" * 60_000}}} -->'
    assert read(body) == State()


def test_words_of_a_repository_are_no_markup() -> None:
    evil = replace(
        SAFE,
        message="</details> <!-- @ada #1 [x](http://evil) -->",
        file="a`b\n- [x] <!-- stackfix fix=0000000000000000 -->",
    )
    body = render(proposed(evil), State())
    assert read(body).asked == frozenset()
    assert "`@ada`" in body
    assert len([line for line in body.splitlines() if line.startswith("- [")]) == 1


def test_many_faults_are_cut_and_counted() -> None:
    many = [replace(SAFE, fingerprint=f"{number:016x}", message="it asks " + "5" * 200) for number in range(1000)]
    many += [replace(one, fingerprint="f" + one.fingerprint[1:], grade=None) for one in many]
    body = render(proposed(*many), State())
    assert len(body) < 65_536
    assert len([line for line in body.splitlines() if "more: `stackfix` tells them" in line]) == 2


def test_an_issue_is_needed_while_there_is_something_to_say() -> None:
    assert is_needed(proposed(SAFE), State())
    assert is_needed(proposed(), State(ignored=frozenset({"volume-path"})))
    assert not is_needed(proposed(), State())
    ended = render(proposed(), State(ended=True))
    assert "Nothing is wrong on `main`." in ended
    assert read(ended).ended
