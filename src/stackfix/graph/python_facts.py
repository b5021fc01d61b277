"""What one Python file says about how it runs, each thing with its place. Values only; nothing is followed here.

Names are dotted and spelled as inside the file: a local of a function `f` is `f.x`, an attribute of a class is `C.x`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackfix.findings import Anchor, Location
    from stackfix.graph.value import Template
    from stackfix.text import Text


@dataclass(frozen=True, slots=True)
class Spot:
    """When code runs. `scope` is the dotted definition around it, `function` the innermost function (None: at import).

    `main` is below `if __name__ == "__main__"`; `conditional` below any other condition; `guarded` inside a `try`;
    `fallback` inside an `except`.
    """

    scope: str = ""
    function: str | None = None
    main: bool = False
    conditional: bool = False
    guarded: bool = False
    fallback: bool = False


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name. `name` is None for `import module`, "*" for all; `level` counts the leading dots.

    `renamed`: `import module as alias`, which may be the module's own first part (`import redis.asyncio as redis`).
    """

    module: str
    level: int
    name: str | None
    alias: str
    spot: Spot
    location: Location
    renamed: bool = False


UNSEEN_FILE = "?"
"""A dotenv file that is chosen while the program runs."""


@dataclass(frozen=True, slots=True)
class EnvRead:
    """A reading of an environment variable. `names` are all names tried, first the strongest.

    `required`: without it the code fails where it is read. `insensitive`: case doesn't matter (pydantic). `value_type`
    is "int", "bool" … where one is asked for. `env_file` is a dotenv file that the reader itself looks into, or
    UNSEEN_FILE. `wholes` are variables that may give it as a part of theirs (pydantic's nested models: JSON).
    """

    name: str
    default: Template | None
    required: bool
    location: Location
    anchor: Anchor
    spot: Spot
    value_type: str | None = None
    names: tuple[str, ...] = ()
    insensitive: bool = False
    env_file: str | None = None
    wholes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServerObject:
    """An application or a router. `router` is a part that must be included by an application to be served."""

    name: str
    framework: str
    router: bool
    prefix: Template | None
    spot: Spot
    location: Location
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class Route:
    """A path that `owner` (as spelled) serves. `methods` are upper case, empty for all; `regex`: Django's re_path.

    `handler` is what answers, as the file knows it (a class of Falcon with its suffix behind a colon): it may take
    WebSockets where `websocket` isn't set, and decides where that is None. `polls` as a served route has it.
    """

    owner: str
    path: Template
    websocket: bool | None
    methods: frozenset[str]
    spot: Spot
    location: Location
    anchor: Anchor
    regex: bool = False
    handler: str | None = None
    polls: bool = False


@dataclass(frozen=True, slots=True)
class Include:
    """`owner` also serves what `target` serves, below `prefix`. `module`: the target is a module's name (Django), whose
    entry `anchor` addresses.
    """

    owner: str
    target: str
    prefix: Template | None
    spot: Spot
    location: Location
    module: bool = False
    mount: bool = False
    anchor: Anchor | None = None


@dataclass(frozen=True, slots=True)
class UnknownRoutes:
    """`owner` may serve paths below `prefix` that can't be read here; None is everywhere."""

    owner: str
    prefix: Template | None
    reason: str
    spot: Spot
    location: Location


@dataclass(frozen=True, slots=True)
class Listen:
    """A call that binds a port. `app` is the application as spelled, or "module:attribute".

    `host` and `port` are None where not given: then the tool's `default_host` (None: every address) and `default_port`.
    `host_node`, `port_node` address the arguments; `anchor` the call. `sockets`: it speaks nothing but WebSockets.
    """

    tool: str
    app: str | None
    host: Template | None
    port: Template | None
    default_host: str | None
    default_port: int | None
    spot: Spot
    location: Location
    anchor: Anchor
    host_anchor: Anchor | None = None
    port_anchor: Anchor | None = None
    sockets: bool = False


@dataclass(frozen=True, slots=True)
class Cors:
    """Cross-origin settings. `origins` are the elements where they are a list in the source; else `expression` is said.

    `separator` is what the expression's text is split by. `credentials` is None where it can't be read. `everything`:
    any origin is allowed. `list_location` and `list_anchor` are the argument with the origins; `location` and `anchor`
    the call. `owner` is the application.
    """

    framework: str
    origins: tuple[Template, ...] | None
    expression: Template | None
    separator: str | None
    regex: Template | None
    credentials: bool | None
    everything: bool
    spot: Spot
    location: Location
    anchor: Anchor
    owner: str | None = None
    list_location: Location | None = None
    list_anchor: Anchor | None = None


@dataclass(frozen=True, slots=True)
class ClientCall:
    """A connection opened by the code. `kind` says what `value` is: "url", "host", "port" or "address" (host:port);
    "user", "password" and "database" say who asks, and for what.

    `location` and `anchor` are the value's; `whole` is the call, which a host and its port share.
    """

    callee: str
    value: Template
    kind: str
    spot: Spot
    location: Location
    anchor: Anchor
    whole: Location


@dataclass(frozen=True, slots=True)
class Literal:
    """A string that looks like a URL or host:port, wherever it stands. `name` is the constant that it is given to."""

    text: Text
    name: str | None
    spot: Spot
    location: Location
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class Called:
    """A call by name: `arguments` are those that are dotted names, else None."""

    name: str
    arguments: tuple[str | None, ...]
    keywords: tuple[tuple[str, str | None], ...]
    spot: Spot


@dataclass(frozen=True, slots=True)
class Option:
    """A command-line option of the program itself: its spellings and the default."""

    spellings: tuple[str, ...]
    default: Template | None


@dataclass(frozen=True, slots=True)
class PythonFacts:
    """Everything above of one file.

    `constants` values by dotted name; `instances` what a name is made by (`settings` → `Settings()`); `returns` what a
    function gives back, dotted; `bases` a class's bases; `parameters` a function's; `own` what the file itself defines
    at top level, `names` with what it imports, complete where `names_known`. `env_writes` are variables that the code
    itself sets; `dotenv`: it loads a `.env` file; `dynamic_env`: it reads variables whose names can't be known.
    `decorated` are functions with any decorator, `hooks` those of them that a framework calls as it starts or serves.
    `main`: it has a `__main__` guard. `sockets` are the functions and classes that take WebSockets, and whether they
    answer plain requests, too.
    """

    imports: tuple[Import, ...] = ()
    constants: Mapping[str, Template] = field(default_factory=dict)
    lists: Mapping[str, tuple[Template, ...]] = field(default_factory=dict)
    instances: Mapping[str, str] = field(default_factory=dict)
    returns: Mapping[str, str] = field(default_factory=dict)
    bases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    own: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    names_known: bool = True
    env_reads: tuple[EnvRead, ...] = ()
    env_writes: frozenset[str] = frozenset()
    dotenv: bool = False
    dynamic_env: bool = False
    objects: tuple[ServerObject, ...] = ()
    routes: tuple[Route, ...] = ()
    includes: tuple[Include, ...] = ()
    unknown_routes: tuple[UnknownRoutes, ...] = ()
    listens: tuple[Listen, ...] = ()
    cors: tuple[Cors, ...] = ()
    client_calls: tuple[ClientCall, ...] = ()
    literals: tuple[Literal, ...] = ()
    calls: tuple[Called, ...] = ()
    options: Mapping[str, Option] = field(default_factory=dict)
    decorated: frozenset[str] = frozenset()
    hooks: frozenset[str] = frozenset()
    settings_module: Text | None = None
    main: bool = False
    sockets: Mapping[str, bool] = field(default_factory=dict)
