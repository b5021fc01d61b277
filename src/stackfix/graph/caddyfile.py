"""The addresses that a Caddyfile's sites are served at, and the global options that move them.

Source: Caddy's documentation of the Caddyfile: addresses, global options, environment variables.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph.value import Hole, Template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.text import Text

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`|(?:^|(?<=\s))#[^\n]*|[^\s"`]+|\n', re.DOTALL)
_VARIABLE = re.compile(r"\{\$(?P<name>[A-Za-z_]\w*)(?::(?P<default>[^{}]*))?\}")
_HIDING = frozenset({"bind", "default_bind", "layer4", "import", "<<"})
"""What may open other listeners than the addresses say, or brings in what isn't seen here."""


@dataclass(frozen=True, slots=True)
class Site:
    """What a Caddyfile says of its listeners. `known`: nothing else in it decides them.

    `addresses` are those of all sites, `http_port` and `https_port` what the global options say; `plain` that these
    have a say in whether hosts are served by https.
    """

    addresses: tuple[Template, ...] = ()
    http_port: Text | None = None
    https_port: Text | None = None
    plain: bool = True
    known: bool = True


def read(text: Text) -> Site:
    """What one Caddyfile says."""
    lines = list(_lines(text))
    snippets = {line[0].value.strip("()") for line in lines if line[0].value.startswith("(")}
    first = [line for line in lines if not _is_import(line, snippets)]
    if any(line[0].value in _HIDING for line in first):
        return Site(known=False)
    options = {line[0].value: line[1] for line in lines if len(line) > 1}
    headers = _headers(lines)
    if headers is None:
        return Site(known=False)
    return Site(
        tuple(_address(token) for token in headers),
        options.get("http_port"),
        options.get("https_port"),
        plain="auto_https" not in options,
    )


def _is_import(line: list[Text], snippets: set[str]) -> bool:
    """Whether a line brings in a snippet of the same file."""
    return len(line) > 1 and line[0].value == "import" and line[1].value in snippets


def _lines(text: Text) -> Iterator[list[Text]]:
    """The tokens of each line that has any, comments left out."""
    line: list[Text] = []
    for match in _TOKEN.finditer(text.value):
        if match[0] == "\n":
            if line:
                yield line
            line = []
        elif not match[0].startswith("#"):
            line.append(text.slice(*match.span()))
    if line:
        yield line


def _headers(lines: list[list[Text]]) -> list[Text] | None:
    """The tokens that name the sites; None where the file is laid out as nobody reads it here."""
    found: list[Text] = []
    header: list[Text] = []
    depth, blocks = 0, 0
    for line in lines:
        for token in line:
            if token.value == "{":
                found += header if not depth and not (header and header[0].value.startswith("(")) else []
                header = [] if not depth else header
                depth, blocks = depth + 1, blocks + (depth == 0)
            elif token.value == "}":
                depth -= 1
            elif not depth:
                header.append(token)
        if not depth and header and not header[-1].value.endswith(","):
            # A file of one site alone needs no braces: what follows its first line are directives.
            return header if not found else None
    return found if not depth and not header else None


def _address(token: Text) -> Template:
    value = token.slice(0, len(token) - token.value.endswith(","))
    parts: list[Text | Hole] = []
    at = 0
    for match in _VARIABLE.finditer(value.value):
        default = value.group(match, "default") if match["default"] is not None else None
        parts += [value.slice(at, match.start()), Hole(match["name"], Template.literal(default) if default else None)]
        at = match.end()
    parts.append(value.slice(at, len(value)))
    return Template(tuple(part for part in parts if isinstance(part, Hole) or part.value))
