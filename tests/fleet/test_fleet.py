from __future__ import annotations

import re
import signal
import time
from typing import TYPE_CHECKING

from stackfix import cli
from tests.fleet.operating import FAULTY, Operator, moves, repositories, served, until
from tests.fleet.postgres import PASSWORD
from tests.fleet.serving import bare, commit, git

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.fleet.serving import Remote
    from tests.forge.server import Server


def test_many_repositories_from_a_file(remote: Remote, tmp_path: Path) -> None:
    operator = Operator(tmp_path / "home")
    local, served = repositories(tmp_path / "local", 1)[0], repositories(tmp_path / "served" / "o", 1)[0]
    quiet = bare(tmp_path / "local" / "quiet.git", {"README.md": "nothing\n"})
    elsewhere = bare(tmp_path / "local" / "elsewhere.git", {"stackfix.toml": '[bot]\nbase = "develop"\n'})
    commit(elsewhere, FAULTY, "develop")
    served_urls = [f"{remote.url}/o/{name}.git" for name in ("r0", "none")]
    hostile = f"ext::touch {tmp_path}/pwned"
    names = [str(local), served_urls[0], str(quiet), served_urls[1], hostile, "local/elsewhere.git"]
    file = tmp_path / "repos"
    file.write_text("# ours\n\n" + "".join(f"{name}  # why\n" for name in names))

    ran = operator.types("fleet", "run", "--repos", file, "--concurrency", "1")
    assert ran.returncode == 1, ran.stderr
    assert ran.stderr == ""
    run = ran.stdout.splitlines()[0]
    assert re.fullmatch(r"[0-9a-f]{12}", run)
    found = operator.status(run)
    assert set(found) == {"run", "repositories", "rules"}
    assert [list(one) for one in found["repositories"]] == [
        ["url", "state", "findings", "fixed", "branch", "error"]
    ] * 6
    assert [
        (one["url"], one["state"], one["findings"], one["fixed"], one["branch"]) for one in found["repositories"]
    ] == [
        (names[0], "done", 1, 1, "stackfix/fixes"),
        (names[1], "done", 1, 1, "stackfix/fixes"),
        (names[2], "done", 0, 0, None),
        (names[3], "failed", 0, 0, None),
        (names[4], "failed", 0, 0, None),
        (names[5], "done", 1, 1, "stackfix/fixes"),
    ]
    assert [one["error"] is None for one in found["repositories"]] == [True, True, True, False, False, True]
    assert not (tmp_path / "pwned").exists()
    assert git(elsewhere, "diff", "--numstat", "develop", "stackfix/fixes") == "1\t1\tweb/nginx.conf"
    for origin in (local, served):
        assert "api:8000" in git(origin, "show", "stackfix/fixes:web/nginx.conf")
        assert git(origin, "diff", "--numstat", "main", "stackfix/fixes") == "1\t1\tweb/nginx.conf"
    bodies = list((operator.home / "state" / "stackfix" / "fleet" / run).iterdir())
    assert len(bodies) == 3
    assert all("8000" in body.read_text() for body in bodies)
    assert not [path for path in operator.home.rglob("*") if path.name.startswith(("work-", "new-", "gone-"))]

    again = operator.types("fleet", "run", "--repos", file, "--concurrency", "1")
    assert again.returncode == 1
    assert [moves(local), moves(served)] == [1, 1], "nothing has changed: nothing is pushed"
    assert "6 repositories: 4 done, 2 failed; 3 findings, 3 fixed" in again.stdout
    assert "proxy-port  3 findings in 3 repositories" in again.stdout
    assert f"run {again.stdout.splitlines()[0]}: " in operator.types("fleet", "status").stdout, "the newest"


def test_what_is_wrong_with_the_words_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").write_text("# nothing\n")
    for words, told in (
        ((), "Missing command."),
        (("run",), "say which repositories: --repos FILE, or --org or --query"),
        (("run", "--repos", "x", "--org", "o"), "say which repositories: --repos FILE, or --org or --query"),
        (("run", "--repos", "nowhere"), "nowhere: no such file or directory"),
        (("run", "--repos", "empty"), "empty names no repository"),
        (
            ("run", "--org", "o"),
            "say which forge to ask with --forge and --host, and give its token in the environment",
        ),
        (("status",), "nothing has been run with this database yet"),
        (("retry",), "nothing has been run with this database yet"),
        (("cancel", "x"), "nothing has been run with this database yet"),
        (("worker", "--database", "mysql://x"), "--database takes sqlite:///FILE or postgresql://USER@HOST/NAME"),
    ):
        assert cli.main(["fleet", *words]) == 2
        assert capsys.readouterr() == ("", f"stackfix: {told}\n")


def test_two_machines_work_on_one_queue(tmp_path: Path, postgres: str, remote: Remote) -> None:
    """Two workers of their own folders; one is killed in the middle, and nothing is lost or done twice."""
    one, two, third = (Operator(tmp_path / name) for name in ("one", "two", "third"))
    origins = [origin for name in "ab" for origin in repositories(tmp_path / "served" / name, 4)]
    file = tmp_path / "repos"
    file.write_text("".join(f"{remote.url}/{origin.relative_to(tmp_path / 'served')}\n" for origin in origins))
    for operator in (one, two, third):
        operator.environment["STACKFIX_DATABASE"] = postgres
    run = one.starts("fleet", "run", "--repos", file, "--concurrency", "1")
    assert run.stdout is not None
    name = run.stdout.readline().strip()
    worker = two.starts("fleet", "worker", "--concurrency", "1")
    until(lambda: all(any((op.home / "cache" / "stackfix" / "clones").glob("*/kept")) for op in (one, two)))
    run.kill()
    run.communicate()
    until(lambda: set(third.states(name, postgres)) == {"done"})
    assert [moves(origin) for origin in origins] == [1] * len(origins)
    worker.send_signal(signal.SIGTERM)
    out, err = worker.communicate(timeout=30)
    assert (worker.returncode, out) == (0, "")
    assert "working" in err
    assert PASSWORD not in err + third.types("fleet", "status").stdout
    assert not list(two.home.rglob("fleet.sqlite"))


POINTS = [
    "enter-after",
    "look-after",
    "claim-after",
    "start-after",
    "clone-after",
    "push-after",
    "open-after",
    "propose-after",
    "finish-after",
]


def test_killed_at_every_step_it_goes_on_where_it_was(
    operator: Operator, tmp_path: Path, github_server: Server
) -> None:
    """Each worker dies at another point of its first repository's way; the last one lives."""
    operator.environment |= github_server.environment
    shops = served(github_server, POINTS)
    file = tmp_path / "repos"
    file.write_text("".join(f"{shop.clone_url}\n" for shop in shops))
    run = ""
    for point in POINTS:
        words = ("retry", run) if run else ("run", "--repos", str(file))
        ran = operator.types("fleet", *words, "--concurrency", "1", dying=point)
        assert ran.returncode == -signal.SIGKILL, (point, ran)
        run = ran.stdout.splitlines()[0]
    last = operator.types("fleet", "retry", run)
    assert last.returncode == 0, last
    found = operator.status(run)["repositories"]
    assert [(one["state"], one["branch"], one["error"]) for one in found] == [("done", "stackfix/fixes", None)] * len(
        shops
    )
    assert [len(shop.pulls) for shop in shops] == [1] * len(shops), "none lost, none opened twice"
    assert [moves(shop.folder) for shop in shops] == [1] * len(shops), "none pushed twice"
    assert not [path for path in operator.home.rglob("*") if path.name.startswith(("work-", "new-", "gone-"))]


def test_an_organisation_on_a_forge(operator: Operator, github_server: Server) -> None:
    operator.environment |= github_server.environment
    shops = served(github_server, ("busy", "plain", "kept"))
    shops[2].archived = True
    github_server.order(403, "secondary rate limit", method="POST", path=".*/pulls", headers={"Retry-After": "1"})
    ran = operator.types("fleet", "run", "--org", "acme", "--concurrency", "1")
    assert ran.returncode == 0, ran
    assert "2 repositories: 2 done; 2 findings, 2 fixed" in ran.stdout
    assert [len(shop.pulls) for shop in shops] == [1, 1, 0]
    assert all(f"/{shop.path}/pull/1" in ran.stdout for shop in shops[:2])

    (operator.home / "repos").write_text(f"{shops[0].clone_url}\n{shops[1].clone_url}\n")
    github_server.remove("acme/plain")
    github_server.revoke()
    ran = operator.types("fleet", "run", "--repos", "repos", "--concurrency", "1")
    assert ran.returncode == 1
    found = operator.status()["repositories"]
    assert [one["state"] for one in found] == ["failed", "failed"]
    assert all("token" in str(one["error"]) and "\n" not in str(one["error"]) for one in found)
    written = b"".join(path.read_bytes() for path in operator.home.rglob("*") if path.is_file())
    assert github_server.token.encode() not in written + ran.stdout.encode() + ran.stderr.encode()


def test_who_waits_for_a_forge_can_be_told_to_stop(operator: Operator, github_server: Server) -> None:
    operator.environment |= github_server.environment
    (operator.home / "repos").write_text(f"{served(github_server, ('shop',))[0].clone_url}\n")
    github_server.order(403, "rate limit", method="GET", path=".*/pulls", headers={"Retry-After": "600"}, times=9)
    run = operator.starts("fleet", "run", "--repos", "repos", "--concurrency", "1")
    until(lambda: bool(github_server.asked("GET", ".*/pulls")))
    until(lambda: not list(operator.home.glob("cache/stackfix/clones/*/work-*")))
    began = time.monotonic()
    run.send_signal(signal.SIGTERM)
    out, err = run.communicate(timeout=60)
    assert time.monotonic() - began < 20
    assert run.returncode == 130
    assert err == f"stackfix: the run is not lost: stackfix fleet retry {out.strip()} goes on with it\n"
    assert operator.status()["repositories"][0]["state"] in {"queued", "running"}
