"""nginx configurations as facts: what is served where, handed on to whom, under which inherited directives."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.findings import Anchor
from stackfix.formats import nginx
from stackfix.graph import proxy_blocks, proxy_passes
from stackfix.graph.proxy_facts import (
    Listen,
    Modifier,
    NginxFacts,
    Pass,
    ProxyLocation,
    ProxyServer,
    Upstream,
    VariableMap,
    dollar,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stackfix.graph.proxy_blocks import Block, Said
    from stackfix.text import Text

_LISTEN = re.compile(r"(?:(?P<host>\[[^\]]*\]|[^:\s\[\]]+):)?(?P<port>\d{1,5})")
_TRANSPARENT = frozenset({"if", "limit_except"})


def facts(text: Text) -> NginxFacts:
    """What one file says by itself, no include followed. Unreadable where it can't be read."""
    place = text.first_place
    path = place[0] if place else ""
    return build(proxy_blocks.expand(nginx.read(text), Anchor(path, "nginx"), proxy_blocks.unread))


def facts_within(text: Text, outer: Anchor) -> NginxFacts:
    """The same for a document that lies in the node that `outer` addresses (a ConfigMap's value, a heredoc)."""
    root = _within(outer, Anchor(outer.path, "nginx"))
    return build(proxy_blocks.expand(nginx.read(text), root, proxy_blocks.unread))


def _within(outer: Anchor, inner: Anchor) -> Anchor:
    deeper = inner if outer.inner is None else _within(outer.inner, inner)
    return Anchor(outer.path, outer.syntax, outer.steps, deeper, outer.name)


def build(root: Block, elsewhere: tuple[Upstream, ...] = ()) -> NginxFacts:
    """The facts of a configuration whose blocks are known. `elsewhere` are upstreams that the same nginx reads too."""
    found = tuple(root.walk())
    blocks = {said.keyword for said in found if said.block is not None}
    upstreams = tuple(_upstream(said) for said in found if said.keyword == "upstream" and said.block and said.values)
    passes = tuple(_passes(found, (*elsewhere, *upstreams)))
    http = _context(root, "http")
    return NginxFacts(
        path=root.path,
        root=root,
        servers=tuple(_server(s, passes) for s in found if _is_server(s)),
        upstreams=upstreams,
        maps=tuple(_map(s) for s in found if s.keyword == "map" and s.block and len(s.values) >= 2),  # noqa: PLR2004 - source, variable
        loose=_locations(root, passes),
        passes=passes,
        resolvers=tuple(s for s in found if s.keyword == "resolver"),
        includes=tuple(i for b in (root, *(s.block for s in found if s.block)) for i in b.includes),
        files=tuple(dict.fromkeys((root.path, *(s.anchor.path for s in found), *_included(found, root)))),
        http=http is not None,
        stream="stream" in blocks,
        map_block=http.anchor
        if http
        else (None if {"stream", "location"} & {s.keyword for s in root.said} else root.anchor),
        defined=frozenset(_defined(found)),
    )


def _included(found: Sequence[Said], root: Block) -> Iterator[str]:
    for block in (root, *(s.block for s in found if s.block)):
        for include in block.includes:
            yield from include.paths or ()


def _context(root: Block, kind: str) -> Block | None:
    return next((s.block for s in root.said if s.keyword == kind and s.block is not None), None)


def _defined(found: Sequence[Said]) -> Iterator[str]:
    """The variables that the configuration gives a value, without `$`."""
    for said in found:
        if said.keyword == "set" and said.values:
            yield dollar(said.values[0]).removeprefix("$")
        elif said.keyword in {"map", "geo", "split_clients"} and said.block and said.values:
            yield dollar(said.values[-1]).removeprefix("$")


def _in_stream(block: Block) -> bool:
    return any(outer.kind == "stream" for outer in block.chain())


def _is_server(said: Said) -> bool:
    return said.keyword == "server" and said.block is not None and said.within.kind in {"", "http"}


def _server(said: Said, passes: Sequence[Pass]) -> ProxyServer:
    block = said.block
    assert block is not None
    return ProxyServer(
        listens=tuple(_listen(one) for one in block.all("listen") if one.values),
        names=tuple(arg for one in block.all("server_name") for arg in one.args),
        locations=_locations(block, passes),
        block=block,
        location=said.location,
        anchor=said.anchor,
        certificate=_files(block, "ssl_certificate"),
        certificate_key=_files(block, "ssl_certificate_key"),
    )


def _files(block: Block, keyword: str) -> tuple[Text, ...]:
    return tuple(said.args[0] for said in block.effective(keyword).said if said.args)


def _listen(said: Said) -> Listen:
    address = said.args[0]
    words = said.values[1:]
    match = _LISTEN.fullmatch(address.value)
    port = address.group(match, "port") if match else None
    host = match.group("host") if match else None
    if match is None and not re.search(r"[$/]", address.value):
        host = address.value
    return Listen(
        text=address,
        location=said.location,
        anchor=said.anchor,
        port=int(port.value) if port else (80 if host and not address.value.startswith("unix:") else None),
        port_text=port,
        host=None if host in {None, "*", "0.0.0.0", "[::]"} else host,  # noqa: S104 - recognised, not bound
        ssl="ssl" in words,
        default=bool({"default_server", "default"} & set(words)),
    )


def _locations(block: Block, passes: Sequence[Pass]) -> tuple[ProxyLocation, ...]:
    return tuple(_location(s, passes) for s in block.said if s.keyword == "location" and s.block and s.values)


def _location(said: Said, passes: Sequence[Pass]) -> ProxyLocation:
    block = said.block
    assert block is not None
    modifier, path = _pattern(said.args)
    return ProxyLocation(
        modifier=modifier,
        path=path,
        block=block,
        location=said.location,
        anchor=said.anchor,
        passes=tuple(p for p in passes if _holder(p.said.within) is block),
        nested=_locations(block, passes),
    )


def _pattern(args: Sequence[Text]) -> tuple[Modifier, Text]:
    """A location's modifier and path; nginx also takes `=/path` and `~regex` as one word."""
    if len(args) > 1:
        return Modifier(args[0].value) if args[0].value in {"=", "^~", "~", "~*"} else Modifier.PREFIX, args[1]
    only = args[0]
    for mark in ("^~", "~*", "=", "~"):
        if only.value.startswith(mark):
            return Modifier(mark), only.slice(len(mark), len(only))
    return (Modifier.NAMED if only.value.startswith("@") else Modifier.PREFIX), only


def _holder(block: Block) -> Block:
    while block.kind in _TRANSPARENT and block.parent is not None:
        block = block.parent
    return block


def _upstream(said: Said) -> Upstream:
    block = said.block
    assert block is not None
    servers = tuple(proxy_passes.upstream_server(one) for one in block.all("server") if one.values)
    return Upstream(said.args[0], servers, block, said.location, said.anchor, _in_stream(block))


def _passes(found: Sequence[Said], upstreams: Sequence[Upstream]) -> Iterator[Pass]:
    sets: dict[str, list[Said]] = {}
    for said in found:
        if said.keyword == "set" and len(said.values) == 2:  # noqa: PLR2004 - a name and a value
            sets.setdefault(said.values[0].removeprefix("$"), []).append(said)
    for said in found:
        if said.keyword in proxy_passes.KEYWORDS and said.block is None and said.values:
            stream = _in_stream(said.within)
            named = {u.name.value: u for u in upstreams if u.stream is stream}
            yield proxy_passes.read(said, sets, named, conditional=said.within.kind in _TRANSPARENT, stream=stream)


def _map(said: Said) -> VariableMap:
    block = said.block
    assert block is not None
    entries = tuple((s.keyword, s.values[0]) for s in block.said if len(s.values) == 1)
    return VariableMap(said.values[0], dollar(said.values[1]).removeprefix("$"), entries, said.location, said.anchor)
