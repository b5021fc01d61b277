"""`$variables` in what is added: whether they survive the way from the file to nginx, and how to write them there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.edits import Refused
from stackfix.graph.proxy_facts import DOLLARS
from stackfix.graph.proxy_rendering import rendering

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stackfix.fixers.nginx.place import Place
    from stackfix.graph.library import Library

_OWN = re.compile(r"\$\{?[a-z]")


def written(directives: Sequence[Sequence[str]], place: Place, library: Library) -> tuple[tuple[str, ...], ...]:
    """The same directives with each `$` as the file must write it. Refused where it would be lost."""
    plain = tuple(tuple(words) for words in directives)
    if not any("$" in word for words in plain for word in words):
        return plain
    value = re.sub(r"(?m)^[ \t]*#.*$", "", place.document.text.value)
    style = next((one for one in DOLLARS if one in value), None)
    keeps = rendering(library, place.anchor.path).keeps_dollars
    if keeps or (keeps is None and style is None and _OWN.search(value)):
        return plain
    if style is None:
        raise Refused("a variable would be lost where the file is rendered by envsubst")
    return tuple(tuple(word.replace("$", style) for word in words) for words in plain)
