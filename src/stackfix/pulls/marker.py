"""What a pull request of ours is about, in a comment at its body's end that nobody sees.

May not import anything of stackfix.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from hashlib import sha256

_VERSION = 1
_FLAGS = ("unsafe", "said", "ended", "begun")
_COMMENT = re.compile(r"<!-- stackfix (\{[^<>]*\}) -->")
_FAULT = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Marker:
    """What is remembered. `faults` are fingerprints of what it repairs; `text` is a digest of the words that we wrote.

    `root` is the folder that it is for, as its commits have it, "" for the whole repository. `unsafe`: fixes that a
    person should decide were asked for. `said`: that it was left alone has been said. `ended`: we closed it ourselves.
    `begun`: it is opened, and not known yet to have its labels and people.
    """

    faults: frozenset[str] = frozenset()
    text: str = ""
    unsafe: bool = False
    said: bool = False
    ended: bool = False
    begun: bool = False
    root: str = ""


def written(body: str, marker: Marker) -> str:
    """A body with its comment, in place of an earlier one."""
    told: dict[str, object] = {"version": _VERSION, "faults": sorted(marker.faults), "text": marker.text}
    told |= {name: True for name in _FLAGS if getattr(marker, name)}
    told |= {"root": marker.root} if marker.root else {}
    comment = f"<!-- stackfix {json.dumps(told, separators=(',', ':'))} -->"
    return f"{bare(body)}\n\n{comment}\n"


def read(body: str) -> Marker | None:
    """What a body remembers; None where it is none of ours. Of several comments the last counts."""
    found = _COMMENT.findall(body)
    if not found:
        return None
    try:
        told = json.loads(found[-1])
    except (ValueError, RecursionError):
        return None
    if told.get("version") != _VERSION or not isinstance(told.get("faults"), list):
        return None
    faults = (fault for fault in told["faults"] if isinstance(fault, str) and _FAULT.fullmatch(fault))
    unsafe, said, ended, begun = (told.get(name) is True for name in _FLAGS)
    root, text = (str(told.get(name, "")) for name in ("root", "text"))
    return Marker(frozenset(faults), text, unsafe=unsafe, said=said, ended=ended, begun=begun, root=root)


def begun(body: str) -> str:
    """A body that says that its pull request isn't complete yet."""
    known = read(body)
    return body if known is None else written(body, replace(known, begun=True))


def bare(body: str) -> str:
    """A body without its comment."""
    return _COMMENT.sub("", body).rstrip()


def digest(title: str, body: str) -> str:
    """By which words of ours are known again, whoever changed them on the forge since."""
    return sha256(f"{title}\0{body.rstrip()}".encode("utf-8", "replace")).hexdigest()[:16]
