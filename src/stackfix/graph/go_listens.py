"""Which ports a Go program binds: every call that opens one, among the files that it is compiled from.

Sources: net/http, net, crypto/tls; gin's Run, echo's Start, fiber's and iris' Listen.

May import the reader of Go code and the graph's values.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.graph import go_code
from stackfix.graph.go_code import closing, split
from stackfix.graph.go_values import Reader
from stackfix.graph.value import Hole, Opaque, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.go_code import Source
    from stackfix.graph.library import Library

_CALLS = re.compile(
    r"\b(?:(?P<first>(?:http|fasthttp)\.ListenAndServe(?:TLS)?)\(|(?P<second>(?:net|tls)\.Listen)\("
    r"|(?P<server>http\.Server)\s*\{|(?P<receiver>\w+)\.(?P<method>Run|RunTLS|Start|StartTLS|Listen|ListenTLS)\()"
)
_MADE = {"Run": "gin", "Start": "echo", "Listen": "fiber|iris"}
_MAKERS = {
    "gin": r"gin\.(?:Default|New)\(",
    "echo": r"echo\.New\(",
    "fiber": r"fiber\.New\(",
    "iris": r"iris\.(?:New|Default)\(",
}
_KINDS = {"gin": r"gin\.Engine", "echo": r"echo\.Echo", "fiber": r"fiber\.App", "iris": r"iris\.Application"}
_GIN_PORT = Hole("PORT", Template.literal(Text.unwritten("8080")), empty_is_unset=True)
_GIN_DEFAULT = Template((Text.unwritten(":"), _GIN_PORT))


def addresses(library: Library, module: str, package: str) -> tuple[Template, ...] | None:
    """Where the program of a `main` package listens; None where one of its calls can't be followed, or none is seen."""
    return library.remember(("go listens", module, package), lambda: _listens(library, module, package))


def _listens(library: Library, module: str, package: str) -> tuple[Template, ...] | None:
    sources = go_code.program(library, module, package)
    if sources is None:
        return None
    reader = Reader(sources)
    found = [address for source in sources for address in _addresses(reader, source)]
    if not found or any(one is None or any(isinstance(p, Opaque) for p in one.parts) for one in found):
        return None
    return tuple(one for one in found if one is not None)


def _addresses(reader: Reader, source: Source) -> Iterator[Template | None]:
    """The address of each listener that a file opens; None for one that can't be told."""
    for match in _CALLS.finditer(source.bare):
        opened = match.end() - 1
        parts = split(source.bare, match.end(), closing(source.bare, opened))
        if match["server"]:
            yield from _server(reader, source, parts)
        elif match["first"] or match["second"]:
            index = 0 if match["first"] else 1
            kind = source.code[slice(*parts[0])] if match["second"] and parts else ""
            if "unix" not in kind and not _is_random(source, parts, index):
                yield reader.value(source, *parts[index]) if index < len(parts) else None
        else:
            yield from _of_framework(reader, source, match, parts)


def _is_random(source: Source, parts: tuple[tuple[int, int], ...], index: int) -> bool:
    """Whether any free port is asked for (`:0`), as a test of the program's own does."""
    return index < len(parts) and re.search(r":0\"$", source.code[slice(*parts[index])]) is not None


def _server(reader: Reader, source: Source, parts: tuple[tuple[int, int], ...]) -> Iterator[Template | None]:
    for start, end in parts:
        key = re.match(r"Addr\s*:\s*", source.bare[start:end])
        if key is not None:
            yield reader.value(source, start + key.end(), end)


def _of_framework(
    reader: Reader, source: Source, match: re.Match[str], parts: tuple[tuple[int, int], ...]
) -> Iterator[Template | None]:
    method = match["method"].removesuffix("TLS")
    if _made_by(reader, match["receiver"], _MADE[method]):
        if parts:
            yield reader.value(source, *parts[0])
        elif method == "Run":
            yield _GIN_DEFAULT
        else:
            yield None


def _made_by(reader: Reader, name: str, frameworks: str) -> bool:
    """Whether a variable of that name is a framework's server somewhere in the program, looked for once."""
    if (name, frameworks) not in reader.servers:
        reader.servers[name, frameworks] = _is_made_by(reader, name, frameworks)
    return reader.servers[name, frameworks]


def _is_made_by(reader: Reader, name: str, frameworks: str) -> bool:
    makers = "|".join(_MAKERS[f] for f in frameworks.split("|"))
    kinds = "|".join(_KINDS[f] for f in frameworks.split("|"))
    pattern = re.compile(rf"(?<![\w.]){name}\s*:?=\s*(?:{makers})|(?<![\w.]){name}\s+\*?(?:{kinds})\b")
    if any(pattern.search(source.bare) for source in reader.sources):
        return True
    given = re.compile(rf"(?<![\w.]){name}(?:\s*,\s*\w+)*\s*:=\s*(?:\w+\.)?(\w+)\(")
    makes = {m for source in reader.sources for m in given.findall(source.bare)}
    return any(
        f.name in makes and re.search(kinds, f.results) is not None
        for source in reader.sources
        for f in source.functions
    )
