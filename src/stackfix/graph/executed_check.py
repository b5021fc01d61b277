"""Health checks that run a program: which host, port and path it asks, where its words say so plainly."""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.formats.dockerfile import Form
from stackfix.graph import tool_names
from stackfix.graph.model import Probe
from stackfix.graph.value import Template

if TYPE_CHECKING:
    from stackfix.findings import Anchor
    from stackfix.formats.dockerfile import Instruction
    from stackfix.text import Text

_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-fA-F:]+\]|[A-Za-z0-9_.-]+)(?::(?P<port>\d{1,5}))?"
    r"(?P<path>/[^\s'\"`;|&<>()\\]*)?(?=$|[\s'\"`;|&<>()\\])"
)
_CONNECT = re.compile(r"(?:^|[\s;&|])(?:nc|netcat|ncat)(?:\s+-\S+)*\s+(?P<host>[A-Za-z0-9_.-]+)\s+(?P<port>\d{1,5})\b")
_NEVER_FAILS = re.compile(r"\|\|\s*(?:true|:|exit\s+0)\b|;\s*(?:true|exit\s+0)\s*$")
_SAYS = re.compile(r"\s*(?:echo|printf)\s")
_VALUE = r"(?:\"[^\"]*\"|'[^']*'|\$+\{[^}]*\}|(?![\"']|\$+\{)[^\s;&|<>()]+)"
_OPERAND = re.compile(
    rf"(?:^|[\s;&|/])pg_isready(?:\s+(?:-q|--quiet|--\w+={_VALUE}|-[dhptU](?=\S){_VALUE}"
    rf"|(?:-[dhptU]|--(?:dbname|host|port|timeout|username))\s+{_VALUE}))*\s+(?!\d?[<>])[\w$\"'][^\s;&|<>()]*"
)
"""A word that belongs to no option of pg_isready, which refuses it: the check fails whatever the server does."""
_PIPE = re.compile(r"(?<!\|)\|(?!\|)")
_CLIENTS = ("curl", "wget", "http", "python", "node", "fetch", "urllib", "ruby", "php", "bun", "deno")
_OPERATOR = re.compile(r"\|\|?|&&|;|\d?>{1,2}(?:&\d|\S+)?")
_SHELLS = tool_names.SHELLS | {"busybox"}
_SCHEME_PORTS = {"http": 80, "https": 443}
_LOCAL = frozenset({"localhost", "127.0.0.1", "0.0.0.0", "[::1]"})  # noqa: S104 - read, not bound


def health_probe(inner: Instruction, instruction: Instruction, anchor: Anchor) -> Probe | None:
    """The check that a HEALTHCHECK's CMD runs."""
    words = tuple(w.text for w in inner.words) if inner.form is Form.EXEC else (inner.rest,)
    return probe("HEALTHCHECK", words, anchor, instruction.text)


def probe(kind: str, words: tuple[Text, ...], anchor: Anchor, written: Text) -> Probe | None:
    """A check by its words, one of which may be a whole shell text. `written` is all of it, the place to point at."""
    location = located(written)
    if location is None or not words:
        return None
    command = tuple(Template.literal(w) for w in words)
    sound = len(words) == 1 or posixpath.basename(words[0].value) in _SHELLS or not _has_operator(words)
    sound = sound and not _OPERAND.search(" ".join(w.value for w in words))
    bare = Probe(kind, location, anchor, tool=_tool(words), command=command, sound=sound)
    whole = " ".join(w.value for w in words)
    if _NEVER_FAILS.search(whole):
        return bare
    found = [(w, m) for w in words for m in _URL.finditer(w.value)]
    if len(found) == 1 and any(c in whole for c in _CLIENTS):
        return _asked(bare, *found[0])
    connected = [(w, m) for w in words for m in _CONNECT.finditer(w.value)]
    if not found and len(connected) == 1:
        return _asked(bare, *connected[0])
    return _parted(bare, words) if not found and not connected else bare


def _has_operator(words: tuple[Text, ...]) -> bool:
    """Whether words that no shell reads are a shell's."""
    return any(_OPERATOR.fullmatch(word.value) for word in words)


def _tool(words: tuple[Text, ...]) -> str | None:
    """The program asked first: behind `sh -c` the first of its text, never one that a variable names."""
    values = [w.value for w in words]
    if len(values) > 2 and posixpath.basename(values[0]) in _SHELLS and values[1].startswith("-"):  # noqa: PLR2004 - sh -c TEXT
        values = values[2:]
    text = values[0] if values else ""
    if len(values) == 1 and _SAYS.match(text):
        # What is said goes to a program, whose answer counts.
        text = _PIPE.split(text)[-1]
    first = text.split()
    while first and (first[0] in {"if", "exec", "!", "timeout", "("} or "=" in first[0] or first[0].isdecimal()):
        first = first[1:]
    name = posixpath.basename(first[0]) if first else ""
    return name if re.fullmatch(r"[A-Za-z0-9_.+-]+", name) else None


def _asked(bare: Probe, word: Text, match: re.Match[str]) -> Probe:
    groups = match.groupdict()
    port = groups.get("port")
    host = match["host"]
    implied = _SCHEME_PORTS.get(groups.get("scheme") or "")
    path = word.group(match, "path") if groups.get("path") else None
    return replace(
        bare,
        port=int(port) if port else implied,
        port_text=word.group(match, "port") if port else None,
        path=(path.value if path else "/") if "scheme" in groups else None,
        path_text=path,
        host=None if host in _LOCAL else host,
        host_text=word.group(match, "host"),
    )


def _parted(bare: Probe, words: tuple[Text, ...]) -> Probe:
    """`["nc", "-z", "localhost", "8000"]`: host and port in words of their own."""
    values = [w.value for w in words]
    if bare.tool not in {"nc", "netcat", "ncat"} or len(words) < 3 or not values[-1].isdecimal():  # noqa: PLR2004
        return bare
    host = words[-2]
    return replace(
        bare,
        port=int(values[-1]),
        port_text=words[-1],
        host=None if host.value in _LOCAL else host.value,
        host_text=host,
    )
