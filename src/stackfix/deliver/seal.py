"""How stackfix knows its own commits again: a trailer that fits the commit's parent, tree and words.

A commit that somebody amended, rebased, reworded or cherry-picked no longer fits its seal: it is theirs. The words say
which root was repaired, where that isn't the whole repository, and for which branch of a remote it was made.

May import nothing but the version.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote

from stackfix import __version__

_VERSION, _ROOT, _BASE, _SEAL = "Stackfix-Version: ", "Stackfix-Root: ", "Stackfix-Base: ", "Stackfix-Seal: "
_LENGTH = 16  # hexadecimal digits: against mistakes, not against forgers


@dataclass(frozen=True, slots=True)
class Seal:
    """What a commit of ours says of itself. `root` is as `root_of` gives it.

    `proposed`: a remote's own branch was below when it was made, with others of ours between them at most.
    """

    parent: str
    root: str
    proposed: bool


def root_of(prefix: str) -> str:
    """A root, by its folder from the repository's top, as it stands in a commit."""
    return quote(os.fsencode(prefix.rstrip("/")))


def signed(message: str) -> str:
    """A message that says what wrote it: on a branch that is the user's."""
    return f"{message.strip()}\n\n{_VERSION}{__version__}\n"


def sealed(message: str, tree: str, parent: str, *, prefix: str = "", base: str = "") -> str:
    """A message by which the commit is known again: on a branch that is ours alone, straight on what its base was.

    `prefix` is the root's folder from the top; `base` is the remote's branch that it is for, "" where none was asked.
    """
    told = ((_ROOT, root_of(prefix)), (_BASE, base))
    whole = signed(message) + "".join(f"{name}{value}\n" for name, value in told if value)
    return f"{whole}{_SEAL}{_digest(whole.encode('utf-8', 'replace'), tree, parent)}\n"


def read(commit: bytes) -> Seal | None:
    """The seal of a commit of ours, given as git stores it; None where it is somebody else's."""
    head, _, message = commit.partition(b"\n\n")
    lines = head.decode("utf-8", "replace").split("\n")
    trees = [line[5:] for line in lines if line.startswith("tree ")]
    parents = [line[7:] for line in lines if line.startswith("parent ")]
    whole, mark, seal = message.rpartition(_SEAL.encode())
    if not mark or len(trees) != 1 or len(parents) != 1:
        return None
    fits = seal.strip().decode("ascii", "replace") == _digest(whole, trees[0], parents[0])
    if not fits:
        return None
    # The last paragraph is ours alone, whatever the words above it quote.
    said = whole.decode("utf-8", "replace").rpartition("\n\n")[2].splitlines()
    root = next((line.removeprefix(_ROOT) for line in said if line.startswith(_ROOT)), "")
    return Seal(parents[0], root, any(line.startswith(_BASE) for line in said))


def _digest(message: bytes, tree: str, parent: str) -> str:
    return sha256(b"\0".join((parent.encode(), tree.encode(), message))).hexdigest()[:_LENGTH]
