"""What a row about a program that serves says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Names(Enum):
    """What a program's positional argument names."""

    OBJECT = "module:attribute"
    SCRIPT = "file"
    ADDRESS = "address"
    FOLDER = "folder"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Tool:
    """One program, or one of its subcommands.

    `port`, `host`, `bind` (host:port) are options; `flags` take no value. `default_host` None is every address.
    `port_variables` are environment variables that it reads itself, the strongest first. `configuration` are files
    of the working folder that may decide what the command line leaves open, as the file of an option in `configured_by`
    does; after an option of `hides` nobody can tell. `unsure_variables` may decide it, depending on the version.
    """

    name: str
    subcommands: tuple[str, ...] = ()
    port: tuple[str, ...] = ()
    host: tuple[str, ...] = ()
    bind: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()
    port_variables: tuple[str, ...] = ()
    host_variables: tuple[str, ...] = ()
    default_port: int | None = None
    default_host: str | None = None
    names: Names = Names.NOTHING
    configuration: tuple[str, ...] = ()
    configured_by: tuple[str, ...] = ()
    hides: frozenset[str] = frozenset()
    unsure_variables: tuple[str, ...] = ()


def flags(text: str) -> frozenset[str]:
    """Words as a set."""
    return frozenset(text.split())
