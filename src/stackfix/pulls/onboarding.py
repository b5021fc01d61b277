"""The first pull request of all: what there would be to propose, and a configuration that says how.

Until a person merges it nothing else is proposed; closed, it is a no.

May import of this package marker and plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.forge.model import State
from stackfix.outcome import Change, Step
from stackfix.pulls import marker
from stackfix.report import markup

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stackfix.pulls.history import History

FILE = "stackfix.toml"
TITLE = "Configure stackfix"
MESSAGE = f"{TITLE}\n\nA configuration in which every line is a comment: it sets nothing yet.\n"

CONFIGURED = "There is a configuration now, so this has nothing to add."
REFUSED = f"a person closed the pull request that adds a configuration: a {FILE} turns repairs on"
WAITS = "it waits until the pull request that adds a configuration is merged"

TEXT = """\
# How stackfix works on this repository. Every line may go: nothing is set yet.

# ignore = ["restart-policy"]           # rules or families that are not told
# exclude = ["legacy/**"]               # files and folders that nobody looks at

# [ports]
# backend = 8000                        # decides a disagreement

# [bot]
# labels = ["wiring"]
# reviewers = ["ada"]
# limit = 10                            # so many pull requests may be open at once
# unsafe = false                        # fixes that a person should decide, in a pull request of their own

# [bot.groups]                          # rules or families with a pull request of their own
# proxies = ["proxy-port"]
"""

_BODY = """\
stackfix reads this repository's deployment wiring as one graph, finds where two ends don't meet, and repairs that in
pull requests with the smallest edit. Nothing of the repository is run.

**Merge this**, and it proposes what is below; the file that it adds sets nothing, but shows what can be set.
**Close this**, and it stays silent until there is a `stackfix.toml`.

## What it would propose today

{list}
"""


def is_refused(past: History) -> bool:
    """Whether a person has said no."""
    return past.newest is State.CLOSED and not past.ended


def step() -> Step:
    """The commit's worth."""
    return Step(("configuration",), (), (Change(FILE, None, TEXT.encode()),))


def body(proposals: Iterable[tuple[str, str]], root: str) -> str:
    """The body, with its marker, which names the root. `proposals` are branches with their titles."""
    lines = [f"- {markup.words(title)} (`{branch}`)" for branch, title in proposals]
    words = _BODY.format(list="\n".join(lines))
    return marker.written(words, marker.Marker(text=marker.digest(TITLE, words), root=root))
