"""What one file of a Node, Bun or Deno program says about how it serves, each thing with its place. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stackfix.graph.javascript_names import Names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackfix.findings import Anchor, Location
    from stackfix.graph.javascript_values import EnvRead
    from stackfix.graph.value import Template


@dataclass(frozen=True, slots=True)
class Spot:
    """When code runs. `functions` are those around it that must be called by name; `called` says that this file does.

    `main` is below `require.main === module`; `conditional` below any other condition than "not in a test".
    """

    functions: tuple[str, ...] = ()
    main: bool = False
    conditional: bool = False


@dataclass(frozen=True, slots=True)
class Server:
    """An application, router or server bound to a name. `wraps` is the application that an http server serves."""

    name: str
    framework: str
    router: bool
    prefix: Template | None = None
    wraps: str | None = None


@dataclass(frozen=True, slots=True)
class NodeListen:
    """A call that binds a port. `port` is None where none is given; `host` None where it is every address.

    `server` is the name of what listens, `known` whether it was seen to be made by a framework or by http.
    `port_anchor` and `host_anchor` address the arguments.
    """

    framework: str
    server: str | None
    known: bool
    port: Template | None
    host: Template | None
    spot: Spot
    location: Location
    anchor: Anchor
    port_anchor: Anchor | None = None
    host_anchor: Anchor | None = None


@dataclass(frozen=True, slots=True)
class NodeRoute:
    """A path that `owner` serves. `methods` are upper case, empty for all; `everything`: whatever lies below it too.

    `listener` is the call that binds a port of its own for it; `polls` as a served route has it.
    """

    owner: str
    path: Template
    methods: frozenset[str]
    websocket: bool
    location: Location
    anchor: Anchor
    everything: bool = False
    listener: Location | None = None
    polls: bool = False


@dataclass(frozen=True, slots=True)
class NodeUse:
    """`owner` also serves what `target` serves, below `prefix`.

    `target` is a name as spelled, or an import's specifier where `loaded`; None is something that can't be followed,
    which may serve anything there. `anchor` addresses what is used below a prefix.
    """

    owner: str
    prefix: Template | None
    target: str | None
    location: Location
    loaded: bool = False
    anchor: Anchor | None = None


@dataclass(frozen=True, slots=True)
class NodeCors:
    """Cross-origin settings. `origins` are the elements of a list or the one origin; None where they can't be read.

    `everything`: any origin is allowed. `credentials` is None where it can't be read.
    """

    origins: tuple[Template, ...] | None
    everything: bool
    credentials: bool | None
    location: Location
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class NodeCall:
    """A connection opened by the code. `kind` says what `value` is: "url", "host" or "port"; "user", "password" and
    "database" say who asks, and for what.

    `location` and `anchor` are the value's; `whole` is the call, which a host and its port share. `fallback`: only
    after something else has failed. `runs` as a Python program's calls have it; nothing else is followed so far.
    """

    callee: str
    value: Template
    kind: str
    location: Location
    anchor: Anchor
    whole: Location
    fallback: bool = False
    runs: bool | None = True


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """Everything of one file. `functions` are the names of those that it declares, `called` what it calls.

    `holes` say why routes may be served unseen. `global_prefix` is Nest's. `dynamic`: it loads modules by names that
    can't be known. `dotenv`: it loads a `.env` file. `outlined`: nothing in it speaks of serving, so that
    its constants are left unread. `aliases` are further names of what it makes: `export const users = router`. `looked`
    are paths that code compares a request's with, `unprefixed` those that Nest's global prefix is not for, `modules`
    packages whose modules may bring Nest routes.
    """

    names: Names = field(default_factory=Names)
    reads: tuple[EnvRead, ...] = ()
    servers: tuple[Server, ...] = ()
    listens: tuple[NodeListen, ...] = ()
    routes: tuple[NodeRoute, ...] = ()
    uses: tuple[NodeUse, ...] = ()
    cors: tuple[NodeCors, ...] = ()
    client_calls: tuple[NodeCall, ...] = ()
    functions: frozenset[str] = frozenset()
    called: frozenset[str] = frozenset()
    global_prefix: Template | None = None
    holes: tuple[str, ...] = ()
    dynamic: bool = False
    dotenv: bool = False
    outlined: bool = False
    aliases: Mapping[str, str] = field(default_factory=dict)
    looked: tuple[str, ...] = ()
    unprefixed: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
