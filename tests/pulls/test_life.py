"""The life of a pull request on a forge, from the first fault to the last."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stackfix import config, running
from stackfix.deliver.objects import CannotCommit
from stackfix.deliver.remote import Remote
from stackfix.forge.model import PullRequest, State
from stackfix.pulls import marker
from stackfix.pulls.plan import Fate
from stackfix.pulls.propose import Group, Proposed, Request, propose
from tests.checkouts import BROKEN, git
from tests.pulls.conftest import Place, placed
from tests.pulls.memory import Memory

if TYPE_CHECKING:
    from stackfix.engine import Request as Judging
    from stackfix.repository import Snapshot
    from stackfix.running import Run

REPAIRED = BROKEN["compose.yml"].replace("http://api:9100", "http://api:8000")

# Beside the port a service that is called by a slip.
MORE = BROKEN["compose.yml"] + "    depends_on: [aip]\n"


@pytest.fixture
def forge(place: Place) -> Memory:
    return Memory(place.hub)


def _hear(_words: str) -> None:
    """Take what is said, to nobody's use."""


def proposed(place: Place, forge: Memory | None, **words: object) -> Proposed:
    request = Request(str(place.clone), forge=forge, local=True, **words)  # type: ignore[arg-type]  # a test's own words
    return propose(request, _hear)


def one(place: Place, forge: Memory | None, **words: object) -> Group:
    [group] = proposed(place, forge, **words).groups
    return group


def fates(done: Proposed) -> dict[str, Fate]:
    return {group.branch: group.fate for group in done.groups}


def test_it_is_opened_once(place: Place, forge: Memory) -> None:
    done = proposed(place, forge)
    [group] = done.groups
    assert (group.fate, group.url) == (Fate.OPENED, "https://forge.example/acme/shop/pull/1")
    assert (done.findings, done.fixed, done.base) == (1, 1, "main")
    [pull] = forge.pulls
    assert (pull.branch, pull.base, pull.title) == ("stackfix/fixes", "main", "Use api:8000")
    assert "hunter2" not in pull.body
    tip = place.tip()
    again = one(place, forge)
    assert (again.fate, again.url) == (Fate.UNCHANGED, group.url)
    assert forge.log == ["create stackfix/fixes"]
    assert place.tip() == tip


def test_the_configuration_dresses_it(place: Place, forge: Memory) -> None:
    place.commit(
        {
            "stackfix.toml": (
                "[bot]\nlabels = ['wiring']\nreviewers = ['ada']\nassignees = ['grace']\ndraft = true\n"
                "title-prefix = 'fix: '\nauthor = 'Bot <bot@example.org>'\n"
            )
        }
    )
    one(place, forge)
    [proposal] = forge.proposals
    assert (proposal.labels, proposal.reviewers, proposal.assignees, proposal.draft) == (
        ("wiring",),
        ("ada",),
        ("grace",),
        True,
    )
    assert proposal.title == "fix: Use api:8000"
    assert git(place.hub, "log", "-1", "--format=%an <%ae> %cn", "stackfix/fixes") == "Bot <bot@example.org> Bot"


def test_it_is_refreshed_when_the_base_or_the_fixes_change(place: Place, forge: Memory) -> None:
    one(place, forge)
    base = place.commit({"new": "x"})
    assert one(place, forge).fate is Fate.REFRESHED
    assert git(place.hub, "rev-parse", "stackfix/fixes^") == base
    assert forge.log == ["create stackfix/fixes"], "its words are the same"
    place.commit({"compose.yml": MORE})
    assert one(place, forge).fate is Fate.REFRESHED
    assert forge.log == ["create stackfix/fixes", "update #1"]
    assert forge.open[0].title == "Repair 2 faults in the deployment wiring"


def test_it_is_closed_with_a_word_when_the_faults_are_gone(place: Place, forge: Memory) -> None:
    one(place, forge)
    place.commit({"compose.yml": REPAIRED})
    assert one(place, forge).fate is Fate.CLOSED
    assert forge.open == []
    [(number, word)] = forge.said
    assert number == 1
    assert "no longer found on `main`" in word
    assert place.branches == ["main"]
    place.commit({"compose.yml": BROKEN["compose.yml"]})
    assert one(place, forge).fate is Fate.OPENED, "we closed it ourselves"
    assert [pull.number for pull in forge.open] == [2]


def test_it_is_not_opened_again_after_a_person_closed_it(place: Place, forge: Memory) -> None:
    one(place, forge)
    forge.by_person(1, State.CLOSED)
    place.commit({"new": "x"})
    done = proposed(place, forge)
    assert fates(done) == {"stackfix/fixes": Fate.NOTHING}
    assert (done.findings, done.fixed) == (1, 0)
    assert len(forge.pulls) == 1
    # A fault that is new is proposed, without the one that nobody wants.
    place.commit({"compose.yml": MORE})
    assert one(place, forge).fate is Fate.OPENED
    assert "http://api:9100" in place.shown("compose.yml")
    assert "depends_on: [api]" in place.shown("compose.yml")
    # The person changes their mind.
    first = marker.read(forge.pulls[0].body)
    assert first is not None
    assert one(place, forge, asked=first.faults).fate is Fate.REFRESHED
    assert "http://api:9100" not in place.shown("compose.yml")
    assert one(place, forge).fate is Fate.UNCHANGED, "what is open stays wanted"


def test_a_person_who_opens_it_again_has_it_kept_up(place: Place, forge: Memory) -> None:
    one(place, forge)
    forge.by_person(1, State.CLOSED)
    one(place, forge)
    forge.by_person(1, State.OPEN)
    place.commit({"new": "x"})
    assert one(place, forge).fate is Fate.REFRESHED


def test_what_was_merged_is_not_in_the_way(place: Place, forge: Memory) -> None:
    one(place, forge)
    git(place.hub, "update-ref", "refs/heads/main", place.tip())
    forge.by_person(1, State.MERGED)
    assert one(place, forge).fate is Fate.NOTHING
    assert place.branches == ["main", "stackfix/fixes"], "whoever merged it deletes it"
    place.commit({"compose.yml": MORE})
    assert one(place, forge).fate is Fate.OPENED
    assert len(forge.pulls) == 2


def test_a_persons_commits_are_left_alone_and_that_is_said_once(place: Place, forge: Memory) -> None:
    one(place, forge)
    theirs = place.commit({"mine": "x"}, "stackfix/fixes")
    for _ in range(2):
        place.commit({"new": theirs})
        assert one(place, forge).fate is Fate.LEFT
    assert place.tip() == theirs
    assert [number for number, _ in forge.said] == [1]
    assert forge.open[0].title == "Use api:8000"


def test_a_branch_that_is_given_back_is_made_anew(place: Place, forge: Memory) -> None:
    one(place, forge)
    place.commit({"mine": "x"}, "stackfix/fixes")
    place.commit({"new": "x"})
    assert one(place, forge).fate is Fate.LEFT
    forge.by_person(1, State.CLOSED)
    assert one(place, forge).fate is Fate.NOTHING, "closed, and the branch kept"
    git(place.hub, "branch", "-D", "stackfix/fixes")
    assert one(place, forge).fate is Fate.OPENED
    # One that was never left to anybody is closed by deleting its branch, too.
    git(place.hub, "branch", "-D", "stackfix/fixes")
    forge.by_person(2, State.CLOSED)
    assert one(place, forge).fate is Fate.NOTHING


def test_an_edited_body_stays_as_long_as_ours_would_be_the_same(place: Place, forge: Memory) -> None:
    one(place, forge)
    forge.edited(1, forge.pulls[0].body.replace("host-port", "Mine: host-port", 1))
    assert one(place, forge).fate is Fate.UNCHANGED
    assert "Mine: " in forge.pulls[0].body


def test_a_limit_of_open_ones(place: Place, forge: Memory) -> None:
    settings = ("bot.limit=1",)
    # A fork's counts as nobody's, whatever it says.
    words = marker.written("Ours!", marker.Marker())
    theirs = PullRequest(1, "stackfix/fixes", "main", "Ours!", words, State.OPEN, "1", "https://x/1", own=False)
    forge.pulls.append(theirs)
    place.commit({"stackfix.toml": "[bot.groups]\nports = ['host-port-inside-network']\n", "compose.yml": MORE})
    done = proposed(place, forge, settings=settings)
    assert fates(done) == {"stackfix/ports": Fate.OPENED, "stackfix/fixes": Fate.LEFT}
    assert done.groups[1].reason == "as many pull requests are open as the configuration allows"
    assert place.branches == ["main", "stackfix/ports"]
    assert fates(proposed(place, forge, settings=settings))["stackfix/fixes"] is Fate.LEFT
    left = marker.read(done.groups[1].body)
    assert left is not None
    assert fates(proposed(place, forge, settings=settings, asked=left.faults))["stackfix/fixes"] is Fate.OPENED


def test_groups_have_branches_of_their_own(place: Place, forge: Memory) -> None:
    place.commit({"stackfix.toml": "[bot.groups]\nports = ['host-port-inside-network']\n", "compose.yml": MORE})
    assert fates(proposed(place, forge)) == {"stackfix/ports": Fate.OPENED, "stackfix/fixes": Fate.OPENED}
    ports, fixes = place.shown("compose.yml", "stackfix/ports"), place.shown("compose.yml", "stackfix/fixes")
    assert ("http://api:9100" in ports, "[aip]" in ports) == (False, True)
    assert ("http://api:9100" in fixes, "[aip]" in fixes) == (True, False)
    assert fates(proposed(place, forge)) == {"stackfix/ports": Fate.UNCHANGED, "stackfix/fixes": Fate.UNCHANGED}
    # The group goes out of the configuration: its pull request is closed, its fixes go where the others are.
    tip = place.tip("stackfix/ports")
    place.commit({"stackfix.toml": ""})
    assert fates(proposed(place, forge)) == {"stackfix/fixes": Fate.REFRESHED, "stackfix/ports": Fate.CLOSED}
    assert forge.said == [(1, "What this repaired goes into other pull requests now.")]
    assert place.branches == ["main", "stackfix/fixes"]
    # Killed before the branch was gone.
    git(place.hub, "branch", "stackfix/ports", tip)
    assert fates(proposed(place, forge)) == {"stackfix/fixes": Fate.UNCHANGED, "stackfix/ports": Fate.CLOSED}
    assert place.branches == ["main", "stackfix/fixes"]


def test_another_base_in_the_configuration(place: Place, forge: Memory) -> None:
    one(place, forge)
    git(place.hub, "branch", "develop", "main")
    place.commit({"stackfix.toml": "[bot]\nbase = 'develop'\n"})
    done = proposed(place, forge)
    assert (done.base, done.groups[0].fate) == ("develop", Fate.OPENED)
    assert [(pull.base, pull.state) for pull in forge.pulls] == [("main", State.CLOSED), ("develop", State.OPEN)]


def test_a_dry_run_touches_no_forge(place: Place, forge: Memory) -> None:
    group = one(place, forge, dry_run=True)
    assert (group.fate, group.title) == (Fate.OPENED, "Use api:8000")
    assert (forge.log, place.branches) == ([], ["main"])


# --- unsafe fixes ----------------------------------------------------------------------------------------------------

UNSAFE = BROKEN["compose.yml"].replace(
    '    ports: ["9100:8000"]\n',
    '    ports: ["9100:8000"]\n    depends_on: [db]\n    environment:\n      DATABASE_URL: postgresql://a:b@db/x\n',
) + ("  db:\n    image: postgres:16\n    environment: {POSTGRES_USER: a, POSTGRES_PASSWORD: b, POSTGRES_DB: x}\n")
"""Beside the safe fix one that a person should decide: the store gets a health check."""


@pytest.fixture
def undecided(tmp_path: Path) -> Place:
    return placed(tmp_path, {**BROKEN, "compose.yml": UNSAFE})


def kinds(place: Place, branch: str) -> tuple[bool, bool]:
    """Whether a branch holds the safe fix, and the unsafe one."""
    text = place.shown("compose.yml", branch)
    return "http://api:8000" in text, "healthcheck:" in text


def test_unsafe_fixes_are_left_out(undecided: Place) -> None:
    forge = Memory(undecided.hub)
    done = proposed(undecided, forge)
    assert (done.findings, done.fixed) == (2, 1)
    assert kinds(undecided, "stackfix/fixes") == (True, False)


def test_by_configuration_they_have_a_pull_request_of_their_own(undecided: Place) -> None:
    forge = Memory(undecided.hub)
    undecided.commit({"stackfix.toml": "[bot]\nunsafe = true\n"})
    done = proposed(undecided, forge)
    assert fates(done) == {"stackfix/fixes": Fate.OPENED, "stackfix/unsafe": Fate.OPENED}
    assert (done.findings, done.fixed) == (2, 2)
    assert kinds(undecided, "stackfix/fixes") == (True, False)
    assert kinds(undecided, "stackfix/unsafe") == (False, True)
    assert set(fates(proposed(undecided, forge)).values()) == {Fate.UNCHANGED}
    # Asked for together with the others, they move there, and stay.
    for asked in (True, False):
        done = proposed(undecided, forge, unsafe=asked)
        assert kinds(undecided, "stackfix/fixes") == (True, True)
    assert undecided.branches == ["main", "stackfix/fixes"]
    assert forge.said == [(2, "What this repaired goes into other pull requests now.")]


def test_asked_for_they_are_with_the_others_and_stay_there(undecided: Place) -> None:
    forge = Memory(undecided.hub)
    assert one(undecided, forge).fate is Fate.OPENED
    assert one(undecided, forge, unsafe=True).fate is Fate.REFRESHED
    assert kinds(undecided, "stackfix/fixes") == (True, True)
    undecided.commit({"new": "x"})
    assert one(undecided, forge).fate is Fate.REFRESHED
    assert kinds(undecided, "stackfix/fixes") == (True, True), "who asked need not ask again"


def test_asked_for_by_fault_one_unsafe_fix_comes_alone(undecided: Place) -> None:
    forge = Memory(undecided.hub)
    done = proposed(undecided, forge, unsafe=True, dry_run=True)
    known = marker.read(done.groups[0].body)
    one(undecided, forge)
    safe = marker.read(forge.pulls[0].body)
    assert known is not None
    assert safe is not None
    assert one(undecided, forge, asked=known.faults - safe.faults).fate is Fate.REFRESHED
    assert kinds(undecided, "stackfix/fixes") == (True, True)
    assert one(undecided, forge).fate is Fate.UNCHANGED


# --- the first one of all --------------------------------------------------------------------------------------------

ONBOARDING = ("bot.onboarding=true",)


def test_the_first_one_adds_a_configuration_and_the_others_wait(place: Place, forge: Memory, tmp_path: Path) -> None:
    done = proposed(place, forge, settings=ONBOARDING)
    assert fates(done) == {"stackfix/configure": Fate.OPENED, "stackfix/fixes": Fate.LEFT}
    [pull] = forge.pulls
    assert pull.title == "Configure stackfix"
    assert "- Use `api:8000` (`stackfix/fixes`)" in pull.body
    assert git(place.hub, "diff", "--name-only", "main", "stackfix/configure") == "stackfix.toml"
    (tmp_path / "stackfix.toml").write_text(place.shown("stackfix.toml", "stackfix/configure"), "utf-8")
    assert config.load(tmp_path).bot == config.Bot()
    assert set(fates(proposed(place, forge, settings=ONBOARDING)).values()) == {Fate.UNCHANGED, Fate.LEFT}
    # What it would propose changes, and its words with that.
    place.commit({"compose.yml": MORE})
    assert fates(proposed(place, forge, settings=ONBOARDING))["stackfix/configure"] is Fate.REFRESHED
    assert "- Repair 2 faults" in forge.pulls[0].body
    git(place.hub, "update-ref", "refs/heads/main", place.tip("stackfix/configure"))
    forge.by_person(1, State.MERGED)
    assert fates(proposed(place, forge, settings=ONBOARDING)) == {"stackfix/fixes": Fate.OPENED}


def test_closed_it_is_a_no(place: Place, forge: Memory) -> None:
    proposed(place, forge, settings=ONBOARDING)
    forge.by_person(1, State.CLOSED)
    done = proposed(place, forge, settings=ONBOARDING)
    assert fates(done) == {"stackfix/fixes": Fate.LEFT}
    assert "a person closed" in done.groups[0].reason
    assert len(forge.pulls) == 1
    place.commit({"stackfix.toml": ""})
    assert one(place, forge, settings=ONBOARDING).fate is Fate.OPENED


def test_where_nothing_is_broken_there_is_no_first_one(forge: Memory, place: Place) -> None:
    place.commit({"compose.yml": REPAIRED})
    assert one(place, forge, settings=ONBOARDING).fate is Fate.NOTHING
    assert forge.log == []


def test_a_configuration_that_came_otherwise_closes_the_first_one(place: Place, forge: Memory) -> None:
    proposed(place, forge, settings=ONBOARDING)
    place.commit({"stackfix.toml": ""})
    done = proposed(place, forge, settings=ONBOARDING)
    assert fates(done) == {"stackfix/fixes": Fate.OPENED, "stackfix/configure": Fate.CLOSED}
    assert forge.said == [(1, "There is a configuration now, so this has nothing to add.")]


# --- signed ----------------------------------------------------------------------------------------------------------


def test_commits_are_signed_with_the_key_of_the_users_own_configuration(
    place: Place, forge: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ada", "-f", key], check=True)
    (tmp_path / "allowed").write_text(f"ada@example.org {key.with_suffix('.pub').read_text()}")
    settings = tmp_path / "global"
    settings.write_text(
        f"[user]\n\tname = Ada\n\temail = ada@example.org\n\tsigningKey = {key}\n"
        f'[gpg]\n\tformat = ssh\n[gpg "ssh"]\n\tallowedSignersFile = {tmp_path / "allowed"}\n'
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    git(place.clone, "config", "gpg.ssh.program", "/bin/false")
    assert one(place, forge, settings=("bot.sign=true",)).fate is Fate.OPENED
    config_ = ["-c", "gpg.format=ssh", "-c", f"gpg.ssh.allowedSignersFile={tmp_path / 'allowed'}"]
    assert git(place.hub, *config_, "log", "-1", "--format=%G? %an", "stackfix/fixes") == "G Ada"
    assert one(place, forge, settings=("bot.sign=true",)).fate is Fate.UNCHANGED
    place.commit({"new": "x"})
    assert one(place, forge, settings=("bot.sign=true",)).fate is Fate.REFRESHED, "its seal holds"
    key.unlink()
    place.commit({"newer": "x"})
    with pytest.raises(CannotCommit, match="commit-tree"):
        one(place, forge, settings=("bot.sign=true",))


# --- killed anywhere -------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
def _judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judging takes most of a call, and the same tree comes to the same."""
    known: dict[str, Run] = {}
    judging = running.repaired

    def repaired(snapshot: Snapshot, request: Judging) -> Run:
        tree = str(snapshot.commit and git(Path(snapshot.root), "rev-parse", f"{snapshot.commit}^{{tree}}"))
        if tree not in known:
            known[tree] = judging(snapshot, request)
        return known[tree]

    monkeypatch.setattr(running, "repaired", repaired)


@pytest.mark.usefixtures("_judged_once")
@pytest.mark.parametrize("story", ["opened", "refreshed", "closed", "left", "moved"])
def test_killed_after_any_effect_and_called_again_it_comes_to_the_same_end(
    story: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = tmp_path / "first"
    first.mkdir()
    place = placed(first, dict(BROKEN))
    forge = Memory(place.hub)
    _tell(story, place, forge)
    ends, killed = [], True
    for deadline in (99, 1, 2, 3, 4, 5):
        folder = shutil.copytree(first, tmp_path / str(deadline))
        here = Place(folder / "clone", folder / "hub.git")
        there = replace(forge, hub=here.hub, pulls=list(forge.pulls), said=list(forge.said))
        killed = _until(here, there, deadline, monkeypatch)
        proposed(here, there)
        ends.append(_end(here, there))
        if not killed and deadline != 99:
            break
    assert not killed, "the last one wasn't: every effect was tried"
    assert len(ends) > 2
    if story == "left":
        # Said at most once: rather not at all than twice.
        assert all(len(end[3]) <= 1 for end in ends)
    else:
        assert all(end[3] == ends[0][3] for end in ends)
    assert all(end[:3] == ends[0][:3] for end in ends)


def _tell(story: str, place: Place, forge: Memory) -> None:
    """What happened before."""
    if story != "opened":
        proposed(place, forge)
    if story == "refreshed":
        place.commit({"compose.yml": MORE})
    elif story == "closed":
        place.commit({"compose.yml": REPAIRED})
    elif story == "left":
        place.commit({"mine": "x"}, "stackfix/fixes")
        place.commit({"compose.yml": MORE})
    elif story == "moved":
        git(place.hub, "branch", "develop", "main")
        place.commit({"stackfix.toml": "[bot]\nbase = 'develop'\n"})


def _until(place: Place, forge: Memory, deadline: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Call it, and let it be killed after so many effects; whether it was."""
    count = 0

    def after(_what: str) -> None:
        nonlocal count
        count += 1
        if count == deadline:
            raise Killed

    def push(self: Remote, branch: str, new: str | None, old: str | None) -> None:
        pushing(self, branch, new, old)
        after("push")

    pushing = Remote.push
    forge.after = after
    with monkeypatch.context() as patched:
        patched.setattr(Remote, "push", push)
        try:
            proposed(place, forge)
        except Killed:
            return True
        finally:
            forge.after = _hear
    return False


def _end(place: Place, forge: Memory) -> tuple[object, object, object, list[tuple[int, str]]]:
    """All that anybody sees of it, without the names of commits."""
    trees = tuple(git(place.hub, "rev-parse", f"{name}^{{tree}}") for name in place.branches)
    pulls = tuple((pull.number, pull.base, pull.title, pull.body, pull.state) for pull in forge.pulls)
    return place.branches, trees, pulls, forge.said


def test_every_fault_is_told_with_where_its_repair_is(place: Place, forge: Memory) -> None:
    place.commit({"compose.yml": MORE})
    done = proposed(place, forge)
    told = [(fault.rule, fault.file, fault.branch, fault.reason) for fault in done.faults]
    assert len(told) == done.findings == done.fixed == 2
    assert {(file, branch, reason) for _, file, branch, reason in told} == {("compose.yml", "stackfix/fixes", None)}
    forge.by_person(1, State.CLOSED)
    [left, other] = proposed(place, forge).faults
    assert (left.branch, other.branch) == (None, None)
    assert "a person closed pull request #1" in str(left.reason)


def test_a_rule_that_is_not_to_be_heard_of_is_repaired_no_more(place: Place, forge: Memory) -> None:
    rule = proposed(place, forge).faults[0].rule
    done = proposed(place, forge, ignore=frozenset({rule}))
    assert done.faults == ()
    assert fates(done) == {"stackfix/fixes": Fate.CLOSED}


def test_also_where_its_branch_is_gone(place: Place, forge: Memory) -> None:
    rule = proposed(place, None, dry_run=True).faults[0].rule
    place.commit({"stackfix.toml": f"[bot.groups]\nports = ['{rule}']\n"})
    assert one(place, forge).branch == "stackfix/ports"
    forge.by_person(1, State.CLOSED)
    git(place.hub, "branch", "-D", "stackfix/ports")
    place.commit({"stackfix.toml": "[bot]\n"})
    assert fates(proposed(place, forge)) == {"stackfix/fixes": Fate.NOTHING}
    # Another fault is proposed without it; asked for by a person, it comes back.
    place.commit({"compose.yml": MORE})
    done = proposed(place, forge)
    assert fates(done) == {"stackfix/fixes": Fate.OPENED}
    assert "http://api:9100" in place.shown("compose.yml")
    refused = {fault.fingerprint for fault in done.faults if "a person closed pull request #1" in str(fault.reason)}
    assert one(place, forge, asked=frozenset(refused)).fate is Fate.REFRESHED
    assert "http://api:9100" not in place.shown("compose.yml")


def test_each_root_has_a_life_of_its_own(tmp_path: Path) -> None:
    files = {f"{root}/{path}": text for root in ("one", "deep/two") for path, text in BROKEN.items()}
    place = placed(tmp_path, files)
    forge = Memory(place.hub)

    def of(root: str) -> Group:
        [group] = propose(Request(str(place.clone / root), forge=forge, local=True), _hear).groups
        return group

    own = "stackfix/deep-two-e38541/fixes"
    assert (of("one").branch, of("deep/two").branch) == ("stackfix/fixes", own)
    assert (of("one").fate, of("deep/two").fate) == (Fate.UNCHANGED, Fate.UNCHANGED)
    # Their faults are alike; what a person says to one is no word to the other.
    forge.by_person(1, State.CLOSED)
    git(place.hub, "branch", "-D", "stackfix/fixes")
    place.commit({"new": "x"})
    assert (of("one").fate, of("deep/two").fate) == (Fate.NOTHING, Fate.REFRESHED)
    git(place.hub, "update-ref", "refs/heads/main", place.tip(own))
    git(place.hub, "branch", "-D", own)
    forge.by_person(2, State.MERGED)
    place.commit({"deep/two/compose.yml": MORE})
    assert (of("one").fate, of("deep/two").branch) == (Fate.NOTHING, own), "the plain one may come back to its root"
    assert [(pull.branch, pull.state) for pull in forge.pulls] == [
        ("stackfix/fixes", State.CLOSED),
        (own, State.MERGED),
        (own, State.OPEN),
    ]


def test_one_that_a_comment_hides_is_not_said_to_be_mended(place: Place, forge: Memory) -> None:
    rule = proposed(place, forge).faults[0].rule
    lines = BROKEN["compose.yml"].splitlines(keepends=True)
    hidden = [f"{line.rstrip()}  # stackfix: ignore[{rule}] later\n" if ":9100" in line else line for line in lines]
    place.commit({"compose.yml": "".join(hidden)})
    group = one(place, forge)
    assert (group.fate, group.reason) == (Fate.CLOSED, "what is broken is not to be heard of any more")
    assert "is not to be heard of there any more" in forge.said[0][1]


def test_one_that_goes_to_another_group_says_so(place: Place, forge: Memory) -> None:
    rule = proposed(place, forge).faults[0].rule
    place.commit({"stackfix.toml": f"[bot.groups]\nports = ['{rule}']\n"})
    done = proposed(place, forge)
    assert fates(done) == {"stackfix/ports": Fate.OPENED, "stackfix/fixes": Fate.CLOSED}
    assert [(group.fate, group.reason) for group in done.groups][1:] == [
        (Fate.CLOSED, "its repairs go into another pull request")
    ]
    assert forge.said == [(1, "What this repaired goes into other pull requests now.")]


def test_one_that_is_silenced_is_not_said_to_be_mended(place: Place, forge: Memory) -> None:
    rule = proposed(place, forge).faults[0].rule
    group = one(place, forge, ignore=frozenset({rule}))
    assert (group.fate, group.reason) == (Fate.CLOSED, "what is broken is not to be heard of any more")
    assert forge.said == [
        (1, "What this repaired is still on `main`, and is not to be heard of there any more, so I leave it alone.")
    ]


def test_mended_it_is_said_so_whatever_else_is_ignored(place: Place, forge: Memory) -> None:
    proposed(place, forge)
    place.commit({"compose.yml": REPAIRED, "stackfix.toml": "ignore = ['ingress-service']\n"})
    assert one(place, forge).reason == "nothing is broken now"


@pytest.mark.parametrize("effect", ["create stackfix/fixes", "dress #1"])
def test_labels_that_a_kill_took_come_with_the_next_run(place: Place, forge: Memory, effect: str) -> None:
    place.commit({"stackfix.toml": "[bot]\nlabels = ['wiring']\n"})

    def killed(what: str) -> None:
        if what == effect:
            raise KeyboardInterrupt

    forge.after = killed
    with pytest.raises(KeyboardInterrupt):
        proposed(place, forge)
    forge.after = _hear
    assert one(place, forge).fate is Fate.REFRESHED
    [pull] = forge.pulls
    assert pull.labels == ("wiring",)
    forge.log.clear()
    assert one(place, forge).fate is Fate.UNCHANGED
    assert forge.log == []


def test_what_was_closed_in_a_group_that_is_no_more_stays_closed(place: Place, forge: Memory) -> None:
    rule = proposed(place, None, dry_run=True).faults[0].rule
    place.commit({"stackfix.toml": f"[bot.groups]\nports = ['{rule}']\n"})
    assert one(place, forge).branch == "stackfix/ports"
    forge.by_person(1, State.CLOSED)
    place.commit({"stackfix.toml": "[bot]\n"})
    done = proposed(place, forge)
    assert [pull.state for pull in forge.pulls] == [State.CLOSED]
    assert done.faults[0].reason == "a person closed pull request #1, which repaired it"
