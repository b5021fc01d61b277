"""`stackfix bot --check` says what is missing, and no secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.bot import setting
from stackfix.bot.signatures import Secrets
from stackfix.cli import main
from stackfix.fleet.durable import NoDatabase
from tests.bot.sending import SECRET, SIGNING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from stackfix.fleet.durable import Database
    from tests.forge.server import Server

GOOD = {"STACKFIX_GITHUB_WEBHOOK_SECRET": SECRET}


class Here:
    """A database that is there, or isn't."""

    file = None

    def __init__(self, trouble: str = "") -> None:
        """`trouble` is why it isn't."""
        self.trouble = trouble

    def prepare(self) -> None:
        """Be there, or not."""
        if self.trouble:
            raise NoDatabase(self.trouble)


def checked(environment: dict[str, str], trouble: str = "") -> list[str]:
    database: Database = Here(trouble)  # type: ignore[assignment] # as much of one as is asked for
    return [f"{'+' if line.good else '-'} {line.what}" for line in setting.check(environment, database)]


def test_all_is_there(github_server: Server) -> None:
    github_server.add("acme/shop")
    address = github_server.environment["GITHUB_API_URL"]
    assert checked(github_server.environment | GOOD) == [
        "+ GitHub: webhooks at /webhooks/github, with a secret",
        f"+ GitHub: {address} answers",
        "+ GitHub: it sees acme/shop, or more",
        "+ queue: PostgreSQL",
    ]


def test_each_thing_that_is_missing_is_a_line(github_server: Server) -> None:
    assert checked({})[0].startswith("- no forge: set GITHUB_TOKEN")
    assert checked({"GITEA_TOKEN": "x"}, "the database can't be used: it is away") == [
        "- Gitea: the webhook secret is missing: set STACKFIX_GITEA_WEBHOOK_SECRET (openssl rand -hex 32 makes one)",
        "- Gitea: no address: set GITEA_URL to where it is",
        "- the database can't be used: it is away",
    ]
    lines = checked({**GOOD, "STACKFIX_GITHUB_APP_ID": "5"})
    assert lines[1] == (
        "- GitHub: STACKFIX_GITHUB_APP_ID needs STACKFIX_GITHUB_APP_PRIVATE_KEY or"
        " STACKFIX_GITHUB_APP_PRIVATE_KEY_FILE beside it"
    )
    assert checked(github_server.environment | GOOD)[2].startswith("- GitHub: this token sees no repository")
    github_server.revoke()
    assert "revoked" in checked(github_server.environment | GOOD)[1]


def test_a_secret_that_is_short_or_no_token_is_told_without_it() -> None:
    short, none = (
        checked({"STACKFIX_GITLAB_WEBHOOK_SECRET": "tiny"})[0],
        checked({"STACKFIX_GITLAB_SIGNING_TOKEN": "what"})[0],
    )
    assert short.startswith("- GitLab: the webhook secret is short")
    assert none.startswith("- GitLab: STACKFIX_GITLAB_SIGNING_TOKEN is no signing token")
    assert "tiny" not in short
    assert "what" not in none.replace("what is", "")


def test_secrets_come_from_variables_and_files(tmp_path: Path) -> None:
    file = tmp_path / "secrets"
    file.write_text("new-one\n\n old-one \n")
    environment = {
        "STACKFIX_GITHUB_WEBHOOK_SECRET": SECRET,
        "STACKFIX_GITHUB_WEBHOOK_SECRET_FILE": str(file),
        "STACKFIX_GITLAB_SIGNING_TOKEN": SIGNING,
    }
    assert setting.secrets(environment) == {
        "github": Secrets((SECRET, "new-one", "old-one")),
        "gitlab": Secrets((), (SIGNING,)),
    }
    assert SECRET not in repr(setting.secrets(environment))


def test_the_command_prints_it_and_ends_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("GITHUB_TOKEN", "GITLAB_TOKEN", "GITEA_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    database = f"sqlite:///{tmp_path}/bot.sqlite"
    assert main(["bot", "--check", "--database", database]) == 2
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["missing", "ok"]
    monkeypatch.setenv("GITEA_TOKEN", "not-to-be-seen")
    assert main(["bot", "--check", "--database", database]) == 2
    assert "set STACKFIX_GITEA_WEBHOOK_SECRET (" in capsys.readouterr().out
