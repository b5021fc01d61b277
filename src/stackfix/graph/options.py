"""A program's arguments as options and positionals, by what is known of the program's flags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph.command import begins, cut, literal

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from stackfix.graph.value import Environment, Template


@dataclass(frozen=True, slots=True)
class Options:
    """`given` are the options with their values (None: a flag) in order. Not `certain`: a variable may hold more."""

    given: tuple[tuple[str, Template | None], ...] = ()
    positionals: tuple[Template, ...] = ()
    certain: bool = True

    def values(self, names: Collection[str]) -> tuple[Template, ...]:
        """The values of an option by any of its spellings."""
        return tuple(value for name, value in self.given if name in names and value is not None)

    def last(self, names: Collection[str]) -> Template | None:
        """The value that wins."""
        found = self.values(names)
        return found[-1] if found else None

    def has(self, names: Collection[str]) -> bool:
        """Whether the option is given at all."""
        return any(name in names for name, _ in self.given)


def parse(
    words: Sequence[Template], flags: Collection[str], environment: Environment, *, long: bool = False
) -> Options:
    """Read arguments of a program whose `flags` take no value and all other options do.

    `long`: options of one dash are words, too (Go, Java).
    """
    given: list[tuple[str, Template | None]] = []
    positionals: list[Template] = []
    certain = True
    queue = list(words)
    while queue:
        word = queue.pop(0)
        name = begins(word)
        if name == "--" and literal(word) == "--":
            positionals.extend(queue)
            break
        if not name.startswith("-") or name == "-":
            certain = certain and _certain(word, environment)
            positionals.append(word)
            continue
        given.append(_option(word, name, queue, flags, long=long))
        certain = certain and given[-1][0] != ""
    return Options(tuple(given), tuple(positionals), certain)


def _option(
    word: Template, name: str, queue: list[Template], flags: Collection[str], *, long: bool
) -> tuple[str, Template | None]:
    head, equals, _ = name.partition("=")
    if equals:
        return head, cut(word, len(head) + 1)
    if literal(word) is None and (name.startswith("--") or long):
        return "", None
    short = name[:2]
    if name.startswith("--") or long or len(name) == len(short):
        if literal(word) is None:
            return short, cut(word, len(short))
        valueless = name in flags or not queue or begins(queue[0]).startswith("--")
        return (name, None) if valueless else (name, queue.pop(0))
    return (name, None) if short in flags else (short, cut(word, len(short)))


def _certain(word: Template, environment: Environment) -> bool:
    """Whether a variable in it can't be several words, or an option."""
    if literal(word) is not None or begins(word):
        return True
    value = word.fill(environment)
    return value is not None and len(value.text.value.split()) == 1 and not value.text.value.startswith("-")
