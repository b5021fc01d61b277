"""A report that is told again is the one that a run would come to, whatever changed or didn't."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stackfix import cli, engine, recall
from tests.checkouts import BROKEN, git, repository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EXAMPLES = sorted(path for path in (Path(__file__).parent.parent / "examples").iterdir() if path.is_dir())
SOURCE = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent / "src")}
FILES = {**BROKEN, "start.sh": "#!/bin/sh\nset -eu\ndocker compose up -d\n"}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one fault, and a cache folder of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return repository(tmp_path / "site", FILES)


@pytest.fixture
def report(capsysbinary: pytest.CaptureFixture[bytes]) -> Callable[..., str]:
    """What a run prints, without the seconds that it took."""

    def told(*words: object) -> str:
        code = cli.main([str(word) for word in words])
        out, err = capsysbinary.readouterr()
        lines = [line for line in out.decode().splitlines() if '"seconds"' not in line]
        return "\n".join((str(code), *lines, err.decode()))

    return told


@contextmanager
def unjudged(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Within it no tree may be judged."""

    def never(*_: object) -> None:
        raise AssertionError("the tree was judged anew")

    with monkeypatch.context() as patch:
        patch.setattr(engine, "run", never)
        yield


def records(root: Path) -> list[Path]:
    return sorted((root.parent / "cache").glob("stackfix/reports/*"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_every_form_of_a_report_is_told_again(
    example: Path, report: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    forms: tuple[list[str], ...] = (
        [],
        ["--output-format", "json"],
        ["--statistics"],
        ["--quiet", "--color", "always"],
        ["--verbose"],
    )
    made = [report("--no-cache", example, *words) for words in forms]
    report(example)
    with unjudged(monkeypatch):
        assert [report(example, *words) for words in forms] == made
    # The harness can tell: judging anew fails here.
    with unjudged(monkeypatch):
        assert report("--no-cache", example).startswith("3")


def test_it_needs_no_graph_and_no_parser(site: Path) -> None:
    code = (
        "import sys; from stackfix.__main__ import main; sys.argv[0] = 'stackfix'; main(); "
        "print(*sys.modules, sep='\\n', file=sys.stderr)"
    )
    for expected in (True, False):
        ran = subprocess.run(
            [sys.executable, "-c", code, str(site)], capture_output=True, text=True, check=True, env=SOURCE | os.environ
        )
        assert ("stackfix.engine" in ran.stderr.splitlines()) is expected
    assert not {"yaml", "libcst", "stackfix.graph", "stackfix.catalogue"} & set(ran.stderr.splitlines())


def _same_size_and_time(root: Path) -> None:
    file = root / "compose.yml"
    status = file.stat()
    file.write_text(FILES["compose.yml"].replace("api:9100", "api:8000"), "utf-8")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def _link(root: Path) -> None:
    (root / "api/main.py").unlink()
    (root / "api/main.py").symlink_to("../start.sh")


def _exclude_file(root: Path) -> None:
    (root / ".git/info/exclude").write_text("api/main.py\n", "utf-8")


CHANGES: dict[str, Callable[[Path], object]] = {
    "contents, with size and time kept": _same_size_and_time,
    "a mode": lambda root: (root / "start.sh").chmod(0o755),
    "a new file": lambda root: (root / "compose.override.yml").write_text("services: {web: {ports: ['80:80']}}\n"),
    "a file gone": lambda root: (root / "api/main.py").unlink(),
    "a file that is no longer tracked": lambda root: git(root, "rm", "-q", "--cached", "api/main.py"),
    "a file that git ignores": lambda root: (root / ".gitignore").write_text("api/Dockerfile\n"),
    "a file that holds NUL bytes": lambda root: (root / "api/main.py").write_bytes(b"\0" * 20),
    "a file that is too large": lambda root: (root / "api/main.py").write_bytes(b"#" * 9_000_000),
    "a link": _link,
    "git's own exclude file": _exclude_file,
    "a configuration": lambda root: (root / "stackfix.toml").write_text('ignore = ["host-port-inside-network"]\n'),
    "a suppression": lambda root: (root / "compose.yml").write_text(
        FILES["compose.yml"].replace(
            "api:9100  # the way in\n", "api:9100  # stackfix: ignore[host-port-inside-network] known\n"
        )
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_changed_is_judged_anew(change: Callable[[Path], object], site: Path, report: Callable[..., str]) -> None:
    words = (site, "--output-format", "json")
    before = report(*words)
    change(site)
    after = report(*words)
    assert after == report("--no-cache", *words) == report(*words)
    shutil.rmtree(site.parent / "cache")
    assert after == report(*words)
    assert '"host-port-inside-network"' in before


def test_a_changed_configuration_is_read_anew(site: Path, report: Callable[..., str], tmp_path: Path) -> None:
    named = tmp_path / "named.toml"
    for text, code in (('ignore = ["scripts"]\n', "1"), ('ignore = ["names", "ports"]\n', "0"), ("", "1")):
        named.write_text(text, "utf-8")
        assert report(site, "--config", named).startswith(code)
    for words, code in (
        (["--ignore", "names,ports"], "0"),
        (["--select", "scripts"], "0"),
        (["--set", "ports.api=8000"], "1"),
        (["--set", 'ignore=["names", "ports"]'], "0"),
        ([], "1"),
    ):
        assert report(site, *words).startswith(code), words
        assert report(site, *words).startswith(code), words


def test_repairs_and_comparisons_are_always_made(site: Path, report: Callable[..., str], tmp_path: Path) -> None:
    assert report(site).startswith("1")
    kept = records(site)
    assert "+      API_URL: http://api:8000  # the way in" in report("--dry-run", site)
    assert report("--write-baseline", tmp_path / "known.json", site).startswith("0")
    assert report("--baseline", tmp_path / "known.json", site).startswith("0")
    assert report("--diff-base", "HEAD", site).startswith("0")
    assert report("--apply", site).startswith("0")
    assert records(site) == kept
    assert report(site).startswith("0")


def test_no_secret_is_kept(site: Path, report: Callable[..., str]) -> None:
    (site / "api/.env").write_text("DB_PASSWORD=sesame-open-9\nPORT=8000\n", "utf-8")
    (site / "api/Dockerfile").write_text(FILES["api/Dockerfile"].replace("COPY main.py", "COPY .env main.py"), "utf-8")
    assert "secret-in-image" in report(site)
    (record,) = records(site)
    for secret in (b"hunter2", b"sesame-open-9"):
        assert secret not in record.read_bytes()
    assert record.stat().st_mode & 0o777 == 0o600
    assert record.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("damage", [b"", b"\xff\0", b"[]", b"{}", b'{"state": {}, "files": 3}', b"null"])
def test_a_damaged_record_is_none(damage: bytes, site: Path, report: Callable[..., str]) -> None:
    made = report(site)
    (record,) = records(site)
    whole = record.read_bytes()
    record.write_bytes(damage)
    assert report(site) == made
    assert record.read_bytes() == whole
    held = json.loads(whole)
    held["outcome"] = {"files": 1}
    record.write_text(json.dumps(held), "utf-8")
    assert report(site) == made


def test_another_program_judges_anew(site: Path, report: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    report(site)
    monkeypatch.setattr(recall, "_program", lambda: "another")
    with unjudged(monkeypatch):
        assert report(site).startswith("3")


def test_a_folder_that_keeps_nothing_costs_nothing(
    site: Path, report: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = report("--no-cache", site)
    assert records(site) == []
    (site.parent / "cache").write_text("a file where the folder would be", "utf-8")
    assert report(site) == made == report(site)
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/none")
    assert report(site) == made


def test_a_file_that_changes_while_it_is_read_leaves_no_record(
    site: Path, report: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = engine.run

    def late(*words: object, **more: object) -> object:
        outcome = real(*words, **more)  # type: ignore[arg-type] # handed on as it comes
        (site / "compose.yml").write_text("services: {}\n", "utf-8")
        words[1].read("compose.yml")  # type: ignore[attr-defined] # the sources
        return outcome

    monkeypatch.setattr(engine, "run", late)
    report(site)
    assert records(site) == []


def test_the_oldest_reports_go(site: Path, report: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recall, "MOST_KEPT", 2)
    for words in ([], ["--ignore", "ports"], ["--ignore", "scripts"]):
        report(site, *words)
    assert len(records(site)) == recall.MOST_KEPT
    with unjudged(monkeypatch):
        assert report(site, "--ignore", "scripts").startswith("1")
