"""Where a command runs: which files there are, which variables are set, in which folder."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.graph.command import expand
from stackfix.graph.image_files import Found
from stackfix.graph.started import Listens, Process
from stackfix.graph.value import EMPTY, Environment, Template

if TYPE_CHECKING:
    from stackfix.findings import Anchor, Location
    from stackfix.graph.library import Library
    from stackfix.graph.started import Bind, Entry

Lookup = Callable[[str], str | Found]
"""From an absolute path in the image to the tree's, or what is known of it otherwise (`ImageFiles.lookup`)."""

_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Setting:
    """`variables` are a script's own, `arguments` its positional ones (None: unknown). `folder` None is not certain.

    `extra` are words to be put after the last command (`npm run x -- extra`).
    """

    library: Library
    lookup: Lookup
    location: Location
    anchor: Anchor
    environment: Environment = EMPTY
    variables: Mapping[str, Template] = field(default_factory=dict)
    arguments: tuple[Template, ...] | None = ()
    folder: str | None = "/"
    wrappers: tuple[str, ...] = ()
    evidence: tuple[Location, ...] = ()
    extra: tuple[Template, ...] = ()
    depth: int = 0

    def wrapped(self, name: str) -> Setting:
        """Inside one more program that hands on."""
        return replace(self, wrappers=(*self.wrappers, name), depth=self.depth + 1)

    @property
    def too_deep(self) -> bool:
        """Whether something calls itself."""
        return self.depth > _DEEPEST

    def expanded(self, template: Template) -> Template:
        """A word with the script's own variables in place."""
        return expand(template, self.variables)

    def value(self, template: Template) -> str | None:
        """What a word comes to here, None where unknown."""
        filled = template.fill(self.environment)
        return None if filled is None else filled.text.value

    def absolute(self, path: str) -> str | None:
        """A path as seen from the working folder."""
        if path.startswith("/"):
            return posixpath.normpath(path)
        if path.startswith("~") or self.folder is None:
            return None
        return posixpath.normpath(posixpath.join(self.folder, path))

    def file(self, path: str) -> str | Found:
        """The tree's file behind a path as seen from the working folder."""
        whole = self.absolute(path)
        return Found.MADE if whole is None else self.lookup(whole)

    def process(  # noqa: PLR0913 - each is a fact of its own
        self,
        tool: str,
        words: tuple[Template, ...],
        listens: Listens,
        *,
        entry: Entry | None = None,
        binds: tuple[Bind, ...] = (),
        configuration: str | None = None,
    ) -> Process:
        """A process of this setting."""
        written = next((place for w in words for p in w.parts if (place := _place(p))), None)
        return Process(
            tool, words, listens, written or self.location, self.anchor, entry, binds, self.environment, self.folder,
            configuration, self.wrappers, evidence=self.evidence,
        )  # fmt: skip


def _place(part: object) -> Location | None:
    from stackfix.text import Text  # noqa: PLC0415 - typing aside, only here

    return located(part) if isinstance(part, Text) else None
