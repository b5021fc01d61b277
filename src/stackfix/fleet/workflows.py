"""The durable workflows: a run enters its repositories into the queue, each is looked at and worked on.

A step that has ended is never done again. The one that was going on when a worker died is: each is made so that doing
it twice comes to the same.

May import durable, hands, jobs, pauses, persevering, sources and states of this package.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from dbos import DBOS, SetEnqueueOptions, SetWorkflowID

from stackfix.fleet.jobs import Job, Plain, Result
from stackfix.fleet.persevering import AT_ONCE, Later, later

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stackfix.fleet.hands import Hands
    from stackfix.fleet.pauses import Pauses

APPLICATION = "stackfix-fleet"

RUN, REPOSITORY, WORK = "fleet-run", "fleet-repository", "fleet-work"

_AT_ONCE = 500
_ENDED = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")

_hands: list[Hands] = []
_pauses: list[Pauses] = []


def working_with(hands: Hands, pauses: Pauses) -> None:
    """Say who does this process's work, and where it is kept who asks to wait."""
    _hands[:], _pauses[:] = [hands], [pauses]


def name(run: str, number: int, attempt: int = 1) -> str:
    """What the workflow of a run's repository is called; attempts count from 1."""
    return f"{run}/{number:06}/{attempt}"


def queue(host: str) -> str:
    """The queue of a host's repositories."""
    return f"fleet {host}" if host else "fleet"


@DBOS.workflow(name=RUN)
def run(entries: Sequence[Plain], manner: Plain, first_wait: float) -> None:
    """Enter all repositories of a list into their queues."""
    own = str(DBOS.workflow_id)
    for number, entry in enumerate(entries):
        if "why" not in entry:
            job = Job.of({"run": own, "source": entry, "manner": manner, "first_wait": first_wait})
            enter(job, name(own, number))


def forget(days: int) -> int:
    """Take out of the database what ended so long ago; how many workflows that were."""
    then = (datetime.now(UTC) - timedelta(days=days)).isoformat()
    names = [RUN, REPOSITORY, WORK]
    rows = DBOS.list_workflows(name=names, completed_before=then, load_input=False, load_output=False)
    found = [row.workflow_id for row in rows]
    for start in range(0, len(found), _AT_ONCE):
        DBOS.delete_workflows(found[start : start + _AT_ONCE])
    return len(found)


def enter(job: Job, workflow: str, then: Later = AT_ONCE) -> None:
    """Put a repository into the queue, where it isn't yet."""
    key = job.source.organisation if job.source.host else None
    with SetWorkflowID(workflow), SetEnqueueOptions(queue_partition_key=key, delay_seconds=then.seconds or None):
        DBOS.enqueue_workflow(queue(job.source.host), repository, job.plain, then.tries, then.waits)


@DBOS.workflow(name=REPOSITORY, max_recovery_attempts=20)
def repository(job: Plain, tries: int = 0, waits: int = 0) -> Plain:
    """One try at a repository of a run. The next, if one may help, is another attempt: it takes no place meanwhile."""
    result = _tried(job)
    then = later(result, Job.of(job).first_wait, tries, waits)
    if then is not None:
        run_, number, attempt = str(DBOS.workflow_id).split("/")
        enter(Job.of(job), name(run_, int(number), int(attempt) + 1), then)
    return result.plain


def _tried(job: Plain) -> Result:
    """See where it is, and share the work with whoever is doing just that already."""
    looked = Result.of(DBOS.run_step({"name": "look"}, _do, "look", job))
    if looked.error is not None:
        return looked
    free = DBOS.run_step({"name": "claim"}, _free_name, Job.of(job).key(looked.commit))
    with SetWorkflowID(free):
        handle = DBOS.start_workflow(work, job)
    return Result.of(handle.get_result())


@DBOS.workflow(name=WORK, max_recovery_attempts=20)
def work(job: Plain) -> Plain:
    """Clone, judge, repair, propose."""
    return DBOS.run_step({"name": "propose"}, _do, "propose", job)


def _free_name(key: str) -> str:
    """What the work on a commit is called: the same for two who ask while it goes on, another once it has ended."""
    ended = DBOS.list_workflows(workflow_id_prefix=f"{key}/", status=list(_ENDED), load_input=False, load_output=False)
    return f"{key}/{max((int(row.workflow_id.rpartition('/')[2]) for row in ended), default=-1) + 1}"


def _do(what: str, plain: Plain) -> Plain:
    """A piece of work, unless its forge has asked any worker to wait: then nobody asks there again."""
    job, pauses = Job.of(plain), _pauses[0]
    left = 0.0 if job.source.local else pauses.left(job.purse)
    if left > 0:
        return Result(error=f"{job.source.host} asks to wait", again=True, wait=left).plain
    result = _hands[0].do(what, job)
    if result.wait is not None:
        pauses.begin(job.purse, result.wait)
    return result.plain
