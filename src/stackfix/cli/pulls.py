"""`stackfix pr`: words in, exit code out.

May import everything, and imports what the command needs when it needs it.
"""

from __future__ import annotations

import signal
from collections.abc import Callable  # noqa: TC003 - typer evaluates annotations
from contextlib import contextmanager
from dataclasses import replace
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stackfix.cli.printing import note, save, say
from stackfix.options import Wrong

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.forge.model import Forge
    from stackfix.pulls.propose import Group, Proposed, Request

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


class _Kind(Enum):
    """Which forge's pull requests to make."""

    AUTO = "auto"
    GITHUB = "github"
    GITLAB = "gitlab"
    GITEA = "gitea"
    NONE = "none"


@app.command()
def _pr(  # noqa: PLR0913, PLR0917 - one parameter for each option is how typer declares them
    path: Annotated[str, typer.Argument(metavar="[PATH]", help="The root to judge.", show_default=".")] = ".",
    remote: Annotated[str, typer.Option("--remote", metavar="NAME", help="A remote's name or address.")] = "origin",
    base: Annotated[
        str | None, typer.Option("--base", metavar="BRANCH", help="What to repair [the remote's HEAD].")
    ] = None,
    forge: Annotated[_Kind, typer.Option("--forge", help="Whose pull requests.")] = _Kind.AUTO,
    unsafe: Annotated[bool, typer.Option("--unsafe-fixes", help="Fixes that a person should decide, too.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Title, branch and body on stdout, nothing pushed.")
    ] = False,
    body_file: Annotated[
        str | None, typer.Option("--body-file", metavar="FILE", help="Where the body goes without a forge.")
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Any configuration key.")
    ] = None,
    config: Annotated[
        str | None, typer.Option("--config", metavar="FILE", help="Instead of the base's own configuration.")
    ] = None,
) -> Callable[[], int]:
    """Open or refresh the pull request for this repository.

    The remote's base is fetched, judged and repaired in memory; the repairs go on the branch stackfix/fixes there. Your
    work tree, index, branches and remote-tracking references stay as they are.
    """
    from stackfix.pulls.propose import Request  # noqa: PLC0415 - the help must not wait for it

    if not Path(path).is_dir():
        raise Wrong(f"{path}: {'a file, and pr works on a whole folder' if Path(path).exists() else 'no such folder'}")
    request = Request(
        path,
        remote,
        base,
        unsafe=unsafe,
        dry_run=dry_run,
        local=True,
        config=config,
        settings=tuple(settings or ()),
    )
    return partial(_propose, request, forge, body_file)


def _propose(request: Request, forge: _Kind, body_file: str | None) -> int:
    from stackfix.deliver import branch  # noqa: PLC0415 - as all here
    from stackfix.pulls.propose import propose  # noqa: PLC0415

    request = replace(request, forge=_forge(request, forge))
    if others := branch.uncommitted(request.folder):
        note(f"stackfix: not looked at, since not committed: {', '.join(others)}")
    with _interrupted():
        proposed = propose(request, note)
    made = [group for group in proposed.groups if group.body]
    if request.dry_run:
        say("\n".join(_shown(group) for group in made))
    if body_file is not None and made and not request.dry_run:
        save(body_file, "\n".join(group.body for group in made).encode("utf-8", "replace"))
    for group in proposed.groups:
        note(f"stackfix: {_told(group, proposed, dry=request.dry_run)}")
    return _code(proposed)


@contextmanager
def _interrupted() -> Iterator[None]:
    """A friendly kill is a Ctrl-C: what was begun on this machine is taken away again."""

    def told(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, told)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _forge(request: Request, kind: _Kind) -> Forge | None:
    """The remote's forge; None where it is none, and for a dry run, which asks none."""
    from stackfix.deliver import remote  # noqa: PLC0415 - as all here
    from stackfix.forge import detect  # noqa: PLC0415

    url = remote.address_of(request.folder, request.remote, local=request.local)
    return None if request.dry_run else detect.connect(url, detect.kind(url, kind.value))


def _shown(group: Group) -> str:
    return f"title: {group.title}\nbranch: {group.branch}\n\n{group.body}"


def _told(group: Group, proposed: Proposed, *, dry: bool) -> str:
    """One line on what became of a branch."""
    from stackfix.pulls.plan import Fate  # noqa: PLC0415 - as all here

    at = group.url or f"{group.branch} on {proposed.remote}"
    reason = f": {group.reason}" if group.reason else ""
    if group.fate is Fate.NOTHING:
        count = proposed.findings
        more = f"; {count} finding{'' if count == 1 else 's'} for a person" if count else ""
        return f"nothing to repair on {proposed.base} of {proposed.remote}{more}"
    if group.fate is Fate.LEFT:
        return f"{at} is left as it is{reason}"
    if dry:
        return f"{at} would be {group.fate.value}{reason}"
    opened, closed = ("opened", "closed") if group.url else ("pushed", "deleted")
    words = {Fate.OPENED: opened, Fate.REFRESHED: "brought up to date", Fate.CLOSED: closed}
    if group.fate is Fate.UNCHANGED:
        return f"{at} holds these repairs already"
    return f"{at} {words[group.fate]}{reason}"


def _code(proposed: Proposed) -> int:
    """Wrong use where commits are in the way that aren't ours to replace; what else is left was configured so."""
    from stackfix.pulls.plan import IN_THE_WAY  # noqa: PLC0415 - as all here

    return 2 if any(group.reason in IN_THE_WAY for group in proposed.groups) else 0
