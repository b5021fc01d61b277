"""How stackfix knows its own commits again: a trailer that fits the commit's parent, tree and words.

A commit that somebody amended, rebased, reworded or cherry-picked no longer fits its seal: it is theirs.

May import nothing but the version.
"""

from __future__ import annotations

from hashlib import sha256

from stackfix import __version__

_VERSION, _SEAL = "Stackfix-Version: ", "Stackfix-Seal: "
_LENGTH = 16  # hexadecimal digits: against mistakes, not against forgers


def signed(message: str) -> str:
    """A message that says what wrote it: on a branch that is the user's."""
    return f"{message.strip()}\n\n{_VERSION}{__version__}\n"


def sealed(message: str, tree: str, parent: str) -> str:
    """A message by which the commit is known again: on a branch that is ours alone, straight on what HEAD was."""
    whole = signed(message)
    return f"{whole}{_SEAL}{_digest(whole.encode('utf-8', 'replace'), tree, parent)}\n"


def own_parent(commit: bytes) -> str | None:
    """The parent of a commit of ours, given as git stores it; None where it is somebody else's."""
    head, _, message = commit.partition(b"\n\n")
    lines = head.decode("utf-8", "replace").split("\n")
    trees = [line[5:] for line in lines if line.startswith("tree ")]
    parents = [line[7:] for line in lines if line.startswith("parent ")]
    whole, mark, seal = message.rpartition(_SEAL.encode())
    if not mark or len(trees) != 1 or len(parents) != 1:
        return None
    fits = seal.strip().decode("ascii", "replace") == _digest(whole, trees[0], parents[0])
    return parents[0] if fits else None


def _digest(message: bytes, tree: str, parent: str) -> str:
    return sha256(b"\0".join((parent.encode(), tree.encode(), message))).hexdigest()[:_LENGTH]
