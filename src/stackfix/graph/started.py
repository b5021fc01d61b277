"""What a command starts: processes with what they run and bind, as far as the command alone decides it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.graph.model import NOTHING_KNOWN, Endpoint, Listening, Witness
from stackfix.graph.value import EMPTY, Environment, Origin, Template, Value

if TYPE_CHECKING:
    from stackfix.findings import Anchor, Location
    from stackfix.graph.model import Address
    from stackfix.text import Text

HIGHEST_PORT = 65535
_EVERY = frozenset({"", "0.0.0.0", "::", "[::]", "*", "0"})  # noqa: S104 - read, not bound


class Listens(Enum):
    """Who decides what a process binds."""

    COMMAND = "the command"
    SOURCE = "the source it runs"
    CONFIGURATION = "a configuration file"
    NOTHING = "it binds nothing of its own"
    UNKNOWN = "nobody can tell"


@dataclass(frozen=True, slots=True)
class Entry:
    """What of the repository a process runs, as written in its command.

    `kind` is "object" (`module:attribute`), "module" (`python -m`), "script" (a file), "package" (a folder with a
    package.json), "package script" (one that the package.json in the first of `folders` lacks) or "settings" (Django's
    manage.py). `path` is absolute in the image, for scripts and packages; `module` is dotted. `folders` are where
    modules are searched first (`--app-dir`, `--chdir`, the working folder).
    """

    kind: str
    text: Text | None
    module: str | None = None
    attribute: str | None = None
    path: str | None = None
    folders: tuple[str, ...] = ()
    module_text: Text | None = None
    attribute_text: Text | None = None
    factory: bool = False


@dataclass(frozen=True, slots=True)
class Bind:
    """A port that the command gives. `host` None is every address. `variable` decides the port where it is set.

    `witness` says where a port that no variable gives is written, where that is not the command. `listener` and
    `sockets` as the endpoint has them.
    """

    port: Template | None
    host: Template | None = None
    variable: str | None = None
    host_variable: str | None = None
    protocol: str = "tcp"
    witness: Witness | None = None
    listener: Location | None = None
    sockets: bool = False


@dataclass(frozen=True, slots=True)
class Process:
    """One program that a container runs on.

    `words` are its own, wrappers taken off. `binds` are complete where `listens` is COMMAND; else they are what the
    command line adds to or overrides of it (a debugger's port, `--port` beside a configuration file).
    `environment` is what the process sees, `folder` its absolute working folder, None where not certain.
    `configuration` is the file that decides, in the image. `wrappers` are the programs around it, outermost first.
    `evidence` are the hops from the command on.
    """

    tool: str
    words: tuple[Template, ...]
    listens: Listens
    location: Location
    anchor: Anchor
    entry: Entry | None = None
    binds: tuple[Bind, ...] = ()
    environment: Environment = EMPTY
    folder: str | None = None
    configuration: str | None = None
    wrappers: tuple[str, ...] = ()
    background: bool = False
    evidence: tuple[Location, ...] = ()


@dataclass(frozen=True, slots=True)
class Executed:
    """A file of the tree that is run by its own name, with no interpreter before it.

    `text` is the word that names it, `place` its absolute path in the container, `path` its path in the tree.
    """

    text: Text | None
    place: str
    path: str


@dataclass(frozen=True, slots=True)
class Started:
    """All that one command starts and keeps running.

    Not `known`: some branch, function or program hides what runs, and `processes` are only what was seen. `waits` are
    the host:port that it waits for first. `steps` run before and end (migrations). `arguments_used` says that an entry
    script hands its arguments on (`exec "$@"`). `executed` are the files of the tree among what runs. `programs` are
    the words that name what is surely run, shells and wrappers too.
    """

    processes: tuple[Process, ...] = ()
    known: bool = False
    waits: tuple[Address, ...] = ()
    steps: tuple[Process, ...] = ()
    executed: tuple[Executed, ...] = ()
    programs: tuple[Text, ...] = ()

    @property
    def main(self) -> Process | None:
        """The process in the foreground, where it is certain."""
        front = [p for p in self.processes if not p.background]
        return front[-1] if self.known and front else None


def endpoints(process: Process, environment: Environment | None = None) -> Listening:
    """What a process binds where its command alone decides; not known where anything else does."""
    seen = process.environment if environment is None else environment
    if process.listens is Listens.NOTHING:
        return Listening((), known=True)
    if process.listens is not Listens.COMMAND:
        return NOTHING_KNOWN
    found = tuple(endpoint(bind, process, seen) for bind in process.binds)
    if not found or any(e is None for e in found):
        return NOTHING_KNOWN
    return Listening(tuple(e for e in found if e is not None), known=True)


def endpoint(bind: Bind, process: Process, environment: Environment) -> Endpoint | None:
    """One bind as a listener in an environment; None where its port can't be known there."""
    value = bind.port.fill(environment) if bind.port is not None else None
    if value is None or not value.text.value.isascii() or not value.text.value.isdecimal():
        return None
    port = int(value.text.value)
    if not 0 < port <= HIGHEST_PORT:
        return None
    host = bind.host.fill(environment) if bind.host is not None else None
    named = host is not None and host.text.value not in _EVERY
    return Endpoint(
        port=port,
        witness=_witness(value, bind.witness or Witness.COMMAND),
        port_text=value.text if value.text.place else None,
        host=host.text.value if host is not None and named else None,
        host_text=host.text if host is not None and host.text.place else None,
        variable=bind.variable or _first_hole(bind.port),
        host_variable=bind.host_variable or _first_hole(bind.host),
        protocol=bind.protocol,
        evidence=_evidence(process, value),
        anchor=process.anchor,
        listener=bind.listener,
        sockets=bind.sockets,
    )


def _witness(value: Value, written: Witness) -> Witness:
    given = next((use.variable for use in value.uses if use.variable is not None), None)
    if given is not None:
        return Witness.IMAGE if given.origin is Origin.IMAGE else Witness.ENVIRONMENT
    return written if value.text.place else Witness.TOOL


def _first_hole(template: Template | None) -> str | None:
    holes = template.holes if template is not None else ()
    return holes[0].name if holes else None


def _evidence(process: Process, value: Value) -> tuple[Location, ...]:
    place = located(value.text, f"{process.tool} binds {value.text.value}")
    return process.evidence if place is None else (*process.evidence, place)
