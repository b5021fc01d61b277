"""A forge's refusals as our kinds of failure, and its JSON read with suspicion.

May import the model.
"""

from __future__ import annotations

import math
import time
from email.utils import mktime_tz, parsedate_tz
from typing import TYPE_CHECKING

from stackfix.forge.model import ForgeFailed, Gone, RateLimited, Refused, Unauthorized, Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

PATIENCE = 60.0
"""Seconds to wait where a forge asks to wait and doesn't say how long: GitHub's own advice."""

MOST_PATIENCE = 3600.0
"""Seconds that are waited at most, whatever a forge says: GitHub's limits begin anew each hour."""

_MILLISECONDS = 1e11
"""A moment from there on counts in milliseconds: as seconds it would be the year 5138."""

_LONGEST = 300

_NOT_ALLOWED = (
    "not accessible by",
    "must have",
    "must be",
    "not authorized",
    "forbidden",
    "insufficient_scope",
    "insufficient scope",
    "required scope",
    "permission",
    "saml",
)

NO_JSON = "the answer is no JSON"
ELSEWHERE = "it is redirected to another address"

_TOO_MUCH = ("rate limit", "abuse detection", "submitted too quickly")


def failure(what: str, status: int, headers: Mapping[str, str], words: str) -> ForgeFailed:
    """What an answer of 400 and above is to us. `what` is what was asked for; `words` are the forge's own."""
    lower = {name.lower(): value for name, value in headers.items()}
    said = f"{what}: {line(words) or 'no reason given'} ({status})"
    if status == 429 or (status in {403, 422} and _is_limit(lower, words)):  # noqa: PLR2004 - HTTP's own number
        return RateLimited(f"{said}; it asks to wait", wait(lower))
    return _kind(status, words)(said + _advice(status, words))


def _kind(status: int, words: str) -> type[ForgeFailed]:
    if status >= 500 or status == 408:  # noqa: PLR2004 - HTTP's own numbers
        return Unavailable
    if status == 401 or (status == 403 and _is_not_allowed(words)):  # noqa: PLR2004 - as above
        return Unauthorized
    if status in {404, 410, 451}:
        return Gone
    return Refused if status in {400, 403, 405, 406, 409, 412, 413, 422, 423} else ForgeFailed


def _advice(status: int, words: str) -> str:
    if status == 401:  # noqa: PLR2004 - HTTP's own number
        return "; the token is missing, revoked or expired"
    if status == 403 and _is_not_allowed(words):  # noqa: PLR2004 - as above
        return "; the token may not do this"
    if status == 404:  # noqa: PLR2004 - as above
        return "; it isn't there, or this token may not see it"
    return ""


def _is_not_allowed(words: str) -> bool:
    return any(sign in words.lower() for sign in _NOT_ALLOWED)


def _is_limit(headers: Mapping[str, str], words: str) -> bool:
    """Whether a 403 or 422 is GitHub's way to say 429."""
    is_told = "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0"
    return is_told or any(sign in words.lower() for sign in _TOO_MUCH)


def wait(headers: Mapping[str, str]) -> float:
    """The seconds to wait that an answer's headers ask for, within bounds. `headers` are in lower case."""
    after = headers.get("retry-after", "")
    asked = (_number(after), _until(_date(after)), *(_until(_moment(_reset(headers, name))) for name in _LIMITS))
    return min(max(0.0, next((seconds for seconds in asked if seconds is not None), PATIENCE)), MOST_PATIENCE)


_LIMITS = ("x-ratelimit", "ratelimit")


def _reset(headers: Mapping[str, str], limit: str) -> str:
    """When a limit begins anew; "" where calls of it are left: then it was another one, which isn't told of."""
    return headers.get(f"{limit}-reset", "") if headers.get(f"{limit}-remaining", "0") == "0" else ""


def _until(moment: float | None) -> float | None:
    return None if moment is None else moment - time.time()


def _moment(text: str) -> float | None:
    moment = _number(text)
    return moment / 1000 if moment is not None and moment > _MILLISECONDS else moment


def _date(text: str) -> float | None:
    try:
        date = parsedate_tz(text)
        return None if date is None else float(mktime_tz(date))
    except (ValueError, OverflowError):
        return None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def silence(*, is_late: bool) -> str:
    """Why there was no answer, without the address, which a proxy's name and password may be in."""
    return "no answer in time" if is_late else "no connection, or it broke off"


def line(words: str) -> str:
    """Words of a forge's as one line without control characters, not too long."""
    one = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    return one if len(one) <= _LONGEST else one[: _LONGEST - 1] + "…"


def text(answer: object, *names: str) -> str:
    """A text in an answer; empty where it is null. Unavailable where the answer is of another shape."""
    found = value(answer, *names)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise _strange(names)
    return found


def name(answer: object, *names: str) -> str:
    """A text in an answer that is never empty."""
    if not (found := text(answer, *names)):
        raise _strange(names)
    return found


def number(answer: object, *names: str) -> int:
    """A whole number in an answer."""
    found = value(answer, *names)
    if not isinstance(found, int) or isinstance(found, bool):
        raise _strange(names)
    return found


def flag(answer: object, *names: str) -> bool:
    """A truth in an answer; false where it is left out."""
    return value(answer, *names) is True


def rows(answer: object, *names: str) -> list[object]:
    """A list in an answer."""
    found = value(answer, *names)
    if not isinstance(found, list):
        raise _strange(names)
    return found


def value(answer: object, *names: str) -> object:
    """What an answer holds below some names; None where it is null or left out."""
    for name in names:
        if answer is None:
            return None
        if not isinstance(answer, dict):
            raise _strange(names)
        answer = answer.get(name)
    return answer


def _strange(names: tuple[str, ...]) -> Unavailable:
    return Unavailable(f"the answer is not one of a forge's: no {'.'.join(names) or 'list'} as it should be")
