"""Structured logs: one JSON object a line, without anything that is or may be a secret.

May not import anything of stackfix.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_GONE = "[redacted]"
_SHORTEST = 6
"""A shorter word stands in too many places that tell nothing."""

_FORMS = (
    # the forges' own tokens
    re.compile(
        r"\b(?:gh[pousr]_[A-Za-z0-9_]{8,}|github_pat_[A-Za-z0-9_]{8,}|gl[a-z]{2,8}-[A-Za-z0-9_.-]{8,}|whsec_[\w+/=]+)"
    ),
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
    re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"),
)
_HEADER = re.compile(
    r"(?i)\b((?:proxy-)?authorization|private-token|x-gitlab-token|x-hub-signature(?:-256)?|(?:x-)?(?:gitea|forgejo)-signature"
    r"|webhook-signature|cookie|set-cookie)(['\"]?\s*[:=,]\s*b?['\"]?)[^\r\n'\"}]+"
)
_SCHEME = re.compile(r"(?i)\b(bearer|basic|token)\s+[A-Za-z0-9+/=._~-]{8,}")
_USERINFO = re.compile(r"(?<=://)[^/@\s'\"]+(?=@)")
_FIELD = re.compile(
    r"(?i)((?:password|passwd|secret|token|api[_-]?key|private[_-]?key)['\"]?\s*[:=]\s*['\"]?)[^\s'\",;&}]+"
)


class Redactor:
    """What takes secrets out of a text: those that are known, and what looks like one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """`secrets` are values that never may be seen; a key's lines count one by one, too."""
        words = {part for secret in secrets for part in (secret, *secret.splitlines()) if len(part) >= _SHORTEST}
        ordered = sorted((word for word in words if not word.startswith("-----")), key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def __call__(self, text: str) -> str:
        """The text with each secret's place marked."""
        if self._known is not None:
            text = self._known.sub(_GONE, text)
        for form in _FORMS:
            text = form.sub(_GONE, text)
        text = _HEADER.sub(rf"\1\2{_GONE}", text)
        text = _SCHEME.sub(rf"\1 {_GONE}", text)
        return _FIELD.sub(rf"\1{_GONE}", _USERINFO.sub(_GONE, text))


_SECRET_NAMES = re.compile(r"(?i)TOKEN|SECRET|PASSWORD|PASSWD|PRIVATE_KEY|APIKEY|API_KEY|DATABASE_URL|PGPASSWORD")


def secrets_of(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The values of an environment that are secrets by their names."""
    return tuple(
        written
        for name, value in environment.items()
        if _SECRET_NAMES.search(name) and not name.endswith("_FILE")
        for written in {value, value.replace("\\n", "\n")}
    )


_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message", "taskName"}


class Lines(logging.Formatter):
    """A record as one line of JSON. What was given as `extra` are fields; an error's own words are kept out."""

    def __init__(self, redactor: Redactor) -> None:
        """Take what removes secrets."""
        super().__init__()
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        said: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._redactor(record.getMessage()),
        }
        for name, value in vars(record).items():
            if name not in _OWN and name not in said:
                said[name] = (
                    value if isinstance(value, (int, float, bool)) or value is None else self._redactor(str(value))
                )
        if record.exc_info and record.exc_info[0] is not None:
            said["error"] = record.exc_info[0].__name__
            said["trace"] = self._redactor(_trace(record))
        return json.dumps(said, ensure_ascii=False, default=str)


def _trace(record: logging.LogRecord) -> str:
    """Where it happened. What the error says may quote a repository or an answer, and is left out."""
    import traceback  # noqa: PLC0415 - seldom needed

    assert record.exc_info is not None
    return "".join(traceback.format_tb(record.exc_info[2]))


_QUIET = ("uvicorn.access", "httpx", "httpcore", "urllib3", "github", "gitlab")
"""A line of ours says more than theirs, and what a client logs of its requests is not ours to tell."""


def set_up(stream: IO[str], redactor: Redactor, level: str = "INFO") -> None:
    """Everything that is logged in this process goes to a stream, as lines of JSON."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Lines(redactor))
    for name in (None, "uvicorn", "uvicorn.error", "uvicorn.access", "dbos"):
        logger = logging.getLogger(name)
        for other in list(logger.handlers):
            logger.removeHandler(other)
        logger.propagate = True
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel("WARNING")
    # DBOS takes one that has a handler for set up, and sets the level alone.
    own = logging.StreamHandler(stream)
    own.setFormatter(Lines(redactor))
    own.setLevel("WARNING")
    queue = logging.getLogger("dbos")
    queue.addHandler(own)
    queue.propagate = False
