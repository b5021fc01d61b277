from __future__ import annotations

import os
import shutil
import socket
import time
from typing import TYPE_CHECKING

import pytest

from stackfix import repository
from stackfix.outcome import Change
from stackfix.repository import kinds, plumbing
from tests import checkouts
from tests.checkouts import git, write

if TYPE_CHECKING:
    from pathlib import Path

    from stackfix.repository import Snapshot


def paths(snapshot: Snapshot) -> list[str]:
    return list(snapshot.tree.entries)


def skipped(snapshot: Snapshot) -> dict[str, str]:
    return {one.path: one.reason for one in snapshot.skipped}


FILES: dict[str, str | bytes] = {
    "compose.yml": "services: {}\n",
    "api/main.py": "x = 1\n",
    "run.sh": "#!/bin/sh\n",
}


# --- which files -----------------------------------------------------------------------------------------------------


def test_tracked_and_untracked_files_are_ours_and_ignored_ones_are_not(tmp_path: Path) -> None:
    root = checkouts.repository(tmp_path / "r", {**FILES, ".gitignore": "*.log\nsecret/\n.env\n"})
    write(root, {"new.yml": "a", "a.log": "x", "secret/key": "x", ".env": "A=1", "api/.env.local": "B=2"})
    snapshot = repository.open_work_tree(root)
    assert paths(snapshot) == sorted([*FILES, ".gitignore", "new.yml", ".env", "api/.env.local"])
    entries = snapshot.tree.entries
    assert entries["compose.yml"].tracked
    assert not entries["new.yml"].tracked
    assert not entries["new.yml"].ignored
    assert entries[".env"].ignored
    assert not entries["api/.env.local"].ignored
    assert snapshot.tree.in_git
    assert snapshot.sources.read(".env") == b"A=1"


def test_envrc_and_folders_called_env_are_not_taken_for_dotenv_files(tmp_path: Path) -> None:
    root = checkouts.repository(tmp_path / "r", {**FILES, ".gitignore": ".env*\n"})
    write(root, {".envrc": "export A=1", ".env/pyvenv.cfg": "", ".env/lib/x.py": ""})
    assert paths(repository.open_work_tree(root)) == sorted([*FILES, ".gitignore"])


def test_a_file_deleted_from_the_work_tree_is_missing(tmp_path: Path) -> None:
    root = checkouts.repository(tmp_path / "r", FILES)
    (root / "compose.yml").unlink()
    snapshot = repository.open_work_tree(root)
    assert not snapshot.tree.is_file("compose.yml")
    assert not snapshot.tree.is_unknown("compose.yml")


def test_a_file_left_out_of_a_sparse_checkout_is_unknown(tmp_path: Path) -> None:
    root = checkouts.repository(tmp_path / "r", FILES)
    git(root, "sparse-checkout", "set", "--no-cone", "/compose.yml")
    snapshot = repository.open_work_tree(root)
    assert paths(snapshot) == ["compose.yml"]
    assert snapshot.tree.is_unknown("api/main.py")


def test_the_root_may_be_a_subfolder_and_sees_nothing_above_it_but_ignore_rules(tmp_path: Path) -> None:
    top = checkouts.repository(tmp_path / "r", {"stack/a.yml": "", "other/b.yml": "", ".gitignore": "*.tmp\n"})
    write(top, {"stack/x.tmp": "", "stack/c.yml": ""})
    snapshot = repository.open_work_tree(top / "stack")
    assert paths(snapshot) == ["a.yml", "c.yml"]
    assert snapshot.prefix == "stack/"
    assert snapshot.sources.would_ignore("y.tmp")
    assert snapshot.sources.read("../other/b.yml") is None
    assert paths(repository.open_commit(top / "stack")) == ["a.yml"]


def test_a_root_that_an_outer_repository_ignores_is_read_as_a_plain_folder(tmp_path: Path) -> None:
    checkouts.repository(tmp_path / "r", {".gitignore": "work/\n"})
    root = write(tmp_path / "r" / "work", {"compose.yml": "", ".gitignore": "*.log\n", "a.log": ""})
    snapshot = repository.open_work_tree(root)
    assert paths(snapshot) == [".gitignore", "compose.yml"]
    assert not snapshot.tree.in_git


def test_outside_git_every_gitignore_counts_from_its_own_folder(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            ".gitignore": "*.log\n/data/\n!keep.log\n[\n",
            "a.log": "",
            "keep.log": "",
            "data/x": "",
            "sub/data/x": "",
            "sub/.gitignore": "y\n!z.log\n",
            "sub/y": "",
            "sub/z.log": "",
            "sub/.env": "A=1",
        },
    )
    snapshot = repository.open_work_tree(root)
    assert paths(snapshot) == [".gitignore", "keep.log", "sub/.env", "sub/.gitignore", "sub/data/x", "sub/z.log"]
    assert not snapshot.tree.in_git
    assert snapshot.prefix == ""
    assert snapshot.sources.would_ignore("new.log")
    assert snapshot.sources.would_ignore("data/deep/file")
    assert not snapshot.sources.would_ignore("sub/new.txt")


def test_a_broken_git_folder_is_read_as_a_plain_folder(tmp_path: Path) -> None:
    write(tmp_path, {".git": "gitdir: /nowhere\n", "compose.yml": ""})
    snapshot = repository.open_work_tree(tmp_path)
    assert "compose.yml" in paths(snapshot)
    assert not snapshot.tree.in_git


def test_without_the_git_program_a_checkout_is_a_plain_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = checkouts.repository(tmp_path / "r", FILES)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert paths(repository.open_work_tree(root)) == sorted(FILES)
    with pytest.raises(repository.CannotOpen):
        repository.open_commit(root)


def test_what_hooks_set_in_the_environment_leads_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = checkouts.repository(tmp_path / "r", FILES)
    other = checkouts.repository(tmp_path / "other", {"other.txt": ""})
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    assert paths(repository.open_work_tree(root)) == sorted(FILES)
    assert paths(repository.open_commit(root)) == sorted(FILES)


@pytest.mark.parametrize(
    ("files", "unknown"),
    [
        ({"web/node_modules/a/index.js": ""}, "web/node_modules"),
        ({"tools/pyvenv.cfg": "", "tools/lib/x.py": ""}, "tools"),
        ({"go.mod": "", "vendor/x/y.go": ""}, "vendor"),
        ({"web/package.json": "{}", "web/dist/app.js": ""}, "web/dist"),
        ({"Cargo.toml": "", "target/debug/x.yml": ""}, "target"),
        ({".venv/x.py": ""}, ".venv"),
    ],
)
def test_made_folders_are_out_and_unknown_even_where_they_are_tracked(
    tmp_path: Path, files: dict[str, str | bytes], unknown: str
) -> None:
    root = checkouts.repository(tmp_path / "r", {**FILES, **files})
    for snapshot in (repository.open_work_tree(root), repository.open_commit(root)):
        assert not any(path.startswith(unknown + "/") for path in snapshot.tree.entries)
        assert snapshot.tree.is_unknown(unknown + "/anything")


@pytest.mark.parametrize(
    "files",
    [
        {"vendor/Dockerfile": "FROM scratch\n", "go.mod": ""},
        {"services/vendor/app.py": ""},
        {"package.json": "{}", "build/Dockerfile": ""},
        {"build/docker/api.yml": ""},
        {"dist/compose.yml": "", "package.json": ""},
    ],
)
def test_folders_that_people_made_are_in_whatever_they_are_called(
    tmp_path: Path, files: dict[str, str | bytes]
) -> None:
    root = checkouts.repository(tmp_path / "r", files)
    assert paths(repository.open_work_tree(root)) == sorted(files)
    assert paths(repository.open_commit(root)) == sorted(files)


def test_copies_are_read_as_source_and_never_as_wiring(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "backup/compose.yml": "",
        "scripts-archive/k8s/a.yaml": "",
        "old_2023/b.yml": "",
        "compose.yml.bak": "",
        "nginx.old.conf": "",
    }
    live: dict[str, str | bytes] = {
        "gold/a.yml": "",
        "backupper/a.yml": "",
        "threshold.yml": "",
        "k8s/archiver.yaml": "",
    }
    root = checkouts.repository(tmp_path / "r", {**files, **live})
    for snapshot in (repository.open_work_tree(root), repository.open_commit(root)):
        assert {p for p, entry in snapshot.tree.entries.items() if not entry.wiring} == set(files)


def test_submodules_and_repositories_within_are_unknown(tmp_path: Path) -> None:
    inner = checkouts.repository(tmp_path / "inner", {"x.yml": ""})
    root = checkouts.repository(tmp_path / "r", FILES)
    git(root, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), "sub")
    git(root, "commit", "-q", "-m", "sub")
    checkouts.repository(root / "nested", {"y.yml": ""})
    snapshot = repository.open_work_tree(root)
    assert paths(snapshot) == sorted([*FILES, ".gitmodules"])
    assert snapshot.tree.is_unknown("sub/x.yml")
    assert snapshot.tree.is_unknown("nested/y.yml")
    assert repository.open_commit(root).tree.is_unknown("sub/Dockerfile")
    shutil.rmtree(root / "sub")
    assert repository.open_work_tree(root).tree.is_unknown("sub/x.yml")


def test_submodules_that_are_only_declared_are_unknown(tmp_path: Path) -> None:
    declared = '[submodule "tools"]\n\tpath = vendor/tools\n\turl = ../tools.git\n[submodule "b"]\n\tpath = here\n'
    files = {**FILES, ".gitmodules": declared, "here/x.yml": ""}
    root = checkouts.repository(tmp_path / "r", files)
    for snapshot in (repository.open_work_tree(root), repository.open_commit(root)):
        assert snapshot.tree.is_unknown("vendor/tools/Dockerfile")
        assert not snapshot.tree.is_unknown("vendor/other")
        assert not snapshot.tree.is_unknown("here/y.yml")


def test_a_bare_repository_has_nothing_to_read(tmp_path: Path) -> None:
    root = checkouts.repository(tmp_path / "r", FILES)
    git(root, "clone", "-q", "--bare", str(root), str(tmp_path / "bare.git"))
    for opens in (repository.open_work_tree, repository.open_commit):
        with pytest.raises(repository.CannotOpen, match="is a bare repository"):
            opens(tmp_path / "bare.git")


def test_excluded_paths_are_unknown_not_missing(tmp_path: Path) -> None:
    root = checkouts.repository(tmp_path / "r", {**FILES, "legacy/compose.yml": "", "b.test.yml": ""})

    def excluded(path: str) -> bool:
        return path == "legacy" or path.endswith(".test.yml")

    for snapshot in (repository.open_work_tree(root, excluded), repository.open_commit(root, excluded=excluded)):
        assert paths(snapshot) == sorted(FILES)
        assert snapshot.tree.is_unknown("legacy/compose.yml")
        assert snapshot.tree.is_unknown("b.test.yml")
        assert not snapshot.tree.is_unknown("c.yml")


def test_run_bits_come_from_the_disk_and_from_the_commit(tmp_path: Path) -> None:
    root = checkouts.repository(tmp_path / "r", FILES)
    (root / "run.sh").chmod(0o755)
    assert repository.open_work_tree(root).tree.entries["run.sh"].executable
    assert not repository.open_commit(root).tree.entries["run.sh"].executable
    git(root, "update-index", "--chmod=+x", "api/main.py")
    git(root, "config", "core.fileMode", "false")
    entries = repository.open_work_tree(root).tree.entries
    assert entries["api/main.py"].executable
    assert not entries["run.sh"].executable


def test_names_that_are_no_utf8_are_kept(tmp_path: Path) -> None:
    root = checkouts.repository(tmp_path / "r", FILES)
    name = os.fsdecode(b'caf\xe9 \n".yml')
    (root / name).write_bytes(b"x")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "name")
    for snapshot in (repository.open_work_tree(root), repository.open_commit(root)):
        assert snapshot.sources.read(name) == b"x"


# --- what can't be read ----------------------------------------------------------------------------------------------


def test_links_are_followed_inside_the_root_alone(tmp_path: Path) -> None:
    root = tmp_path / "r"
    write(tmp_path, {"outside.yml": "secret"})
    write(root, {"real.yml": "x", "deep/real.yml": "y"})
    for name, target in {
        "to-file": "real.yml",
        "twice": "to-file",
        "deep/up": "../real.yml",
        "out": "../outside.yml",
        "absolute": "/etc/passwd",
        "loop": "loop",
        "one": "two",
        "two": "one",
        "nothing": "nowhere",
        "folder": "deep",
        "out-folder": "..",
        "root": ".",
    }.items():
        (root / name).symlink_to(target)
    checkouts.repository(root, {})
    for snapshot in (repository.open_work_tree(root), repository.open_commit(root)):
        tree = snapshot.tree
        assert paths(snapshot) == ["deep/real.yml", "deep/up", "real.yml", "to-file", "twice"]
        assert {path: entry.target for path, entry in tree.entries.items() if entry.target} == {
            "to-file": "real.yml",
            "twice": "real.yml",
            "deep/up": "real.yml",
        }
        assert snapshot.sources.read("twice") == b"x"
        assert snapshot.sources.read("out") is None
        assert all(tree.is_unknown(p) for p in ("out", "absolute", "loop", "one", "folder/real.yml", "out-folder/x"))
        assert skipped(snapshot) == {
            "out": "a link that leads out of the root",
            "absolute": "a link that leads out of the root",
            "out-folder": "a link that leads out of the root",
            "loop": "a link in a loop",
            "one": "a link in a loop",
            "two": "a link in a loop",
            "nothing": "a link to nothing",
        }


def test_a_link_put_where_a_file_was_is_not_followed(tmp_path: Path) -> None:
    root = write(tmp_path / "r", {"a.yml": "x"})
    snapshot = repository.open_work_tree(root)
    (root / "a.yml").unlink()
    (root / "a.yml").symlink_to("/etc/passwd")
    assert snapshot.sources.read("a.yml") is None
    assert skipped(snapshot) == {"a.yml": "a link where a file was"}


def test_pipes_and_sockets_are_skipped_without_waiting(tmp_path: Path) -> None:
    root = write(tmp_path / "r", {"a.yml": "x"})
    os.mkfifo(root / "pipe.yml")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(root / "s"))
        snapshot = repository.open_work_tree(root)
    assert paths(snapshot) == ["a.yml"]
    assert skipped(snapshot) == {"pipe.yml": "neither a file nor a folder", "s": "neither a file nor a folder"}
    assert snapshot.tree.is_unknown("pipe.yml")


def test_a_pipe_put_where_a_file_was_is_not_waited_for(tmp_path: Path) -> None:
    root = write(tmp_path / "r", {"a.yml": "x"})
    snapshot = repository.open_work_tree(root)
    (root / "a.yml").unlink()
    os.mkfifo(root / "a.yml")
    assert snapshot.sources.read("a.yml") is None
    assert skipped(snapshot) == {"a.yml": "not a plain file"}


def test_binary_and_large_files_are_skipped_with_the_reason(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"a.yml": b"\x00\x01", "big.yml": b"#" * 8_000_001, "just.yml": b"#" * 8_000_000}
    root = checkouts.repository(tmp_path / "r", files)
    for snapshot in (repository.open_work_tree(root), repository.open_commit(root)):
        assert snapshot.sources.read("a.yml") is None
        assert snapshot.sources.read("big.yml") is None
        assert len(snapshot.sources.read("just.yml") or b"") == 8_000_000
        assert skipped(snapshot) == {"a.yml": "not text (it holds NUL bytes)", "big.yml": "too large (8.0 MB)"}


def test_a_file_without_permission_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write(tmp_path / "r", {"a.yml": "x", "b.yml": "y"})
    snapshot = repository.open_work_tree(root)
    real = os.open

    def refusing(path: str, flags: int, mode: int = 0o777) -> int:
        if str(path).endswith("a.yml"):
            raise PermissionError(13, "Permission denied", path)
        return real(path, flags, mode)

    monkeypatch.setattr(os, "open", refusing)
    assert snapshot.sources.read("a.yml") is None
    assert snapshot.sources.read("b.yml") == b"y"
    assert skipped(snapshot) == {"a.yml": "no permission to read it"}


def test_a_folder_that_cant_be_listed_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write(tmp_path / "r", {"a.yml": "x", "locked/b.yml": "y"})
    real = os.scandir

    def refusing(path: str) -> object:
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", refusing)
    snapshot = repository.open_work_tree(root)
    assert paths(snapshot) == ["a.yml"]
    assert snapshot.tree.is_unknown("locked/b.yml")
    assert skipped(snapshot) == {"locked": "the folder can't be listed: Permission denied"}


def test_a_file_that_changes_while_stackfix_runs_is_not_read_twice(tmp_path: Path) -> None:
    root = write(tmp_path / "r", {"a.yml": "x"})
    snapshot = repository.open_work_tree(root)
    assert snapshot.sources.read("a.yml") == b"x"
    (root / "a.yml").write_bytes(b"y")
    assert snapshot.sources.read("a.yml") is None
    assert skipped(snapshot) == {"a.yml": "it changed while stackfix ran"}


def test_a_file_that_is_not_ours_is_seen_to_be_there(tmp_path: Path) -> None:
    root = checkouts.repository(tmp_path / "r", {".gitignore": "made\n"})
    write(root, {"made": "x"})
    (root / "link").symlink_to("/etc")
    sources = repository.open_work_tree(root).sources
    assert sources.read("made") == b"x"
    assert sources.read("link/passwd") is None
    assert sources.read("none") is None


# --- nothing is run --------------------------------------------------------------------------------------------------


def hostile(root: Path, sign: Path) -> None:
    """Every setting of a repository's own configuration known to us that names a program."""
    hooks = root / ".git" / "evil"
    hooks.mkdir()
    script = hooks / "program"
    script.write_text(f"#!/bin/sh\necho $0 >> {sign}\n")
    script.chmod(0o755)
    for hook in ("post-index-change", "reference-transaction", "pre-commit", "post-commit", "post-checkout"):
        (hooks / hook).symlink_to(script)
        (root / ".git" / "hooks").mkdir(exist_ok=True)
        (root / ".git" / "hooks" / hook).symlink_to(script)
    for key in (
        "core.fsmonitor",
        "core.sshCommand",
        "core.pager",
        "core.editor",
        "core.askPass",
        "core.gitProxy",
        "diff.external",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "filter.a=b.clean",
        "gpg.program",
        "credential.helper",
        "remote.origin.uploadpack",
    ):
        git(root, "config", key, str(script))
    git(root, "config", "core.hooksPath", str(hooks))
    git(root, "config", "commit.gpgSign", "true")
    git(root, "config", "log.showSignature", "true")
    git(root, "config", "remote.origin.url", str(root))
    git(root, "config", "remote.origin.promisor", "true")
    git(root, "config", "extensions.partialClone", "origin")
    (root / ".git" / "info").mkdir(exist_ok=True)
    (root / ".git" / "info" / "attributes").write_text("*.yml filter=evil diff=evil\n*.sh filter=a=b\n")


def test_a_hostile_configuration_runs_nothing(tmp_path: Path) -> None:
    root = checkouts.repository(tmp_path / "r", FILES)
    sign = tmp_path / "ran"
    hostile(root, sign)
    write(root, {"compose.yml": "services: {a: {}}\n"})
    snapshot = repository.open_work_tree(root)
    assert paths(snapshot) == sorted(FILES)
    assert snapshot.sources.read("compose.yml") == b"services: {a: {}}\n"
    assert not snapshot.sources.would_ignore("x")
    committed = repository.open_commit(root)
    assert committed.sources.read("compose.yml") == b"services: {}\n"
    assert not sign.exists()
    checkouts.attempt(root, "status")
    assert sign.exists(), "the configuration isn't hostile: this test shows nothing"


def test_a_commit_that_lacks_objects_fetches_nothing(tmp_path: Path) -> None:
    root = checkouts.repository(tmp_path / "r", FILES)
    sign = tmp_path / "ran"
    hostile(root, sign)
    name = git(root, "rev-parse", "HEAD:compose.yml")
    (root / ".git" / "objects" / name[:2] / name[2:]).unlink()
    snapshot = repository.open_commit(root)
    assert snapshot.sources.read("compose.yml") is None
    assert snapshot.sources.read("run.sh") == b"#!/bin/sh\n"
    assert "compose.yml" in skipped(snapshot)
    assert not sign.exists()


# --- commits ---------------------------------------------------------------------------------------------------------


def test_a_commit_is_read_beside_a_dirty_work_tree_and_index(tmp_path: Path) -> None:
    root = checkouts.repository(tmp_path / "r", FILES)
    write(root, {"compose.yml": "dirty", "new.yml": "new"})
    git(root, "add", "compose.yml")
    (root / "run.sh").unlink()
    snapshot = repository.open_commit(root)
    assert paths(snapshot) == sorted(FILES)
    assert snapshot.sources.read("compose.yml") == b"services: {}\n"
    assert snapshot.sources.read("run.sh") == b"#!/bin/sh\n"
    assert snapshot.sources.read("new.yml") is None
    assert snapshot.commit == git(root, "rev-parse", "HEAD")
    assert all(entry.tracked for entry in snapshot.tree.entries.values())


def test_ignored_environment_files_on_disk_belong_to_a_commit_too(tmp_path: Path) -> None:
    root = checkouts.repository(tmp_path / "r", {**FILES, ".gitignore": ".env\n"})
    write(root, {".env": "PORT=1", "api/.env": "PORT=2", "api/.env.dev": "PORT=3"})
    snapshot = repository.open_commit(root)
    assert {p for p, e in snapshot.tree.entries.items() if e.ignored} == {".env", "api/.env"}
    assert snapshot.sources.read("api/.env") == b"PORT=2"


@pytest.mark.parametrize("options", [(), ("--object-format=sha256",)])
def test_linked_and_bare_checkouts_and_both_kinds_of_names(tmp_path: Path, options: tuple[str, ...]) -> None:
    root = checkouts.repository(tmp_path / "r", FILES, *options)
    git(root, "worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    write(tmp_path / "linked", {"side.yml": "s"})
    git(tmp_path / "linked", "add", ".")
    git(tmp_path / "linked", "commit", "-q", "-m", "side")
    git(tmp_path, "clone", "-q", "--bare", str(root), str(tmp_path / "bare.git"))
    git(tmp_path / "bare.git", "worktree", "add", "-q", str(tmp_path / "out"), "side")
    for folder in (tmp_path / "linked", tmp_path / "out"):
        assert paths(repository.open_work_tree(folder)) == sorted([*FILES, "side.yml"])
        snapshot = repository.open_commit(folder)
        assert paths(snapshot) == sorted([*FILES, "side.yml"])
        assert snapshot.sources.read("side.yml") == b"s"


def test_what_is_no_commit_is_said_in_one_line(tmp_path: Path) -> None:
    write(tmp_path / "plain", FILES)
    with pytest.raises(repository.CannotOpen, match="lies in no git repository"):
        repository.open_commit(tmp_path / "plain")
    unborn = tmp_path / "unborn"
    unborn.mkdir()
    git(unborn, "init", "-q")
    with pytest.raises(repository.CannotOpen, match="no commit yet"):
        repository.open_commit(unborn)
    root = checkouts.repository(tmp_path / "r", FILES)
    with pytest.raises(repository.CannotOpen, match="git knows no commit '--all'"):
        repository.open_commit(root, "--all")
    with pytest.raises(repository.CannotOpen, match="is not a folder"):
        repository.open_work_tree(tmp_path / "nowhere")


# --- ignoring, overlays, roots ---------------------------------------------------------------------------------------


def test_git_answers_whether_it_would_ignore_files_and_folders(tmp_path: Path) -> None:
    root = checkouts.repository(
        tmp_path / "r",
        {"sub/a": "", ".gitignore": "dist/\n*.pem\n!ok.pem\n", "tracked.pem": "", "sub/.gitignore": "x\n"},
    )
    (root / "link").symlink_to("sub")
    sources = repository.open_work_tree(root).sources
    asked = ("dist", "dist/", "dist/x/y", "a.pem", "ok.pem", "tracked.pem", "sub/x", "x", "link/x", "a.pem")
    answers = [sources.would_ignore(path) for path in asked]
    assert answers == [True, True, True, True, False, True, True, False, False, True]
    assert not any(sources.would_ignore(path) for path in ("", ".", "../a.pem", "/etc/a.pem"))


def test_an_overlay_shows_the_tree_after_edits(tmp_path: Path) -> None:
    root = write(tmp_path / "r", {"a": "1", "b": "2", "c": "3"})
    snapshot = repository.open_work_tree(root)
    after = snapshot.overlay(
        (
            Change("a", b"1", b"11"),
            Change("b", b"2", None),
            Change("n/d", None, b"4", executable=True),
            Change("c", b"3", b"3", executable=True),
        )
    )
    assert sorted(after.tree.entries) == ["a", "c", "n/d"]
    assert [after.sources.read(path) for path in ("a", "b", "c", "n/d")] == [b"11", None, b"3", b"4"]
    assert after.tree.entries["c"].executable
    assert after.tree.entries["n/d"].executable
    assert snapshot.sources.read("a") == b"1"


def test_a_file_as_path_means_its_repository_else_its_folder(tmp_path: Path) -> None:
    root = checkouts.repository(tmp_path / "r", FILES)
    write(tmp_path / "plain", {"deep/x.yml": ""})
    assert repository.locate(root / "api" / "main.py") == (str(root), "api/main.py")
    assert repository.locate(tmp_path / "plain" / "deep" / "x.yml") == (str(tmp_path / "plain" / "deep"), "x.yml")
    assert repository.locate(root / "api") == (str(root / "api"), None)
    with pytest.raises(repository.CannotOpen):
        repository.locate(tmp_path / "nowhere")


def test_time_grows_with_files_and_stays_far_below_a_second(tmp_path: Path) -> None:
    """A tenth of 100,000 files in a tenth of the time, with room for a busy machine."""
    for folder in range(100):
        inner = tmp_path / f"f{folder}"
        inner.mkdir()
        for number in range(100):
            (inner / f"{number}.yml").touch()
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    began = time.process_time()
    snapshot = repository.open_work_tree(tmp_path)
    assert len(snapshot.tree.entries) == 10_000
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    ("name", "copy"),
    [
        ("compose.yml.bak", True),
        ("compose.yml.bak2", True),
        ("compose.yml.backup-2023", True),
        ("compose.old.yml", True),
        ("a.yml~", True),
        ("compose copy.yml", True),
        ("compose (1).yml", True),
        ("compose.backup-cron.yaml", False),
        ("compose.backup.yml", False),
        ("copy.yml", False),
        ("golden.yml", False),
    ],
)
def test_files_that_are_copies_are_told_by_their_endings(name: str, copy: bool) -> None:
    assert kinds.is_copy(name) is copy


@pytest.mark.parametrize(
    ("name", "copy"),
    [
        ("backup", True),
        ("db-backups", True),
        ("archive2", True),
        ("Archived", True),
        ("not_in_use", True),
        ("unused", True),
        ("threshold", False),
        ("bakery", False),
    ],
)
def test_folders_of_copies_are_told_by_whole_words(name: str, copy: bool) -> None:
    assert kinds.is_copy_folder(name) is copy


def test_git_says_why_it_failed_in_its_first_line(tmp_path: Path) -> None:
    with pytest.raises(plumbing.GitFailed, match=r"^not a git repository"):
        plumbing.call(str(tmp_path), "ls-tree", "HEAD")


def test_outside_git_an_ignored_file_that_is_there_is_unknown_not_missing(tmp_path: Path) -> None:
    root = write(
        tmp_path, {".gitignore": "package-lock.json\nweights/\n", "package-lock.json": "{}", "weights/a.bin": ""}
    )
    snapshot = repository.open_work_tree(root)
    assert paths(snapshot) == [".gitignore"]
    assert snapshot.tree.is_unknown("package-lock.json")
    assert snapshot.tree.is_unknown("weights/a.bin")
    assert not snapshot.tree.is_unknown("yarn.lock")
    assert snapshot.sources.would_ignore("api/weights")


def test_in_git_an_ignored_file_that_is_there_is_in_no_clone(tmp_path: Path) -> None:
    root = checkouts.repository(tmp_path / "r", {".gitignore": "package-lock.json\n"})
    write(root, {"package-lock.json": "{}"})
    snapshot = repository.open_work_tree(root)
    assert not snapshot.tree.is_unknown("package-lock.json")


def test_gits_own_folder_is_there_and_nobody_looks_into_it(tmp_path: Path) -> None:
    snapshot = repository.open_work_tree(write(tmp_path, FILES))
    assert snapshot.tree.is_unknown(".git")
    assert snapshot.tree.is_unknown(".git/HEAD")
    assert not snapshot.tree.is_unknown(".github")
