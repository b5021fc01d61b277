"""A process of its own that works on one repository after another: asked on stdin, answering on stdout, in JSON lines.

It ends when whoever asks is gone, wherever it is in its work, so that nobody takes the work over while it goes on.

May import forge, pulls, and of this package clones, jobs, limits and transport.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import tempfile
import threading
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, NoReturn, TextIO

from platformdirs import user_cache_path, user_state_path

from stackfix.fleet import limits
from stackfix.fleet.clones import Clones
from stackfix.fleet.jobs import Job, Result
from stackfix.fleet.transport import CannotClone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stackfix.fleet.jobs import Plain
    from stackfix.forge.model import Credentials, Forge
    from stackfix.pulls.propose import Proposed

_MOST_WORDS = 300


def main() -> None:
    """Answer until nobody asks any more."""
    serve({"look": lambda job: look(Job.of(job)), "propose": lambda job: propose(Job.of(job))})


def serve(doings: Mapping[str, Callable[[Plain], Result]]) -> NoReturn:
    """Do what is asked for by its name, until nobody asks any more."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # Whatever a library prints is no answer.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    asked: SimpleQueue[str] = SimpleQueue()
    threading.Thread(target=_listen, args=(asked,), daemon=True).start()
    while True:
        _answer(asked.get(), answers, doings)


def _listen(asked: SimpleQueue[str]) -> None:
    for line in sys.stdin:
        asked.put(line)
    # Nobody watches any more what we have started.
    limits.end_all()
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


def _answer(line: str, answers: TextIO, doings: Mapping[str, Callable[[Plain], Result]]) -> None:
    asked = json.loads(line)
    doing = doings[asked["do"]]
    result = failing(lambda: doing(asked["job"]))
    taken = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answers.write(json.dumps({"result": result.plain, "taken": taken}) + "\n")
    answers.flush()


def failing(doing: Callable[[], Result]) -> Result:
    """What a piece of work came to, with every failure as one line."""
    from stackfix import config, repository  # noqa: PLC0415 - not before there is something to do
    from stackfix.deliver.objects import CannotCommit  # noqa: PLC0415
    from stackfix.deliver.remote import RemoteFailed  # noqa: PLC0415
    from stackfix.forge.model import ForgeFailed, RateLimited, Unavailable  # noqa: PLC0415

    try:
        return doing()
    except CannotClone as problem:
        return Result(error=_line(problem), again=problem.later)
    except RateLimited as problem:
        return Result(error=_line(problem), again=True, wait=problem.retry_after)
    except RemoteFailed as problem:
        return Result(error=_line(problem), again=problem.again)
    except (ForgeFailed, CannotCommit, config.Invalid, repository.CannotOpen) as problem:
        return Result(error=_line(problem), again=isinstance(problem, Unavailable))
    except OSError as problem:
        # A full disk, a folder that may not be written to.
        return Result(error=f"on this machine: {(problem.strerror or type(problem).__name__).lower()}")
    except MemoryError:
        return Result(error="it takes more memory than there is")
    except Exception as problem:  # noqa: BLE001 - one repository's failure must not end the others'
        # Its own words may quote the repository.
        return Result(error=f"an error of stackfix itself ({type(problem).__name__})")


def look(job: Job) -> Result:
    """Where the remote's default branch is now."""
    _, login = _forge(job)
    return Result(commit=_clones().head(job.source, login).commit)


def propose(job: Job) -> Result:
    """Clone, judge, repair, and let branches and pull requests say so."""
    from stackfix.pulls.propose import OtherBase  # noqa: PLC0415 - a look at the remote doesn't need it

    try:
        return _proposed(job, None)
    except OtherBase as problem:
        # The repository's configuration names another branch than its HEAD.
        return _proposed(job, str(problem))


def _proposed(job: Job, branch: str | None) -> Result:
    from stackfix.pulls import propose as pulls  # noqa: PLC0415 - as above

    forge, login = _forge(job)
    with _clones().work(job.source, login, branch) as work:
        # Whatever is left by a kill lies where the next who works on this repository sweeps.
        own = Path(work.folder) / "scratch"
        own.mkdir()
        tempfile.tempdir = str(own)
        try:
            request = pulls.Request(
                work.folder,
                base=branch,
                held=(work.head.branch, work.head.commit),
                forge=forge,
                unsafe=job.manner.unsafe,
                dry_run=job.manner.dry_run,
                local=job.source.local,
                credentials=login,
            )
            proposed = pulls.propose(request, lambda _: None)
        finally:
            tempfile.tempdir = None
    if forge is None:
        _write_bodies(job, proposed)
    result = _result(proposed, work.head.commit)
    return replace(result, branch=None) if job.manner.dry_run else result


def _result(proposed: Proposed, commit: str) -> Result:
    from stackfix.pulls.plan import IN_THE_WAY, Fate  # noqa: PLC0415 - as above

    made = [group for group in proposed.groups if group.body and group.fate is not Fate.LEFT]
    taken = [group for group in proposed.groups if group.reason in IN_THE_WAY]
    return Result(
        commit=commit,
        findings=proposed.findings,
        fixed=proposed.fixed,
        branch=made[0].branch if made else None,
        error=f"{taken[0].branch} is left as it is: {taken[0].reason}" if taken else None,
        rules=proposed.rules,
        requests=tuple(group.url for group in proposed.groups if group.url),
    )


def _forge(job: Job) -> tuple[Forge | None, Credentials | None]:
    """Whose pull requests to make, and what git sends; a folder of this machine has no forge."""
    if job.source.local:
        return None, None
    from stackfix.forge import detect  # noqa: PLC0415 - folders don't need it

    kind = detect.kind(job.source.place, job.manner.forge)
    forge = detect.connect(job.source.place, kind)
    return forge, None if forge is None else forge.credentials()


def _write_bodies(job: Job, proposed: Proposed) -> None:
    """Without a forge the words of a pull request are kept in the user's state folder."""
    made = [group for group in proposed.groups if group.body]
    if not made or job.manner.dry_run:
        return
    folder = bodies(job.run)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = job.source.place.rstrip("/").rpartition("/")[2].removesuffix(".git")
    mark = sha256(job.source.identity.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    text = "\n".join(group.body for group in made)
    (folder / f"{name}-{mark}.md").write_text(text, "utf-8", "replace")


def bodies(run: str) -> Path:
    """Where the bodies of a run's pull requests are kept that no forge takes."""
    return user_state_path("stackfix", appauthor=False) / "fleet" / run


def _clones() -> Clones:
    return Clones(user_cache_path("stackfix", appauthor=False) / "clones")


def _line(problem: Exception) -> str:
    words = " ".join(str(problem).split())
    return "".join(c for c in words if c.isprintable())[:_MOST_WORDS] or type(problem).__name__


if __name__ == "__main__":
    main()
