"""The paths of a front end's own pages, and by which means its router keeps them: in the path, or behind a `#`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph.frontend import Bundler

if TYPE_CHECKING:
    from stackfix.graph.frontend import FrontEnd
    from stackfix.graph.library import Library
    from stackfix.text import Text

_PAGE = re.compile(
    r"""(?:\b(?:path|to|href|redirect|redirectTo|routerLink)\s*[:=]\s*\{?\s*|\b(?:navigate|push|replace)\(\s*)"""
    r"""["'`](/?[^"'`\n$]*)"""
)
_HISTORY = re.compile(
    r"\bcreateBrowserRouter\b|\bBrowserRouter\b|\bcreateWebHistory\b|\bcreateBrowserHistory\b"
    r"|mode\s*:\s*['\"]history['\"]|\bprovideRouter\b|RouterModule\.forRoot|@tanstack/(?:react|solid)-router"
    r"|\bfrom\s+['\"](?:wouter|@solidjs/router|preact-router)['\"]"
)
_HASH = re.compile(
    r"\bcreateHashRouter\b|\bHashRouter\b|\bcreateWebHashHistory\b|\bcreateHashHistory\b|\bHashLocationStrategy\b"
    r"|useHash\s*:\s*true|\bwithHashLocation\b|useHashLocation|createMemoryHistory|createMemoryRouter|MemoryRouter"
)
_BY_FILES = frozenset({
    Bundler.NEXT, Bundler.NUXT, Bundler.SVELTE_KIT, Bundler.REMIX, Bundler.GATSBY, Bundler.ASTRO,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pages:
    """What one file says of pages: `history` is where it makes a router that keeps paths, `hash` where one doesn't."""

    paths: tuple[str, ...] = ()
    history: Text | None = None
    hash: bool = False


def pages(text: Text) -> Pages:
    """The pages that one file names."""
    value = text.value
    found = _HISTORY.search(value)
    return Pages(
        tuple(dict.fromkeys("/" + match.group(1).lstrip("/") for match in _PAGE.finditer(value))),
        text.slice(*found.span()) if found is not None else None,
        _HASH.search(value) is not None,
    )


def has_page(library: Library, front: FrontEnd, prefix: str) -> bool:
    """Whether a page of the front end lies, or may lie, at or below a path."""
    if front.bundler in _BY_FILES:
        return True
    found = (library.get(path, pages) for path in front.paths)
    return any(_meet(path, prefix) for one in found if one is not None for path in one.paths)


def _meet(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(prefix + "/")


def router(library: Library, front: FrontEnd) -> Text | None:
    """Where the front end makes the router that keeps its pages' paths; None where none, or also one that doesn't."""
    found = [one for path in front.paths if (one := library.get(path, pages)) is not None]
    if any(one.hash for one in found):
        return None
    return next((one.history for one in found if one.history is not None), None)
