"""What a proxy's configuration says: servers, locations, where they hand requests on, upstreams, maps."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.findings import Anchor, Location
    from stackfix.graph.model import Address
    from stackfix.graph.proxy_blocks import Block, Include, Said
    from stackfix.graph.value import Template
    from stackfix.text import Text


class Modifier(Enum):
    """How a location is compared with a request's path."""

    PREFIX = ""
    EXACT = "="
    FINAL_PREFIX = "^~"
    REGEX = "~"
    REGEX_ANY_CASE = "~*"
    NAMED = "@"


@dataclass(frozen=True, slots=True, eq=False)
class Listen:
    """One `listen`. `port` is None for a socket or a variable; `host` for every address."""

    text: Text
    location: Location
    anchor: Anchor
    port: int | None = None
    port_text: Text | None = None
    host: str | None = None
    ssl: bool = False
    default: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class UpstreamServer:
    """One `server` of an upstream. `address` is None for a socket or where a variable hides it."""

    text: Text
    template: Template
    address: Address | None
    location: Location
    anchor: Anchor
    down: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Upstream:
    """`upstream NAME { … }`. Not `certain`: an include that nobody can read may add servers."""

    name: Text
    servers: tuple[UpstreamServer, ...]
    block: Block
    location: Location
    anchor: Anchor
    stream: bool = False

    @property
    def certain(self) -> bool:
        """Whether all of its servers are seen."""
        return not self.block.hidden


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """Where requests are handed on.

    `keyword` is proxy_pass, grpc_pass, uwsgi_pass, fastcgi_pass or scgi_pass; `text` is its argument as written.
    `resolved` is the argument with `set` variables of the same scope put in (pieces keep their places); `template` has
    a hole for each `${UPPER_CASE}` that a renderer may fill. `address` is None where a variable still hides it, for a
    socket, and where `upstream` is the group it names. `uri` is the path that replaces the location's, None where none
    is written. `variable` says that nginx sees a variable in it: names are then resolved while running, with
    `resolver`, an upstream of the same configuration first. `conditional` passes stand in an `if` or `limit_except`.
    """

    keyword: str
    said: Said
    text: Text
    resolved: Text
    template: Template
    location: Location
    anchor: Anchor
    address: Address | None = None
    upstream: Upstream | None = None
    uri: Text | None = None
    variable: bool = False
    conditional: bool = False
    stream: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ProxyLocation:
    """One `location`. `nested` ones stand inside it, `parent` is the location around it.

    `passes` are its own, conditional ones too. `block` answers what is effective in it.
    """

    modifier: Modifier
    path: Text
    block: Block
    location: Location
    anchor: Anchor
    passes: tuple[Pass, ...] = ()
    nested: tuple[ProxyLocation, ...] = ()

    @property
    def handler(self) -> Pass | None:
        """Where it hands every request on, if it does."""
        return next((p for p in self.passes if not p.conditional), None)

    @property
    def rewrites(self) -> tuple[Said, ...]:
        """Its own `rewrite` directives in order."""
        return self.block.all("rewrite")

    @property
    def returns(self) -> Said | None:
        """Its own `return`: nginx answers by itself."""
        return self.block.last("return")

    @property
    def root(self) -> Said | None:
        """The `root` or `alias` that holds in it."""
        alias = self.block.last("alias")
        found = self.block.effective("root").said
        return alias or (found[-1] if found else None)

    @property
    def try_files(self) -> Said | None:
        """The `try_files` that holds in it."""
        found = self.block.effective("try_files").said
        return found[-1] if found else None


@dataclass(frozen=True, slots=True, eq=False)
class ProxyServer:
    """One `server` of http. `locations` are its outermost ones. Several certificates may be given."""

    listens: tuple[Listen, ...]
    names: tuple[Text, ...]
    locations: tuple[ProxyLocation, ...]
    block: Block
    location: Location
    anchor: Anchor
    certificate: tuple[Text, ...] = ()
    certificate_key: tuple[Text, ...] = ()

    @property
    def ports(self) -> frozenset[int]:
        """The ports it listens on; 80 where no `listen` is written."""
        if not self.listens:
            return frozenset({80})
        return frozenset(listen.port for listen in self.listens if listen.port is not None)

    @property
    def certain(self) -> bool:
        """Whether all of its locations are seen."""
        return not self.block.hidden

    def all_locations(self) -> tuple[ProxyLocation, ...]:
        """Its locations, nested ones too."""
        return _flat(self.locations)


def _flat(locations: tuple[ProxyLocation, ...]) -> tuple[ProxyLocation, ...]:
    return tuple(found for one in locations for found in (one, *_flat(one.nested)))


@dataclass(frozen=True, slots=True, eq=False)
class VariableMap:
    """`map SOURCE $variable { … }`. `variable` is without its `$`; `entries` are keys and values, `default` too."""

    source: str
    variable: str
    entries: tuple[tuple[str, str], ...]
    location: Location
    anchor: Anchor

    @property
    def is_upgrade(self) -> bool:
        """Whether it turns a WebSocket handshake's Upgrade header into the Connection header that must go with it."""
        entries = {key: value.lower() for key, value in self.entries}
        if dollar(self.source) not in {"$http_upgrade", "${http_upgrade}"}:
            return False
        wanted = entries.get("websocket", entries.get("~*websocket", entries.get("default", "")))
        return wanted in {"upgrade", "$http_connection"}


def dollar(value: str) -> str:
    """What is left when `${DOLLAR}name`, a template's way to write a `$`, has been rendered."""
    for spelling in DOLLARS:
        value = value.replace(spelling, "$")
    return value


DOLLARS = ("${DOLLAR}", "${dollar}", "${DOLLAR_SIGN}", "${DS}", "${D}")


@dataclass(frozen=True, slots=True, eq=False)
class NginxFacts:
    """A configuration: one file, or one with what its includes take in (`files`, in the order first met).

    `http` says whether the http block itself is seen; without it the file is a fragment for inside one. `map_block`
    addresses where a `map` belongs: the http block, else the file (None in a stream-only file). `loose` are locations
    outside any server: a fragment for inside one. `complete` is false where an include anywhere can't be read.
    """

    path: str
    root: Block
    servers: tuple[ProxyServer, ...] = ()
    upstreams: tuple[Upstream, ...] = ()
    maps: tuple[VariableMap, ...] = ()
    loose: tuple[ProxyLocation, ...] = ()
    passes: tuple[Pass, ...] = ()
    resolvers: tuple[Said, ...] = ()
    includes: tuple[Include, ...] = ()
    files: tuple[str, ...] = ()
    http: bool = False
    stream: bool = False
    map_block: Anchor | None = None
    defined: frozenset[str] = field(default_factory=frozenset)

    @property
    def complete(self) -> bool:
        """Whether every include was followed or comes with nginx."""
        return all(include.paths is not None or include.stock for include in self.includes)

    @property
    def upgrade_map(self) -> VariableMap | None:
        """The map that a WebSocket location takes its Connection header from, if there is one."""
        return next((found for found in self.maps if found.is_upgrade), None)

    def all_locations(self) -> tuple[ProxyLocation, ...]:
        """Every location, nested and loose ones too."""
        return tuple(one for server in self.servers for one in server.all_locations()) + _flat(self.loose)
