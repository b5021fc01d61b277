"""The table `[bot]`: every key, every slip."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

import stackfix
from stackfix.config import Bot, Invalid, load
from stackfix.config.bot import Author

SCHEMA = json.loads((Path(stackfix.__file__).parent / "schemas" / "configuration.json").read_text("utf-8"))

WHOLE = """\
[bot]
base = "develop"
labels = ["wiring", "good first review"]
reviewers = ["ada", "@acme/platform"]
assignees = ["grace"]
draft = true
limit = 3
author = "stackfix bot <bot@example.org>"
sign = true
unsafe = true
title-prefix = "fix(wiring): "
dashboard = false
dashboard-title = "Wiring"
onboarding = true
checks = false

[bot.groups]
proxies = ["proxy-port", "browser"]
data = ["data"]
"""


def test_every_key_is_read(tmp_path: Path) -> None:
    (tmp_path / "stackfix.toml").write_text(WHOLE)
    assert load(tmp_path).bot == Bot(
        base="develop",
        labels=("wiring", "good first review"),
        reviewers=("ada", "@acme/platform"),
        assignees=("grace",),
        draft=True,
        limit=3,
        author=Author("stackfix bot", "bot@example.org"),
        sign=True,
        unsafe=True,
        title_prefix="fix(wiring): ",
        groups={"proxies": frozenset({"proxy-port", "browser"}), "data": frozenset({"data"})},
        dashboard=False,
        dashboard_title="Wiring",
        onboarding=True,
        checks=False,
    )
    jsonschema.validate(tomllib.loads(WHOLE), SCHEMA)
    assert set(tomllib.loads(WHOLE)["bot"]) == set(SCHEMA["properties"]["bot"]["properties"])


def test_the_defaults_are_those_of_the_schema(tmp_path: Path) -> None:
    bot = load(tmp_path).bot
    assert bot == Bot()
    for key, told in SCHEMA["properties"]["bot"]["properties"].items():
        if "default" in told:
            assert getattr(bot, key.replace("-", "_")) == told["default"]


def test_settings_of_the_command_line(tmp_path: Path) -> None:
    settings = ("bot.labels=a, b", "bot.limit=2", "bot.draft=true", "bot.author=Ada <ada@example.org>")
    bot = load(tmp_path, settings=settings).bot
    assert (bot.labels, bot.limit, bot.draft, bot.author) == (("a", "b"), 2, True, Author("Ada", "ada@example.org"))


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("label = []", "stackfix.toml:2: no key is called 'bot.label'; did you mean 'labels'?"),
        ("singn = true", "stackfix.toml:2: no key is called 'bot.singn'; did you mean 'sign'?"),
        ("labels = 'a'", "stackfix.toml:2: bot.labels must be a list of strings"),
        ("labels = ['']", "stackfix.toml:2: bot.labels must be a list of strings, and '' is none"),
        (
            "reviewers = ['ada lovelace']",
            "stackfix.toml:2: bot.reviewers must be login names, and 'ada lovelace' is none",
        ),
        ("assignees = ['-x']", "stackfix.toml:2: bot.assignees must be login names, and '-x' is none"),
        ("draft = 'yes'", "stackfix.toml:2: bot.draft must be true or false"),
        ("limit = 0", "stackfix.toml:2: bot.limit must be a number from 1 on: so many may be open at once"),
        ("limit = true", "stackfix.toml:2: bot.limit must be a number from 1 on: so many may be open at once"),
        (
            "author = 'Ada'",
            'stackfix.toml:2: bot.author must be a name with an address, as in "stackfix <bot@example.org>"',
        ),
        ("base = '--upload-pack=x'", "stackfix.toml:2: bot.base must be the name of a branch"),
        ("base = 'a..b'", "stackfix.toml:2: bot.base must be the name of a branch"),
        ('title-prefix = "a\\nb"', "stackfix.toml:2: bot.title-prefix must be one short line"),
        ("groups = 1", "stackfix.toml:2: groups must be a table, as in [groups]"),
        (
            "groups.fixes = ['ports']",
            "stackfix.toml:2: 'fixes' can't be a group's name: small letters, digits and hyphens, not fixes, unsafe or configure",
        ),
        ("groups.a = ['prots']", "stackfix.toml:2: no rule or family is called 'prots'; did you mean 'ports'?"),
        ("groups.a = ['ports']\ngroups.b = ['ports']", "stackfix.toml:3: ports is in the group a already"),
    ],
)
def test_a_slip_is_told_in_one_line(tmp_path: Path, written: str, complaint: str) -> None:
    (tmp_path / "stackfix.toml").write_text(f"[bot]\n{written}\n")
    with pytest.raises(Invalid) as caught:
        load(tmp_path)
    assert str(caught.value) == complaint
