"""One run from the words to the outcome: open, judge, repair and prove in memory, deliver. Prints nothing.

May import everything but the command line, each part when it is needed.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.options import Format, Judging, Wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stackfix import engine
    from stackfix.config import Config
    from stackfix.findings import Applicability, Location, Rule
    from stackfix.options import Delivery, Options
    from stackfix.outcome import Outcome, Reported
    from stackfix.recall import Recall
    from stackfix.report.places import Places
    from stackfix.repository import Snapshot
    from stackfix.secrecy import Secrecy
    from stackfix.selection import Read, Selection
    from stackfix.suppression import Suppressions
    from stackfix.tree import Sources

_CONFIGURATIONS = ("stackfix.toml", "pyproject.toml")

COMMANDS = frozenset({"rules", "explain", "pr", "fleet", "bot"})


@dataclass(frozen=True, slots=True)
class Run:
    """What a run came to, as it may be told: nothing in `outcome` is a secret but its changes.

    `delivered` is one line on where the repairs are, None where that needs no saying.
    """

    snapshot: Snapshot
    outcome: Outcome
    places: Places
    delivered: str | None


def run(options: Options, note: Callable[[str], None]) -> Run:
    """Do what the options ask; `note` takes lines that a user should see at once."""
    root, only = _root(options.judging.path)
    config = None if _is_unconfigured(options.judging, root) else _config(options.judging, root)
    if config is not None:
        _selection(options.judging, config, only)  # a mistyped name is told before anything is read
    snapshot = _snapshot(options, root, None if config is None else config.excluded, note)
    if all(_is_harmless(path) for path in snapshot.tree.entries):
        return _nothing(options, snapshot, note)
    config = config or _config(options.judging, root)
    kept = _recall(options, config, only, snapshot)
    if kept is not None:
        if (known := kept.outcome()) is not None:
            return Run(snapshot, known, _places(known, _kept(known, snapshot.sources.read)), None)
        snapshot = kept.snapshot
    outcome = _judged(options, config, only, snapshot)
    from stackfix.report.withheld import withhold  # noqa: PLC0415 - as all below: a wrong word must not wait for it

    # What is told is the tree as it was judged, and delivering changes it.
    read = _kept(outcome, snapshot.sources.read)
    told, places = withhold(outcome, read), _places(outcome, read)
    if kept is not None:
        kept.keep(told)
    delivered = _deliver(options.delivery, snapshot, outcome, places, note)
    return Run(snapshot, told, places, delivered)


def _recall(options: Options, config: Config, only: str | None, snapshot: Snapshot) -> Recall | None:
    """Where a report is kept. None for what is no mere report, or rests on or tells more than words, tree, contents."""
    delivery, judging = options.delivery, options.judging
    if not options.cached or delivery.dry_run or delivery.apply or judging.baseline or judging.diff_base:
        return None
    if _is_wired(options):
        return None
    from platformdirs import user_cache_path  # noqa: PLC0415 - as all here

    from stackfix.recall import Recall  # noqa: PLC0415

    folder = user_cache_path("stackfix", appauthor=False) / "reports"
    words = (only or "", repr((judging.select, judging.ignore, judging.settings, judging.preview)), *config.written)
    try:
        return Recall(folder, snapshot, words)
    except OSError:
        return None


def _judged(options: Options, config: Config, only: str | None, snapshot: Snapshot) -> Outcome:
    known = _known(options.judging, config, snapshot)
    selection = replace(_selection(options.judging, config, only), known=known)
    from stackfix import engine  # noqa: PLC0415 - as all here

    grades, committing = _grades(options.delivery), options.delivery.commit
    request = engine.Request(config.policy, selection, grades, committing=committing, wired=_is_wired(options))
    return _run(snapshot, request)


def _run(snapshot: Snapshot, request: engine.Request) -> Outcome:
    from stackfix import engine  # noqa: PLC0415 - as all here

    comments, selection = Comments(snapshot.sources), request.selection
    request = replace(request, selection=replace(selection, suppressing=comments.over))
    outcome = engine.run(snapshot.tree, comments.sources, request, snapshot.skipped)
    if selection.select or selection.ignore or selection.only:
        return outcome
    unused = (one for one in comments.unused() if one.fingerprint not in selection.known)
    return replace(outcome, reported=(*outcome.reported, *unused))


def repaired(snapshot: Snapshot, request: engine.Request) -> Run:
    """A snapshot judged and repaired in memory, as it may be told; who asks delivers its steps."""
    from stackfix.report.withheld import withhold  # noqa: PLC0415 - as all here

    outcome = _run(snapshot, request)
    read = _kept(outcome, snapshot.sources.read)
    return Run(snapshot, withhold(outcome, read), _places(outcome, read), None)


def _is_wired(options: Options) -> bool:
    """Whether the report has a picture of the wiring."""
    return options.telling.format is Format.MARKDOWN


def _known(judging: Judging, config: Config, snapshot: Snapshot) -> frozenset[str]:
    """The findings that aren't told because a baseline has them, or because they were there before."""
    if judging.baseline is None and judging.diff_base is None:
        return frozenset()
    from stackfix import baseline  # noqa: PLC0415

    listed = baseline.load(judging.baseline) if judging.baseline is not None else frozenset()
    if judging.diff_base is None:
        return listed
    selection = replace(_selection(judging, config, None), select=frozenset())
    return listed | baseline.of_commit(snapshot.root, judging.diff_base, config.policy, selection, config.excluded)


def _nothing(options: Options, snapshot: Snapshot, note: Callable[[str], None]) -> Run:
    """The end of a run over files that no rule speaks of: the engine, and all that it imports, isn't asked."""
    from stackfix.outcome import Outcome  # noqa: PLC0415

    outcome = Outcome((), skipped=tuple(snapshot.skipped), files=len(snapshot.tree.entries))
    places = _places(outcome, snapshot.sources.read)
    return Run(snapshot, outcome, places, _deliver(options.delivery, snapshot, outcome, places, note))


_HARMLESS = re.compile(
    r"(?i)(?:.*/)?(?:LICENSE|COPYING|NOTICE|\.gitignore|.*\.(?:adoc|bmp|csv|docx?|gif|gz|ico|jpe?g|md|mp[34]|odt|otf|pdf|png"
    r"|pptx?|rst|svg|tar|tgz|tsv|ttf|txt|wav|webp|woff2?|xlsx?|zip))"
)


def _is_harmless(path: str) -> bool:
    """Whether a file can neither start nor reach anything, by its name alone. A suffix that isn't known may."""
    return _HARMLESS.fullmatch(path) is not None


def _is_unconfigured(judging: Judging, root: str) -> bool:
    """Whether neither words nor files set anything: then no configuration is needed before there is wiring."""
    words = judging.config or judging.settings or judging.select or judging.ignore
    return not words and not any(os.path.lexists(os.path.join(root, name)) for name in _CONFIGURATIONS)  # noqa: PTH118


class Comments:
    """The suppressions of the files that a run reads, and which of them hid nothing."""

    def __init__(self, sources: Sources) -> None:
        """Take the contents of the tree as it is; `sources` are the same, noted down as they are read."""
        from stackfix.recall import Noted  # noqa: PLC0415 - as all here

        self.sources = sources if isinstance(sources, Noted) else Noted(sources)
        self._first: Suppressions | None = None

    def over(self, read: Read) -> Callable[[str, Location], bool]:
        """What says whether a comment of these contents covers a rule at a place."""
        from stackfix.suppression import Suppressions  # noqa: PLC0415

        made = Suppressions(read, _family)
        self._first = self._first or made
        return made.covers

    def unused(self) -> Iterator[Reported]:
        """What is told of comments that hid nothing in the tree as it is."""
        from hashlib import sha256  # noqa: PLC0415

        from stackfix.outcome import Reported  # noqa: PLC0415
        from stackfix.suppression import finding  # noqa: PLC0415

        counts: Counter[str] = Counter()
        for comment in self._first.unused(self.sources.files) if self._first else ():
            found = finding(comment)
            counts[found.anchor.identity] += 1
            words = (found.rule.id, found.anchor.identity, found.value, str(counts[found.anchor.identity]))
            yield Reported(found, sha256("\0".join(words).encode("utf-8", "replace")).hexdigest()[:16])


def _family(rule: str) -> str:
    from stackfix import catalogue  # noqa: PLC0415

    return catalogue.detector(rule).rule.family.value


def _config(judging: Judging, root: str) -> Config:
    from stackfix import config  # noqa: PLC0415

    return config.load(root, judging.config, judging.settings)


def _selection(judging: Judging, config: Config, only: str | None) -> Selection:
    return config.selection(select=judging.select, ignore=judging.ignore, preview=judging.preview, only=only)


def _snapshot(
    options: Options, root: str, excluded: Callable[[str], bool] | None, note: Callable[[str], None]
) -> Snapshot:
    """The work tree, or HEAD's where repairs are committed."""
    from stackfix import repository  # noqa: PLC0415

    if options.delivery.commit:
        return repository.open_commit(root, excluded=excluded)
    if options.delivery.apply:
        from stackfix.deliver import worktree  # noqa: PLC0415

        if worktree.recover(root, _journal()):
            note("stackfix: what an interrupted run had left half done has been put back")
    return repository.open_work_tree(root, excluded=excluded)


def _deliver(
    delivery: Delivery, snapshot: Snapshot, outcome: Outcome, places: Places, note: Callable[[str], None]
) -> str | None:
    """Write what is to be written; one line on where it is, or None where that needs no saying."""
    if not delivery.apply:
        return None
    if delivery.commit:
        return _commit(delivery, snapshot, outcome, places, note)
    from stackfix.deliver import worktree  # noqa: PLC0415

    worktree.apply(snapshot.root, outcome.changes, _journal())
    return None


def _commit(
    delivery: Delivery, snapshot: Snapshot, outcome: Outcome, places: Places, note: Callable[[str], None]
) -> str:
    from stackfix.deliver import branch  # noqa: PLC0415
    from stackfix.report import message  # noqa: PLC0415

    if others := branch.uncommitted(snapshot.root):
        note(f"stackfix: not looked at, since not committed: {', '.join(others)}")
    done = branch.commit(
        snapshot.root,
        outcome.steps,
        delivery.branch or branch.DEFAULT,
        messages=lambda step: message.render(step, places),
        current_branch=delivery.current_branch,
        journal_folder=_journal(),
    )
    if done is None:
        return "stackfix: nothing to commit"
    where = done.branch or "the detached HEAD"
    if not done.changed:
        return f"stackfix: {where} holds these repairs already"
    count = len(done.commits)
    return f"stackfix: {count} commit{'s' if count > 1 else ''} on {where}"


def _journal() -> str:
    """Where a run notes what it is writing, so that the next can put back what this one can't."""
    from platformdirs import user_state_path  # noqa: PLC0415

    return str(user_state_path("stackfix", appauthor=False) / "journal")


def _kept(outcome: Outcome, read: Read) -> Read:
    """A reader of the files that an outcome speaks of, as they are now."""
    paths = {change.path for change in outcome.changes}
    for reported in outcome.reported:
        paths |= {place.path for place in (reported.finding.location, *reported.finding.evidence)}
        for fix in (reported.fix, *reported.choices):
            paths |= fix.paths if fix else frozenset()
    return {path: read(path) for path in paths}.get


def _places(outcome: Outcome, read: Read) -> Places:
    from stackfix.report.places import Places  # noqa: PLC0415

    ends = {change.path: change.after for change in outcome.changes}
    secret = _Secrets(read)
    after = Places(lambda path: ends[path] if path in ends else read(path), secret)
    return Places(read, secret, after)


class _Secrets:
    """What tells a line with a secret; imported with the first line that is asked about."""

    def __init__(self, read: Read) -> None:
        """Take a reader of files as they were judged."""
        self._read = read
        self._known: Secrecy | None = None

    def __call__(self, path: str, line: bytes) -> bool:
        """Whether a line of a file holds a secret."""
        from stackfix.secrecy import Secrecy  # noqa: PLC0415

        self._known = self._known or Secrecy(self._read)
        return self._known.is_secret_line(path, line)


def _grades(delivery: Delivery) -> frozenset[Applicability]:
    from stackfix.findings import Applicability  # noqa: PLC0415

    if not (delivery.dry_run or delivery.apply):
        return frozenset()
    more = {Applicability.UNSAFE} if delivery.unsafe else set()
    return frozenset({Applicability.SAFE, *more})


def _root(word: str) -> tuple[str, str | None]:
    """The root that PATH names, and the one file in it that findings must touch where PATH is a file."""
    from stackfix import repository  # noqa: PLC0415

    if word in COMMANDS and not os.path.exists(word):  # noqa: PTH110 - pathlib is not needed otherwise
        raise Wrong(f"{word} is a command of its own: stackfix {word} (a folder of that name is ./{word})")
    if not os.path.lexists(word):
        raise Wrong(f"{word}: no such file or folder")
    return repository.locate(word)


def is_on(word: str) -> Callable[[Rule], bool]:
    """Whether a rule is told in the root that a word names, by its configuration."""
    root, _ = _root(word)
    selection = _selection(Judging(), _config(Judging(), root), None)
    return lambda rule: (
        selection.runs(rule)
        and (not selection.select or selection.explicit(rule))
        and not {rule.id, rule.family.value} & selection.ignore
    )
