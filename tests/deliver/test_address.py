from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stackfix.deliver.address import Unfit, address

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("word", "url", "protocol", "site"),
    [
        ("https://host.example/a/b.git", "https://host.example/a/b.git", "https", "https://host.example"),
        ("HTTP://host:8080/a", "http://host:8080/a", "http", "http://host:8080"),
        ("https://[::1]:80/a", "https://[::1]:80/a", "https", "https://[::1]:80"),
        ("ssh://git@host:22/a", "ssh://git@host:22/a", "ssh", ""),
        ("git@host:a/b.git", "git@host:a/b.git", "ssh", ""),
        ("host:a", "host:a", "ssh", ""),
        ("git://host/a", "git://host/a", "git", ""),
    ],
)
def test_an_address_of_the_network(word: str, url: str, protocol: str, site: str) -> None:
    found = address(word, "/", local=False)
    assert (found.url, found.protocol, found.site) == (url, protocol, site)


def test_user_and_password_are_taken_out() -> None:
    found = address("https://ada:pass%40word@host.example:8443/a.git", "/", local=False)
    assert found.url == "https://host.example:8443/a.git"
    assert (found.user, found.password) == ("ada", "pass@word")
    assert "pass" not in repr(found)
    alone = address("https://ghp_token@host.example/a", "/", local=False)
    assert (alone.url, alone.user, alone.password) == ("https://host.example/a", "ghp_token", None)


def test_a_password_for_ssh_is_no_part_of_it() -> None:
    assert address("ssh://git:hunter2@host/a", "/", local=False).url == "ssh://git@host/a"


def test_a_folder_of_this_machine_where_it_may_be(tmp_path: Path) -> None:
    (tmp_path / "hub").mkdir()
    for word in ("hub", "./hub", str(tmp_path / "hub"), f"file://{tmp_path}/hub"):
        found = address(word, str(tmp_path), local=True)
        assert (found.url, found.protocol) == (str(tmp_path / "hub"), "file")
        with pytest.raises(Unfit, match="may not be used here"):
            address(word, str(tmp_path), local=False)
    with pytest.raises(Unfit, match="there is no repository"):
        address("nowhere", str(tmp_path), local=True)


@pytest.mark.parametrize(
    "word",
    [
        "",
        "-u",
        "--upload-pack=touch x",
        "ext::sh -c id",
        "ext::id",
        "fd::17",
        "persistent-https::x",
        "ftp://host/a",
        "ext://host/a",
        "https://-oProxyCommand=id/a",
        "ssh://-oProxyCommand=id/a",
        "ssh://-x@host/a",
        "-oProxyCommand=id:a",
        "user@-oProxyCommand=id:a",
        "host:-a",
        "https://host",
        "https://host/",
        "https:///a",
        "https://host/a\nb",
        "https://host/a b",
        "git@host:a\0",
    ],
)
def test_what_git_must_not_see(word: str, tmp_path: Path) -> None:
    with pytest.raises(Unfit):
        address(word, str(tmp_path), local=True)


def test_a_refusal_shows_no_password() -> None:
    for word in ("ftp://ada:hunter2@host/a", "https://hunter2:x@-host/a", "https://hunter2@host/a b"):
        with pytest.raises(Unfit) as refusal:
            address(word, "/", local=False)
        assert "hunter2" not in str(refusal.value)
