from __future__ import annotations

import pytest

from stackfix.fleet.sources import NotAllowed, Refused, Source, listed, operators, remote, shown

HOSTILE = [
    "ext::sh -c touch% /tmp/pwned",
    "ext::https://github.com/o/r",
    "fd::17",
    "--upload-pack=touch /tmp/pwned",
    "https://--upload-pack=x/o/r",
    "https://-oProxyCommand=x/o/r",
    "ssh://-oProxyCommand=touch/x/o/r",
    "ssh://git@-oProxyCommand=x/o/r",
    "-oProxyCommand=x:o/r",
    "git@-host:o/r",
    "git@host:-o/r",
    "git@host:--upload-pack=x",
    "https://host/-o/r",
    "https://host/o/../../r",
    "https://host/o/r;touch",
    "https://host/o/$(touch)",
    "https://host/o/r\n",
    "https://host/o/r\x07",
    "git://host/o/r",
    "ftp://host/o/r",
    "file:///etc",
    "FILE:///etc",
    "/etc",
    "../r",
    "https://host",
    "https://host/",
    "https:///o/r",
    "https://host:port/o/r",
    "https://user:secret@host/o/r",
    "https://secret@host/o/r",
    "ssh://git:secret@host/o/r",
    "https://host/o/r?x=1",
    "https://host/o/r#x",
]


@pytest.mark.parametrize("url", HOSTILE)
def test_an_address_from_outside_is_https_http_or_ssh_and_nothing_else(url: str) -> None:
    with pytest.raises(NotAllowed) as told:
        remote(url)
    assert "secret" not in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("url", "host", "organisation"),
    [
        ("https://github.com/o/r.git", "github.com", "o"),
        ("https://GitHub.com:443/o/r/", "github.com", "o"),
        ("http://127.0.0.1:3000/o/r", "127.0.0.1:3000", "o"),
        ("https://gitlab.example/group/sub/r.git", "gitlab.example", "group"),
        ("ssh://git@host:2222/o/r.git", "host:2222", "o"),
        ("git@github.com:o/r.git", "github.com", "o"),
        ("https://host/~user/r", "host", "~user"),
    ],
)
def test_an_address_says_its_host_and_organisation(url: str, host: str, organisation: str) -> None:
    assert remote(url) == Source(url, url, host, organisation)


def test_ways_of_writing_one_repository_are_one() -> None:
    ways = [
        "https://github.com/o/r",
        "https://GITHUB.com/o/r.git",
        "git@github.com:o/r.git",
        "ssh://git@github.com/o/r/",
    ]
    assert {remote(way).identity for way in ways} == {"github.com/o/r"}
    assert remote("https://github.com/o/R").identity != remote("https://github.com/o/r").identity


def test_a_file_of_repositories() -> None:
    text = """\
# all of ours
https://github.com/o/r.git   # the first
  ../beside/
/srv/git/a#b.git

git@github.com:o/r
file:///srv/git/c.git
https://me:hunter2@host/o/r
ext::sh -c id
"""
    urls = ["https://github.com/o/r.git", "../beside/", "/srv/git/a#b.git", "file:///srv/git/c.git"]
    found = listed(text, "/home/me/lists")
    assert [one.url for one in found] == [*urls, "https://host/o/r", "ext::sh -c id"]
    assert [one.place for one in found if isinstance(one, Source)] == [
        "https://github.com/o/r.git",
        "/home/me/beside",
        "/srv/git/a#b.git",
        "/srv/git/c.git",
    ]
    refused = [one for one in found if isinstance(one, Refused)]
    assert len(refused) == 2
    assert "hunter2" not in str(refused)


def test_a_folder_is_never_an_option() -> None:
    assert operators("--upload-pack=x", "/srv") == Source("--upload-pack=x", "/srv/--upload-pack=x", "", "")


def test_what_may_be_a_secret_is_not_shown() -> None:
    assert shown("https://user:secret@host/o/r") == "https://host/o/r"
    assert shown("git@github.com:o/r") == "git@github.com:o/r"
