"""Which forge a remote is on, and that a token goes nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stackfix.forge.detect import Kind, account, address_of_line, connect, kind, slug
from stackfix.forge.model import ForgeFailed, Unauthorized

SOURCE = str(Path(__file__).parent.parent.parent / "src")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://github.com/acme/shop.git", ("github.com", "acme/shop")),
        ("https://github.com/acme/shop", ("github.com", "acme/shop")),
        ("https://GitHub.com/Acme/Shop.git/", ("github.com", "Acme/Shop")),
        ("https://user:secret@github.com/acme/shop.git", ("github.com", "acme/shop")),
        ("https://git.example.com:8443/acme/shop.git", ("git.example.com:8443", "acme/shop")),
        ("https://git.example.com:443/acme/shop.git", ("git.example.com", "acme/shop")),
        ("git@github.com:acme/shop.git", ("github.com", "acme/shop")),
        ("github.com:acme/shop", ("github.com", "acme/shop")),
        ("git@gitlab.example.com:group/sub/shop.git", ("gitlab.example.com", "group/sub/shop")),
        ("ssh://git@git.example.com:2222/acme/shop.git", ("git.example.com", "acme/shop")),
        ("ssh://git@[::1]:2222/acme/shop.git", ("::1", "acme/shop")),
        ("https://gitlab.com/a%20b/shop", ("gitlab.com", "a b/shop")),
        ("/srv/git/shop.git", ("", "")),
        ("./shop", ("", "")),
        ("file:///srv/git/shop.git", ("", "")),
        ("C:\\repositories\\shop", ("", "")),
        ("C:/repositories/shop", ("", "")),
        ("https://[broken/acme/shop", ("", "")),
        ("https://host:port/acme/shop", ("", "")),
        ("", ("", "")),
    ],
)
def test_a_remote_has_a_host_and_a_path(url: str, expected: tuple[str, str]) -> None:
    assert slug(url) == expected


ENTERPRISE = {
    "GITHUB_API_URL": "https://ghe.example.com/api/v3",
    "GITLAB_URL": "https://gitlab.example.com/",
    "FORGEJO_URL": "http://forgejo.example.com:3000",
}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("git@github.com:acme/shop.git", Kind.GITHUB),
        ("https://gitlab.com/group/sub/shop", Kind.GITLAB),
        ("https://codeberg.org/acme/shop", Kind.GITEA),
        ("https://ghe.example.com/acme/shop.git", Kind.GITHUB),
        ("git@ghe.example.com:acme/shop.git", Kind.GITHUB),
        ("https://gitlab.example.com/acme/shop.git", Kind.GITLAB),
        ("http://forgejo.example.com:3000/acme/shop.git", Kind.GITEA),
        ("ssh://git@forgejo.example.com:2222/acme/shop.git", Kind.GITEA),
        ("http://forgejo.example.com:3001/acme/shop.git", Kind.NONE),
        ("https://github.com.example.com/acme/shop.git", Kind.NONE),
        ("https://notgithub.com/acme/shop.git", Kind.NONE),
        ("https://github.com/acme", Kind.NONE),
        ("/srv/git/github.com/shop.git", Kind.NONE),
    ],
)
def test_the_host_tells_the_forge(url: str, expected: Kind) -> None:
    assert kind(url, "auto", ENTERPRISE) is expected


def test_an_api_below_a_host_of_its_own_is_of_the_host_without_it() -> None:
    environment = {"GITHUB_API_URL": "https://api.acme.ghe.com"}
    assert kind("https://acme.ghe.com/acme/shop", "auto", environment) is Kind.GITHUB
    assert kind("https://other.ghe.com/acme/shop", "auto", environment) is Kind.NONE


def test_a_word_decides_before_the_host() -> None:
    assert kind("https://github.com/acme/shop", "none", {}) is Kind.NONE
    assert kind("/srv/git/shop.git", "gitlab", {}) is Kind.GITLAB


def test_no_forge_is_no_connection() -> None:
    assert connect("/srv/git/shop.git", Kind.NONE, {}) is None


@pytest.mark.parametrize(
    ("url", "environment", "told"),
    [
        ("https://github.com/acme/shop", {}, "no token for GitHub: set GITHUB_TOKEN"),
        ("https://github.com/acme/shop", {"GITHUB_TOKEN": " "}, "no token for GitHub"),
        ("https://evil.example.com/acme/shop", {"GITHUB_TOKEN": "t"}, "evil.example.com is not known as GitHub"),
        ("https://github.com/acme/shop", {"GITHUB_TOKEN": "t", **ENTERPRISE}, "the token is for that one alone"),
        ("https://github.com/a/b", {"STACKFIX_GITHUB_APP_ID": "1"}, "needs STACKFIX_GITHUB_APP_PRIVATE_KEY"),
        (
            "https://github.com/a/b",
            {"STACKFIX_GITHUB_APP_ID": "1", "STACKFIX_GITHUB_APP_PRIVATE_KEY_FILE": "/nothing/there"},
            "No such file",
        ),
        (
            "https://github.com/a/b",
            {"STACKFIX_GITHUB_APP_ID": "1", "STACKFIX_GITHUB_INSTALLATION_ID": "x"},
            "STACKFIX_GITHUB_INSTALLATION_ID is no number",
        ),
    ],
)
def test_what_is_missing_is_told_in_one_line(url: str, environment: dict[str, str], told: str) -> None:
    with pytest.raises(Unauthorized) as problem:
        connect(url, Kind.GITHUB, environment)
    assert told in str(problem.value)
    assert "\n" not in str(problem.value)


def test_a_folder_has_no_name_on_a_forge() -> None:
    with pytest.raises(ForgeFailed, match="no owner/name in it"):
        connect("/srv/git/shop.git", Kind.GITHUB, {"GITHUB_TOKEN": "t"})


def test_a_missing_extra_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "stackfix.forge.github", None)
    monkeypatch.delattr("stackfix.forge.github", raising=False)
    with pytest.raises(ForgeFailed, match=r"pip install 'stackfix-wiring\[pr\]'"):
        account(Kind.GITHUB, "github.com", {"GITHUB_TOKEN": "t"})


def test_a_client_is_imported_with_its_connection() -> None:
    command = "import sys; import stackfix.forge.detect as d; d.kind('https://github.com/a/b'); print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", command],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": SOURCE},
    )
    assert not {"github", "gitlab", "httpx", "requests"} & set(ran.stdout.split())


@pytest.mark.parametrize(
    ("url", "kind", "address"),
    [
        ("https://github.com/acme/shop.git", Kind.GITHUB, "https://github.com/acme/shop/blob/a/b/x%20y/z%23.yml#L3"),
        (
            "git@gitlab.com:acme/sub/shop.git",
            Kind.GITLAB,
            "https://gitlab.com/acme/sub/shop/-/blob/a/b/x%20y/z%23.yml#L3",
        ),
        ("http://forge:3000/acme/shop", Kind.GITEA, "http://forge:3000/acme/shop/src/branch/a/b/x%20y/z%23.yml#L3"),
        ("https://example.org/acme/shop", Kind.NONE, None),
        ("/srv/shop.git", Kind.GITHUB, None),
    ],
)
def test_where_people_see_a_line(url: str, kind: Kind, address: str | None) -> None:
    assert address_of_line(url, kind, "a/b", "x y/z#.yml", 3) == address
