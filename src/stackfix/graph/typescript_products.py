"""What TypeScript's compiler makes of a package in an image, by its configuration.

Sources: TypeScript, "TSConfig reference" (`outDir`; `rootDir`, the common folder of all inputs where nothing is said);
Nest, "Nest CLI" (`nest build` is the same compiler, on `src`).

May import formats, the library and the graph's nouns.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from stackfix.formats import yaml
from stackfix.graph.javascript_names import json
from stackfix.graph.products import Closed, Made, Product
from stackfix.tree import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Location
    from stackfix.graph.library import Library

_COMPILERS = frozenset({"tsc", "nest"})
_BESIDE = frozenset({"tsc-alias", "rimraf", "prisma", "eslint", "mkdirp", "husky", "is-ci", "rm", "echo", "true", "cd"})
"""Programs that make no JavaScript where the compiler would."""
_SOURCE = re.compile(r"(?P<stem>.+?)\.(?:tsx?|(?P<kind>[mc])ts)")
_DECLARES = re.compile(r"\.d\.[mc]?ts$")
_TOLD = re.compile(r"--(?:outDir|rootDir|outFile)\b|\btsc\s+(?:--build|-b)\b|\bnest\s+build\s+\w")
"""Options that decide in place of the configuration."""
_TESTS = re.compile(r"(?:^|/)(?:tests?|__tests__|e2e|node_modules)/|\.(?:spec|test|e2e-spec)\.")
_OUTPUTS = re.compile(r"dist|build|out|lib|output|[^\0]+\.[mc]?js")
"""What compiled JavaScript is called, and the folders that it is put in."""
_INSIDE = re.compile(r"src|[^\0]+\.[mc]?js(?:\.json)?")


def made(  # noqa: PLR0913, PLR0917 - each is a fact of its own
    library: Library, manifest: str, folder: str, step: str, compilers: frozenset[str], location: Location
) -> Made | None:
    """What the compilers of a step make of the package whose package.json lies in a folder; None where unknown."""
    if not compilers & _COMPILERS:
        return None
    package = posixpath.dirname(manifest)
    said = library.text(manifest)
    if _TOLD.search(step) or (said is not None and _TOLD.search(said.value)) or _told_otherwise(library, package):
        return None
    config = json(library, join(package, "tsconfig.json"))
    options = yaml.get(config, "compilerOptions")
    out, root = _folder(options, "outDir"), _root(library, package, config)
    if out is None or root is None or out.startswith(("..", "/")) or out == ".":
        return None
    emitted = tuple(_emitted(library, join(package, root) if root != "." else package))
    target = posixpath.join(folder, out)
    products = tuple(Product(posixpath.join(target, name), location, package, source) for name, source in emitted)
    if not products or compilers - _COMPILERS - _BESIDE:
        return Made((), products=products)
    tops = frozenset(name.partition("/")[0] for name, _ in emitted)
    return Made(
        (),
        (Closed(folder, _OUTPUTS, frozenset({out.partition("/")[0]})), Closed(target, _INSIDE, tops)),
        products,
    )


def _told_otherwise(library: Library, package: str) -> bool:
    """Whether a second configuration of the package has folders of its own: nobody knows which of them is taken."""
    others = (p for p in library.tree.below(package) if re.fullmatch(r"tsconfig\.[\w.-]+\.json", posixpath.basename(p)))
    beside = (library.text(p) for p in others if posixpath.dirname(p) == package)
    return any(text is not None and re.search(r"\"(?:outDir|rootDir)\"", text.value) for text in beside)


def _folder(options: yaml.Node | None, key: str) -> str | None:
    value = yaml.get(options, key)
    return posixpath.normpath(value.value) if isinstance(value, yaml.Scalar) else None


def _root(library: Library, package: str, config: yaml.Node | None) -> str | None:
    """The folder whose inside is the inside of the output, where that is certain."""
    options = yaml.get(config, "compilerOptions")
    told = _folder(options, "rootDir")
    if told is not None:
        return told
    if yaml.get(config, "extends") is not None or yaml.get(config, "references") is not None:
        return None
    shares = yaml.get(options, "resolveJsonModule")
    if isinstance(shares, yaml.Scalar) and shares.value == "true":
        # A file of data that is imported from outside moves the common folder up.
        return None
    inputs = [p for p in _sources(library, package) if not _TESTS.search(p)]
    return "src" if inputs and all(p.startswith("src/") for p in inputs) else None


def _sources(library: Library, package: str) -> Iterator[str]:
    for path in library.tree.below(package):
        inside = posixpath.relpath(path, package or ".")
        if _SOURCE.fullmatch(inside) and not _DECLARES.search(inside) and "node_modules/" not in inside:
            yield inside


def _emitted(library: Library, root: str) -> Iterator[tuple[str, str]]:
    """The files of the output, seen from its folder, with the sources that they are made of."""
    for inside in _sources(library, root):
        match = _SOURCE.fullmatch(inside)
        if match is not None:
            yield f"{match['stem']}.{match['kind'] or ''}js", join(root, inside)
