"""The password that a Redis or Valkey server asks for, by its command line or by Bitnami's variables.

Sources: redis.conf (`requirepass` is the password of the user `default`); the READMEs of Bitnami's images.

May import the graph's nouns and shells' words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.graph.value import EMPTY

if TYPE_CHECKING:
    from stackfix.graph.model import Workload
    from stackfix.graph.value import Environment
    from stackfix.text import Text

_OPTION = re.compile(r"--requirepass(?:[ \t]+|=)(?P<quote>[\"']?)(?P<value>[^\s\"']+)(?P=quote)(?=\s|$|[\"';&|])")
_VARIABLE = re.compile(r"\$(?:(?P<plain>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)\})")
_BITNAMI = ("REDIS_PASSWORD", "VALKEY_PASSWORD")
_OTHERS = re.compile(r"--(?:user|aclfile)\b|\busers\.acl\b")


def password(workload: Workload, environment: Environment, *, bitnami: bool) -> Text | None:
    """The password; None where the server asks for none, or where nobody can tell."""
    if bitnami:
        given = [v for name in _BITNAMI if (v := environment.get(name)) is not None and v.outline]
        return given[0].outline if given and not _from_file(environment) else None
    if workload.command is None or (workload.entrypoint is not None and not workload.command.shell):
        return None
    words = [word.sketch(EMPTY) for word in workload.command.words]
    if any(_OTHERS.search(word.value) for word in words):
        return None
    for word, following in zip(words, [*words[1:], None], strict=True):
        if word.value == "--requirepass":
            return _told(following, environment) if following is not None else None
        match = _OPTION.search(word.value)
        if match is not None:
            return _told(word.slice(*match.span("value")), environment)
    return None


def _from_file(environment: Environment) -> bool:
    return any(environment.get(f"{name}_FILE") is not None for name in _BITNAMI)


def _told(word: Text, environment: Environment) -> Text | None:
    """A word of the command line, or what the shell puts in the place of a variable."""
    match = _VARIABLE.fullmatch(word.value)
    if match is None:
        return word if word.value and "$" not in word.value else None
    given = environment.get(match["plain"] or match["braced"])
    return given.outline if given is not None and given.outline else None
