"""docs/bot.md: each command in it is run, against stand-ins for the forges; those of clusters are read for what they name."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
import yaml

from stackfix.bot import manifest
from stackfix.cli import main
from stackfix.config import load
from tests.bot.sending import SIGNING
from tests.bot.test_manifest import clicked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.forge.server import Server

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "docs" / "bot.md").read_text("utf-8")


def blocks(kind: str, heading: str) -> list[str]:
    """The blocks of a kind below a heading, up to the next of any level."""
    section = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert section, heading
    return re.findall(rf"^```{kind}\n(.*?)^```$", section[1], re.MULTILINE | re.DOTALL)


def lines(heading: str) -> list[str]:
    return [line for block in blocks("sh", heading) for line in block.splitlines() if line]


def test_every_block_of_commands_is_run_by_a_test_here() -> None:
    run = [
        "From nothing to the first pull request",
        "GitHub, as an App",
        "GitHub, with a token",
        "GitLab",
        "Gitea and Forgejo",
        "Start it",
        "With Compose",
        "On Kubernetes",
        "The queue",
    ]
    assert sum(len(blocks("sh", heading)) for heading in run) == TEXT.count("```sh\n")
    assert lines("From nothing to the first pull request") == ["pip install 'stackfix-wiring[bot]'"]
    package = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert package["name"] == "stackfix-wiring"
    assert "bot" in package["optional-dependencies"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, and no variable of somebody else's."""
    for name in list(os.environ):
        if re.match(r"GITHUB_|GH_|GITLAB_|CI_SERVER|GITEA_|FORGEJO_|STACKFIX_", name):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def exported(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do what `export NAME=value` does, by a shell."""
    name = line.removeprefix("export ").partition("=")[0]
    said = subprocess.run(["sh", "-c", f'{line}; printf "%s" "${name}"'], capture_output=True, text=True, check=True)
    monkeypatch.setenv(name, said.stdout)


def follow(heading: str, monkeypatch: pytest.MonkeyPatch, **instead: str) -> list[int]:
    """Run a section's commands, some words of which stand for others; the exit codes of stackfix."""
    codes = []
    for told in lines(heading):
        line = told
        for word, value in instead.items():
            line = re.sub(rf"(?<=^export {word}=).*", value, line)
        if line.startswith("export "):
            exported(line, monkeypatch)
        elif line.startswith("stackfix "):
            codes.append(main(line.split()[1:]))
    return codes


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("heading", "kind"), [("GitHub, with a token", "github"), ("GitLab", "gitlab"), ("Gitea and Forgejo", "gitea")]
)
def test_a_token_and_a_secret_are_all_that_a_forge_needs(
    heading: str,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    server: Server = request.getfixturevalue(f"{kind}_server")
    server.add("acme/shop")
    instead = {**server.environment, "STACKFIX_GITLAB_SIGNING_TOKEN": SIGNING}
    if kind == "github":
        monkeypatch.setenv("GITHUB_API_URL", instead.pop("GITHUB_API_URL"))
    assert follow(heading, monkeypatch, **instead) == [0]
    out = capsys.readouterr().out
    assert f"webhooks at /webhooks/{kind}, with a secret" in out
    assert f"/webhooks/{kind}`" in TEXT.replace("\n", " ")
    assert "missing" not in out
    assert server.token not in out


def test_an_app_is_made_by_one_click_and_checked(
    home: Path, github_server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    github_server.github.code = "a-code"
    monkeypatch.setenv("GITHUB_API_URL", github_server.environment["GITHUB_API_URL"])
    wait = manifest.Asking.wait

    def waiting(asking: manifest.Asking) -> manifest.Made:
        def click() -> None:
            _, state, told = clicked(httpx.get(asking.url).text)
            httpx.get(f"{told['redirect_url']}?code=a-code&state={state}")

        person = threading.Thread(target=click)
        person.start()
        made = wait(asking)
        person.join()
        return made

    monkeypatch.setattr(manifest.Asking, "wait", waiting)
    make, source, check = lines("GitHub, as an App")
    assert main(make.split()[1:]) == 0
    said = subprocess.run(["sh", "-c", f"{source}; env -0"], capture_output=True, check=True).stdout.decode()
    for name, _, value in (entry.partition("=") for entry in said.split("\0") if entry.startswith("STACKFIX_")):
        monkeypatch.setenv(name, value)
    github_server.add("acme/shop")
    github_server.github.install("acme")
    capsys.readouterr()
    assert main(check.split()[1:]) == 0
    assert "it sees acme/shop" in capsys.readouterr().out


def test_it_is_started_and_asked(home: Path) -> None:
    start, ask = lines("Start it")
    port = str(_free())
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "STACKFIX_GITHUB_WEBHOOK_SECRET": "x" * 32}
    words = [port if word == "8080" else word for word in start.split()[1:]]
    with _started(words, environment):
        command = ask.replace("8080", port)
        for _ in range(400):
            done = subprocess.run(["sh", "-c", command], capture_output=True, check=False)
            if done.returncode == 0:
                break
            time.sleep(0.05)
        assert json.loads(done.stdout) == {"status": "ok"}


@contextmanager
def _started(words: list[str], environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-m", "stackfix", *words], env=environment, stderr=subprocess.DEVNULL)
    try:
        yield
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def test_the_commands_of_compose_name_what_there_is(home: Path) -> None:
    copy, up, check = lines("With Compose")
    shutil.copytree(ROOT / "deploy", home / "deploy", ignore=shutil.ignore_patterns("bot.env"))
    subprocess.run(copy.split(), check=True)
    services = yaml.safe_load((home / "deploy" / "compose.yaml").read_text("utf-8"))["services"]
    for line in (up, check):
        files = re.findall(r"-(?:f|-env-file) (\S+)", line)
        assert all((home / file).is_file() for file in files), line
    # The last `bot` is the command's first word, the one before it the service.
    assert check.split()[-3:] == ["bot", "bot", "--check"]
    assert "bot" in services
    told = re.findall(r"\$\{(\w+):\?", json.dumps(services))
    assert set(told) == {"POSTGRES_PASSWORD"}
    assert "`POSTGRES_PASSWORD`" in TEXT


def test_the_commands_of_kubernetes_name_what_there_is() -> None:
    namespace, secret, apply = lines("On Kubernetes")
    folder = ROOT / apply.split()[-1]
    assert (folder / "kustomization.yaml").is_file()
    assert yaml.safe_load((folder / "kustomization.yaml").read_text("utf-8"))["namespace"] == namespace.split()[-1]
    name = secret.split()[6]
    asked = set(re.findall(r"secret(?:KeyRef|Ref):\s+name: (\S+)", (folder / "bot.yaml").read_text("utf-8")))
    assert asked == {name}


def test_the_database_is_one_that_is_taken(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from stackfix.cli.bot import _database  # noqa: PLC0415 - the command's own reading of it

    [line] = lines("The queue")
    exported(line, monkeypatch)
    assert _database(None).url == os.environ["STACKFIX_DATABASE"]


def test_the_configuration_is_one(home: Path) -> None:
    [text] = blocks("toml", "What people can do")
    (home / "stackfix.toml").write_text(text)
    assert load(home).bot.checks
