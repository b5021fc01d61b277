"""Logs are lines of JSON that no secret is in."""

from __future__ import annotations

import io
import json
import logging
import sys
from typing import TYPE_CHECKING

import pytest

from stackfix.bot.logs import Lines, Redactor, secrets_of, set_up

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    "secret",
    [
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "github_pat_11ABCDEFG0abcdefghijkl_mnop",
        "ghs_16C7e42F292c6912E7710c838347Ae178B4a",
        "glpat-x1y2z3x1y2z3x1y2z3xx",
        "whsec_dGVzdHRlc3R0ZXN0dGVzdA==",
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxIn0.c2lnbmF0dXJl",
    ],
)
def test_a_forges_token_is_known_by_its_form(secret: str) -> None:
    assert secret not in Redactor()(f"it was {secret}, said the server")


@pytest.mark.parametrize(
    ("told", "secret"),
    [
        ("Authorization: Basic eC1hY2Nlc3M6dG9rZW4=", "eC1hY2Nlc3M6dG9rZW4="),
        ("{'authorization': 'token 0123456789abcdef'}", "0123456789abcdef"),
        ("PRIVATE-TOKEN: hunter22", "hunter22"),
        ("X-Gitlab-Token: hunter22", "hunter22"),
        ("fetch https://bot:hunter22@git.example/x.git", "hunter22"),
        ("fetch https://hunter22token@git.example/x.git", "hunter22token"),
        ("postgresql://bot:p4ss@db:5432/x failed", "p4ss"),
        ("?access_token=hunter22&x=1", "hunter22"),
        ('{"password": "hunter22"}', "hunter22"),
        (f"key was {KEY}", "MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn"),
    ],
)
def test_what_stands_where_a_secret_stands_is_left_out(told: str, secret: str) -> None:
    assert secret not in Redactor()(told)


def test_what_is_known_is_left_out_everywhere() -> None:
    redact = Redactor(secrets_of({"GITEA_TOKEN": "0123456789abcdef", "HOME": "/home/me", "X_PRIVATE_KEY": KEY}))
    assert redact("a0123456789abcdefb") == "a[redacted]b"
    assert redact("at /home/me") == "at /home/me"
    assert "MIIEpAIB" not in redact("line 2: MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn")
    assert redact("nothing here: 3 repositories, https://git.example/a/b.git") == (
        "nothing here: 3 repositories, https://git.example/a/b.git"
    )


def record(**extra: object) -> logging.LogRecord:
    made = logging.LogRecord("stackfix.bot", logging.INFO, "x.py", 1, "told %s", ("ghp_16C7e42F292c6912E771",), None)
    vars(made).update(extra)
    return made


def test_a_line_is_json_with_its_fields() -> None:
    line = Lines(Redactor()).format(record(forge="github", status=202, token="ghp_16C7e42F292c6912E771", at=None))
    said = json.loads(line)
    assert "\n" not in line
    assert (said["level"], said["logger"], said["message"]) == ("info", "stackfix.bot", "told [redacted]")
    assert (said["forge"], said["status"], said["token"], said["at"]) == ("github", 202, "[redacted]", None)


def test_an_errors_own_words_are_left_out() -> None:
    def fail() -> None:
        raise ValueError("quoted from a repository")

    try:
        fail()
    except ValueError:
        failed = record()
        failed.exc_info = sys.exc_info()
    said = json.loads(Lines(Redactor()).format(failed))
    assert said["error"] == "ValueError"
    assert "in fail" in said["trace"]
    assert "quoted from a repository" not in json.dumps(
        {**said, "trace": said["trace"].replace('raise ValueError("quoted from a repository")', "")}
    )


@pytest.fixture
def loggers() -> Iterator[None]:
    names = (
        None,
        "uvicorn",
        "uvicorn.error",
        "uvicorn.access",
        "dbos",
        "httpx",
        "httpcore",
        "urllib3",
        "github",
        "gitlab",
    )
    before = [
        (logging.getLogger(name), logging.getLogger(name).handlers[:], logging.getLogger(name).level) for name in names
    ]
    propagating = [logging.getLogger(name).propagate for name in names]
    yield
    for (logger, handlers, level), propagate in zip(before, propagating, strict=True):
        logger.handlers[:], logger.propagate = handlers, propagate
        logger.setLevel(level)


def test_everybody_in_the_process_logs_so(loggers: None) -> None:
    stream = io.StringIO()
    logging.getLogger("uvicorn.error").addHandler(logging.StreamHandler(io.StringIO()))
    set_up(stream, Redactor(["the-secret"]))
    logging.getLogger("uvicorn.error").warning("listening with the-secret")
    logging.getLogger("urllib3").info("GET /?token=the-secret")
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [(line["logger"], line["message"]) for line in lines] == [("uvicorn.error", "listening with [redacted]")]
