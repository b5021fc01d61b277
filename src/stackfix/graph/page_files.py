"""How nginx answers for the pages of a front end that it serves from files: by which paths, and with what for others.

Source: nginx's documentation of root, alias, try_files and error_page; the bundlers' of their base.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from stackfix.findings import Location, located
from stackfix.graph import front_doors, frontend_builds, page_paths, proxying
from stackfix.graph.front_doors import Pages
from stackfix.graph.frontend import Bundler
from stackfix.graph.proxy_facts import Modifier
from stackfix.graph.proxy_matching import choose
from stackfix.graph.proxying import Proxied

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.frontend import FrontEnd
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.proxy_blocks import Block, Said
    from stackfix.graph.proxy_facts import ProxyLocation
    from stackfix.text import Text

_PAGE = "/a-page/of-the/router"
"""A path that is no file and that no location is for."""
_BUNDLERS = frozenset({Bundler.VITE, Bundler.CREATE_REACT_APP, Bundler.VUE_CLI, Bundler.ANGULAR})
_TOLD = re.compile(r"--base(?:-href)?\b|--public-path|PUBLIC_URL|--deploy-url|BASE_URL|VITE_BASE|BASE_PATH")
_SPEAKS_OF_BASE = re.compile(r"\b(?:base|publicPath|baseHref|basePath)\s*[:=]")
_CONFIGS = re.compile(r"(?:vite|vue)\.config\.[cm]?[jt]s$")


# --- what isn't a file -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Unfallen:
    """A server without an answer for its front end's own pages. `router` is where the front end makes them.

    `location` is what takes such a request (None: no location does), `tries` its `try_files` that ends in 404.
    """

    pages: Pages
    router: Location
    location: ProxyLocation | None
    tries: Said | None


def unfallen(graph: Graph) -> Iterator[Unfallen]:
    """Every server that answers the pages of a router with 404."""
    for pages in front_doors.pages(graph):
        front, router = pages.front, page_paths.router(graph.library, pages.front)
        base = base_of(front)
        if not front.static or router is None or base not in {"", "/", "./"} or not _is_built(graph, pages):
            continue
        match = choose(pages.server.locations, _PAGE)
        block = match.location.block if match.location is not None else pages.server.block
        if not match.known or match.redirect or not _is_plain(match.location, block):
            continue
        tries = block.effective("try_files").said
        place = located(router, "keeps its pages in the path")
        if place is not None and "/" in served_below(graph, pages) and _ends_nowhere(tries):
            yield Unfallen(pages, place, match.location, tries[-1] if tries else None)


def _ends_nowhere(tries: tuple[Said, ...]) -> bool:
    """Whether no word of a `try_files` answers: the app's one page may stand before the `=404` at its end."""
    if not tries:
        return True
    *words, last = tries[-1].values
    return last == "=404" and "/index.html" not in words


def _is_plain(location: ProxyLocation | None, block: Block) -> bool:
    """Whether files alone answer: no pass, rewrite, condition, page for 404 or include that may do it."""
    if any(outer.hidden or outer.all("rewrite") or outer.all("if") or outer.all("return") for outer in block.chain()):
        return False
    told = block.effective("error_page")
    if not told.certain or any("404" in said.values[:-1] for said in told.said):
        return False
    if location is None:
        return True
    prefix = location.modifier in {Modifier.PREFIX, Modifier.FINAL_PREFIX}
    return prefix and not location.passes and not location.block.all("alias") and location.path.value == "/"


# --- where files are served ------------------------------------------------------------------------------------------


def served_below(graph: Graph, pages: Pages) -> frozenset[str]:
    """The paths below which the files of the build are served, each with slashes at both ends; none where unknown."""
    folders = _folders(graph, pages.proxied.workload)
    found = set()
    for location in pages.server.locations:
        if location.modifier not in {Modifier.PREFIX, Modifier.FINAL_PREFIX} or location.handler is not None:
            continue
        for folder in folders:
            below = _below(location, folder)
            if below is not None and choose(pages.server.locations, below + "index.html").location is location:
                found.add(below)
    root = pages.server.block.last("root")
    if root is not None and choose(pages.server.locations, "/index.html").location is None:
        found |= {"/" for folder in folders if _folder(root) == folder}
    return frozenset(found)


def _folders(graph: Graph, workload: Workload) -> frozenset[str]:
    """Where a container holds what another stage has built, or what is mounted of it."""
    image = graph.image(workload)
    copies = image.copies if image is not None else ()
    built = {
        posixpath.normpath(copying.destination)
        for copying in copies
        if copying.instruction.flag("from") is not None and copying.destination is not None
    }
    mounted = {m.target for m in workload.mounts if m.source is not None and not m.target.startswith("/etc/")}
    return frozenset(built | mounted)


def _is_built(graph: Graph, pages: Pages) -> bool:
    """Whether it is certain that the image builds this front end, or that its build is mounted."""
    build = graph.build_of(pages.proxied.workload)
    folder = pages.front.folder
    if build is None or folder in {build.context, posixpath.dirname(build.dockerfile)}:
        return True
    return any(step.front.folder == folder for step in frontend_builds.of(graph, build))


def _below(location: ProxyLocation, folder: str) -> str | None:
    """The path by which a location gives out a folder's files."""
    path = location.path.value
    alias = location.block.last("alias")
    if alias is not None:
        return _slashed(path) if _folder(alias) == folder else None
    root = location.block.effective("root").said
    top = _folder(root[-1]) if root else None
    if top is None or not (folder == top or folder.startswith(top.rstrip("/") + "/")):
        return None
    below = _slashed(folder[len(top.rstrip("/")) :] or "/")
    return below if below.startswith(path) else None


def _folder(said: Said) -> str | None:
    value = said.values[0] if said.values else ""
    return posixpath.normpath(value) if value.startswith("/") and "$" not in value else None


def _slashed(path: str) -> str:
    return path if path.endswith("/") else path + "/"


# --- where the bundler says ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Astray:
    """A build whose files ask for each other below `base`, though they are served below `served`.

    `written` is where the base is written, None where the bundler's own default holds.
    """

    pages: Pages
    base: str
    served: str
    written: Text | None


def astray(graph: Graph) -> Iterator[Astray]:
    """Every build with another base than its nginx serves it by."""
    for pages in _own_pages(graph):
        front, base = pages.front, base_of(pages.front)
        if front.bundler not in _BUNDLERS or base in {None, "", "./"} or _is_told(graph.library, front):
            continue
        served = served_below(graph, pages)
        if len(served) != 1 or base is None or _slashed(base) in served:
            continue
        if not _is_built(graph, pages) or not _comes_plain(graph, pages):
            continue
        yield Astray(pages, base, next(iter(served)), front.settings.base)


def _own_pages(graph: Graph) -> Iterator[Pages]:
    """Every server of an nginx whose image a front end is built into, by whatever path it gives the pages out."""
    for workload in graph.running:
        found = graph.proxies(workload)
        front = front_doors.front_of(graph, workload) if found else None
        for facts in found if front is not None else ():
            for server in facts.servers:
                if server.certain and front is not None:
                    yield Pages(Proxied(workload, facts), server, front)


def base_of(front: FrontEnd) -> str | None:
    """The path that the built files ask for each other by; None where nobody can tell."""
    written = front.settings.base
    if not front.settings.known:
        return None
    if written is None:
        return None if front.bundler is Bundler.ANGULAR else "/"
    value = written.value
    if "://" in value:
        return (urlsplit(value).path or "/") if front.bundler is Bundler.CREATE_REACT_APP else None
    return value


def _is_told(library: Library, front: FrontEnd) -> bool:
    """Whether scripts, dotenv files, Dockerfiles or the configuration give the base in a way that isn't followed."""
    for path in library.tree.below(front.folder):
        name = posixpath.basename(path)
        if name == "package.json" or "Dockerfile" in name or name.startswith(".env"):
            if library.get(path, tells_base):
                return True
        elif _CONFIGS.search(name) and front.settings.base is None and library.get(path, speaks_of_base):
            return True
    return False


def tells_base(text: Text) -> bool:
    """Whether a script or a variable gives a base."""
    return _TOLD.search(text.value) is not None


def speaks_of_base(text: Text) -> bool:
    """Whether a configuration says anything of a base."""
    return _SPEAKS_OF_BASE.search(text.value) is not None


def _comes_plain(graph: Graph, pages: Pages) -> bool:
    """Whether browsers come to this nginx by its own paths: no other proxy or route takes a prefix off before."""
    own = pages.proxied.workload
    if not front_doors.comes_here(graph, own, "/"):
        return own not in graph.workloads
    for other in proxying.proxied(graph):
        if other.workload is own:
            continue
        handlers = (location.handler for location in other.facts.all_locations())
        if any(own in proxying.behind(graph, other.workload, handler) for handler in handlers if handler is not None):
            return False
    return True
