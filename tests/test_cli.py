"""The command line by its contract: words in, exit code, stdout, one line of stderr."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stackfix import __version__, catalogue, cli
from tests.checkouts import BROKEN, repository

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCE = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent / "src")}
REPAIRED = BROKEN["compose.yml"].replace("http://api:9100", "http://api:8000")


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes]) -> Callable[..., Ran]:
    """Call the command in this process."""

    def call(*words: object) -> Ran:
        code = cli.main([str(word) for word in words])
        out, err = capsysbinary.readouterr()
        return Ran(code, out.decode(), err.decode())

    return call


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A repository in which one wire doesn't meet: a published port used inside the network."""
    return repository(tmp_path / "site", BROKEN)


def git(root: Path, *words: str) -> str:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    ran = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True, env=environment)
    return ran.stdout


def compose(root: Path) -> str:
    return (root / "compose.yml").read_text("utf-8")


# --- wrong use -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--dry-run", "--apply"], "exclude each other"),
        (["--commit"], "--commit goes with --apply"),
        (["--apply", "--branch", "x"], "--branch goes with --apply --commit"),
        (["--apply", "--current-branch"], "--current-branch goes with --apply --commit"),
        (["--apply", "--commit", "--current-branch", "--branch", "x"], "exclude each other"),
        (["--unsafe-fixes"], "--unsafe-fixes goes with --dry-run or --apply"),
        (["--quiet", "--verbose"], "exclude each other"),
        (["--dry-run", "--output-format", "json"], "needs --output FILE"),
        (["--output-format", "xml"], "'xml' is not one of"),
        (["--nonsense"], "--nonsense"),
        (["a", "b"], "unexpected extra argument"),
        (["nowhere"], "nowhere: no such file or folder"),
        (["explain"], "RULE"),
        (["explain", "proxy-prt"], "no rule or family is called 'proxy-prt'"),
        (["--select", "enviroment"], "did you mean 'environment'?"),
        (["--quiet", "rules"], "rules is a command of its own"),
        (["--config", "nowhere.toml"], "nowhere.toml"),
        (["--set", "prots.backend=1"], "ports"),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(
    words: list[str], said: str, run: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run(*words)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.startswith("stackfix: ")
    assert ran.err.count("\n") == 1


# --- reporting -------------------------------------------------------------------------------------------------------


def test_a_report_says_what_is_wrong_and_writes_nothing(run: Callable[..., Ran], broken: Path) -> None:
    ran = run(broken)
    assert (ran.code, ran.err) == (1, "")
    assert "error[host-port-inside-network]" in ran.out
    assert " --> compose.yml:8:" in ran.out
    assert ran.out.rstrip().endswith("(1 error): 1 for --apply")
    assert compose(broken) == BROKEN["compose.yml"]
    assert git(broken, "status", "--porcelain") == ""


def test_no_secret_is_told(run: Callable[..., Ran], broken: Path) -> None:
    for words in ([], ["--dry-run"], ["--output-format", "json"], ["--apply"]):
        ran = run(broken, *words)
        assert "hunter2" not in ran.out.split("\n+++")[0] + ran.err, words


def test_nothing_wrong_is_exit_0(run: Callable[..., Ran], tmp_path: Path) -> None:
    ran = run(tmp_path)
    assert (ran.code, ran.out) == (0, "nothing wrong in 0 files\n")


def test_json_goes_to_stdout_alone(run: Callable[..., Ran], broken: Path) -> None:
    ran = run(broken, "--output-format", "json")
    told = json.loads(ran.out)
    assert (ran.code, ran.err) == (1, "")
    assert told["root"] == str(broken)
    assert [f["rule"] for f in told["findings"]] == ["host-port-inside-network"]
    assert told["summary"]["safe"] == 1


def test_a_report_may_go_to_a_file(run: Callable[..., Ran], broken: Path, tmp_path: Path) -> None:
    ran = run(broken, "--output-format", "json", "--output", tmp_path / "report.json")
    assert (ran.code, ran.out, ran.err) == (1, "", "")
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["version"] == 1
    assert run(broken, "--output", tmp_path / "no" / "where").code == 2


def test_selecting_and_ignoring_by_name_and_family(run: Callable[..., Ran], broken: Path) -> None:
    family = catalogue.detector("host-port-inside-network").rule.family.value
    for words, code in (
        (["--select", "host-port-inside-network"], 1),
        (["--select", f"{family},ports"], 1),
        (["--select", "scripts"], 0),
        (["--ignore", "host-port-inside-network"], 0),
        (["--ignore", "scripts", "--ignore", family], 0),
        (["--exit-zero"], 0),
    ):
        assert run(broken, *words).code == code, words


def test_limits_that_every_run_keeps(run: Callable[..., Ran], broken: Path) -> None:
    plain = run(broken)
    for words in (["--no-cache"], ["--jobs", "1"], ["--jobs", "8"]):
        assert (run(broken, *words).code, run(broken, *words).out) == (plain.code, plain.out)
    assert run(broken, "--jobs", "0").code == run(broken, "--jobs", "many").code == 2


def test_statistics_and_quiet(run: Callable[..., Ran], broken: Path) -> None:
    assert run(broken, "--statistics").out.split()[:3] == ["1", "error", "host-port-inside-network"]
    assert "finding" not in run(broken, "--quiet").out


def test_a_baseline_hides_what_it_lists(run: Callable[..., Ran], broken: Path, tmp_path: Path) -> None:
    listed = tmp_path / "known.json"
    made = run("--write-baseline", listed, broken)
    assert (made.code, made.err) == (0, f"stackfix: 1 finding written to {listed}\n")
    assert "host-port-inside-network" in made.out
    assert [entry["file"] for entry in json.loads(listed.read_text("utf-8"))["findings"]] == ["compose.yml"]
    (broken / "compose.yml").write_text("# moved\n\n" + compose(broken), "utf-8")
    assert run("--baseline", listed, broken).code == 0
    assert run("--dry-run", "--baseline", listed, broken).out == ""
    (broken / "compose.yml").write_text(compose(broken).replace("9100:8000", "9100:8001"), "utf-8")
    assert "published-port" in run("--baseline", listed, broken).out


def test_a_baseline_of_nothing_is_one(run: Callable[..., Ran], broken: Path, tmp_path: Path) -> None:
    run("--apply", broken)
    assert run("--write-baseline", tmp_path / "none.json", broken).err.startswith("stackfix: 0 findings written")
    assert run("--baseline", tmp_path / "none.json", broken).code == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{}", "is no baseline: --write-baseline makes one"),
        ("[1", "is no baseline: --write-baseline makes one"),
        ('{"version": 2, "findings": []}', "version 2 of a baseline is not known"),
        (None, "No such file or directory"),
    ],
)
def test_what_is_no_baseline_is_told(
    text: str | None, told: str, run: Callable[..., Ran], broken: Path, tmp_path: Path
) -> None:
    if text is not None:
        (tmp_path / "b.json").write_text(text, "utf-8")
    ran = run("--baseline", tmp_path / "b.json", broken)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err


def test_only_what_a_change_caused(run: Callable[..., Ran], broken: Path) -> None:
    assert run("--diff-base", "HEAD", broken).code == 0
    (broken / "compose.yml").write_text(compose(broken).replace("9100:8000", "9100:8001"), "utf-8")
    ran = run("--diff-base", "HEAD", broken)
    assert ran.code == 1
    assert "published-port" in ran.out
    assert "host-port-inside-network" not in ran.out
    assert "git knows no commit 'v9'" in run("--diff-base", "v9", broken).err


def test_a_base_needs_a_repository(run: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text(BROKEN["compose.yml"], "utf-8")
    ran = run("--diff-base", "HEAD", tmp_path)
    assert (ran.code, ran.err) == (2, f"stackfix: --diff-base: {tmp_path} lies in no git repository\n")


@pytest.mark.parametrize("words", [("--apply",), ("--dry-run",), ("--baseline", "x"), ("--diff-base", "HEAD")])
def test_a_baseline_is_written_of_all(words: tuple[str, ...], run: Callable[..., Ran], broken: Path) -> None:
    ran = run("--write-baseline", "b.json", *words, broken)
    assert ran.code == 2
    assert "--write-baseline" in ran.err


def test_colour_is_for_terminals_or_who_asks(run: Callable[..., Ran], broken: Path) -> None:
    assert "\x1b[" not in run(broken).out
    assert "\x1b[" in run(broken, "--color", "always").out
    assert "\x1b[" not in run(broken, "--color", "always", "--output-format", "json").out


def test_a_file_as_path_reports_what_touches_it(run: Callable[..., Ran], broken: Path) -> None:
    assert run(broken / "compose.yml").code == 1
    assert run(broken / "api" / "main.py").code == 0


# --- repairing -------------------------------------------------------------------------------------------------------


def test_a_dry_run_puts_the_patch_on_stdout_and_the_report_on_stderr(run: Callable[..., Ran], broken: Path) -> None:
    ran = run(broken, "--dry-run")
    assert ran.code == 1
    assert ran.out.startswith("diff --git a/compose.yml b/compose.yml\n--- a/compose.yml\n")
    assert "-      API_URL: http://api:9100  # the way in\n+      API_URL: http://api:8000  # the way in\n" in ran.out
    assert "[in the patch]" in ran.err
    assert compose(broken) == BROKEN["compose.yml"]


def test_a_dry_run_with_a_report_for_programs(run: Callable[..., Ran], broken: Path, tmp_path: Path) -> None:
    ran = run(broken, "--dry-run", "--output-format", "json", "--output", tmp_path / "report.json")
    assert ran.out.startswith("diff --git ")
    assert "status" not in json.loads((tmp_path / "report.json").read_text("utf-8"))["findings"][0]


def test_apply_repairs_and_a_second_time_does_nothing(run: Callable[..., Ran], broken: Path) -> None:
    ran = run(broken, "--apply", "--output-format", "json")
    assert ran.code == 0
    assert [f["status"] for f in json.loads(ran.out)["findings"]] == ["fixed"]
    assert compose(broken) == REPAIRED
    assert run(broken, "--apply").out == "nothing wrong in 3 files\n"
    assert run(broken).code == 0
    assert run(broken, "--dry-run").out == ""
    assert compose(broken) == REPAIRED


def test_apply_tells_the_tree_as_it_was(run: Callable[..., Ran], broken: Path) -> None:
    ran = run(broken, "--apply")
    assert "[fixed]" in ran.out
    assert "API_URL: http://api:9100  # the way in\n" in ran.out
    assert ran.out.endswith("1 fixed\n")


def test_a_suppressed_finding_is_silent_and_an_idle_comment_is_told(run: Callable[..., Ran], broken: Path) -> None:
    quiet = compose(broken).replace(
        "# the way in", "# stackfix: ignore[host-port-inside-network] a gateway listens there"
    )
    (broken / "compose.yml").write_text(quiet, "utf-8")
    assert run(broken).out == "nothing wrong in 3 files\n"
    assert run(broken, "--dry-run").out == ""
    (broken / "compose.yml").write_text(quiet.replace("api:9100", "api:8000"), "utf-8")
    idle = run(broken)
    assert idle.code == 0, "of severity info"
    assert "info[unused-suppression]" in idle.out


def test_a_severity_may_be_set(run: Callable[..., Ran], broken: Path) -> None:
    (broken / "stackfix.toml").write_text('severity = { host-port-inside-network = "info" }\n', "utf-8")
    ran = run(broken)
    assert ran.code == 0
    assert "info[host-port-inside-network]" in ran.out


def test_the_patch_of_a_folder_inside_a_repository_applies_there(run: Callable[..., Ran], broken: Path) -> None:
    inner = broken / "deploy"
    inner.mkdir()
    (broken / "compose.yml").rename(inner / "compose.yml")
    (broken / "api").rename(inner / "api")
    patch = run(inner, "--dry-run").out
    subprocess.run(["git", "apply", "-"], cwd=inner, input=patch, text=True, check=True)
    assert compose(inner) == REPAIRED


def test_a_commit_leaves_the_work_tree_alone(run: Callable[..., Ran], broken: Path) -> None:
    (broken / "notes.txt").write_text("mine\n", "utf-8")
    ran = run(broken, "--apply", "--commit")
    assert ran.code == 0, ran.err
    assert compose(broken) == BROKEN["compose.yml"]
    assert git(broken, "show", "stackfix/fixes:compose.yml") == REPAIRED
    assert git(broken, "symbolic-ref", "--short", "HEAD").strip() == "main"
    assert git(broken, "status", "--porcelain") == "?? notes.txt\n"


def test_nothing_to_fix_makes_no_branch(run: Callable[..., Ran], broken: Path) -> None:
    (broken / "compose.yml").write_text(REPAIRED, "utf-8")
    git(broken, "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qam", "repaired")
    assert run(broken, "--apply", "--commit").code == 0
    assert git(broken, "branch", "--list", "stackfix/*") == ""


# --- other commands --------------------------------------------------------------------------------------------------


def test_rules_are_listed_with_their_state(
    run: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stackfix.toml").write_text('ignore = ["url-port"]\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    ran = run("rules")
    states = {line.split()[1]: line.split()[0] for line in ran.out.splitlines() if line.startswith("  ")}
    assert states.keys() == set(catalogue.ids())
    assert states["url-port"] == "off"
    assert states["unknown-host"] == "on"


def test_a_folder_called_as_a_command_is_still_reachable(
    run: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rules").mkdir()
    monkeypatch.chdir(tmp_path)
    assert run("./rules").out == "nothing wrong in 0 files\n"
    assert "url-port" in run("rules").out


@pytest.mark.parametrize("rule", catalogue.ids())
def test_every_rule_is_explained(rule: str, run: Callable[..., Ran]) -> None:
    ran = run("explain", rule)
    assert ran.code == 0
    for heading in catalogue.SECTIONS:
        assert f"\n{heading}\n    " in ran.out


def test_version_and_help(run: Callable[..., Ran]) -> None:
    assert run("--version").out == f"stackfix {__version__}\n"
    assert run("--quiet", "--version").out == f"stackfix {__version__}\n"
    told = run("--help").out
    assert told.startswith("Usage: stackfix [OPTIONS] [PATH]\n")
    for later in ("graph", "probe", "--interactive"):
        assert later not in told


# --- the door --------------------------------------------------------------------------------------------------------


def test_an_error_of_our_own_is_exit_3_and_quotes_nothing(
    run: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(_options: object) -> int:
        raise KeyError(tmp_path.name)

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(cli, "_check", break_down)
    ran = run(tmp_path)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.count("\n") == 1
    assert "an error of stackfix itself (KeyError): please report it" in ran.err
    left = (tmp_path / "stackfix" / "error.txt").read_text("utf-8")
    assert "break_down" in left
    assert tmp_path.name not in left
    assert "break_down" in run(tmp_path, "--verbose").err


def test_an_interrupt_is_exit_130(run: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_options: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_check", interrupted)
    assert run(tmp_path) == Ran(130, "", "")


def test_a_full_disk_under_the_output_is_told_in_one_line(broken: Path) -> None:
    command = [sys.executable, "-m", "stackfix", str(broken)]
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, env=SOURCE)
    assert (ran.returncode, ran.stderr) == (2, "stackfix: the output can't be written: No space left on device\n")


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_stream_that_is_closed_is_written_by_nobody(
    stream: str, run: Callable[..., Ran], broken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, stream, None)
    assert run("--dry-run", broken).code == 1
    assert run("--apply", broken).code == 0
    assert compose(broken) == REPAIRED


def test_a_reader_that_has_seen_enough_is_no_error(broken: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "stackfix", str(broken)]
    with os.fdopen(writing, "wb") as closed:
        ran = subprocess.run(command, stdout=closed, stderr=subprocess.PIPE, text=True, check=False, env=SOURCE)
    assert ran.stderr == ""
    assert ran.returncode in {0, 1}


def test_a_terminal_that_is_not_utf8_is_no_error(broken: Path) -> None:
    environment = {**SOURCE, "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "stackfix", str(broken)]
    ran = subprocess.run(command, capture_output=True, check=False, env=environment)
    assert (ran.returncode, ran.stderr) == (1, b"")
