"""A GitHub App by one click, against a stand-in held to GitHub's own description."""

from __future__ import annotations

import html
import json
import re
import stat
import subprocess
import threading
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from stackfix.bot import manifest
from stackfix.cli import main
from stackfix.forge import detect

if TYPE_CHECKING:
    from pathlib import Path

    from tests.forge.server import Server

BOT = "https://stackfix.example.com"


def clicked(page: str) -> tuple[str, str, dict[str, object]]:
    """Where the page's form goes, with which state, and the manifest in it."""
    form = re.search(r'<form action="([^"]+)".*? value="([^"]+)"', page)
    assert form
    target = html.unescape(form[1])
    told: dict[str, object] = json.loads(html.unescape(form[2]))
    return target.partition("?")[0], parse_qs(urlsplit(target).query)["state"][0], told


def test_one_click_makes_it_and_keeps_its_key(
    github_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    github_server.github.code = "a-code-of-githubs"
    monkeypatch.setenv("GITHUB_API_URL", github_server.environment["GITHUB_API_URL"])
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bot.env").write_text("POSTGRES_PASSWORD=x\n")
    seen = []

    def browse(asking: manifest.Asking) -> None:
        target, state, told = clicked(httpx.get(asking.url).text)
        seen.append((target, told))
        assert httpx.get(f"{told['redirect_url']}?code=a-code-of-githubs&state=other").status_code == 400
        assert httpx.get(str(told["redirect_url"]).replace("callback", "other")).status_code == 404
        done = httpx.get(f"{told['redirect_url']}?code=a-code-of-githubs&state={state}")
        assert (done.status_code, "BEGIN" in done.text) == (200, False)

    wait = manifest.Asking.wait

    def waiting(asking: manifest.Asking) -> manifest.Made:
        person = threading.Thread(target=browse, args=(asking,))
        person.start()
        made = wait(asking)
        person.join()
        return made

    monkeypatch.setattr(manifest.Asking, "wait", waiting)
    assert main(["bot", "--manifest", BOT, "--organisation", "acme"]) == 0
    [(target, told)] = seen
    assert target == f"{github_server.address}/organizations/acme/settings/apps/new"
    assert told["hook_attributes"] == {"url": f"{BOT}/webhooks/github", "active": True}
    out = capsys.readouterr().out
    assert f"{github_server.address}/apps/stackfix/installations/new" in out
    file = tmp_path / "bot.env"
    assert "BEGIN" not in out
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    check_that_it_works(file, github_server)
    assert main(["bot", "--manifest", BOT]) == 2
    assert "has a GitHub App already" in capsys.readouterr().err


def check_that_it_works(file: Path, server: Server) -> None:
    """The file's variables make the App's account, as a shell reads them and as they stand."""
    script = f'set -a; . {file}; printf "%s" "$STACKFIX_GITHUB_APP_PRIVATE_KEY"'
    by_shell = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout
    as_it_stands = dict(line.split("=", 1) for line in file.read_text("utf-8").splitlines())
    assert as_it_stands["POSTGRES_PASSWORD"] == "x"
    assert as_it_stands["STACKFIX_GITHUB_WEBHOOK_SECRET"] == "from-github-0123456789"
    server.add("acme/shop")
    server.github.install("acme")
    for key in (by_shell, as_it_stands["STACKFIX_GITHUB_APP_PRIVATE_KEY"]):
        environment = {
            "STACKFIX_GITHUB_APP_ID": as_it_stands["STACKFIX_GITHUB_APP_ID"],
            "STACKFIX_GITHUB_APP_PRIVATE_KEY": key,
            "GITHUB_API_URL": server.environment["GITHUB_API_URL"],
        }
        host = server.address.removeprefix("http://")
        account = detect.account(detect.Kind.GITHUB, host, environment)
        assert [one.path for one in account.repositories()] == ["acme/shop"]


def test_a_code_that_github_does_not_know_is_one_line(github_server: Server, tmp_path: Path) -> None:
    with manifest.Asking(BOT, None, github_server.environment["GITHUB_API_URL"], tmp_path / "x") as asking:
        state = asking.url.rpartition("/")[2]
        assert asking.answer(f"/callback?code=wrong&state={state}")[0] == 502
        with pytest.raises(manifest.NotMade, match="it isn't there"):
            asking.wait()
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("address", ["stackfix.example.com", "file:///etc", "https://"])
def test_an_address_is_needed(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bot", "--manifest", address]) == 2
    assert "no address on the web" in capsys.readouterr().err
