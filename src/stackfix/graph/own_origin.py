"""Which fallbacks of build-time variables are the page's own origin, or are another rule's to speak of.

May import the graph's nouns, front_doors and past_proxy.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from stackfix.graph import front_doors, past_proxy

if TYPE_CHECKING:
    from stackfix.graph.frontend_builds import FrontBuild
    from stackfix.graph.frontend_needs import Need
    from stackfix.graph.link import Graph


class Judged:
    """What else speaks of a fallback, worked out when there is one."""

    def __init__(self, graph: Graph) -> None:
        """Nothing is asked yet."""
        self.graph = graph

    @cached_property
    def past(self) -> frozenset[tuple[str, str]]:
        """The variables whose fallback goes past the pages' own proxy."""
        return past_proxy.settled(self.graph)

    @cached_property
    def forwarded(self) -> frozenset[str]:
        """The front ends whose own origin is the API's as well: an empty fallback means it."""
        return front_doors.forwarding(self.graph)

    def elsewhere(self, found: FrontBuild, need: Need, name: str) -> bool:
        """Whether there is nothing to say here of a variable that has a fallback."""
        if need.required:
            return False
        texts = [read.default.text for read in need.fallback if read.default is not None]
        own = all(text is not None and not text.value for text in texts) and found.front.folder in self.forwarded
        return own or (found.front.folder, name) in self.past
