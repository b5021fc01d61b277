"""Changes written to the work tree: all of them, or none.

New contents are written beside their targets first, the old files are kept under a second name, then the new ones are
renamed into place. A journal outside the repository says what belongs to whom, so that a run that was killed is put
back by the next one. The journal's last word is its name: `open` is undone, `done` is tidied up.

May import outcome.
"""

from __future__ import annotations

import fcntl
import json
import os
import posixpath
import re
import secrets
import shutil
import stat
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from signal import SIG_BLOCK, SIG_SETMASK, SIGHUP, SIGINT, SIGTERM, pthread_sigmask
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from stackfix.outcome import Change


_BESIDE = re.compile(r"\.([^/]*)\.[0-9a-f]{8}\.stackfix-(?:new|old)$")
"""The names beside a target: nobody knows them but us."""


class CannotWrite(Exception):  # noqa: N818 - a state of the disk, told in one line
    """Nothing was changed, and why; the message is one line."""


class ChangedMeanwhile(CannotWrite):
    """A file is no longer what it was when it was judged."""


class Busy(CannotWrite):
    """Another run is writing to the same root."""


@dataclass(slots=True)
class _Write:
    """One file's way. Paths are absolute. `digest` is of the new contents, None where the file is removed.

    `temporary` holds the new contents, `kept` is a second name of the old file; `made` are the folders made for it.
    """

    target: str
    digest: str | None
    temporary: str | None
    kept: str | None
    made: list[str]


@dataclass(frozen=True, slots=True)
class _Plan:
    """A change, where it goes, and the status of the file that was checked."""

    change: Change
    target: str
    status: os.stat_result | None


def apply(
    root: str | os.PathLike[str],
    changes: Iterable[Change],
    journal_folder: str | os.PathLike[str],
    then: Callable[[], None] | None = None,
) -> None:
    """Write all changes below a root, or none: CannotWrite says which file was in the way.

    `journal_folder` lies outside the repository and is made where it is missing. `then` is the last step: where it
    raises, everything is put back.
    """
    top = os.path.realpath(root)
    with _journal(top, journal_folder) as journal:
        _recover(journal)
        plans = _planned(top, tuple(changes))
        if not plans and then is None:
            return
        with _unhurried():
            _all_or_none(journal, plans, then, top)


def recover(root: str | os.PathLike[str], journal_folder: str | os.PathLike[str]) -> bool:
    """Put back what a killed run left half done; whether there was anything. Nothing to do while another run writes."""
    if not Path(journal_folder).is_dir():
        return False
    try:
        with _journal(os.path.realpath(root), journal_folder) as journal:
            return _recover(journal)
    except Busy:
        return False


@contextmanager
def _journal(top: str, folder: str | os.PathLike[str]) -> Iterator[Path]:
    """The journal's own folder for a root, which one run at a time has."""
    name = sha256(os.fsencode(top)).hexdigest()[:24]
    try:
        Path(folder).mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(Path(folder) / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as problem:
        raise CannotWrite(f"the journal can't be kept in {os.fspath(folder)}: {problem.strerror}") from problem
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        os.close(lock)
        raise Busy("another stackfix is writing here: wait for it to end") from problem
    try:
        yield Path(folder) / name
    finally:
        os.close(lock)


@contextmanager
def _unhurried() -> Iterator[None]:
    """Ctrl-C and a friendly kill wait until the files are whole."""
    before = pthread_sigmask(SIG_BLOCK, {SIGINT, SIGTERM, SIGHUP})
    try:
        yield
    finally:
        pthread_sigmask(SIG_SETMASK, before)


def _planned(top: str, changes: tuple[Change, ...]) -> list[_Plan]:
    """Where each change goes, checked: the file is still what it was, and ours to write."""
    plans: dict[str, _Plan] = {}
    for change in changes:
        plan = _plan(top, change)
        other = plans.get(plan.target)
        if other is None:
            plans[plan.target] = plan
        elif (other.change.after, other.change.executable) != (change.after, change.executable):
            raise CannotWrite(f"{change.path} and {other.change.path} are one file; nothing was changed")
    return [plans[target] for target in sorted(plans)]


def _plan(top: str, change: Change) -> _Plan:
    whole = posixpath.join(top, change.path)
    real = os.path.realpath(whole)
    if not real.startswith(top.rstrip("/") + "/") or ".git" in os.path.relpath(real, top).split("/"):
        raise CannotWrite(f"{change.path} leads out of the root; nothing was changed")
    if change.before is None:
        if os.path.lexists(whole):
            raise ChangedMeanwhile(f"{change.path} is there already; nothing was changed")
        return _Plan(change, real, None)
    try:
        data, status = _read(real)
    except OSError as problem:
        raise ChangedMeanwhile(f"{change.path}: {_reason(problem)}; nothing was changed") from problem
    if data != change.before:
        raise ChangedMeanwhile(f"{change.path} changed while stackfix ran: run it again; nothing was changed")
    if not os.access(real, os.W_OK):
        raise CannotWrite(f"{change.path}: no permission to write it; nothing was changed")
    return _Plan(change, real, status)


def _read(path: str) -> tuple[bytes, os.stat_result]:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, "it is no plain file any more")
        return file.read(), status


def _do(journal: Path, plans: list[_Plan], writes: list[_Write], then: Callable[[], None] | None) -> None:
    """Prepare everything, write it down, then put it in place."""
    for plan in plans:
        writes.append(_named(plan))
    _write_down(journal, writes)
    for plan, write in zip(plans, writes, strict=True):
        _prepare(plan, write)
    for plan, write in zip(plans, writes, strict=True):
        _put(plan, write)
    for folder in sorted({posixpath.dirname(write.target) for write in writes}):
        _sync_folder(folder)
    if then is not None:
        then()
    (journal / "open").rename(journal / "done")
    _sync_folder(str(journal))


def _all_or_none(journal: Path, plans: list[_Plan], then: Callable[[], None] | None, top: str) -> None:
    writes: list[_Write] = []
    try:
        _do(journal, plans, writes, then)
    except BaseException as problem:
        whole = _undo(writes)
        if whole:
            shutil.rmtree(journal, ignore_errors=True)
        if isinstance(problem, OSError):
            end = "nothing was changed" if whole else "the next run puts back what could not be put back now"
            raise CannotWrite(f"{_said(problem, top)}; {end}") from problem
        raise
    if _tidy(writes):
        shutil.rmtree(journal, ignore_errors=True)


def _named(plan: _Plan) -> _Write:
    """The names that a change will use; nothing is there yet under any of them."""
    folder, name = posixpath.split(plan.target)
    mark = secrets.token_hex(4)
    after = plan.change.after
    made = []
    while not os.path.isdir(folder):
        made.append(folder)
        folder = posixpath.dirname(folder)
    return _Write(
        plan.target,
        None if after is None else sha256(after).hexdigest(),
        None if after is None else posixpath.join(posixpath.dirname(plan.target), f".{name[:200]}.{mark}.stackfix-new"),
        None if plan.status is None else posixpath.join(folder, f".{name[:200]}.{mark}.stackfix-old"),
        made,
    )


def _write_down(journal: Path, writes: list[_Write]) -> None:
    journal.mkdir(mode=0o700)
    with (journal / "open").open("w", encoding="utf-8") as file:
        json.dump([asdict(write) for write in writes], file)
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(str(journal))
    _sync_folder(str(journal.parent))


def _prepare(plan: _Plan, write: _Write) -> None:
    """The new contents beside the target, the old file under its second name."""
    for folder in reversed(write.made):
        with suppress(FileExistsError):
            Path(folder).mkdir()
    if write.temporary is not None:
        assert plan.change.after is not None
        handle = os.open(write.temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with open(handle, "wb") as file:
            file.write(plan.change.after)
            file.flush()
            _dress(handle, plan)
            os.fsync(handle)
    if write.kept is not None:
        try:
            os.link(write.target, write.kept, follow_symlinks=False)
        except OSError as problem:
            if isinstance(problem, FileNotFoundError):
                raise
            # A file system without second names: the old file is copied.
            shutil.copy2(write.target, write.kept, follow_symlinks=False)


def _dress(handle: int, plan: _Plan) -> None:
    """The old file's owner, extended attributes and permissions; a new file's as the user makes them."""
    executable = plan.change.executable
    if plan.status is None:
        os.fchmod(handle, (0o777 if executable else 0o666) & ~_umask())
        return
    status = os.fstat(handle)
    if (status.st_uid, status.st_gid) != (plan.status.st_uid, plan.status.st_gid):
        with suppress(OSError):
            os.fchown(handle, plan.status.st_uid, plan.status.st_gid)
    if hasattr(os, "listxattr"):
        with suppress(OSError):
            for name in os.listxattr(plan.target):
                os.setxattr(handle, name, os.getxattr(plan.target, name))
    mode = stat.S_IMODE(plan.status.st_mode)
    if executable is not None:
        # Who may read it may run it.
        mode = mode | (mode & 0o444) >> 2 if executable else mode & ~0o111
    os.fchmod(handle, mode)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _put(plan: _Plan, write: _Write) -> None:
    """The new file in the old one's place, if that is still the one that was checked."""
    try:
        now: os.stat_result | None = os.lstat(write.target)
    except FileNotFoundError:
        now = None
    if (now is None) != (plan.status is None) or (now and plan.status and _stamp(now) != _stamp(plan.status)):
        raise ChangedMeanwhile(f"{plan.change.path} changed while stackfix ran: run it again; nothing was changed")
    if write.temporary is None:
        os.unlink(write.target)
    else:
        os.rename(write.temporary, write.target)


def _stamp(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _undo(writes: Iterable[_Write]) -> bool:
    """Every file as it was, whatever was done so far; what somebody else wrote since stays. Whether all of it went."""
    whole = True
    for write in writes:
        try:
            _put_back(write)
        except OSError:
            # The old file stays under its second name, and the journal with it.
            whole = False
            continue
        whole &= _removed(write.temporary) and _removed(write.kept)
        for folder in write.made:
            with suppress(OSError):
                os.rmdir(folder)
    return whole


def _removed(path: str | None) -> bool:
    """Remove a name of ours; whether it is gone."""
    if path is not None:
        try:
            os.unlink(path)
        except FileNotFoundError:
            return True
        except OSError:
            return False
    return True


def _put_back(write: _Write) -> None:
    ours = _is_ours(write)
    if write.kept is None:
        if ours and (write.temporary is None or not os.path.lexists(write.temporary)):
            os.unlink(write.target)
        return
    if ours and os.path.lexists(write.kept):
        os.replace(write.kept, write.target)


def _is_ours(write: _Write) -> bool:
    """Whether what lies at the target is what we put there: the new contents, or nothing."""
    try:
        data, _ = _read(write.target)
    except FileNotFoundError:
        return write.digest is None
    except OSError:
        return False
    return sha256(data).hexdigest() == write.digest


def _tidy(writes: Iterable[_Write]) -> bool:
    """Take away the old files' second names; whether all are gone."""
    gone = [_removed(write.kept) for write in writes]
    return all(gone)


def _recover(journal: Path) -> bool:
    """Undo what is open, tidy up what is done; whether there was anything."""
    if not journal.is_dir():
        return False
    whole = True
    for name, finish in (("open", _undo), ("done", _tidy)):
        try:
            words = json.loads((journal / name).read_text(encoding="utf-8"))
            writes = [_Write(**write) for write in words]
        except (OSError, ValueError, TypeError):
            # Killed before it was written whole: then nothing else was.
            continue
        whole &= finish(writes)
    if not whole:
        raise CannotWrite("what an interrupted run left half done can't be put back: is the disk full or read-only?")
    shutil.rmtree(journal, ignore_errors=True)
    return True


def _sync_folder(folder: str) -> None:
    """Make names durable, where the file system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _said(problem: OSError, top: str) -> str:
    """Which file of the root, and why, in words."""
    path = problem.filename
    name = os.fsdecode(path) if isinstance(path, (str, bytes)) else ""
    name = _BESIDE.sub(r"\1", name)
    shown = os.path.relpath(name, top) if name.startswith(top + "/") else name
    return f"{shown}: {_reason(problem)}" if shown else _reason(problem)


def _reason(problem: OSError) -> str:
    return (problem.strerror or str(problem)).lower()
