"""Calls of git that read, and that nothing in the repository can turn into running something.

A repository's own configuration may name programs (a file-system monitor, hooks, filters, transports of a partial
clone): each is switched off on the command line, which outranks it.

May not import anything of stackfix.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping, Sequence

SETTINGS = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.splitIndex=false",
    "core.untrackedCache=false",
    "core.quotePath=false",
    "protocol.allow=never",
    "protocol.ext.allow=never",
    "i18n.commitEncoding=UTF-8",
    # Nothing of such a repository is run, so whose it is doesn't matter.
    "safe.directory=*",
)
"""Configuration that holds in every call, whatever the repository's own says."""

# What a hook or a wrapper may have set for another repository or another index; the user's own settings stay.
FOREIGN = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_ATTR_SOURCE",
        "GIT_COMMON_DIR",
        "GIT_CONFIG",
        "GIT_DIR",
        "GIT_EXTERNAL_DIFF",
        "GIT_GLOB_PATHSPECS",
        "GIT_GRAFT_FILE",
        "GIT_ICASE_PATHSPECS",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_NAMESPACE",
        "GIT_NOGLOB_PATHSPECS",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_QUARANTINE_PATH",
        "GIT_REPLACE_REF_BASE",
        "GIT_SHALLOW_FILE",
        "GIT_WORK_TREE",
    }
)

SAFETY: Mapping[str, str] = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    # A partial clone would fetch what it lacks through a program that its configuration names.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_PAGER": "cat",
    "LC_ALL": "C",
}
"""Environment of every call, over the user's own."""


BRANCH = re.compile(r"(?![-/.])(?!.*(?:\.\.|//|/\.|@\{|\.lock(?:/|$)))[^\x00-\x20\x7f~^:?*\[\\]+(?<![/.])")
"""A name that git allows a branch; see git-check-ref-format(1)."""

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""Hosts to which nobody else listens."""

DEPTHS = (50, 2_000, 2_147_483_647)
"""How much of the past is fetched, until what is looked for is in it; git takes the last for all there is."""


class GitFailed(Exception):  # noqa: N818 - an answer of git's that the caller must judge
    """A call that git refused; the message is the first line that it said."""


def arguments(root: str, words: Sequence[str]) -> list[str]:
    """The whole command line of a call in a folder."""
    switches = [word for setting in SETTINGS for word in ("-c", setting)]
    return ["git", "-C", root, "--no-pager", *switches, *words]


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a call: the user's, without what points at another repository."""
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return {**kept, **SAFETY, **(more or {})}


def call(root: str, *words: str, given: bytes = b"", more: Mapping[str, str] | None = None) -> bytes:
    """What a call of git in a folder prints. GitFailed where it ends with an error or there is no git."""
    import subprocess  # noqa: PLC0415 - 10 ms that a root outside git doesn't pay

    try:
        done = subprocess.run(  # noqa: S603 - git itself, with fixed words
            arguments(root, words), input=given, capture_output=True, env=environment(more), check=False
        )
    except OSError as problem:
        raise GitFailed(f"git can't be run: {problem.strerror}") from problem
    if done.returncode:
        raise GitFailed(said(done.stderr) or f"git {words[0]} failed")
    return done.stdout


def partial(remote: str) -> tuple[str, ...]:
    """Switches that tell git for one fetch that contents of a remote are left out on purpose.

    Only that fetch may know: anybody else would ask the remote for what is missing, and with that forbidden, a single
    missing file ends `git cat-file` where it should say "missing".
    """
    return ("-c", f"remote.{remote}.promisor=true", "-c", f"remote.{remote}.partialCloneFilter=blob:none")


def without_filters(root: str) -> dict[str, str]:
    """More environment, for a call that compares the work tree's contents: every filter is configured to be none.

    It goes through the environment, since a filter may have a name that `-c` can't spell.
    """
    try:
        said = call(root, "config", "-z", "--name-only", "--get-regexp", r"^filter\.")
    except GitFailed:
        return {}
    names = dict.fromkeys(records(said))
    return configured({name: "false" if name.endswith(".required") else "" for name in names})


def configured(settings: Mapping[str, str]) -> dict[str, str]:
    """More environment, for a call in which settings hold whose names or values don't belong on the command line."""
    more = {}
    count = int(os.environ.get("GIT_CONFIG_COUNT") or 0)
    for name, value in settings.items():
        more[f"GIT_CONFIG_KEY_{count}"] = name
        more[f"GIT_CONFIG_VALUE_{count}"] = value
        count += 1
    return {**more, "GIT_CONFIG_COUNT": str(count)}


def start(
    root: str, *words: str, talking: bool = False, more: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """A call that goes on beside us. GitFailed where there is no git. `talking`: it answers what is written to it."""
    import subprocess  # noqa: PLC0415 - 10 ms that a root outside git doesn't pay

    try:
        return subprocess.Popen(  # noqa: S603 - git itself, with fixed words
            arguments(root, words),
            stdin=subprocess.PIPE if talking else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(more),
        )
    except OSError as problem:
        raise GitFailed(f"git can't be run: {problem.strerror}") from problem


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a call that answers what is written to it."""
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            try:
                stream.close()
            except OSError:
                # What it had not read yet is of no use to anybody now.
                continue
    process.terminate()
    process.wait()


def records(output: bytes) -> list[str]:
    """The records of an output that ends each with NUL; names that aren't UTF-8 come as the file system's own do."""
    found = os.fsdecode(output).split("\0")
    found.pop()
    return found


def said(stderr: bytes) -> str:
    """The first line that git complained with, without its own prefix."""
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[0].removeprefix("fatal: ").removeprefix("error: ") if lines else ""
