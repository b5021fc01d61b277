"""What is done about what a forge has told us, one piece of work at a time.

Each is made so that doing it twice comes to the same: it looks at what is there now, not at what was told.

May import checking and events of this package, pulls, fleet's clones and sources, and forge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix import config
from stackfix.bot import checking
from stackfix.bot.events import Changed
from stackfix.fleet import sources
from stackfix.forge import detect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackfix.bot.events import Place, Work
    from stackfix.fleet.clones import Clones
    from stackfix.fleet.sources import Source
    from stackfix.forge.model import Forge, PullRequest

_REFERENCES = {
    detect.Kind.GITHUB: "refs/pull/{}/head",
    detect.Kind.GITEA: "refs/pull/{}/head",
    detect.Kind.GITLAB: "refs/merge-requests/{}/head",
}


@dataclass(frozen=True, slots=True)
class Desk:
    """What work is done with: the clones of this machine, and the environment that tokens come from."""

    clones: Clones
    environment: Mapping[str, str] | None = None


def check(desk: Desk, event: Changed) -> str:
    """Judge a pull request against where it left its base, and say so on its newest commit."""
    forge = _forge(desk, event.place)
    pull = next((one for one in forge.open_pull_requests() if one.number == event.number), None)
    if pull is None:
        return "the pull request is open no more"
    return _checked(desk, forge, event.place, pull)


def _checked(desk: Desk, forge: Forge, place: Place, pull: PullRequest) -> str:
    reference = _REFERENCES[detect.Kind(place.kind)].format(pull.number)
    with desk.clones.compared(_source(forge), forge.credentials(), pull.base, reference) as compared:
        try:
            said = checking.laid_out(compared.folder, compared.after)
        except config.Invalid as problem:
            forge.publish(checking.not_judged(compared.after, str(problem)))
            return f"not judged: {problem}"
        run = checking.introduced(compared.folder, compared.before, compared.after, said)
        forge.publish(checking.check(run, compared.after))
        if suggestions := checking.suggestions(run):
            forge.suggest(pull.number, compared.after, suggestions)
    return f"{len(run.outcome.reported)} introduced"


def _forge(desk: Desk, place: Place) -> Forge:
    """The repository on its forge. Whatever host a delivery names, a token goes to its own alone."""
    return detect.account(detect.Kind(place.kind), place.host, desk.environment).forge(place.path)


def _source(forge: Forge) -> Source:
    """Where the forge itself says that it is cloned from: never a folder of this machine."""
    return sources.remote(forge.repository().url)


def done(desk: Desk, work: Work) -> str:
    """Do a piece of work; what it came to, in one line."""
    match work:
        case Changed():
            return check(desk, work)
        case _:
            return "nothing to do"
