"""What the files of a front end say, each thing with its place. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackfix.findings import Anchor, Location
    from stackfix.graph.frontend_handing import Handed, Hander
    from stackfix.graph.javascript_names import Names
    from stackfix.graph.javascript_values import EnvRead
    from stackfix.graph.value import Template
    from stackfix.text import Text


class Bundler(Enum):
    """What builds a front end, or serves it."""

    VITE = "vite"
    CREATE_REACT_APP = "create-react-app"
    NEXT = "next"
    ANGULAR = "angular"
    VUE_CLI = "vue-cli"
    NUXT = "nuxt"
    SVELTE_KIT = "svelte-kit"
    ASTRO = "astro"
    REMIX = "remix"
    GATSBY = "gatsby"
    WEBPACK = "webpack"
    PARCEL = "parcel"
    NONE = "none: files as they are"


@dataclass(frozen=True, slots=True)
class Base:
    """A base URL that requests are made from: `axios.create({baseURL})`, a constant called *API*, *BASE* or *URL*.

    `name` is the constant's name or the call's ("axios.create"). `used` says that a client is made with it.
    """

    name: str
    value: Template
    used: bool
    location: Location
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class ApiCall:
    """A request. `method` is upper case, None where it can't be read. `client` is the callee as written.

    `own`: the client is the project's, declared or imported from its own files, so that it may have a base of its own.

    `value` is the URL; a client made with a base puts it before. `location` and `anchor` are the URL's argument.
    """

    client: str
    method: str | None
    value: Template
    location: Location
    anchor: Anchor
    own: bool = False


@dataclass(frozen=True, slots=True)
class SocketOpening:
    """A WebSocket that is opened. `library` is "WebSocket", "socket.io" or the helper's name.

    `url` is None where the page's own origin is meant (socket.io). `path` is socket.io's `path` where it is given.
    """

    library: str
    url: Template | None
    path: Template | None
    location: Location
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class DevProxy:
    """A rule of the development server: paths below `prefix` go to `target`. `websocket` where upgrades go too.

    `rewrites` says that the path is changed on the way.
    """

    prefix: str
    target: Template
    websocket: bool
    rewrites: bool
    location: Location
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class FrontFacts:
    """Everything of one file. `mentions` are string literals that are ws:// or http:// URLs, wherever they stand.

    `loose` are addresses used outside of requests, bases and openings; `guarded` is code for one environment alone.
    `handers` are functions that hand a path on to a request, `handed` the calls of such functions; `instances` are the
    clients that are made with their bases, `objects` the names of objects with their classes. `names` are what the file
    declares, read with it; None where nothing else of it was.
    """

    reads: tuple[EnvRead, ...] = ()
    bases: tuple[Base, ...] = ()
    calls: tuple[ApiCall, ...] = ()
    sockets: tuple[SocketOpening, ...] = ()
    mentions: tuple[tuple[Text, Location, Anchor], ...] = ()
    loose: tuple[Template, ...] = ()
    guarded: tuple[Location, ...] = ()
    handers: tuple[Hander, ...] = ()
    handed: tuple[Handed, ...] = ()
    instances: tuple[tuple[str, Template | None], ...] = ()
    objects: tuple[tuple[str, str], ...] = ()
    names: Names | None = None


NO_FACTS = FrontFacts()


@dataclass(frozen=True, slots=True)
class Settings:
    """What the configuration of a bundler says. None: not said, or not readable where `known` is false.

    `base` is the path that the files are served below, `output` the folder of the build, `port` the development
    server's. `static` holds where the build is plain files; None where nobody can tell.
    """

    proxies: tuple[DevProxy, ...] = ()
    base: Text | None = None
    output: Text | None = None
    port: Template | None = None
    static: bool | None = None
    known: bool = True
    prefixes: tuple[str, ...] = field(default_factory=tuple)
