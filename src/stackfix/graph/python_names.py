"""Names across the modules of a tree: which file a module is, what a name of one file stands for in another."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from stackfix.graph.python_file import facts
from stackfix.graph.python_values import unknown
from stackfix.graph.value import Hole, Opaque, Symbol, Template
from stackfix.tree import join

if TYPE_CHECKING:
    from stackfix.graph.library import Library
    from stackfix.graph.python_facts import Import, Option, PythonFacts
    from stackfix.text import Text

_DEPTH = 25
_PARTS = 200


def resolve_module(library: Library, roots: tuple[str, ...], module: str) -> str | None:
    """The file of a dotted module below the first root that has it; a package is its `__init__.py`."""
    for root in roots:
        found = _file(library, join(root, module.replace(".", "/")))
        if found is not None:
            return found
    return None


def _file(library: Library, stem: str) -> str | None:
    for path in (f"{stem}/__init__.py" if stem else "__init__.py", f"{stem}.py"):
        if library.tree.is_file(path):
            return path
    return None


class Names:
    """What names mean in a program that looks for modules below `roots` (folders, first wins).

    `arguments` are the words of the program's own command line, by which its options are known.
    """

    def __init__(self, library: Library, roots: tuple[str, ...], arguments: tuple[Template, ...] = ()) -> None:
        """Nothing is read before it is asked for."""
        self.library = library
        self.roots = roots
        self.arguments = arguments
        self._modules: dict[str, str | None] = {}
        self._found: dict[tuple[str, str], tuple[str, str] | None] = {}

    def resolve(self, module: str) -> str | None:
        """The file of a dotted module, seen from the program's roots."""
        if module not in self._modules:
            self._modules[module] = resolve_module(self.library, self.roots, module)
        return self._modules[module]

    def facts(self, path: str) -> PythonFacts | None:
        """What a file says, None where it can't be read."""
        return self.library.get(path, facts)

    def module(self, path: str, found: Import) -> str | None:
        """The file that an import's module part means, seen from the importing file. None outside the tree."""
        if not found.level:
            return self.resolve(found.module)
        folder = posixpath.dirname(path)
        for _ in range(found.level - 1):
            folder = posixpath.dirname(folder)
        return _file(self.library, join(folder, found.module.replace(".", "/")) if found.module else folder)

    def imported(self, path: str, found: Import) -> tuple[str, ...]:
        """Every file that an import runs: the packages on the way, the module, and a submodule imported by name."""
        files: list[str] = []
        if not found.level:
            steps = found.module.split(".")
            ways = (".".join(steps[: n + 1]) for n in range(len(steps)))
            files.extend(f for f in (self.resolve(w) for w in ways) if f is not None)
        else:
            own = self.module(path, found)
            files.extend([own] if own is not None else [])
        inner = self._submodule(path, found)
        return (*files, inner) if inner is not None else tuple(files)

    def _submodule(self, path: str, found: Import) -> str | None:
        if found.name in {None, "*"}:
            return None
        if not found.level:
            return self.resolve(f"{found.module}.{found.name}")
        folder = posixpath.dirname(path)
        for _ in range(found.level - 1):
            folder = posixpath.dirname(folder)
        return _file(self.library, join(folder, f"{found.module}.{found.name}".lstrip(".").replace(".", "/")))

    def find(self, path: str, name: str, depth: int = 0) -> tuple[str, str] | None:
        """The file and dotted name that a name spelled in a file stands for; a module itself has the name ""."""
        if depth:
            return self._find(path, name, depth)
        key = (path, name)
        if key not in self._found:
            self._found[key] = self._find(path, name, 0)
        return self._found[key]

    def _find(self, path: str, name: str, depth: int) -> tuple[str, str] | None:
        known = self.facts(path)
        if known is None or depth > _DEPTH:
            return None
        head, dot, tail = name.partition(".")
        bare = head.removesuffix("()")
        for found in known.imports:
            if found.alias == bare and found.name != "*":
                place = self._through(path, found, head[len(bare) :], dot + tail, depth)
                if place is not None:
                    return place
        return (path, name) if bare in known.own else self._starred(path, known, name, depth)

    def _starred(self, path: str, known: PythonFacts, name: str, depth: int) -> tuple[str, str] | None:
        """A name that `from module import *` may have brought."""
        for found in known.imports:
            target = self.module(path, found) if found.name == "*" else None
            place = None if target in {None, path} else self.find(str(target), name, depth + 1)
            if place is not None:
                return place
        return None

    def _through(self, path: str, found: Import, call: str, rest: str, depth: int) -> tuple[str, str] | None:
        """A name that an import gave."""
        if found.name is None:
            return self._of_module(path, found, rest, depth)
        target = self.module(path, found)
        if target is not None and target != path:
            place = self.find(target, found.name + call + rest, depth + 1)
            if place is not None:
                return place
        inner = self._submodule(path, found)
        if inner is None or inner == path:
            return None
        return self.find(inner, rest[1:], depth + 1) if rest else (inner, "")

    def _of_module(self, path: str, found: Import, rest: str, depth: int) -> tuple[str, str] | None:
        """`a.b.c.NAME` after `import a.b`: the longest part that is a module, then a name of it."""
        full = ((found.module if found.renamed else found.alias) + rest).split(".")
        for count in range(len(full), 0, -1):
            target = self.resolve(".".join(full[:count]))
            if target is not None and target != path:
                name = ".".join(full[count:])
                return self.find(target, name, depth + 1) if name else (target, "")
        return None

    def locate(self, path: str, name: str, depth: int = 0) -> tuple[str, str] | None:
        """The file and dotted name of the constant, attribute, setting or option that a name stands for."""
        place = self.find(path, name, depth) if depth <= _DEPTH else None
        known = self.facts(place[0]) if place is not None else None
        if place is None or known is None:
            return None
        if place[1] in known.options or place[1] in known.constants:
            return place
        for made in self._made(known, place[1]):
            found = self.locate(place[0], made, depth + 1)
            if found is not None:
                return found
        return None

    def lookup(self, path: str, name: str) -> tuple[str, Template] | None:
        """The file and value of a constant, a class's or instance's attribute, a setting, an option."""
        place = self.locate(path, name)
        known = self.facts(place[0]) if place is not None else None
        if place is None or known is None:
            return None
        option = known.options.get(place[1])
        return place[0], known.constants[place[1]] if option is None else self._option(option)

    def _made(self, known: PythonFacts, name: str) -> list[str]:
        """Other spellings of a dotted name: an instance by its class, a call by what it gives, a class by its bases."""
        parts = name.split(".")
        found = []
        for count in range(len(parts) - 1, 0, -1):
            owner, rest = ".".join(parts[:count]), "." + ".".join(parts[count:])
            bare = owner.removesuffix("()")
            if owner in known.instances:
                found.append(known.instances[owner] + rest)
            elif bare != owner and bare in known.returns:
                found.append(known.returns[bare] + rest)
            elif bare in known.bases:
                found.extend([bare + rest] if bare != owner else [base + rest for base in known.bases[bare]])
        return found

    def _option(self, option: Option) -> Template:
        """What the command line gives an option, else its default."""
        words = [w.text.value if w.text is not None else None for w in self.arguments]
        for index, word in enumerate(words):
            if word in option.spellings and index + 1 < len(words):
                return self.arguments[index + 1]
            for spelling in option.spellings:
                text = self.arguments[index].text
                if word is not None and text is not None and word.startswith(spelling + "="):
                    return Template.literal(text.slice(len(spelling) + 1, len(text)))
        if None in words:
            return Template.unknown()
        return option.default or Template.unknown()

    def value(self, path: str, template: Template, depth: int = 0) -> Template:
        """A template of a file with every symbol replaced: what is left is texts, holes and unknowns."""
        parts: list[Text | Hole | Symbol | Opaque] = []
        for part in template.parts:
            if isinstance(part, Symbol):
                parts.extend(self._symbol(path, part, depth).parts)
            elif isinstance(part, Hole) and part.default is not None:
                default = self.value(path, part.default, depth + 1) if depth <= _DEPTH else Template.unknown()
                parts.append(Hole(part.name, default, part.empty_is_unset, part.required, part.location))
            else:
                parts.append(part)
            if len(parts) > _PARTS:
                return Template.unknown()
        return Template(tuple(parts))

    def _symbol(self, path: str, symbol: Symbol, depth: int) -> Template:
        found = self.lookup(path, symbol.name) if depth <= _DEPTH else None
        if found is None:
            return unknown()
        if found[1].parts == (symbol,) and found[0] == path:
            return unknown()
        return self.value(found[0], found[1], depth + 1)
