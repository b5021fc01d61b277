"""What a Rails application serves by its `config/routes.rb`, where every line of that is understood.

Sources: Rails' guide of routing; `rails/health#show` is a route like any other.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.findings import Anchor, Location, located
from stackfix.graph.python_routing import Routing, ServedRoute
from stackfix.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.library import Library
    from stackfix.text import Text

_BEGINS = re.compile(r"\s*Rails\.application\.routes\.draw\s+do(?:\s*\|\w+\|)?\s*$")
_IGNORED = re.compile(
    r"\s*(?:#.*|require(?:_relative)?\b.*|authenticated?\b.*\bdo|unauthenticated\b.*\bdo|(?:default_url_options|direct|resolve)\b.*)?$"
)
_VERB = re.compile(
    r"""\s*(?P<verb>get|post|put|patch|delete|match)[\s(]+(?:["'](?P<path>[^"'#{}]*)["']|:(?P<name>\w+))(?P<rest>[^#]*(?:#\w+[^#]*)?)$"""
)
_ROOT = re.compile(r"\s*root\b[^#]*(?:#\w+.*)?$")
_RESOURCES = re.compile(r"\s*resources?[\s(]+(?P<names>:\w+(?:\s*,\s*:\w+)*)(?P<rest>[^#]*)$")
_SPACE = re.compile(r"""\s*namespace[\s(]+(?::(?P<name>\w+)|["'](?P<path>[^"'#{}]*)["'])\)?(?P<rest>[^#]*)\bdo\s*$""")
_SCOPE = re.compile(r"""\s*scope[\s(]+(?::(?P<name>\w+)|["'](?P<path>[^"'#{}]*)["'])\)?(?P<rest>[^#]*)\bdo\s*$""")
_SCOPED = re.compile(r"""\s*scope[\s(]+(?P<rest>\w+:[^#]*)\bdo\s*$""")
_MOUNT = re.compile(
    r"""\s*mount\s+[\w:.()]+\s*(?:=>|,\s*at:|,\s*["']at["']\s*=>)\s*["'](?P<path>[^"'#{}]*)["'][^#]*$"""
)
_DEVISE = re.compile(r"\s*devise_for\s+:(?P<name>\w+)(?P<rest>[^#]*(?:#.*)?)$")
_MEMBERS = re.compile(r"\s*(?:member|collection)\s+do\s*$")
_END = re.compile(r"\s*end\s*(?:#.*)?$")
_PATH_OPTION = re.compile(r"""\bpath:\s*["'](?P<path>[^"'#{}]*)["']""")
_GEMS = re.compile(
    r"""^\s*gem\s+["'](?:[\w-]*health[\w-]*|okcomputer|easymon|turnout[\w-]*|heartbeat[\w-]*|pinglish|is_it_up|[\w-]*probe[\w-]*)["']""",
    re.MULTILINE,
)
_MIDDLEWARE = re.compile(
    r"config\.middleware\.(?:use|insert\w*|unshift|swap)[\s(]+(?!.*\b(?:Rack::(?:Cors|Attack|Deflater|MethodOverride)|ActionDispatch|ActiveRecord)\b)|relative_url_root|exceptions_app\s*=\s*(?!(?:self\.)?routes)"
)
_RACKUP = re.compile(r"^\s*(?:map|use)\b", re.MULTILINE)
_PLACED = re.compile(r"\(\.:format\)|:\w+|\*\w+|[()]")


_RESOURCE = "\0"
"""What marks the block of a resource."""


@dataclass(slots=True)
class _Reading:
    """The routes so far. `blocks` are what each open block puts before its paths; the last `end` closes the first."""

    text: Text
    routes: list[ServedRoute] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)

    @property
    def prefix(self) -> str:
        """What stands before the paths of a line."""
        return "".join(self.blocks).replace(_RESOURCE, "")


def routing(library: Library, path: str) -> Routing | None:
    """What the routes of a file serve; None where a part of that is unknown."""
    folder = posixpath.dirname(posixpath.dirname(path))
    text = library.text(path)
    if text is None or "ActionCable" in text.value or _is_hidden(library, folder):
        return None
    reading = _Reading(text)
    at = 0
    for line in text.value.splitlines(keepends=True):
        begins = _BEGINS.match(line) is not None and not reading.blocks
        if begins:
            reading.blocks.append("")
        elif not (_read(reading, line.rstrip(), at) if reading.blocks else _IGNORED.fullmatch(line.rstrip())):
            return None
        at += len(line)
    if reading.blocks or not reading.routes:
        return None
    unknown = (*reading.unknown, "/rails/", "/cable", *_files(library, folder))
    return Routing(tuple(reading.routes), unknown, complete=True)


def _is_hidden(library: Library, folder: str) -> bool:
    """Whether gems, middleware or the rackup file may answer paths that the routes don't have."""
    inside = ("Gemfile", "config/application.rb", "config/environments/production.rb", "config.ru")
    found = {name: library.text(tree.join(folder, name)) for name in inside}
    words = {"Gemfile": _GEMS, "config.ru": _RACKUP}
    initial = [library.text(p) for p in library.tree.below(tree.join(folder, "config/initializers"))]
    if found["Gemfile"] is None or any(text is None or _MIDDLEWARE.search(text.value) for text in initial):
        return True
    return any(text is not None and words.get(n, _MIDDLEWARE).search(text.value) for n, text in found.items())


def _files(library: Library, folder: str) -> Iterator[str]:
    """Files of the public folder that a check could ask for: those whose names have no ending."""
    base = tree.join(folder, "public")
    for path in library.tree.below(base):
        if "." not in posixpath.basename(path):
            yield path[len(base) :]


def _read(reading: _Reading, line: str, at: int) -> bool:
    """Whether a line is understood; what it adds is noted."""
    if _IGNORED.fullmatch(line):
        return _opened(reading, line, "")
    if _END.fullmatch(line):
        reading.blocks.pop()
        return True
    if _MEMBERS.fullmatch(line):
        return _opened(reading, line, "")
    for words, add in _LINES:
        match = words.fullmatch(line)
        if match is not None:
            return add(reading, match, at)
    return False


def _opened(reading: _Reading, line: str, prefix: str) -> bool:
    """Take what stands before a block's paths, where a line opens one."""
    if re.search(r"\bdo(?:\s*\|\w+\|)?$", line):
        reading.blocks.append(prefix)
    return True


def _root(reading: _Reading, match: re.Match[str], at: int) -> bool:
    return _add(reading, "", frozenset({"GET"}), (at + len(match[0]) - len(match[0].lstrip()), at + len(match[0])))


def _verb(reading: _Reading, match: re.Match[str], at: int) -> bool:
    if "constraints" in match["rest"] or re.search(r"\bdo$", match[0]):
        return False
    which = "path" if match["path"] is not None else "name"
    span = (at + match.start(which), at + match.end(which))
    methods = frozenset() if match["verb"] == "match" else frozenset({match["verb"].upper()})
    if any(block.startswith(_RESOURCE) for block in reading.blocks):
        # It may lie below one of the resource's own: that is unknown already.
        return True
    return _add(reading, match[which], methods, span)


def _add(reading: _Reading, path: str, methods: frozenset[str], span: tuple[int, int]) -> bool:
    text = reading.text.slice(*span)
    place = located(text) or Location("", Span(0, 0))
    full = (reading.prefix + "/" + path.strip("/")).rstrip("/") or "/"
    full = full.removesuffix("(.:format)")
    anchor = Anchor(place.path, "any", (place.span.start,))
    reading.routes.append(ServedRoute(full, False, methods, place, anchor, _pattern(full), text))  # noqa: FBT003 - no WebSocket
    return True


def _pattern(path: str) -> str:
    parts, at = [], 0
    for match in _PLACED.finditer(path):
        parts.append(re.escape(path[at : match.start()]))
        kind = match[0][0]
        parts.append(".*" if kind == "*" else "[^/]+" if kind == ":" else {"(": "(?:", ")": ")?"}[kind])
        at = match.end()
    return "".join((*parts, re.escape(path[at:]))) + r"(?:\.\w+)?/?"


def _resources(reading: _Reading, match: re.Match[str], _at: int) -> bool:
    given = _PATH_OPTION.search(match["rest"])
    if re.search(r"\bpath:", match["rest"]) and given is None:
        return False
    names = [n.strip().lstrip(":") for n in match["names"].split(",")]
    below = [f"{reading.prefix}/{(given['path'].strip('/') if given is not None else name)}" for name in names]
    reading.unknown += below
    return _opened(reading, match[0].rstrip(), _RESOURCE + below[0][len(reading.prefix) :])


def _space(reading: _Reading, match: re.Match[str], _at: int) -> bool:
    option = _PATH_OPTION.search(match["rest"])
    if re.search(r"\b(?:path|constraints|shallow_path):", match["rest"]) and option is None:
        return False
    said = option["path"] if option is not None else match["name"] or match["path"] or ""
    return _opened(reading, match[0].rstrip(), "/" + said.strip("/") if said.strip("/") else "")


def _scoped(reading: _Reading, match: re.Match[str], _at: int) -> bool:
    if "constraints" in match["rest"]:
        return False
    option = _PATH_OPTION.search(match["rest"])
    if re.search(r"\bpath:", match["rest"]) and option is None:
        return False
    return _opened(reading, match[0].rstrip(), "/" + option["path"].strip("/") if option is not None else "")


def _mount(reading: _Reading, match: re.Match[str], _at: int) -> bool:
    if match["path"].strip("/"):
        reading.unknown.append(f"{reading.prefix}/{match['path'].strip('/')}")
    return bool(match["path"].strip("/"))


def _devise(reading: _Reading, match: re.Match[str], _at: int) -> bool:
    option = _PATH_OPTION.search(match["rest"])
    if re.search(r"\bpath(?:_names)?:", match["rest"]) and option is None:
        return False
    said = option["path"].strip("/") if option is not None else match["name"]
    reading.unknown.append(f"{reading.prefix}/{said}")
    return bool(said) and not re.search(r"\bdo$", match[0])


_LINES = (
    (_ROOT, _root), (_VERB, _verb), (_RESOURCES, _resources), (_SPACE, _space), (_SCOPE, _space), (_SCOPED, _scoped),
    (_MOUNT, _mount), (_DEVISE, _devise),
)  # fmt: skip
