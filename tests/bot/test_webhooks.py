"""Deliveries as the forges send them, to the real application: each has its one outcome."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from stackfix.bot import events
from stackfix.bot.app import Setting, app
from stackfix.bot.signatures import Secrets
from tests.bot.sending import (
    SECRET,
    SIGNING,
    Kept,
    body_of,
    example,
    examples,
    get,
    gitea,
    github,
    gitlab,
    gitlab_signed,
    post,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.applications import Starlette

ALL = {"github": Secrets((SECRET,)), "gitea": Secrets((SECRET,)), "gitlab": Secrets((SECRET,))}


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def server(kept: Kept) -> Starlette:
    return app(Setting(ALL, kept, limit=300_000, patience=0.3))


def pushed(**changes: object) -> dict[str, Any]:
    return {**example("push", "refs/heads/master"), **changes}


# --- what a forge sends ----------------------------------------------------------------------------------------------


def test_a_push_is_queued_before_the_answer(server: Starlette, kept: Kept) -> None:
    body = body_of(pushed())
    answer = post(server, "/webhooks/github", body, github("push", body))
    assert (answer.status_code, answer.json()["outcome"]) == (202, "queued")
    place = events.Place("github", "github.com", "mralanlee/terraform-project")
    work = kept.works["github:d-1"]
    assert isinstance(work, events.Pushed)
    assert work.branch == "master"
    assert len(work.head) == 40
    assert work.place.kind == place.kind
    assert work.place.host == place.host


def test_each_example_of_the_vendor_is_taken_or_ignored(server: Starlette, kept: Kept) -> None:
    for number, (event, payload) in enumerate(examples()):
        body = body_of(payload)
        answer = post(server, "/webhooks/github", body, github(event, body, delivery=f"d-{number}"))
        assert answer.status_code in {200, 202}, (event, answer.text)
    assert {type(work) for work in kept.works.values()} == {events.Pushed, events.Changed, events.Installed}


@pytest.mark.parametrize(
    ("event", "key", "expected"),
    [
        ("pull_request", "opened", events.Changed),
        ("pull_request", "synchronize", events.Changed),
        ("pull_request", "labeled", None),
        ("pull_request", "closed", None),
        ("push", "refs/tags/simple-tag", None),
        ("installation", "created", events.Installed),
        ("installation", "deleted", None),
        ("installation_repositories", "added", events.Installed),
        ("ping", None, None),
        ("star", None, None),
    ],
)
def test_an_event_means_one_thing(
    server: Starlette, kept: Kept, event: str, key: str | None, expected: type | None
) -> None:
    body = body_of(example(event, key))
    answer = post(server, "/webhooks/github", body, github(event, body))
    assert answer.json()["outcome"] == ("queued" if expected else "ignored")
    assert [type(work) for work in kept.works.values()] == ([expected] if expected else [])


def closed(ref: str, repository: str) -> dict[str, Any]:
    payload = example("pull_request", "closed")
    payload["pull_request"]["head"]["ref"] = ref
    payload["pull_request"]["head"]["repo"] = {"full_name": repository}
    return payload


def test_a_closed_pull_request_matters_if_its_branch_is_ours(server: Starlette, kept: Kept) -> None:
    own = example("pull_request", "closed")["repository"]["full_name"]
    for number, payload in enumerate(
        [closed("stackfix/fixes", own), closed("stackfix/fixes", "fork/it"), closed("x", own)]
    ):
        body = body_of(payload)
        post(server, "/webhooks/github", body, github("pull_request", body, delivery=f"d-{number}"))
    assert [type(work) for work in kept.works.values()] == [events.Closed]


def test_a_pull_request_with_another_base_is_checked_anew(server: Starlette, kept: Kept) -> None:
    payload = example("pull_request", "opened") | {"action": "edited", "changes": {"base": {"ref": {"from": "old"}}}}
    body = body_of(payload)
    post(server, "/webhooks/github", body, github("pull_request", body))
    body = body_of(payload | {"changes": {"title": {"from": "old"}}})
    post(server, "/webhooks/github", body, github("pull_request", body, delivery="d-2"))
    assert list(kept.works) == ["github:d-1"]


def comment(text: str, kind: str = "User") -> dict[str, Any]:
    payload = example("issue_comment", "created")
    payload["comment"] |= {"body": text, "id": 77}
    payload["comment"]["user"]["type"] = kind
    return payload


def test_a_comment_is_work_if_it_holds_a_command(server: Starlette, kept: Kept) -> None:
    told = ["looks good", "please\r\n/stackfix rebase", "see `/stackfix rebase`", "/stackfixed"]
    for number, words in enumerate(told):
        body = body_of(comment(words))
        post(server, "/webhooks/github", body, github("issue_comment", body, delivery=f"d-{number}"))
    work = next(iter(kept.works.values()))
    assert len(kept.works) == 1
    assert isinstance(work, events.Commanded)
    assert work.text == told[1]


def test_a_comment_is_obeyed_once_under_any_name_of_its_delivery(server: Starlette, kept: Kept) -> None:
    body = body_of(comment("/stackfix rebase"))
    answers = [
        post(server, "/webhooks/github", body, github("issue_comment", body, delivery=name)).json()["outcome"]
        for name in ("one", "another")
    ]
    assert answers == ["queued", "seen"]


def test_a_bot_commands_nothing(server: Starlette, kept: Kept) -> None:
    body = body_of(comment("/stackfix rebase", "Bot"))
    assert post(server, "/webhooks/github", body, github("issue_comment", body)).json()["outcome"] == "ignored"
    assert kept.works == {}


def test_a_box_is_work_for_whoever_ticks_it(server: Starlette, kept: Kept) -> None:
    payload = example("issues", "edited")
    changes = [
        (UNTICKED, UNTICKED),
        (f"{UNTICKED}\n{BOX}", f"{TICKED}\n{BOX}"),
        (TICKED, f"{TICKED} "),
        ("- [ ] a", "- [x] a"),
    ]
    for number, (before, after) in enumerate(changes):
        payload["issue"]["body"] = after
        body = body_of(payload | {"changes": {"body": {"from": before}}})
        post(server, "/webhooks/github", body, github("issues", body, delivery=f"d-{number}"))
    body = body_of(payload | {"changes": {"title": {"from": "another"}}})
    post(server, "/webhooks/github", body, github("issues", body, delivery="d-9"))
    assert {name: work.boxes for name, work in kept.works.items() if isinstance(work, events.Ticked)} == {
        "github:d-1": ("fix=b",)
    }
    assert len(kept.works) == 1


def test_a_form_is_taken_as_json_is(server: Starlette, kept: Kept) -> None:
    body = urlencode({"payload": json.dumps(pushed())}).encode()
    headers = github("push", body) | {"Content-Type": "application/x-www-form-urlencoded"}
    assert post(server, "/webhooks/github", body, headers).status_code == 202
    assert len(kept.works) == 1


GITEA_REPOSITORY = {
    "full_name": "acme/shop",
    "html_url": "https://git.acme.example:3000/acme/shop",
    "default_branch": "main",
}


@pytest.mark.parametrize("name", ["Gitea", "Forgejo"])
def test_gitea_and_forgejo_speak_as_github_does(server: Starlette, kept: Kept, name: str) -> None:
    body = body_of({"ref": "refs/heads/main", "after": "b" * 40, "repository": GITEA_REPOSITORY})
    assert post(server, "/webhooks/gitea", body, gitea("push", body, name=name)).status_code == 202
    place = events.Place("gitea", "git.acme.example:3000", "acme/shop")
    assert kept.works == {"gitea:d-1": events.Pushed(place, "main", "b" * 40)}
    pull = {"number": 4, "head": {"sha": "c" * 40, "ref": "x"}}
    moved: dict[str, Any] = {"action": "edited", "changes": {"ref": {"from": "old"}}}
    synchronized: dict[str, Any] = {"action": "synchronized"}
    for number, said in enumerate([synchronized, moved], 2):
        body = body_of(said | {"pull_request": pull, "repository": GITEA_REPOSITORY})
        post(server, "/webhooks/gitea", body, gitea("pull_request", body, name=name, delivery=f"d-{number}"))
        assert kept.works[f"gitea:d-{number}"] == events.Changed(place, 4, "c" * 40)


GITLAB_PROJECT = {
    "web_url": "https://gitlab.example.com/acme/web/shop",
    "path_with_namespace": "acme/web/shop",
    "default_branch": "main",
}


BOX = "- [X] <!-- stackfix fix=a -->"
UNTICKED, TICKED = (f"- [{tick}] <!-- stackfix fix=b --> it asks 5000" for tick in " x")


def gitlab_payloads() -> list[tuple[str, dict[str, Any], events.Work | None]]:
    place = events.Place("gitlab", "gitlab.example.com", "acme/web/shop")
    project = {"project": GITLAB_PROJECT, "user": {"username": "root"}}
    head = {
        "last_commit": {"id": "d" * 40},
        "iid": 3,
        "source_branch": "x",
        "source_project_id": 1,
        "target_project_id": 1,
    }
    ours = head | {"source_branch": "stackfix/fixes"}
    note = {"id": 5, "note": "/stackfix rebase", "action": "create"}
    return [
        (
            "Push Hook",
            project | {"ref": "refs/heads/main", "after": "b" * 40},
            events.Pushed(place, "main", "b" * 40),
        ),
        ("Push Hook", project | {"ref": "refs/heads/stackfix/fixes", "after": "b" * 40}, None),
        ("Push Hook", project | {"ref": "refs/tags/v1", "after": "b" * 40}, None),
        ("Push Hook", project | {"ref": "refs/heads/main", "after": "0" * 40}, None),
        (
            "Merge Request Hook",
            project | {"object_attributes": head | {"action": "open"}},
            events.Changed(place, 3, "d" * 40),
        ),
        (
            "Merge Request Hook",
            project | {"object_attributes": head | {"action": "update", "oldrev": "e" * 40}},
            events.Changed(place, 3, "d" * 40),
        ),
        ("Merge Request Hook", project | {"object_attributes": head | {"action": "update"}}, None),
        ("Merge Request Hook", project | {"object_attributes": head | {"action": "approved"}}, None),
        ("Merge Request Hook", project | {"object_attributes": head | {"action": "merge"}}, None),
        (
            "Merge Request Hook",
            project | {"object_attributes": ours | {"action": "close"}},
            events.Closed(place, 3, "stackfix/fixes"),
        ),
        (
            "Merge Request Hook",
            project | {"object_attributes": ours | {"action": "close", "source_project_id": 2}},
            None,
        ),
        (
            "Note Hook",
            project | {"object_attributes": note | {"noteable_type": "MergeRequest"}, "merge_request": {"iid": 3}},
            events.Commanded(place, 3, "root", "/stackfix rebase", "5"),
        ),
        (
            "Note Hook",
            project | {"object_attributes": note | {"noteable_type": "Issue"}, "issue": {"iid": 3}},
            events.Commanded(place, 3, "root", "/stackfix rebase", "5", on_issue=True),
        ),
        ("Note Hook", project | {"object_attributes": note | {"noteable_type": "Commit"}}, None),
        (
            "Issue Hook",
            project
            | {"object_attributes": {"action": "update", "iid": 9, "description": f"{BOX}\n{TICKED}"}}
            | {"changes": {"description": {"previous": f"{BOX}\n{UNTICKED}"}}},
            events.Ticked(place, 9, "root", ("fix=b",)),
        ),
        (
            "Issue Hook",
            project
            | {"object_attributes": {"action": "update", "iid": 9, "description": BOX}, "changes": {"labels": {}}},
            None,
        ),
        ("Pipeline Hook", project, None),
    ]


@pytest.mark.parametrize(("event", "payload", "expected"), gitlab_payloads())
def test_gitlab_means_the_same(
    server: Starlette, kept: Kept, event: str, payload: dict[str, Any], expected: events.Work | None
) -> None:
    answer = post(server, "/webhooks/gitlab", body_of(payload), gitlab(event))
    assert answer.json()["outcome"] == ("queued" if expected else "ignored"), answer.text
    assert list(kept.works.values()) == ([expected] if expected else [])


def test_work_comes_back_from_plain_data(kept: Kept) -> None:
    works = [expected for _, _, expected in gitlab_payloads() if expected]
    works.append(events.Installed((events.Place("github", "github.com", "a/b"),)))
    for work in works:
        assert events.of_plain(json.loads(json.dumps(events.plain(work)))) == work


# --- what is no delivery ---------------------------------------------------------------------------------------------


def test_a_repetition_is_no_second_work(server: Starlette, kept: Kept) -> None:
    body = body_of(pushed())
    answers = [post(server, "/webhooks/github", body, github("push", body)) for _ in range(2)]
    assert [(one.status_code, one.json()["outcome"]) for one in answers] == [(202, "queued"), (200, "seen")]
    assert len(kept.works) == 1


def test_a_signature_of_another_secret_is_refused(server: Starlette, kept: Kept) -> None:
    body = body_of(pushed())
    headers = github("push", body)
    right = headers["X-Hub-Signature-256"]
    sha1 = hmac.new(SECRET.encode(), body, "sha1").hexdigest()
    wrong = ["sha256=" + "0" * 64, right[:-1], right + "0", right.upper(), "sha1=" + sha1, "sha256=é", ""]
    for signature in wrong:
        given = {name: value.encode() for name, value in (headers | {"X-Hub-Signature-256": signature}).items()}
        answer = post(server, "/webhooks/github", body, given)  # type: ignore[arg-type] # bytes, as on the wire
        assert answer.status_code == 401, signature
    assert post(server, "/webhooks/github", body + b" ", headers).status_code == 401
    assert kept.works == {}


def test_a_signature_beside_a_right_one_proves_nothing(server: Starlette, kept: Kept) -> None:
    body = body_of(pushed())
    twice = [*github("push", body).items(), ("X-Hub-Signature-256", "sha256=" + "0" * 64)]
    assert post(server, "/webhooks/github", body, twice).status_code == 401
    assert kept.works == {}


def test_the_signature_of_one_forge_is_none_of_another(server: Starlette) -> None:
    body = body_of(pushed())
    assert post(server, "/webhooks/gitlab", body, github("push", body)).status_code == 401
    assert post(server, "/webhooks/gitea", body, github("push", body)).status_code == 401
    assert post(server, "/webhooks/github", body, gitlab("Push Hook")).status_code == 401


def test_an_unsigned_body_is_not_read(server: Starlette) -> None:
    read = []

    async def endless() -> AsyncIterator[bytes]:
        while True:
            read.append(1)
            yield b"x" * 1000

    assert post(server, "/webhooks/github", endless(), {"X-GitHub-Event": "push"}).status_code == 401
    assert read == []


def test_both_secrets_hold_while_one_is_being_changed(kept: Kept) -> None:
    server = app(Setting({"github": Secrets(("the-new-one", SECRET))}, kept))
    body = body_of(pushed())
    for number, secret in enumerate(["the-new-one", SECRET, "an-older-one"]):
        headers = github("push", body, secret=secret, delivery=str(number))
        assert post(server, "/webhooks/github", body, headers).status_code == (401 if number == 2 else 202)


def test_gitlab_signs_where_it_has_a_signing_token(kept: Kept) -> None:
    server = app(Setting({"gitlab": Secrets((SECRET,), (SIGNING,))}, kept))
    body = body_of({"project": GITLAB_PROJECT, "ref": "refs/heads/main", "after": "b" * 40})
    good = gitlab_signed("Push Hook", body)
    several = good | {"Webhook-Signature": "v1,AAAA v2,x " + good["Webhook-Signature"]}
    assert post(server, "/webhooks/gitlab", body, good).status_code == 202
    assert post(server, "/webhooks/gitlab", body, several).json()["outcome"] == "seen"
    bad = [
        gitlab("Push Hook"),
        good | {"Webhook-Id": "other"},
        good | {"Webhook-Timestamp": "1"},
        good | {"Webhook-Timestamp": "²"},
        good | {"Webhook-Signature": good["Webhook-Signature"].removeprefix("v1,")},
        gitlab_signed("Push Hook", body, key="b" * 44),
        gitlab_signed("Push Hook", body, at=1_700_000_000),
    ]
    for headers in bad:
        given = {name: value.encode() for name, value in headers.items()}
        assert post(server, "/webhooks/gitlab", body, given).status_code == 401, headers  # type: ignore[arg-type]


@pytest.mark.parametrize("token", ["", "a-secret-of-the-webhoo", "A-SECRET-OF-THE-WEBHOOK", SECRET + " x"])
def test_gitlab_needs_the_whole_word(server: Starlette, token: str) -> None:
    body = body_of({"project": GITLAB_PROJECT, "ref": "refs/heads/main", "after": "b" * 40})
    assert post(server, "/webhooks/gitlab", body, gitlab("Push Hook", token=token)).status_code == 401


def test_a_forge_without_secret_is_not_served(kept: Kept) -> None:
    server = app(Setting({"github": Secrets()}, kept))
    body = body_of(pushed())
    for kind in ("github", "gitea", "sourcehut"):
        assert post(server, f"/webhooks/{kind}", body, github("push", body, secret="")).status_code == 404


def test_what_is_too_large_is_refused_by_its_length_or_while_it_comes(server: Starlette, kept: Kept) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 100_000
            yield b"x" * 100_000

    headers = github("push", b"")
    for length in ("300001", "9" * 5000, "-1", "1e3"):
        answer = post(server, "/webhooks/github", b"", headers | {"Content-Length": length})
        assert answer.status_code == 413, length
    answer = post(server, "/webhooks/github", endless(), headers)
    assert (answer.status_code, answer.json()["outcome"]) == (413, "too-large")
    assert sent <= 500_000
    assert kept.works == {}


def test_a_body_that_does_not_come_is_not_waited_for(server: Starlette) -> None:
    # The client's transport would wait for its own body: the application is called as a server calls it.
    async def ask() -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = []
        given = iter([{"type": "http.request", "body": b"{", "more_body": True}])

        async def receive() -> dict[str, Any]:
            for part in given:
                return part
            await asyncio.sleep(60)
            raise AssertionError

        async def send(part: Any) -> None:  # noqa: ANN401 - ASGI's own
            told.append(part)

        headers = [(b"x-hub-signature-256", b"sha256=0")]
        scope = {"type": "http", "method": "POST", "path": "/webhooks/github", "headers": headers, "query_string": b""}
        await server(scope, receive, send)
        return told

    assert asyncio.run(ask())[0]["status"] == 408


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"ref": NaN}',
        b'{"ref": 1' + b"0" * 5000 + b"}",
        body_of({"ref": "refs/heads/main"}),
        body_of({"ref": 5, "repository": {"default_branch": "main"}}),
        body_of({"ref": "refs/heads/main", "repository": []}),
        body_of({"ref": "refs/heads/-x", "repository": {"default_branch": "-x"}}),
        body_of(
            {"ref": "refs/heads/master", "after": "--upload-pack=x"} | {"repository": example("push")["repository"]}
        ),
        body_of(pushed(repository=example("push")["repository"] | {"full_name": "../../etc"})),
        body_of(pushed(repository=example("push")["repository"] | {"full_name": "a"})),
        body_of(pushed(repository=example("push")["repository"] | {"html_url": "file:///etc/passwd"})),
        body_of(pushed(repository=example("push")["repository"] | {"html_url": "https://[x"})),
    ],
    ids=lambda body: repr(body[:30]),
)
def test_what_is_malformed_is_told_so(server: Starlette, kept: Kept, body: bytes) -> None:
    answer = post(server, "/webhooks/github", body, github("push", body))
    assert (answer.status_code, answer.json()["outcome"]) == (400, "malformed"), answer.text
    assert kept.works == {}


@pytest.mark.parametrize("change", [{"X-GitHub-Event": ""}, {"X-GitHub-Delivery": ""}, {"X-GitHub-Delivery": "a b"}])
def test_a_delivery_has_a_name_and_an_event(server: Starlette, change: dict[str, str]) -> None:
    body = body_of(pushed())
    assert post(server, "/webhooks/github", body, github("push", body) | change).status_code == 400


def test_what_cannot_be_kept_is_to_be_sent_again(server: Starlette, kept: Kept) -> None:
    kept.broken = True
    body = body_of(pushed())
    answer = post(server, "/webhooks/github", body, github("push", body))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert get(server, "/ready").status_code == 503
    kept.broken = False
    assert post(server, "/webhooks/github", body, github("push", body)).status_code == 202


# --- what is told of it ----------------------------------------------------------------------------------------------


def test_health_readiness_and_metrics(server: Starlette) -> None:
    body = body_of(pushed())
    post(server, "/webhooks/github", body, github("push", body))
    post(
        server,
        "/webhooks/github",
        body,
        github("made-up\u00a0name".encode("ascii", "ignore").decode(), body, secret="x"),
    )
    assert get(server, "/health").json() == {"status": "ok"}
    assert get(server, "/ready").json() == {"status": "ok"}
    page = get(server, "/metrics").text
    assert 'stackfix_deliveries_total{event="push",forge="github",outcome="queued"} 1.0' in page
    assert 'stackfix_deliveries_total{event="",forge="github",outcome="bad-signature"} 1.0' in page
    assert "made-up" not in page
    assert "stackfix_ready 1.0" in page
    assert "stackfix_waiting 1.0" in page


def test_no_secret_and_no_body_is_logged(server: Starlette, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    body = body_of(pushed())
    headers = github("push", body)
    post(server, "/webhooks/github", body, headers)
    post(server, "/webhooks/github", body, headers | {"X-Hub-Signature-256": "sha256=" + "1" * 64})
    post(server, "/webhooks/gitlab", body, gitlab("Push Hook", token="another-word"))
    told = "\n".join(str(vars(record)) for record in caplog.records if record.name == "stackfix.bot")
    assert "bad-signature" in told
    for secret in (SECRET, headers["X-Hub-Signature-256"].removeprefix("sha256="), "1" * 64, "another-word"):
        assert secret not in told
