"""Where nginx hands requests on: `proxy_pass` and its kin, with the variables that the same scope sets put in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.graph import address
from stackfix.graph.proxy_facts import Pass, Upstream, UpstreamServer
from stackfix.graph.value import Hole, Opaque, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stackfix.graph.model import Address
    from stackfix.graph.proxy_blocks import Block, Said

KEYWORDS = frozenset({"proxy_pass", "grpc_pass", "uwsgi_pass", "fastcgi_pass", "scgi_pass"})
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_RENDERED = re.compile(r"[A-Z][A-Z0-9_]*\Z")
_AUTHORITY = re.compile(r"(?:[a-z]+://)?(?P<authority>[^/?]*)(?P<uri>[/?].*)?", re.DOTALL)
_DEEPEST = 4


def address_of(text: Text) -> Address | None:
    """The address that an argument of `proxy_pass` or of an upstream's `server` is, when nothing hides it."""
    if "$" in text.value or "unix:" in text.value:
        return None
    if "://" in text.value:
        return address.url(text)
    return address.pair(text) or address.bare(text)


def template_of(text: Text) -> Template:
    """An argument with a hole for each variable that only a renderer can fill, unknown for nginx's own."""
    parts: list[Text | Hole | Opaque] = []
    at = 0
    for match in _VARIABLE.finditer(text.value):
        if match.start() > at:
            parts.append(text.slice(at, match.start()))
        name = match.group(1) or match.group(2)
        parts.append(Hole(name) if _RENDERED.match(name) else Opaque())
        at = match.end()
    if at < len(text):
        parts.append(text.slice(at, len(text)))
    return Template(tuple(parts))


def upstream_server(said: Said) -> UpstreamServer:
    """One `server` line of an upstream block."""
    text = said.args[0]
    return UpstreamServer(
        text, template_of(text), address_of(text), said.location, said.anchor, down="down" in said.values[1:]
    )


def read(
    said: Said,
    sets: Mapping[str, Sequence[Said]],
    upstreams: Mapping[str, Upstream],
    *,
    conditional: bool,
    stream: bool,
) -> Pass:
    """One directive that hands requests on. `sets` are all `set` directives by the variable's name."""
    text = said.args[0]
    resolved = _filled(text, said.within, sets, 0)
    match = _AUTHORITY.fullmatch(resolved.value)
    authority = match.group("authority") if match else ""
    upstream = upstreams.get(authority)
    uri = resolved.group(match, "uri") if match and said.keyword == "proxy_pass" and "://" in resolved.value else None
    return Pass(
        keyword=said.keyword,
        said=said,
        text=text,
        resolved=resolved,
        template=template_of(resolved),
        location=said.location,
        anchor=said.anchor,
        address=None if upstream else _target(resolved),
        upstream=upstream,
        uri=uri,
        variable=bool(_VARIABLE.search(text.value)) and not _only_rendered(text.value),
        conditional=conditional,
        stream=stream,
    )


def _only_rendered(value: str) -> bool:
    return all(_RENDERED.match(m.group(1) or m.group(2)) for m in _VARIABLE.finditer(value))


def _target(resolved: Text) -> Address | None:
    """The address, also where only the path holds variables (`http://api:8000$request_uri`)."""
    match = re.match(r"(?:[a-z]+://)?[^/?$]*(?=$|[/?]|\$(?:request_)?uri)", resolved.value)
    if match is None or "$" in resolved.value[: match.end()]:
        return None
    return address_of(resolved) or address_of(resolved.slice(0, match.end()))


def _filled(text: Text, block: Block, sets: Mapping[str, Sequence[Said]], depth: int) -> Text:
    parts: list[Text] = []
    at = 0
    for match in _VARIABLE.finditer(text.value):
        value = _set_value(match.group(1) or match.group(2), block, sets)
        if value is None or depth > _DEEPEST:
            continue
        parts += (text.slice(at, match.start()), _filled(value, block, sets, depth + 1))
        at = match.end()
    return Text.join((*parts, text.slice(at, len(text)))) if parts else text


def _set_value(name: str, block: Block, sets: Mapping[str, Sequence[Said]]) -> Text | None:
    """What the one `set` gives that every request here has passed; None where another may have been taken."""
    found = sets.get(name, ())
    around = list(block.chain())
    near = [said for said in found if said.within in around]
    if len(near) != 1 or near[0].within.kind in {"if", "limit_except"}:
        return None
    rivals = [said for said in found if said is not near[0] and _same_server(said.within, near[0].within)]
    return None if rivals else near[0].args[1]


def _same_server(one: Block, other: Block) -> bool:
    """Whether a request may pass both: one stands around or inside the other, or both are conditional nearby."""
    return one in other.chain() or other in one.chain()
