"""Values with holes: what a place says before and after its variables are known.

Compose's `${PORT:-8000}`, a Dockerfile's ENV, a shell's `$PORT`, `os.getenv("PORT", "8000")` and
`process.env.PORT || 8000` are all one thing: text with holes that the environment fills, else a default.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING

from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackfix.findings import Anchor, Location


@dataclass(frozen=True, slots=True)
class Hole:
    """A variable's place in a template.

    `empty_is_unset`: an empty value counts as none (`${X:-d}`, `get(X) or d`). `required`: without a value and a
    default the reader fails (`os.environ["X"]`, a pydantic field, `${X:?}`). `location` is where the reading is
    written.
    """

    name: str
    default: Template | None = None
    empty_is_unset: bool = False
    required: bool = False
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Symbol:
    """A constant of source code defined elsewhere: dotted, as the reading module spells it (`settings.PORT`)."""

    name: str


@dataclass(frozen=True, slots=True)
class Opaque:
    """What can't be known from the text: a call, a template expression, a dynamic name."""


@dataclass(frozen=True, slots=True)
class Template:
    """Texts, holes, symbols and unknowns, one after another."""

    parts: tuple[Text | Hole | Symbol | Opaque, ...]

    @classmethod
    def literal(cls, text: Text) -> Template:
        """A value without holes."""
        return cls((text,))

    @classmethod
    def unknown(cls) -> Template:
        """A value that nobody can know."""
        return cls((Opaque(),))

    @property
    def text(self) -> Text | None:
        """The text where there are only texts, else None."""
        texts = tuple(p for p in self.parts if isinstance(p, Text))
        return Text.join(texts) if len(texts) == len(self.parts) else None

    @property
    def holes(self) -> tuple[Hole, ...]:
        """All holes, those inside defaults too."""
        found: list[Hole] = []
        for part in self.parts:
            if isinstance(part, Hole):
                found.append(part)
                if part.default is not None:
                    found.extend(part.default.holes)
        return tuple(found)

    def fill(self, environment: Environment) -> Value | None:
        """The value in an environment, or None where any part of it is unknown there."""
        texts: list[Text] = []
        uses: list[Use] = []
        for part in self.parts:
            if isinstance(part, Text):
                texts.append(part)
            elif isinstance(part, Hole):
                value = _fill_hole(part, environment)
                if value is None:
                    return None
                texts.append(value.text)
                uses.extend(value.uses)
            else:
                return None
        return Value(Text.join(texts), tuple(uses))

    def sketch(self, environment: Environment) -> Text:
        """The value with a mark in place of each part that is unknown there: what is written around it is known."""
        texts: list[Text] = []
        for part in self.parts:
            if isinstance(part, Text):
                texts.append(part)
            elif isinstance(part, Hole):
                texts.append(_sketch_hole(part, environment))
            else:
                texts.append(Text.unwritten(f"{_MARK}{_MARK_END}"))
        return Text.join(texts)


_MARK, _MARK_END = "\ue000", "\ue001"
"""What stands around the name of an unknown variable in a sketch: characters that no file means anything by."""


def is_whole(value: str) -> bool:
    """Whether a value, or a part of a sketch, is all known."""
    return _MARK not in value


def is_same(one: str, other: str) -> bool | None:
    """Whether two values, or parts of sketches, are equal; None where an unknown part leaves it open."""
    if is_whole(one) and is_whole(other):
        return one == other
    return True if one == other and f"{_MARK}{_MARK_END}" not in one else None


@dataclass(frozen=True, slots=True)
class Use:
    """That a value took a variable, or the default of its reading."""

    hole: Hole
    variable: Variable | None

    @property
    def defaulted(self) -> bool:
        """Whether the reading's own default was taken."""
        return self.variable is None


@dataclass(frozen=True, slots=True)
class Value:
    """What a template came to, each piece with its place, and the variables it went through, outermost first."""

    text: Text
    uses: tuple[Use, ...] = ()


class Origin(Enum):
    """Who gives a variable, weakest first."""

    IMAGE = "image"
    ENV_FILE = "env file"
    DEPLOYMENT = "deployment"
    INJECTED = "injected"
    HOST = "host"


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable as something gives it.

    `value` is None where it is given but unknown (`- NAME`, a Secret). `location` is the whole entry; `anchor`
    addresses it. `secret` values are never shown. `via` are further places that the value went through (a `.env` line,
    a key of a ConfigMap), already pieces of the value's text. `sketch` is what is known of a value that isn't known
    whole, or that a Secret holds.
    """

    name: str
    value: Text | None
    location: Location
    anchor: Anchor
    origin: Origin = Origin.DEPLOYMENT
    secret: bool = False
    uses: tuple[Use, ...] = ()
    sketch: Text | None = None

    @property
    def outline(self) -> Text | None:
        """The value, else what is known of it."""
        return self.value if self.value is not None else self.sketch


@dataclass(frozen=True, slots=True)
class Environment:
    """All variables that a process sees. Not `complete`: a name that isn't here may still be set (unknown env_file)."""

    variables: Mapping[str, Variable] = field(default_factory=lambda: MappingProxyType({}))
    complete: bool = True

    def get(self, name: str) -> Variable | None:
        """The variable that wins, if one is known to be given."""
        return self.variables.get(name)

    def under(self, stronger: Environment) -> Environment:
        """The environment with another's variables over it."""
        return Environment({**self.variables, **stronger.variables}, self.complete and stronger.complete)


EMPTY = Environment()


def _fill_hole(hole: Hole, environment: Environment) -> Value | None:
    variable = environment.get(hole.name)
    if variable is None and not environment.complete:
        return None
    if variable is not None:
        if variable.value is None:
            return None
        if variable.value.value or not hole.empty_is_unset:
            return Value(variable.value, (Use(hole, variable), *variable.uses))
    if hole.default is None:
        return None
    default = hole.default.fill(environment)
    return default and Value(default.text, (Use(hole, None), *default.uses))


def _sketch_hole(hole: Hole, environment: Environment) -> Text:
    found = _fill_hole(hole, environment)
    if found is not None:
        return found.text
    variable = environment.get(hole.name)
    if variable is not None and variable.sketch is not None:
        return variable.sketch
    if hole.default is not None and environment.complete and variable is None:
        return hole.default.sketch(environment)
    return Text.unwritten(f"{_MARK}{hole.name}{_MARK_END}")
