"""Whether a location lets a WebSocket's handshake through: HTTP/1.1, Upgrade and Connection, by what holds in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from stackfix.graph.proxy_facts import dollar

if TYPE_CHECKING:
    from stackfix.graph.proxy_blocks import Said
    from stackfix.graph.proxy_facts import NginxFacts, ProxyLocation

_UPGRADES = frozenset({"$http_upgrade", "${http_upgrade}", "websocket"})


class Connection(Enum):
    """How the Connection header is sent on."""

    MISSING = "missing"
    CONSTANT = "constant"
    MAP = "map"
    FORWARDED = "forwarded"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Handshake:
    """What a location does with a handshake.

    Not `certain`: an include that nobody can read, or a variable, may say otherwise.
    """

    http11: bool
    upgrade: bool
    connection: Connection
    certain: bool

    @property
    def missing(self) -> tuple[str, ...]:
        """What lacks, in this order: "proxy_http_version", "Upgrade", "Connection"."""
        connected = self.connection in {Connection.CONSTANT, Connection.MAP, Connection.FORWARDED}
        pairs = (("proxy_http_version", self.http11), ("Upgrade", self.upgrade), ("Connection", connected))
        return tuple(name for name, there in pairs if not there)

    @property
    def complete(self) -> bool:
        """Whether a WebSocket gets through."""
        return not self.missing


def handshake(location: ProxyLocation, facts: NginxFacts) -> Handshake:
    """What holds in a location, inherited or its own."""
    version = location.block.effective("proxy_http_version")
    headers = location.block.effective("proxy_set_header")
    named = {said.values[0].lower(): said for said in headers.said if len(said.values) == 2}  # noqa: PLR2004 - name, value
    upgrade = named.get("upgrade")
    connection, sure = _connection(named.get("connection"), facts)
    return Handshake(
        http11=any(said.values == ("1.1",) for said in version.said),
        upgrade=upgrade is not None and dollar(upgrade.values[1]).lower() in _UPGRADES,
        connection=connection,
        certain=version.certain and headers.certain and sure,
    )


def _connection(said: Said | None, facts: NginxFacts) -> tuple[Connection, bool]:
    if said is None:
        return Connection.MISSING, True
    value = dollar(said.values[1])
    if "upgrade" in value.lower() and "$" not in value:
        return Connection.CONSTANT, True
    if value in {"$http_connection", "${http_connection}"}:
        return Connection.FORWARDED, True
    if not value.startswith("$"):
        return Connection.OTHER, True
    name = value[1:].strip("{}")
    mapped = [one for one in facts.maps if one.variable == name]
    if any(one.is_upgrade for one in mapped):
        return Connection.MAP, True
    return Connection.OTHER, bool(mapped)


def read_timeout(location: ProxyLocation) -> tuple[Said | None, bool]:
    """The `proxy_read_timeout` that holds (None: nginx's 60 seconds), and whether that is certain."""
    found = location.block.effective("proxy_read_timeout")
    return (found.said[-1] if found.said else None), found.certain
