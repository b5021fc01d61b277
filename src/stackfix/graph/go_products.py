"""What a command of Go's tool makes in an image.

Sources: `go help build`, `go help install`, `go help buildmode`, `go help gopath`; "Go Modules Reference", "Major
version suffixes" (a program isn't called by one).

May import the graph's nouns.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from stackfix.graph.products import ANYTHING, UNKNOWN, Made, Product, Step, options
from stackfix.tree import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.products import Options

_VALUED = frozenset({
    "-o", "-C", "-p", "-asmflags", "-buildmode", "-compiler", "-coverpkg", "-covermode", "-gccgoflags", "-gcflags",
    "-installsuffix", "-ldflags", "-mod", "-modfile", "-overlay", "-pgo", "-pkgdir", "-tags", "-toolexec",
})  # fmt: skip
_CACHES = ("/go/pkg", "/root/.cache", "/root/.config/go")
_MAKES_NOTHING = frozenset({"version", "env", "vet", "list", "clean", "doc", "help", "fmt"})
_MODULE = re.compile(r"(?m)^[ \t]*module[ \t]+\"?(?P<path>[^\s\"/]+(?:/[^\s\"/]+)*)")
_MAJOR = re.compile(r"v(?:[2-9]|[1-9]\d+)")
_WINDOWS = "windows"


def made(step: Step) -> Made:
    """What `go …` makes."""
    verb = step.words[1] if len(step.words) > 1 else ""
    if verb == "build":
        return _built(step, options(step.words[2:], _VALUED))
    if verb == "install":
        return _installed(step, options(step.words[2:], _VALUED))
    if verb == "mod" and len(step.words) > len(("go", "mod")):
        folders = {"vendor": (step.at("vendor"),)}.get(step.words[2], ())
        return Made((*_caches(step), step.at("go.mod"), step.at("go.sum"), *folders))
    if verb == "get":
        return Made((*_caches(step), step.at("go.mod"), step.at("go.sum"), _binaries(step)))
    return Made(_caches(step)) if verb in _MAKES_NOTHING else ANYTHING


def _caches(step: Step) -> tuple[str, ...]:
    told = (step.variable(name, "") for name in ("GOCACHE", "GOMODCACHE", "GOTMPDIR", "GOPATH", "XDG_CACHE_HOME"))
    return (*_CACHES, *(step.at(place) for place in told if place))


def _binaries(step: Step) -> str:
    return step.at(step.variable("GOBIN", "") or posixpath.join(step.variable("GOPATH", "/go"), "bin"))


def _built(step: Step, told: Options) -> Made:
    """`go build`: what `-o` names, a file or a folder of programs; else the one package's, in the working folder."""
    step = _moved(step, told)
    output = told.values.get("-o")
    if _hides(told) or UNKNOWN in step.folder or (output is not None and output.startswith(UNKNOWN)):
        return ANYTHING
    if output is not None and UNKNOWN in output:
        return Made((*_caches(step), step.at(output)))
    packages = _packages(told)
    several = len(packages) > 1 and not all(word.endswith(".go") for word in packages)
    names = _names(step, told)
    if output is None:
        if names is None:
            return Made((*_caches(step), step.folder))
        found = tuple(_products(step, step.folder, names)) if len(names) == 1 else ()
        return Made((*_caches(step), *(p.place for p in found)), products=found)
    place = step.at(output)
    if several or output.endswith(("/", "/.")) or output in {".", ".."} or step.held.holds_folder(place):
        if names is None:
            return Made((*_caches(step), place), folders=(place,))
        found = tuple(_products(step, place, names))
        return Made((*_caches(step), *(p.place for p in found)), products=_own(found), folders=(place,))
    package = next(iter(names.values()), None) if names is not None and len(names) == 1 else None
    exact = tuple(_products(step, posixpath.dirname(place), {posixpath.basename(place): package}, ending=""))
    return Made((*_caches(step), place), products=exact)


def _installed(step: Step, told: Options) -> Made:
    """`go install`: programs in GOBIN, or in a folder below it where they are for another system."""
    step = _moved(step, told)
    folder = _binaries(step)
    names = _names(step, told) if not _hides(told) and UNKNOWN not in step.folder else None
    told_system = any(name in step.variables for name in ("GOOS", "GOARCH"))
    if names is None or told_system or UNKNOWN in step.variable("GOBIN", "") + step.variable("GOPATH", ""):
        return Made((*_caches(step), folder))
    found = tuple(_products(step, folder, names))
    return Made((*_caches(step), *(p.place for p in found)), products=_own(found), folders=(folder,))


def _own(products: tuple[Product, ...]) -> tuple[Product, ...]:
    """The programs that come from the tree, not those of a module that is fetched."""
    return tuple(product for product in products if product.module is not None)


def _moved(step: Step, told: Options) -> Step:
    """`-C` changes the folder before anything else is looked at."""
    folder = told.values.get("-C")
    if folder is None:
        return step
    whole = UNKNOWN if UNKNOWN in folder else step.at(folder)
    return Step(step.words, whole, step.variables, step.held, step.library, step.location, step.sure)


def _hides(told: Options) -> bool:
    """Whether a variable may stand for the option that decides."""
    return "-o" not in told.values and any(word.startswith(UNKNOWN) for word in told.plain)


def _products(step: Step, folder: str, names: dict[str, str | None], *, ending: str | None = None) -> Iterator[Product]:
    system = ".exe" if step.variable("GOOS", "") == _WINDOWS else ""
    for name, package in names.items():
        place = posixpath.join(folder, name + (system if ending is None else ending))
        module = _module_of(step, package) if package is not None else None
        sources = _sources(step, package, module) if package is not None and module is not None else None
        root, source = sources if sources is not None else (None, None)
        yield Product(place, step.location, root, source, sure=step.sure and len(names) == 1)


def _sources(step: Step, package: str, module: str) -> tuple[str, str] | None:
    """The folders of the tree that a package's module and the package come from, both folders of the image."""
    manifest = step.tree_path(posixpath.join(module, "go.mod"))
    if manifest is None:
        return None
    root = posixpath.dirname(manifest)
    inside = posixpath.relpath(package, module)
    return root, root if inside == "." else join(root, inside)


def _module_of(step: Step, package: str) -> str | None:
    folder = package
    while step.tree_path(posixpath.join(folder, "go.mod")) is None:
        if folder == "/":
            return None
        folder = posixpath.dirname(folder)
    return folder


def _packages(told: Options) -> tuple[str, ...]:
    """The words that name packages: a variable beside others stands for options."""
    known = tuple(word for word in told.plain if not word.startswith(UNKNOWN))
    return known or told.plain


def _names(step: Step, told: Options) -> dict[str, str | None] | None:
    """The names of the programs that may be made, each with its package's folder in the image; None where unknown."""
    plain = _packages(told) or (".",)
    if any(UNKNOWN in word for word in plain):
        return None
    if all(word.endswith(".go") for word in plain):
        place = posixpath.dirname(step.at(plain[0]))
        return {posixpath.basename(plain[0]).removesuffix(".go"): place}
    found: dict[str, str | None] = {}
    for word in plain:
        named = _named(step, word)
        if named is None:
            return None
        found.update(named)
    return found


def _named(step: Step, word: str) -> dict[str, str | None] | None:
    """What one pattern of packages stands for."""
    if "@" in word:
        path = word.partition("@")[0]
        return {_called(path.split("/")): None} if "..." not in path else None
    below = word.endswith("/...")
    written = word.removesuffix("/...") if below else word
    if "..." in written:
        return None
    if not written.startswith((".", "/")):
        return _imported(step, written, below=below)
    return _in_folder(step, step.at(written), below=below)


def _imported(step: Step, path: str, *, below: bool) -> dict[str, str | None] | None:
    """A package by its whole import path: one of the module that the command runs in, or nobody's."""
    module = _module_of(step, step.folder)
    own = _path(step, module) if module is not None else None
    if module is None or own is None or not (path == own or path.startswith(own + "/")):
        return None
    return _in_folder(step, posixpath.normpath(posixpath.join(module, "." + path[len(own) :])), below=below)


def _in_folder(step: Step, folder: str, *, below: bool) -> dict[str, str | None] | None:
    module = _module_of(step, folder)
    path = _path(step, module) if module is not None else None
    if module is None or path is None:
        return None
    if not below:
        return {_name(path, module, folder): folder}
    manifest = step.tree_path(posixpath.join(module, "go.mod")) or ""
    inside = posixpath.relpath(folder, module)
    start = posixpath.dirname(manifest) if inside == "." else join(posixpath.dirname(manifest), inside)
    found: dict[str, str | None] = {}
    for file in step.library.tree.below(start):
        if file.endswith(".go") and not file.endswith("_test.go"):
            rest = posixpath.relpath(posixpath.dirname(file) or ".", start or ".")
            package = folder if rest == "." else posixpath.join(folder, rest)
            found[_name(path, module, package)] = package
    return found or None


def _path(step: Step, module: str) -> str | None:
    """The module's path as its go.mod gives it."""
    manifest = step.tree_path(posixpath.join(module, "go.mod"))
    text = step.library.text(manifest) if manifest is not None else None
    match = _MODULE.search(text.value) if text is not None else None
    return match["path"] if match is not None else None


def _name(path: str, module: str, package: str) -> str:
    inside = posixpath.relpath(package, module)
    return _called([*path.split("/"), *(inside.split("/") if inside != "." else ())])


def _called(parts: list[str]) -> str:
    """The last part of an import path that is no major version."""
    last = parts[-1]
    return parts[-2] if len(parts) > 1 and _MAJOR.fullmatch(last) else last
