from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from stackfix.deliver import branch, seal
from stackfix.deliver.branch import BranchTaken, CannotCommit, Committed, uncommitted
from stackfix.deliver.seal import Seal
from stackfix.outcome import Change, Step
from tests import checkouts
from tests.checkouts import git, write
from tests.test_repository import hostile

if TYPE_CHECKING:
    from pathlib import Path

OLD = "1\n2\n3\n4\n5\n6\n7\n8\n9\n"
NEW = OLD.replace("5", "five")
FILES: dict[str, str | bytes] = {"a.yml": OLD, "b.conf": "listen 80;\n", "run.sh": "#!/bin/sh\n", "gone": "x"}

PORTS = Step(("url-port",), (), (Change("a.yml", OLD.encode(), NEW.encode()),))
SCRIPTS = Step(
    ("script-not-executable",),
    (),
    (
        Change("run.sh", b"#!/bin/sh\n", b"#!/bin/sh\n", executable=True),
        Change("made/new.sh", None, b"#!/bin/sh\n", executable=True),
        Change("gone", b"x", None),
    ),
)


def message(step: Step) -> str:
    return f"Repair {step.rules[0]}\n\nBecause it didn't meet: é.\n"


def commit(root: Path, *steps: Step, name: str = "stackfix/fixes") -> Committed:
    done = branch.commit(root, steps, name, messages=message)
    assert done is not None
    return done


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name, value in checkouts.ENVIRONMENT.items():
        if name.startswith("GIT_"):
            monkeypatch.setenv(name, value)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return checkouts.repository(tmp_path / "root", FILES)


def state(root: Path) -> tuple[str, str, str, dict[str, bytes]]:
    """All that a commit on another branch must leave alone."""
    files = {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file() and ".git" not in p.parts}
    return git(root, "rev-parse", "HEAD"), git(root, "status", "--porcelain"), git(root, "ls-files", "-s"), files


def names(root: Path, *words: str) -> list[str]:
    return git(root, "log", "--reverse", "--format=%s", *words).splitlines()


# --- beside the user's own work --------------------------------------------------------------------------------------


def test_one_commit_a_step_beside_a_dirty_work_tree_and_index(root: Path) -> None:
    write(root, {"a.yml": "staged", "untracked": "x"})
    git(root, "add", "a.yml")
    write(root, {"a.yml": "dirty", "b.conf": "dirty"})
    before = state(root)
    done = commit(root, PORTS, SCRIPTS)
    assert state(root) == before
    assert done.branch == "stackfix/fixes"
    assert done.base == before[0]
    assert git(root, "rev-parse", "stackfix/fixes") == done.tip == done.commits[-1]
    assert names(root, "main..stackfix/fixes") == ["Repair url-port", "Repair script-not-executable"]
    assert git(root, "diff", "--name-status", "main", done.commits[0]) == "M\ta.yml"
    assert git(root, "show", f"{done.tip}:a.yml") + "\n" == NEW
    tree = git(root, "ls-tree", "-r", "--format=%(objectmode) %(path)", done.tip).splitlines()
    assert tree == ["100644 a.yml", "100644 b.conf", "100755 made/new.sh", "100755 run.sh"]
    assert git(root, "fsck", "--strict") == ""


def test_the_message_is_what_was_asked_for_with_a_trailer(root: Path) -> None:
    done = commit(root, PORTS)
    words = git(root, "log", "-1", "--format=%B", done.tip)
    assert words.startswith("Repair url-port\n\nBecause it didn't meet: é.\n\nStackfix-Version: ")
    assert git(root, "log", "-1", "--format=%an <%ae> %cn", done.tip) == "Ada <ada@example.org> Ada"
    assert git(root, "log", "-1", "--format=%G?", done.tip) == "N"


def test_a_second_run_changes_nothing(root: Path) -> None:
    first = commit(root, PORTS, SCRIPTS)
    again = commit(root, PORTS, SCRIPTS)
    assert not again.changed
    assert again.tip == first.tip
    assert again.commits == ()


def test_without_steps_there_is_no_branch(root: Path) -> None:
    assert branch.commit(root, [], messages=message) is None
    assert branch.commit(root, [Step(("r",), (), ())], messages=message) is None
    assert git(root, "branch", "--format=%(refname:short)") == "main"


def test_a_branch_of_our_own_commits_is_rebuilt(root: Path) -> None:
    first = commit(root, PORTS, SCRIPTS)
    write(root, {"b.conf": "listen 81;\n"})
    git(root, "commit", "-q", "-a", "-m", "Second")
    second = commit(root, PORTS)
    assert second.changed
    assert second.base == git(root, "rev-parse", "main")
    assert names(root, "main..stackfix/fixes") == ["Repair url-port"]
    assert first.tip != second.tip


def test_it_is_rebuilt_after_the_commit_below_was_amended(root: Path) -> None:
    commit(root, PORTS)
    write(root, {"b.conf": "listen 81;\n"})
    git(root, "commit", "-q", "-a", "--amend", "-m", "First, again")
    assert commit(root, PORTS).base == git(root, "rev-parse", "main")


def test_a_branch_that_has_nothing_of_its_own_is_moved(root: Path) -> None:
    git(root, "branch", "stackfix/fixes")
    write(root, {"b.conf": "listen 81;\n"})
    git(root, "commit", "-q", "-a", "-m", "Second")
    assert commit(root, PORTS).changed


@pytest.mark.parametrize("how", ["added", "amended", "reworded", "rebased", "other"])
def test_a_branch_with_somebody_elses_commits_is_left_alone(root: Path, how: str) -> None:
    if how != "other":
        commit(root, PORTS, SCRIPTS)
    else:
        git(root, "branch", "stackfix/fixes")
    git(root, "checkout", "-q", "stackfix/fixes")
    write(root, {"mine": "x"})
    git(root, "add", "mine")
    if how in {"added", "other"}:
        git(root, "commit", "-q", "-m", "Mine")
    elif how == "amended":
        git(root, "commit", "-q", "--amend", "--no-edit")
    elif how == "reworded":
        git(root, "reset", "-q", "mine")
        git(
            root,
            "commit",
            "-q",
            "--amend",
            "-m",
            git(root, "log", "-1", "--format=%B").replace("it didn't", "it did not"),
        )
    git(root, "checkout", "-q", "main")
    if how == "rebased":
        git(root, "commit", "-q", "-m", "Mine")
        git(root, "rebase", "-q", "main", "stackfix/fixes")
        git(root, "checkout", "-q", "main")
        git(root, "reset", "-q", "--hard", "HEAD~1")
    tip = git(root, "rev-parse", "stackfix/fixes")
    with pytest.raises(BranchTaken, match="stackfix/fixes holds commits that are not stackfix's"):
        commit(root, PORTS)
    assert git(root, "rev-parse", "stackfix/fixes") == tip


def test_our_commit_on_top_of_theirs_doesnt_make_theirs_ours(root: Path, tmp_path: Path) -> None:
    git(root, "checkout", "-q", "-b", "stackfix/fixes")
    write(root, {"mine": "x"})
    git(root, "add", "mine")
    git(root, "commit", "-q", "-m", "Mine")
    done = branch.commit(root, [PORTS], messages=message, current_branch=True, journal_folder=tmp_path / "j")
    assert done is not None
    git(root, "checkout", "-q", "main")
    with pytest.raises(BranchTaken):
        commit(root, SCRIPTS)


def test_our_commits_on_what_another_branch_keeps_are_rebuilt(root: Path) -> None:
    git(root, "checkout", "-q", "-b", "feature")
    git(root, "commit", "-q", "--allow-empty", "-m", "Mine")
    commit(root, PORTS)
    git(root, "checkout", "-q", "main")
    assert commit(root, PORTS).base == git(root, "rev-parse", "main")


@pytest.mark.parametrize("alone", [False, True])
def test_our_commits_on_theirs_that_nobody_else_keeps_are_left_alone(root: Path, *, alone: bool) -> None:
    git(root, "checkout", "-q", "--detach")
    git(root, "commit", "-q", "--allow-empty", "-m", "Mine")
    tip = commit(root, PORTS).tip
    git(root, "checkout", "-q", "--detach", "main")
    if alone:
        git(root, "branch", "-q", "-D", "main")
    with pytest.raises(BranchTaken, match="stackfix/fixes holds commits that are not stackfix's"):
        commit(root, PORTS, SCRIPTS)
    assert git(root, "rev-parse", "stackfix/fixes") == tip


def test_a_branch_that_is_checked_out_is_not_moved_under_its_user(root: Path, tmp_path: Path) -> None:
    commit(root, PORTS)
    git(root, "worktree", "add", "-q", str(tmp_path / "there"), "stackfix/fixes")
    with pytest.raises(CannotCommit, match=f"stackfix/fixes is checked out in {tmp_path / 'there'}"):
        commit(root, PORTS, SCRIPTS)
    assert not commit(root, PORTS).changed


@pytest.mark.parametrize("name", ["-x", "a..b", "a b", "HEAD", "", "x.lock", "a\nb"])
def test_a_name_that_is_none_is_refused(root: Path, name: str) -> None:
    with pytest.raises(CannotCommit, match="can't be a branch's name"):
        commit(root, PORTS, name=name)


def test_a_name_that_another_branch_is_in_the_way_of(root: Path) -> None:
    git(root, "branch", "stackfix")
    with pytest.raises(CannotCommit, match=r"^git update-ref: .*refs/heads/stackfix"):
        commit(root, PORTS)


def test_a_root_below_the_top_commits_its_own_files(tmp_path: Path) -> None:
    top = checkouts.repository(tmp_path / "top", {"stack/a.yml": OLD, "a.yml": "other"})
    done = commit(top / "stack", PORTS)
    assert git(top, "diff", "--name-only", "main", done.tip) == "stack/a.yml"


@pytest.mark.parametrize("options", [(), ("--object-format=sha256",)])
def test_linked_bare_and_detached_checkouts(tmp_path: Path, options: tuple[str, ...]) -> None:
    root = checkouts.repository(tmp_path / "root", FILES, *options)
    git(root, "worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    write(tmp_path / "linked", {"b.conf": "side"})
    git(tmp_path / "linked", "commit", "-q", "-a", "-m", "Side")
    git(tmp_path, "clone", "-q", "--bare", str(root), str(tmp_path / "bare.git"))
    git(tmp_path / "bare.git", "worktree", "add", "-q", "--detach", str(tmp_path / "out"), "side")
    for folder in (tmp_path / "linked", tmp_path / "out"):
        before = state(folder)
        done = commit(folder, PORTS, SCRIPTS)
        assert done.base == before[0]
        assert state(folder) == before
        assert git(folder, "show", "stackfix/fixes:b.conf") == "side"
        assert git(folder, "diff", "--name-status", "HEAD", done.commits[0]) == "M\ta.yml"
        assert "made/new.sh" in git(folder, "ls-tree", "-r", "--name-only", "stackfix/fixes")
        assert not commit(folder, PORTS, SCRIPTS).changed


def test_an_unborn_branch_and_no_repository_are_clear_errors(tmp_path: Path) -> None:
    write(tmp_path / "plain", FILES)
    with pytest.raises(CannotCommit, match="lies in no git work tree"):
        commit(tmp_path / "plain", PORTS)
    write(tmp_path / "unborn", FILES)
    git(tmp_path / "unborn", "init", "-q")
    with pytest.raises(CannotCommit, match="no commit yet"):
        commit(tmp_path / "unborn", PORTS)


def test_a_head_that_moved_since_it_was_judged_is_refused(root: Path) -> None:
    write(root, {"a.yml": "other\n"})
    git(root, "commit", "-q", "-a", "-m", "Second")
    with pytest.raises(CannotCommit, match=r"a\.yml is not in HEAD as it was judged"):
        commit(root, PORTS)


def test_a_committed_link_stays_and_its_file_is_changed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(root, {"deep/real.yml": OLD})
    (root / "a.yml").symlink_to("deep/real.yml")
    checkouts.repository(root, {})
    done = commit(root, PORTS)
    assert git(root, "diff", "--name-status", "main", done.tip) == "M\tdeep/real.yml"


def test_hooks_filters_and_signing_of_the_repository_are_not_run(root: Path, tmp_path: Path) -> None:
    sign = tmp_path / "ran"
    hostile(root, sign)
    write(root, {"a.yml": OLD + "10\n"})
    assert uncommitted(root) == ("a.yml",)
    assert commit(root, PORTS, SCRIPTS).changed
    done = branch.commit(root, [PORTS], messages=message, current_branch=True, journal_folder=tmp_path / "j")
    assert done is not None
    assert not sign.exists()
    checkouts.attempt(root, "status")
    assert sign.exists(), "the configuration isn't hostile: this test shows nothing"


def test_what_hooks_set_in_the_environment_leads_nowhere_else(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = checkouts.repository(tmp_path / "other", {"a.yml": OLD})
    before = state(other)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other / ".git" / "objects"))
    done = commit(root, PORTS)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"):
        monkeypatch.delenv(name)
    assert git(root, "rev-parse", "stackfix/fixes") == done.tip
    assert state(other) == before


def test_contents_are_committed_as_they_are_whatever_attributes_say(tmp_path: Path) -> None:
    crlf = OLD.replace("\n", "\r\n")
    root = checkouts.repository(tmp_path / "root", {"a.yml": crlf})
    write(root, {".gitattributes": "* text eol=lf\n"})
    git(root, "config", "core.autocrlf", "input")
    change = Change("a.yml", crlf.encode(), crlf.replace("5", "five").encode())
    done = commit(root, Step(("r",), (), (change,)))
    assert git(root, "cat-file", "-s", f"{done.tip}:a.yml") == str(len(change.after or b""))


def test_nobody_told_git_who_they_are(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.delenv(f"GIT_{role}_NAME")
        monkeypatch.delenv(f"GIT_{role}_EMAIL")
    monkeypatch.delenv("EMAIL", raising=False)
    done = commit(root, PORTS)
    assert git(root, "log", "-1", "--format=%an <%ae>", done.tip) == "stackfix <stackfix@localhost>"
    git(root, "config", "user.name", "Bo")
    git(root, "config", "author.email", "bo@example.org")
    done = commit(root, SCRIPTS)
    assert git(root, "log", "-1", "--format=%an <%ae>", done.tip) == "Bo <bo@example.org>"


def test_unusual_names_are_committed(root: Path) -> None:
    name = 'spa ce/"quo\tte\n:(top)é.yml'
    done = commit(root, Step(("r",), (), (Change(name, None, b"x"),)))
    assert name in git(root, "-c", "core.quotePath=false", "ls-tree", "-r", "-z", "--name-only", done.tip).split("\0")
    after = Step(("r",), (), (Change(name, b"x", b"y"),))
    git(root, "merge", "-q", "--ff-only", done.tip)
    assert git(root, "diff", "--name-only", "HEAD", commit(root, after).tip)


# --- where the user is -----------------------------------------------------------------------------------------------


def on_head(root: Path, *steps: Step) -> Committed:
    done = branch.commit(root, steps, messages=message, current_branch=True, journal_folder=root.parent / "journal")
    assert done is not None
    return done


def test_on_a_clean_branch_work_tree_index_and_head_move_together(root: Path) -> None:
    done = on_head(root, PORTS, SCRIPTS)
    assert done.branch == "main"
    assert git(root, "rev-parse", "main") == done.tip
    assert git(root, "status", "--porcelain") == ""
    assert (root / "a.yml").read_text() == NEW
    assert os.access(root / "made" / "new.sh", os.X_OK)
    assert not (root / "gone").exists()
    assert names(root) == ["First", "Repair url-port", "Repair script-not-executable"]


def test_the_users_own_edits_are_merged_and_stay_uncommitted(root: Path) -> None:
    staged = OLD.replace("1", "one")
    write(root, {"a.yml": staged, "b.conf": "dirty"})
    git(root, "add", "a.yml")
    write(root, {"a.yml": staged.replace("9", "nine"), "untracked": "x"})
    on_head(root, PORTS)
    assert git(root, "show", "HEAD:a.yml") + "\n" == NEW
    assert git(root, "show", ":a.yml") + "\n" == NEW.replace("1", "one")
    assert (root / "a.yml").read_text() == NEW.replace("1", "one").replace("9", "nine")
    assert git(root, "status", "--porcelain").splitlines() == ["MM a.yml", " M b.conf", "?? untracked"]


@pytest.mark.parametrize("staged", [True, False])
def test_an_edit_of_the_users_where_a_fix_goes_stops_everything(root: Path, staged: bool) -> None:
    write(root, {"a.yml": OLD.replace("5", "cinq")})
    if staged:
        git(root, "add", "a.yml")
        write(root, {"a.yml": OLD})
    before = state(root)
    with pytest.raises(CannotCommit, match=r"a\.yml has changes of yours where a fix goes"):
        on_head(root, SCRIPTS, PORTS)
    assert state(root) == before


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"made/new.sh": "mine"}, r"made/new\.sh is there already, and differs"),
        ({"gone": "edited"}, "gone has changes of yours"),
    ],
)
def test_files_to_be_made_or_removed_that_are_the_users(root: Path, files: dict[str, str | bytes], words: str) -> None:
    write(root, files)
    before = state(root)
    with pytest.raises(CannotCommit, match=words):
        on_head(root, PORTS, SCRIPTS)
    assert state(root) == before


def test_a_file_that_the_user_removed_stays_removed(root: Path) -> None:
    (root / "a.yml").unlink()
    git(root, "rm", "-q", "--cached", "run.sh")
    on_head(root, PORTS, SCRIPTS)
    assert git(root, "status", "--porcelain").splitlines() == [" D a.yml", "D  run.sh", "?? run.sh"]
    assert git(root, "show", "HEAD:a.yml") + "\n" == NEW


def test_line_endings_that_git_gave_the_work_file_are_kept(tmp_path: Path) -> None:
    root = checkouts.repository(tmp_path / "root", {"a.yml": OLD})
    git(root, "config", "core.autocrlf", "true")
    crlf = OLD.replace("\n", "\r\n").encode()
    write(root, {"a.yml": crlf})
    on_head(root, PORTS)
    assert (root / "a.yml").read_bytes() == crlf.replace(b"5", b"five")
    assert git(root, "status", "--porcelain") == ""


def test_a_detached_head_moves(root: Path) -> None:
    git(root, "checkout", "-q", "--detach")
    done = on_head(root, PORTS)
    assert done.branch is None
    assert git(root, "rev-parse", "HEAD") == done.tip
    assert git(root, "rev-parse", "main") == done.base
    assert git(root, "status", "--porcelain") == ""


def test_a_locked_index_stops_everything(root: Path) -> None:
    (root / ".git" / "index.lock").touch()
    before = (git(root, "rev-parse", "HEAD"), (root / "a.yml").read_text())
    with pytest.raises(CannotCommit, match=r"index\.lock"):
        on_head(root, PORTS, SCRIPTS)
    assert (git(root, "rev-parse", "HEAD"), (root / "a.yml").read_text()) == before
    assert not (root / "made").exists()


def test_a_head_that_cant_be_moved_stops_everything(root: Path) -> None:
    before = state(root)
    (root / ".git" / "refs" / "heads" / "main.lock").touch()
    with pytest.raises(CannotCommit, match="update-ref"):
        on_head(root, PORTS, SCRIPTS)
    assert state(root) == before


def test_a_merge_that_is_not_settled_stops_everything(root: Path) -> None:
    git(root, "checkout", "-q", "-b", "side")
    write(root, {"a.yml": OLD.replace("5", "cinq")})
    git(root, "commit", "-q", "-a", "-m", "Side")
    git(root, "checkout", "-q", "main")
    write(root, {"a.yml": OLD.replace("5", "fünf")})
    git(root, "commit", "-q", "-a", "-m", "Main")
    checkouts.attempt(root, "merge", "side")
    change = Change("a.yml", OLD.replace("5", "fünf").encode(), NEW.encode())
    with pytest.raises(CannotCommit):
        on_head(root, Step(("r",), (), (change,)))


# --- what is not looked at -------------------------------------------------------------------------------------------


def test_uncommitted_files_are_named_from_the_root(tmp_path: Path) -> None:
    top = checkouts.repository(
        tmp_path / "top", {"s/a": "1", "s/b": "2", "s/c": "3", "other": "4", ".gitignore": "*.log\n"}
    )
    write(top, {"s/a": "x", "s/new é": "n", "s/x.log": "", "other": "y"})
    git(top, "rm", "-q", "--cached", "s/b")
    assert uncommitted(top / "s") == ("a", "b", "new é")
    assert uncommitted(tmp_path) == ()


# --- seals -----------------------------------------------------------------------------------------------------------


def test_a_seal_fits_its_parent_its_tree_and_its_words_alone() -> None:
    tree, parent = "a" * 40, "b" * 40
    words = seal.sealed("Repair\n\nWhy", tree, parent)

    def stored(tree: str, parents: list[str], words: str) -> bytes:
        heads = "".join(f"parent {one}\n" for one in parents)
        return f"tree {tree}\n{heads}author A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\n{words}".encode()

    assert seal.read(stored(tree, [parent], words)) == Seal(parent, "", proposed=False)
    assert seal.read(stored("c" * 40, [parent], words)) is None
    assert seal.read(stored(tree, ["c" * 40], words)) is None
    assert seal.read(stored(tree, [parent, "c" * 40], words)) is None
    assert seal.read(stored(tree, [parent], words.replace("Why", "why"))) is None
    assert seal.read(stored(tree, [parent], seal.signed("Repair"))) is None
    words = seal.sealed("Repair\n\nStackfix-Base: no", tree, parent, prefix="s 1/é/")
    assert seal.read(stored(tree, [parent], words)) == Seal(parent, "s%201/%C3%A9", proposed=False)
    words = seal.sealed("Repair", tree, parent, base="main")
    assert seal.read(stored(tree, [parent], words)) == Seal(parent, "", proposed=True)
    assert seal.read(stored(tree, [parent], words.replace("Base: main", "Base: mine"))) is None
