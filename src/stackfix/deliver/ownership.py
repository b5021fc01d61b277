"""Whose a branch is: ours while each commit between its base's own line and its end is.

May import of this package objects and seal.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from stackfix.deliver import seal

if TYPE_CHECKING:
    from stackfix.deliver.objects import Store


class Owner(Enum):
    """Who has commits on a branch."""

    OURS = auto()
    ANOTHER_ROOT = auto()
    """We ourselves, but for another root of the repository."""
    SOMEBODY = auto()


def owner(store: Store, tip: str, base: str) -> Owner:
    """Whose a branch is, by what the store has of its past and of its base's."""
    root, commit = seal.root_of(store.prefix), tip
    while (found := _sealed(store, commit)) is not None:
        if found.root != root:
            return Owner.ANOTHER_ROOT
        if found.proposed:
            # One call made all of them, from the remote's own branch on, and the seal fits those below alone.
            return Owner.OURS
        commit = found.parent
    return Owner.OURS if _is_within(store, commit, base) else Owner.SOMEBODY


def below(store: Store, tip: str) -> str:
    """The newest commit of a branch that isn't ours."""
    commit = tip
    while (found := _sealed(store, commit)) is not None:
        commit = found.parent
    return commit


def is_proposed(store: Store, tip: str) -> bool:
    """Whether a branch ends in a commit that was made for a remote's branch."""
    found = _sealed(store, tip)
    return found is not None and found.proposed


def meet(store: Store, tip: str, base: str) -> bool:
    """Whether the store has a commit that both a branch and its base come from."""
    status, _, _ = store.attempt("merge-base", tip, base)
    return status == 0


def is_kept(store: Store, commit: str, branch: str) -> bool:
    """Whether a commit is some other branch's or tag's, or was the end of another branch of this repository."""
    output = store.run("for-each-ref", "--format=%(refname)", "--contains", commit).decode("utf-8", "replace")
    if any(not name.endswith(f"/{branch}") for name in output.splitlines()):
        return True
    words = ("log", "--walk-reflogs", "--format=%H", f"--exclude={branch}", "--branches", "--")
    return commit in store.attempt(*words)[1].decode().split()


def _is_within(store: Store, commit: str, base: str) -> bool:
    status, _, _ = store.attempt("merge-base", "--is-ancestor", commit, base)
    return status == 0


def _sealed(store: Store, commit: str) -> seal.Seal | None:
    status, stored, _ = store.attempt("cat-file", "commit", commit)
    return None if status else seal.read(stored)
