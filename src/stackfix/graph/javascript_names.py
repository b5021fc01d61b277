"""JavaScript modules beside each other: what one imports from another, and constants followed to where they stand."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.formats import javascript as js
from stackfix.formats import javascript_bindings as declared
from stackfix.formats import yaml
from stackfix.graph.javascript_values import Source
from stackfix.graph.value import Hole, Opaque, Symbol, Template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from stackfix.graph.library import Library
    from stackfix.text import Text

_TRIED = ("", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".vue", ".svelte")
_COMPILED = {".js": (".ts", ".tsx"), ".jsx": (".tsx",), ".mjs": (".mts",), ".cjs": (".cts",)}
_DEPTH = 8
_KEYS = 3
_COMMENT = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/|,(?=\s*[}\]])', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Names:
    """What one module declares at top level and gives to others. Constants by name, those in objects by dotted name."""

    constants: Mapping[str, Template] = field(default_factory=dict)
    imports: Mapping[str, declared.Imported] = field(default_factory=dict)
    loads: tuple[str, ...] = ()
    exports: tuple[declared.Exported, ...] = ()


def names(text: Text) -> Names:
    """The names of one file."""
    return of(Source(js.read(text)))


def of(source: Source) -> Names:
    """The names of a module that has been read."""
    module = source.module
    constants: dict[str, Template] = {}
    for name, bound in source.bindings.items():
        top = [b for b in bound if b.scope == -1]
        if len(top) == 1 and top[0].kind in {"const", "let", "var"}:
            constants.update(_flat(source, name, js.Name(top[0].at, top[0].at, name), 0))
    for at, token in enumerate(module.tokens.all):
        value = _given(module, at) if token.value in {"export", "module"} else None
        if value is not None:
            constants.update(_flat(source, "=", module.expressions.expression(value), 0))
    return replace(outline(module), constants=constants)


def outline(module: js.Module) -> Names:
    """What a module imports and exports, without constants."""
    found = declared.imports(module)
    loads = tuple(dict.fromkeys(i.specifier for i in found))
    return Names({}, {i.alias: i for i in found if i.alias}, loads, declared.exports(module))


def _given(module: js.Module, at: int) -> int | None:
    """Where the value of `export default …` or `module.exports = …` begins."""
    if module.value(at) == "export" and module.value(at + 1) == "default":
        return at + 2
    if module.value(at) == "module" and module.value(at + 2) == "exports" and module.value(at + 3) == "=":
        return at + 4
    return None


def exported(module: js.Module) -> int | None:
    """Where the value begins that a module gives back as a whole; None where it has none, or several."""
    starts = (_given(module, at) for at, t in enumerate(module.tokens.all) if t.value in {"export", "module"})
    found = [start for start in starts if start is not None]
    return found[0] if len(found) == 1 else None


def _flat(source: Source, name: str, node: js.Node, depth: int) -> Iterator[tuple[str, Template]]:
    value = source.evaluate(node)
    if not all(isinstance(p, Opaque) for p in value.parts):
        yield name, value
        return
    holder = source.object(node) if depth < _KEYS else None
    for item in holder.properties if holder is not None else ():
        yield from _flat(source, f"{name}.{item.key}", item.value, depth + 1)


class Modules:
    """Resolves what modules say of each other within one package."""

    def __init__(
        self, library: Library, folder: str, reader: Callable[[Library, str], Names | None] | None = None
    ) -> None:
        """`folder` is the package's, where its tsconfig.json lies; `reader` gives a file's names, read already."""
        self._reader = reader
        self.library = library
        self.folder = folder
        self.aliases = _aliases(library, folder)
        self._resolved: dict[tuple[str, str], str | None] = {}

    def names(self, path: str) -> Names | None:
        """A file's names; None where it can't be read."""
        if not path.endswith(js.EXTENSIONS):
            return None
        return self.library.get(path, names) if self._reader is None else self._reader(self.library, path)

    def is_own(self, specifier: str) -> bool:
        """Whether an import means a file of the package by its spelling."""
        return specifier.startswith((".", *(p for p, _ in self.aliases if p)))

    def resolve(self, path: str, specifier: str) -> str | None:
        """The file that an import in `path` means; None for packages and what isn't there."""
        key = (path, specifier)
        if key not in self._resolved:
            self._resolved[key] = self._resolve(path, specifier)
        return self._resolved[key]

    def _resolve(self, path: str, specifier: str) -> str | None:
        if specifier.startswith("."):
            return self._file(tree.join(posixpath.dirname(path), specifier.partition("?")[0]))
        for prefix, targets in self.aliases:
            if specifier.startswith(prefix):
                for target in targets:
                    found = self._file(tree.join(self.folder, target + specifier[len(prefix) :]))
                    if found is not None:
                        return found
        return None

    def value(self, path: str, template: Template, depth: int = 0) -> Template:
        """A template of a file with the constants of other modules in place of their names."""
        parts: list[Text | Hole | Symbol | Opaque] = []
        for part in template.parts:
            if isinstance(part, Symbol):
                found = self._symbol(path, part, depth + 1) if depth < _DEPTH else Template.unknown()
                parts.extend(found.parts)
            elif isinstance(part, Hole) and part.default is not None and depth < _DEPTH:
                parts.append(replace(part, default=self.value(path, part.default, depth + 1)))
            else:
                parts.append(part)
        return Template(tuple(parts))

    def _symbol(self, path: str, symbol: Symbol, depth: int) -> Template:
        head, _, rest = symbol.name.partition(".")
        if head == "location":
            return Template((symbol,))
        known = self.names(path)
        imported = known.imports.get(head) if known is not None else None
        target = self.resolve(path, imported.specifier) if imported is not None else None
        if imported is None or target is None:
            return Template.unknown()
        wanted = imported.name if not rest or imported.name != "*" else rest.partition(".")[0]
        inside = rest if imported.name != "*" else rest.partition(".")[2]
        return self._exported(target, wanted, inside, depth)

    def _exported(self, path: str, name: str, inside: str, depth: int) -> Template:
        """What a file exports under a name, or a key within it."""
        known = self.names(path)
        if known is None or depth > _DEPTH:
            return Template.unknown()
        local = next((e for e in known.exports if e.name == name), None)
        if local is not None and local.specifier is not None:
            target = self.resolve(path, local.specifier)
            return self._exported(target, local.local, inside, depth + 1) if target else Template.unknown()
        spelled = local.local if local is not None else f"=.{name}" if name != "*" else "="
        found = known.constants.get(f"{spelled}.{inside}" if inside else spelled)
        if found is not None:
            return self.value(path, found, depth + 1)
        if local is not None and spelled in known.imports:
            return self._symbol(path, Symbol(f"{spelled}.{inside}" if inside else spelled), depth + 1)
        return self._starred(path, known, name, inside, depth) if local is None else Template.unknown()

    def _starred(self, path: str, known: Names, name: str, inside: str, depth: int) -> Template:
        """What comes through `export * from`."""
        for star in known.exports:
            if star.name == "*" and star.specifier is not None:
                target = self.resolve(path, star.specifier)
                found = self._exported(target, name, inside, depth + 1) if target else Template.unknown()
                if not all(isinstance(p, Opaque) for p in found.parts):
                    return found
        return Template.unknown()

    def _file(self, path: str) -> str | None:
        found = self.library.tree
        stem, extension = posixpath.splitext(path)
        for other in _COMPILED.get(extension, ()):
            if not found.is_file(path) and found.is_file(stem + other):
                return stem + other
        for end in _TRIED:
            if found.is_file(path + end) and (end or path.endswith(js.EXTENSIONS)):
                return path + end
        return next((f"{path}/index{e}" for e in _TRIED[1:] if found.is_file(f"{path}/index{e}")), None)


def _aliases(library: Library, folder: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """`paths` of the package's tsconfig.json, longest first; `@/` is src where nothing else says so."""
    found: dict[str, tuple[str, ...]] = {}
    for name in ("tsconfig.json", "tsconfig.app.json", "tsconfig.base.json", "jsconfig.json"):
        options = yaml.get(json(library, tree.join(folder, name)), "compilerOptions")
        base = yaml.get(options, "baseUrl")
        root = base.value if isinstance(base, yaml.Scalar) else "."
        for item in yaml.items(yaml.get(options, "paths")):
            key, targets = item.key, yaml.deref(item.value)
            if isinstance(key, yaml.Scalar) and isinstance(targets, yaml.Sequence) and key.value.endswith("*"):
                written = [t.value for t in targets.items if isinstance(t, yaml.Scalar)]
                found.setdefault(key.value[:-1], tuple(posixpath.join(root, t[:-1]) for t in written if t[-1:] == "*"))
    found.setdefault("@/", ("src/", ""))
    return tuple(sorted(found.items(), key=lambda pair: -len(pair[0])))


def json(library: Library, path: str) -> yaml.Node | None:
    """The root of a JSON file, comments and trailing commas allowed; None where it isn't there or can't be read."""
    if not library.tree.is_file(path):
        return None
    documents = library.get(path, commented)
    return documents[0].root if documents else None


def commented(text: Text) -> tuple[yaml.Document, ...]:
    """JSON as YAML, with comments and trailing commas blanked out: every character keeps its place."""
    blank = _COMMENT.sub(lambda m: m[0] if m[0][0] == '"' else re.sub(r"[^\r\n]", " ", m[0]), text.value)
    blank = blank.replace("\t", " ")
    return yaml.read(replace(text, value=blank))
