"""Go source as characters: comments and strings out of the way, brackets in pairs, functions and structures.

May import the library, the tree and texts.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from stackfix.tree import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.library import Library
    from stackfix.text import Text

_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|`[^`]*`|\'(?:[^\'\\\n]|\\.)+\'|//[^\n]*|/\*.*?\*/', re.DOTALL)
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_FUNCTION = re.compile(r"(?m)^func\s*(?:\(\s*\w*\s*\*?[\w\[\]]*\s*\)\s*)?(?P<name>\w+)\s*(?:\[[^\]\n]*\])?\(")
_STRUCT = re.compile(r"(?m)^\s*(?:type\s+)?(?P<name>\w+)\s+struct\s*\{")
_FIELD = re.compile(r"(?m)^[ \t]*(?P<names>\w+(?:\s*,\s*\w+)*)[ \t]+(?P<type>[*\[\]\w.]+)[ \t]*(?P<tag>`[^`\n]*`)?")
_IMPORT = re.compile(r'(?m)^(?:import\s+|\s*)(?:[\w.]+\s+)?"(?P<path>[\w./~-]+)"\s*$')
_ASIDE = frozenset({"vendor", "tests", "test", "testdata", "examples", "example", "mocks"})


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the top level: its name, where its parameters and body lie."""

    name: str
    start: int
    parameters: tuple[str, ...]
    results: str
    body: int
    end: int


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a structure. `kind` is its type's own name, without stars and package."""

    owner: str
    name: str
    kind: str
    tag: str
    tag_at: int


@dataclass(frozen=True, eq=False)
class Source:
    """One file. In `code` comments are blank, in `bare` strings too; offsets are those of the text."""

    path: str
    text: Text
    code: str
    bare: str

    @property
    def folder(self) -> str:
        """The folder that is its package."""
        return posixpath.dirname(self.path)

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """Its functions, in order."""
        return tuple(_functions(self))

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The fields of its structures."""
        return tuple(_fields(self))

    def function_at(self, at: int) -> Function | None:
        """The function that a place lies in."""
        return next((f for f in self.functions if f.start <= at < f.end), None)


def read(text: Text) -> Source:
    """A file with its comments and strings told apart."""
    value = text.value

    def blank(match: re.Match[str], *, strings: bool) -> str:
        found = match[0]
        if found[0] == "/":
            return re.sub(r"[^\n]", " ", found)
        return found[0] + re.sub(r"[^\n]", " ", found[1:-1]) + found[-1] if strings else found

    code = _TOKEN.sub(lambda m: blank(m, strings=False), value)
    path = (text.pieces[0].path if text.pieces else None) or ""
    return Source(path, text, code, _TOKEN.sub(lambda m: blank(m, strings=True), value))


def closing(bare: str, at: int) -> int:
    """Where the bracket at a place is closed; the end where it isn't."""
    opened, closed = bare[at], _PAIRS[bare[at]]
    depth = 0
    for match in re.finditer(f"[{re.escape(opened + closed)}]", bare[at:]):
        depth += 1 if match[0] == opened else -1
        if not depth:
            return at + match.start()
    return len(bare)


def split(bare: str, start: int, end: int, mark: str = ",") -> tuple[tuple[int, int], ...]:
    """The parts of a run between marks that no bracket holds, without the white space around them."""
    found: list[tuple[int, int]] = []
    begun, at = start, start
    while at < end:
        if bare[at] in _PAIRS:
            at = min(closing(bare, at), end)
        elif bare[at] in {'"', "`", "'"}:
            at = max(bare.find(bare[at], at + 1), at)
        elif bare[at] == mark:
            found.append(_trimmed(bare, begun, at))
            begun = at + 1
        at += 1
    found.append(_trimmed(bare, begun, end))
    return tuple(part for part in found if part[0] < part[1])


def _trimmed(bare: str, start: int, end: int) -> tuple[int, int]:
    while start < end and bare[start].isspace():
        start += 1
    while start < end and bare[end - 1].isspace():
        end -= 1
    return start, end


def expression(bare: str, at: int, limit: int) -> tuple[int, int]:
    """The expression that begins at a place: to the end of its line, or of the brackets that go on after it."""
    end = at
    while end < limit and bare[end] not in "\n;":
        if bare[end] in "([{":
            inside = bare[end] == "{" and bare[max(at, end - 1) : end].isspace()
            if inside:
                break
            end = min(closing(bare, end), limit - 1)
        end += 1
    return _trimmed(bare, at, end)


def _functions(source: Source) -> Iterator[Function]:
    bare = source.bare
    for match in _FUNCTION.finditer(bare):
        last = closing(bare, match.end() - 1)
        body = re.compile(r"[^{\n]*(?:\{|\n)").match(bare, last + 1)
        if body is None or not body[0].endswith("{"):
            continue
        names = tuple(bare[s:e].split()[0] for s, e in split(bare, match.end(), last))
        opened = body.end() - 1
        end = closing(bare, opened)
        yield Function(match["name"], match.start(), names, bare[last + 1 : opened].strip(), opened, end)


def _fields(source: Source) -> Iterator[Field]:
    bare = source.bare
    for match in _STRUCT.finditer(bare):
        opened = match.end() - 1
        end = closing(bare, opened)
        for found in _FIELD.finditer(source.code, opened + 1, end):
            kind = found["type"].rpartition(".")[2].lstrip("*[]")
            for name in re.findall(r"\w+", found["names"]):
                yield Field(match["name"], name, kind, found["tag"] or "", found.start("tag"))


# --- which files make a program --------------------------------------------------------------------------------------


def program(library: Library, module: str, package: str) -> tuple[Source, ...] | None:
    """The files that a `main` package is compiled from, those of the module that it imports too.

    None where one can't be read, or where the folder is no `main` package.
    """
    return library.remember(("go program", module, package), lambda: _program(library, module, package))


def _program(library: Library, module: str, package: str) -> tuple[Source, ...] | None:
    manifest = library.text(join(module, "go.mod"))
    named = re.search(r"(?m)^module\s+(\S+)", manifest.value) if manifest is not None else None
    if named is None:
        return None
    waiting, seen, found = [package], set[str](), list[Source]()
    while waiting:
        folder = waiting.pop()
        if folder in seen:
            continue
        seen.add(folder)
        for path in _files(library, folder):
            source = library.get(path, read)
            if source is None:
                return None
            found.append(source)
            waiting += [f for f in _imported(source, named[1], module) if library.tree.is_folder(f) or not f]
    mains = (s for s in found if s.folder == package)
    return tuple(found) if any(f.name == "main" for s in mains for f in s.functions) else None


def _files(library: Library, folder: str) -> Iterator[str]:
    for path in sorted(library.tree.below(folder)):
        if posixpath.dirname(path) == folder and path.endswith(".go") and not path.endswith("_test.go"):
            yield path


def _imported(source: Source, module: str, folder: str) -> Iterator[str]:
    head = source.code[: source.functions[0].start] if source.functions else source.code
    for match in _IMPORT.finditer(head):
        path = match["path"]
        if path == module or path.startswith(module + "/"):
            inside = path[len(module) :].lstrip("/")
            if not _ASIDE & set(inside.split("/")):
                yield join(folder, inside) if inside else folder


def main_packages(library: Library, module: str) -> tuple[str, ...]:
    """The folders of a module that are programs."""
    return library.remember(("go programs", module), lambda: _main_packages(library, module))


def _main_packages(library: Library, module: str) -> tuple[str, ...]:
    found = []
    for path in library.tree.below(module):
        inside = path[len(module) :].lstrip("/").split("/")
        if not path.endswith(".go") or path.endswith("_test.go") or _ASIDE & set(inside[:-1]):
            continue
        source = library.get(path, read)
        if source is not None and re.search(r"(?m)^package\s+main\b", source.bare):
            found.append(source.folder)
    return tuple(dict.fromkeys(found))
