"""What a program's name says: its role, and whether the repository has another program that is called so."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from stackfix.graph import go_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.library import Library
    from stackfix.graph.products import Product

_ROLE = re.compile(
    r"(?<![a-z])(?:workers?|celery|beat|cron|scheduler|consumer|producer|migrat(?:e|ions?)|seed(?:er)?|bot|jobs?|tasks?|setup"
    r"|bootstrap|train(?:ing)?|backup|check|healthcheck|wait|tests?|prestart|init)(?![a-z])"
)
_MAIN = re.compile(r"(?m)^package\s+main\b")
_CRATE = re.compile(r"(?m)^\s*name\s*=\s*[\"'](?P<name>[\w-]+)[\"']")


def same_role(wanted: str, other: str) -> bool:
    """Whether both names speak of workers, migrations and the like, or neither."""
    asked, has = (set(_ROLE.findall(posixpath.basename(name).lower())) for name in (wanted, other))
    return asked == has


def stands_for(library: Library, place: str, product: Product) -> bool:
    """Whether a program may be what was meant by a name: of the same role, and no other of the repository has it."""
    return same_role(place, product.place) and not any(
        folder != product.package for folder in _called(library, posixpath.basename(place))
    )


def _called(library: Library, name: str) -> Iterator[str]:
    """The folders of the repository's own programs of a name."""
    stem = re.sub(r"\.(?:dll|exe|jar|war)$", "", name)
    tree = library.tree
    for ending in (".csproj", ".fsproj", ".vbproj"):
        yield from (posixpath.dirname(path) for path in tree.named(stem + ending))
    yield from (posixpath.dirname(path) for path in tree.named(stem + ".rs") if "/bin/" in f"/{path}")
    for path in tree.named("Cargo.toml"):
        text = library.text(path)
        if text is not None and stem in {match["name"] for match in _CRATE.finditer(text.value)}:
            yield posixpath.dirname(path)
    for path in tree.named("pom.xml"):
        folder = posixpath.dirname(path)
        module = posixpath.basename(folder)
        if module and (stem == module or stem.startswith(module + "-")):
            yield folder
    for folder in tree.folders:
        if posixpath.basename(folder) == stem and any(_starts(library, p) for p in tree.directly_in(folder)):
            yield folder


def _starts(library: Library, path: str) -> bool:
    """Whether a file is of a `main` package."""
    source = library.get(path, go_code.read) if path.endswith(".go") and not path.endswith("_test.go") else None
    return source is not None and _MAIN.search(source.bare) is not None
