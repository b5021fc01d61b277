"""Which files are nginx's, and the configurations that they make up once includes are followed."""

from __future__ import annotations

import posixpath
import re
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.findings import Anchor
from stackfix.formats import nginx
from stackfix.graph import proxy, proxy_blocks
from stackfix.graph.proxy_blocks import Opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stackfix.graph.library import Library
    from stackfix.graph.proxy_facts import NginxFacts

_SUFFIXES = (".conf", ".conf.template", ".conf.tpl", ".conf.tmpl", ".nginx", ".vhost", ".conf.envsubst")
_FOLDER = re.compile(r"(?:^|/)(?:sites-(?:available|enabled)|conf\.d)/[^/]+$|(?:^|/)nginx[^/]*\.template$")
_NOT_CONFIGURATION = (".md", ".sh", ".py", ".yml", ".yaml", ".json", ".pem", ".key", ".crt", ".html", ".lua", ".js")
# A cheap look before a file is read: what every configuration with any wiring holds.
_TELLING = re.compile(
    rb"\b(?:server|location|upstream|proxy_|fastcgi_|uwsgi_|add_header|ssl_|try_files|map|http|include)"
)
_ETC = "/etc/nginx/"
_NOTHING: Mapping[str, str] = MappingProxyType({})


def proxy_files(library: Library) -> tuple[str, ...]:
    """All files that read as nginx configurations or fragments of one, sorted."""
    return tuple(
        path for path in sorted(library.tree.entries) if _candidate(library, path) and _is_nginx(library, path)
    )


def _candidate(library: Library, path: str) -> bool:
    entry = library.tree.entries[path]
    if not entry.wiring or path.endswith(_NOT_CONFIGURATION):
        return False
    if not (path.endswith(_SUFFIXES) or _FOLDER.search(path)):
        return False
    data = library.sources.read(path)
    return data is not None and _TELLING.search(data) is not None


def _is_nginx(library: Library, path: str) -> bool:
    """Whether its structure is nginx's. One that says so by its name and can't be read becomes a problem, told once."""
    if "nginx" in posixpath.basename(path) and path.endswith(".conf"):
        library.get(path, nginx.read)
    return bool(library.get(path, nginx.looks_like_nginx))


def configurations(library: Library, placed: Mapping[str, str] = _NOTHING) -> tuple[NginxFacts, ...]:
    """Each configuration that no other takes in, with what its includes bring.

    `placed` maps absolute paths inside a container to files of the tree, as an image's COPY and mounts put them there;
    without an entry, `/etc/nginx/…` is found by the one file or folder that ends so.
    """
    paths = proxy_files(library)
    found = {path: one for path in paths if (one := configuration(library, path, placed)) is not None}
    taken = {path for one in found.values() for path in one.files if path != one.path}
    return tuple(one for path, one in found.items() if path not in taken)


def configuration(library: Library, path: str, placed: Mapping[str, str] = _NOTHING) -> NginxFacts | None:
    """The facts of one file with what its includes bring; None where it can't be read."""
    document = library.get(path, nginx.read)
    if document is None:
        return None
    includes = _Includes(library, path, placed)
    return proxy.build(proxy_blocks.expand(document, Anchor(path, "nginx", (), None, "nginx"), includes))


class _Includes:
    """An opener that finds files in the tree, and goes into none twice on one way down."""

    def __init__(self, library: Library, root: str, placed: Mapping[str, str]) -> None:
        self._library = library
        self._root = root
        self._placed = placed
        self._names = {source: target for target, source in placed.items()}

    def __call__(self, path: str, argument: str, /) -> tuple[Opened, ...] | None:
        found = self._paths(argument)
        if found is None or path in found or self._root in found:
            return None
        opened = [
            Opened(one, document) for one in found if (document := self._library.get(one, nginx.read)) is not None
        ]
        return tuple(opened) if len(opened) == len(found) else None

    def _paths(self, argument: str) -> tuple[str, ...] | None:
        if "$" in argument:
            return None
        # nginx takes a relative name from the folder of the main file, which is /etc/nginx in an image.
        base = posixpath.dirname(self._names.get(self._root, ""))
        absolute = argument if argument.startswith("/") else tree.join(base or "/etc/nginx", argument)
        placed = sorted(source for target, source in self._placed.items() if _fits(target, absolute))
        if placed:
            return tuple(placed)
        return self._beside(argument) or _by_suffix(self._library, absolute)

    def _beside(self, argument: str) -> tuple[str, ...] | None:
        """Relative names seen from the main file's folder in the tree, as they lie in a folder copied whole."""
        if argument.startswith("/"):
            return None
        wanted = tree.join(posixpath.dirname(self._root), argument)
        found = tuple(one for one in sorted(self._library.tree.entries) if _fits(one, wanted))
        return found or None


def _fits(path: str, wanted: str) -> bool:
    if not re.search(r"[*?\[]", wanted):
        return path == wanted
    return posixpath.dirname(path) == posixpath.dirname(wanted) and fnmatchcase(path, wanted)


def _by_suffix(library: Library, absolute: str) -> tuple[str, ...] | None:
    """The one file (or the files of the one folder) whose path ends as the absolute name does below /etc/nginx."""
    if not absolute.startswith(_ETC):
        return None
    tail = absolute.removeprefix(_ETC)
    for wanted in ("nginx/" + tail, tail):
        found = [one for one in sorted(library.tree.entries) if _ends(one, wanted)]
        if found:
            return tuple(found) if len(set(_folders(found))) == 1 and _single(found, tail) else None
    return None


def _ends(path: str, wanted: str) -> bool:
    parts = path.split("/")
    depth = wanted.count("/") + 1
    return len(parts) >= depth and _fits("/".join(parts[-depth:]), wanted)


def _folders(paths: Sequence[str]) -> Iterator[str]:
    return (posixpath.dirname(path) for path in paths)


def _single(found: Sequence[str], tail: str) -> bool:
    return len(found) == 1 or re.search(r"[*?\[]", tail) is not None
