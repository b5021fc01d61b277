"""What a block loses when it gets the first directive of a kind that nginx inherits only as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.edits import Refused
from stackfix.fixers.nginx.place import host
from stackfix.graph import proxy, proxy_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stackfix.findings import Anchor
    from stackfix.fixers.nginx.place import Place
    from stackfix.formats import nginx
    from stackfix.graph.library import Library
    from stackfix.graph.proxy_blocks import Block

_WHOLE = frozenset(
    {
        "proxy_set_header",
        "add_header",
        "add_trailer",
        "grpc_set_header",
        "fastcgi_param",
        "uwsgi_param",
        "scgi_param",
        "proxy_hide_header",
        "proxy_pass_header",
        "proxy_cookie_path",
        "proxy_cookie_domain",
        "error_page",
        "access_log",
        "limit_req",
        "limit_conn",
        "sub_filter",
    }
)
_NAMED = frozenset({"proxy_set_header", "grpc_set_header", "fastcgi_param", "uwsgi_param", "scgi_param"})


def copies(place: Place, directives: Sequence[Sequence[str]], library: Library) -> tuple[nginx.Directive, ...]:
    """The inherited directives to be written beside the new ones.

    Refused where an include that nobody can read may hold some, or where several configurations take the block in and
    give it different ones.
    """
    kinds = tuple(dict.fromkeys(words[0] for words in directives if words[0] in _WHOLE))
    if not kinds:
        return ()
    blocks = tuple(_blocks(place, library))
    found: list[nginx.Directive] = []
    for kind in kinds:
        ways = {tuple(one.text for one in _lost(block, kind)): _lost(block, kind) for block in blocks}
        if len(ways) > 1:
            raise Refused(f"the block inherits different {kind} by different files")
        named = {words[1].lower() for words in directives if words[0] == kind and kind in _NAMED}
        found += [one for way in ways.values() for one in way if one.values[:1] and one.values[0].lower() not in named]
    return tuple(found)


def loses(place: Place, keyword: str, library: Library) -> bool:
    """Whether a block around would be inherited from again if this block's last `keyword` went."""
    return keyword in _WHOLE and any(
        block.parent is not None
        and (block.parent.effective(keyword).said or not block.parent.effective(keyword).certain)
        for block in _blocks(place, library)
    )


def _lost(block: Block, kind: str) -> tuple[nginx.Directive, ...]:
    effective = block.effective(kind)
    if effective.own:
        return ()
    if not effective.certain:
        raise Refused(f"an include that can't be read may hold {kind}")
    return tuple(said.directive for said in effective.said)


def _blocks(place: Place, library: Library) -> Iterator[Block]:
    """The block in each configuration that takes it in, with what stands around it there."""
    if place.embedded:
        yield from _within(proxy.facts_within(place.document.text, host(place.anchor)).root, place.anchor)
        return
    found = [one for facts in proxy_files.configurations(library) for one in _within(facts.root, place.anchor)]
    yield from found or _within(proxy.facts(place.document.text).root, place.anchor)


def _within(root: Block, anchor: Anchor) -> Iterator[Block]:
    if root.anchor == anchor:
        yield root
    for said in root.walk():
        if said.block is not None and said.anchor == anchor:
            yield said.block
