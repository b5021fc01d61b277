"""What a shell's commands are made of: assignments, redirections, heredocs, the blocks around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.text import Text

if TYPE_CHECKING:
    from stackfix.formats.shell_words import Part, Word


@dataclass(frozen=True, slots=True)
class Assignment:
    """`NAME=value` before a command or alone. `append` is `+=`."""

    name: Text
    value: Word
    append: bool = False


@dataclass(frozen=True, slots=True)
class Redirect:
    """`2>/dev/null`: operator with its number, and the word after it."""

    operator: str
    target: Word


@dataclass(frozen=True, slots=True)
class Heredoc:
    """The lines after `<<WORD`. `raw` as written, less the tabs that `<<-` takes; `parts` decoded."""

    delimiter: str
    raw: Text
    parts: tuple[Part, ...]

    @property
    def literal(self) -> Text | None:
        """The body where the text alone decides it, else None."""
        texts = tuple(p for p in self.parts if isinstance(p, Text))
        return Text.join(texts) if len(texts) == len(self.parts) else None


@dataclass(frozen=True, slots=True)
class Block:
    """What a command stands in.

    `kind`: "condition", "then", "else", "loop", "for", "case", "function", "subshell", "group", "substitution", or
    "background", "and", "or" where the whole block stands before `&` or after `&&`, `||`. `name` is the function or the
    loop's variable, `words` what it loops over or the case's subject.
    """

    kind: str
    name: str = ""
    words: tuple[Word, ...] = ()
    start: int = 0


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command. `lead` and `follow` are the operators beside it: ";", "&", "&&", "||", "|"; else
    `lead` is a newline or "" for the first of its list, and `follow` is "" where its line or list ends.
    """

    words: tuple[Word, ...]
    assignments: tuple[Assignment, ...]
    redirects: tuple[Redirect, ...]
    heredocs: tuple[Heredoc, ...]
    blocks: tuple[Block, ...]
    lead: str
    follow: str
    text: Text
    start: int
    end: int

    @property
    def name(self) -> str | None:
        """The program's or builtin's name, or None where it is not literal."""
        literal = self.words[0].literal if self.words else None
        return None if literal is None else literal.value

    @property
    def conditional(self) -> bool:
        """Whether it may not run though the script runs through."""
        maybe = {"then", "else", "loop", "for", "case", "function", "and", "or"}
        return self.lead == "||" or any(b.kind in maybe for b in self.blocks)
