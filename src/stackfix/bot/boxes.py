"""The boxes of a dashboard, and which of them somebody has just ticked.

May not import anything of stackfix.
"""

from __future__ import annotations

import re

_BOX = re.compile(
    r"^ {0,3}[-*] \[(?P<ticked>[xX ])\] <!-- stackfix (?P<box>[a-z]{1,8}=[a-z0-9-]{1,64}) -->", re.MULTILINE
)


def ticked(body: str) -> tuple[str, ...]:
    """The boxes that are ticked, as VERB=WHAT, each once, in order."""
    lines = _BOX.finditer(body.replace("\r\n", "\n"))
    return tuple(dict.fromkeys(line["box"] for line in lines if line["ticked"] != " "))


def newly_ticked(before: str, after: str) -> tuple[str, ...]:
    """The boxes that a change of the text has ticked: whoever changed it answers for no other."""
    known = set(ticked(before))
    return tuple(box for box in ticked(after) if box not in known)
