"""What an expression of Go source comes to: texts, and variables of the environment with their defaults.

Followed are constants, assignments and what an `if` puts in place of an empty value, parameters of functions that are
called once, fields by their structure's literals and tags, flags, and the helpers that read a variable or else give a
default. Sources: package os, flag; spf13/viper; caarlos0/env, sethvargo/go-envconfig, kelseyhightower/envconfig,
ilyakaznacheev/cleanenv for the tags.

May import the reader of Go code and the graph's values.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.graph.go_code import closing, expression, split
from stackfix.graph.go_settings import Settings
from stackfix.graph.value import Hole, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.go_code import Field, Function, Source

    _Place = tuple[Source, int, int]

UNKNOWN = Template.unknown()
_DEEPEST = 12
_SAME = re.compile(
    r"(?:strconv\.(?:Itoa|Atoi|FormatInt|FormatUint|ParseInt|ParseUint)|strings\.TrimSpace|string|u?int(?:8|16|32|64)?)$"
)
_FLAG = re.compile(r"(?:flag|pflag)\.(?:String|Int|Uint|StringP|IntP)$")
_READ = re.compile(r"os\.(?:Getenv|LookupEnv)$")
_HELPER = re.compile(r"(?i)(?:\w+\.)*(?:\w*env\w*|lookup\w*|fallback\w*)$")
_NAME = re.compile(r"[A-Z][A-Z0-9_]*\Z")
_VERB = re.compile(r"%[-+# 0]*\d*[sdvq]")
_KEY = re.compile(r"(?P<name>\w+)\s*:\s*")
_EMPTY = r"(?:len\(\s*{0}\s*\)\s*==\s*0|{0}\s*==\s*(?:\"\s*\"|0))"


class Reader:
    """Reads expressions of one program."""

    def __init__(self, sources: tuple[Source, ...]) -> None:
        """Take the files that the program is compiled from."""
        self.sources = sources
        self.settings = Settings(sources)
        self.servers: dict[tuple[str, str], bool] = {}
        self._held: dict[tuple[str, str, int], Template] = {}
        self._made: dict[str, dict[str, list[_Place]]] = {}
        self._put: dict[str, list[_Place]] = {}
        self._fields: dict[str, list[Field]] = {}
        self._homes: dict[tuple[str, str], Source] = {}
        for source in sources:
            for field in source.fields:
                self._fields.setdefault(field.name, []).append(field)
                self._homes[field.owner, field.name] = source

    def value(self, source: Source, start: int, end: int, depth: int = 0) -> Template:
        """What the expression between two places comes to; unknown where it can't be followed."""
        start, end = _unwrapped(source.bare, start, end)
        parts = split(source.bare, start, end, "+")
        if depth > _DEEPEST:
            return UNKNOWN
        if len(parts) > 1:
            return _joined(self.value(source, *part, depth + 1) for part in parts)
        text = _literal(source, start, end)
        return Template.literal(text) if text is not None else self._followed(source, start, end, depth)

    def _followed(self, source: Source, start: int, end: int, depth: int) -> Template:
        written = source.code[start:end].strip()
        if re.fullmatch(r"\w+", written):
            return self._name(source, written, start, depth)
        if source.bare[end - 1 : end] == ")":
            return self._call(source, start, end, depth)
        if re.fullmatch(r"\w+(?:\.\w+)+", written):
            return self._selected(source, written.split("."), start, depth)
        return UNKNOWN

    # --- calls ---

    def _call(self, source: Source, start: int, end: int, depth: int) -> Template:
        opened = source.bare.find("(", start, end)
        if opened < 0 or closing(source.bare, opened) != end - 1:
            return UNKNOWN
        name = re.sub(r"\s", "", source.code[start:opened])
        arguments = split(source.bare, opened + 1, end - 1)

        def argument(index: int) -> Template:
            return self.value(source, *arguments[index], depth + 1) if index < len(arguments) else UNKNOWN

        if _READ.match(name):
            return self._variable(source, argument(0), start)
        if _SAME.match(name):
            return argument(0)
        if _FLAG.match(name):
            return argument(1 if name.endswith(("String", "Int", "Uint")) else 2)
        made = _of_library(name, [argument(i) for i in range(len(arguments))])
        return made if made is not None else self._other_call(source, name, (start, end), arguments, depth)

    def _other_call(
        self, source: Source, name: str, place: tuple[int, int], arguments: tuple[tuple[int, int], ...], depth: int
    ) -> Template:
        key = self.value(source, *arguments[0], depth + 1).text if arguments else None
        if key is not None and re.search(r"\.Get(?:String|Int|Uint\d*|Int\d*)?$", name):
            return self.settings.value(self, key, depth)
        home, function = self._defined(name)
        if key is not None and _NAME.match(key.value) and self._reads(name, home, function):
            read = self._variable(source, Template.literal(key), place[0])
            return read if len(arguments) < 2 else _else(read, self.value(source, *arguments[1], depth + 1))  # noqa: PLR2004
        if home is not None and function is not None and not arguments:
            returned = list(re.finditer(r"\breturn\b", home.bare[function.body : function.end]))
            if len(returned) == 1:
                place = expression(home.bare, function.body + returned[0].end(), function.end)
                return self.value(home, *place, depth + 1)
        return UNKNOWN

    def _reads(self, name: str, home: Source | None, function: Function | None) -> bool:
        if home is None or function is None:
            return _HELPER.match(name) is not None
        return re.search(r"\b(?:Getenv|LookupEnv)\(", home.bare[function.body : function.end]) is not None

    def _defined(self, name: str) -> tuple[Source | None, Function | None]:
        """The one function of that name among the program's."""
        last = name.rpartition(".")[2]
        found = [(s, f) for s in self.sources for f in s.functions if f.name == last]
        return found[0] if len(found) == 1 else (None, None)

    @staticmethod
    def _variable(source: Source, name: Template, at: int) -> Template:
        text = name.text
        if text is None:
            return UNKNOWN
        return Template((Hole(text.value, None, location=located(source.text.slice(at, at + 1))),))

    # --- names ---

    def _name(self, source: Source, name: str, at: int, depth: int) -> Template:
        function = source.function_at(at)
        if function is not None:
            found = self._assigned(source, name, function, at, depth)
            if found is not None:
                return found
            if name in function.parameters:
                return self._given(function, function.parameters.index(name), depth)
        return self._constant(source.folder, name, depth)

    def _assigned(self, source: Source, name: str, function: Function, at: int, depth: int) -> Template | None:
        """What the assignments before a place leave in a name; None where there are none."""
        value: Template | None = None
        pattern = re.compile(
            rf"(?<![\w.&]){name}(?:\s+[\w.]+)?(?:\s*,\s*\w+)?\s*(?::=|=)(?!=)[ \t]*"
            rf"|\b[\w.]+\(\s*&{name}\s*,"
        )
        for match in pattern.finditer(source.bare, function.body, at):
            if source.bare[match.end() - 1] == ",":
                new = self._filled(source, match, depth)
            else:
                new = self.value(source, *expression(source.bare, match.end(), at), depth + 1)
            value = new if value is None else _after(source, name, function, match.start(), (value, new))
        return value

    def _filled(self, source: Source, match: re.Match[str], depth: int) -> Template:
        """What a call puts into a name that it is given the address of: a flag, or a helper that reads a variable."""
        opened = source.bare.find("(", match.start())
        called = source.bare[match.start() : opened]
        arguments = split(source.bare, match.end(), closing(source.bare, opened))
        if re.fullmatch(r"(?:flag|pflag)\.\w+Var", called):
            return self.value(source, *arguments[1], depth + 1) if len(arguments) > 1 else UNKNOWN
        key = self.value(source, *arguments[0], depth + 1).text if len(arguments) == 1 else None
        if key is None or not _NAME.match(key.value) or not self._reads(called, *self._defined(called)):
            return UNKNOWN
        return self._variable(source, Template.literal(key), match.start())

    def _given(self, function: Function, index: int, depth: int) -> Template:
        """The argument that the only call of a function gives."""
        calls = [
            (source, match)
            for source in self.sources
            for match in re.finditer(rf"(?<!\w){function.name}\(", source.bare)
            if not any(f.start <= match.start() < f.body and f.name == function.name for f in source.functions)
        ]
        if len(calls) != 1:
            return UNKNOWN
        source, match = calls[0]
        arguments = split(source.bare, match.end(), closing(source.bare, match.end() - 1))
        return self.value(source, *arguments[index], depth + 1) if index < len(arguments) else UNKNOWN

    def _constant(self, folder: str, name: str, depth: int) -> Template:
        """A constant or variable of a package."""
        pattern = re.compile(rf"(?m)^(?:[ \t]+|(?:var|const)[ \t]+){name}\b(?:[ \t]+[\w.]+)?[ \t]*=(?!=)[ \t]*")
        found = [
            (source, match)
            for source in self.sources
            if source.folder == folder
            for match in pattern.finditer(source.bare)
            if source.function_at(match.start()) is None
        ]
        if len(found) != 1:
            return UNKNOWN
        source, match = found[0]
        return self.value(source, *expression(source.bare, match.end(), len(source.bare)), depth + 1)

    # --- fields ---

    def _selected(self, source: Source, chain: list[str], at: int, depth: int) -> Template:
        if len(chain) == 2:  # noqa: PLR2004 - a package and its name
            folders = {s.folder for s in self.sources if s.folder.rpartition("/")[2] == chain[0]}
            if len(folders) == 1 and f'/{chain[0]}"' in source.code:
                return self._constant(folders.pop(), chain[1], depth)
        owners = self._owners(source, chain, at)
        if len(owners) != 1:
            return UNKNOWN
        field = owners[0]
        key = (field.owner, field.name, depth)
        if key not in self._held:
            self._held[key] = self._kept(field, depth)
        return self._held[key]

    def _kept(self, field: Field, depth: int) -> Template:
        """What a field holds: the only thing that is written for it, else what its tags say."""
        written = [self.value(*place, depth + 1) for place in (*self._literals(field), *self._changed(field.name))]
        if written:
            return written[0] if len(written) == 1 else UNKNOWN
        return self.settings.tagged(self, field, self._homes[field.owner, field.name], depth)

    def _owners(self, source: Source, chain: list[str], at: int) -> list[Field]:
        """The structures whose field is meant: those of the fields before it, or of the variable's type."""
        found = self._fields.get(chain[-1], [])
        if len(found) <= 1:
            return found
        before = chain[-2]
        kinds = {f.kind for f in self._fields.get(before, [])} or self._kinds(source, before, at)
        return [f for f in found if f.owner in kinds]

    def _kinds(self, source: Source, name: str, at: int) -> set[str]:
        """The types that a variable is declared with, or that the function which gives it returns."""
        function = source.function_at(at)
        start, end = (function.start, function.end) if function is not None else (0, len(source.bare))
        whole = source.bare[start:end]
        kinds = set(re.findall(rf"(?<![\w.]){name}\s+\*?(?:\w+\.)?([A-Z]\w*)\b", whole))
        for made in re.findall(rf"(?<![\w.]){name}(?:\s*,\s*\w+)?\s*:=\s*&?(?:\w+\.)?(\w+)\s*[({{]", whole):
            _, found = self._defined(made)
            kinds |= {made} if found is None else set(re.findall(r"\*?(?:\w+\.)?([A-Z]\w*)", found.results)[:1])
        return kinds

    def _literals(self, field: Field) -> list[_Place]:
        """What is written for a field where its structure is made; each structure is looked for once."""
        if field.owner not in self._made:
            made = self._made[field.owner] = {}
            for source in self.sources:
                for match in _matches(rf"\b{field.owner}\s*\{{", field.owner, source.bare):
                    for start, end in split(source.bare, match.end(), closing(source.bare, match.end() - 1)):
                        key = _KEY.match(source.bare, start, end)
                        if key is not None:
                            made.setdefault(key["name"], []).append((source, key.end(), end))
        return self._made[field.owner].get(field.name, [])

    def _changed(self, name: str) -> list[_Place]:
        """What is put into a field of that name afterwards."""
        if name not in self._put:
            pattern = rf"\.{name}(?:\s*,\s*\w+)?\s*=(?!=)[ \t]*"
            self._put[name] = [
                (source, *expression(source.bare, match.end(), len(source.bare)))
                for source in self.sources
                for match in _matches(pattern, f".{name}", source.bare)
            ]
        return self._put[name]


def _matches(pattern: str, word: str, bare: str) -> Iterator[re.Match[str]]:
    """Where a pattern matches that begins with a word: most files don't have it at all."""
    return re.finditer(pattern, bare) if word in bare else iter(())


def _unwrapped(bare: str, start: int, end: int) -> tuple[int, int]:
    """Without brackets around it, and what takes or follows an address."""
    while start < end and bare[start] in "*& (":
        if bare[start] == "(":
            if closing(bare, start) != end - 1:
                break
            end -= 1
        start += 1
    return start, end


def _literal(source: Source, start: int, end: int) -> Text | None:
    written = source.code[start:end].strip()
    if re.fullmatch(r'"(?:[^"\\\n])*"|`[^`]*`', written):
        return source.text.slice(start + 1, end - 1)
    return source.text.slice(start, end) if written.isdecimal() else None


def _of_library(name: str, arguments: list[Template]) -> Template | None:
    """What a function of Go's own library makes of values."""
    if name == "net.JoinHostPort" and len(arguments) > 1:
        return _joined((arguments[0], Template.literal(Text.unwritten(":")), arguments[1]))
    if name == "fmt.Sprintf" and arguments:
        return _formatted(arguments[0], arguments[1:])
    if name == "cmp.Or" and len(arguments) > 1:
        return _else(arguments[0], arguments[1])
    return None


def _joined(parts: Iterator[Template] | tuple[Template, ...]) -> Template:
    return Template(tuple(piece for part in parts for piece in part.parts))


def _formatted(written: Template, arguments: list[Template]) -> Template:
    """`fmt.Sprintf`."""
    text = written.text
    if text is None:
        return UNKNOWN
    found: list[Template] = []
    at = 0
    for match in _VERB.finditer(text.value):
        if match.start() > at:
            found.append(Template.literal(text.slice(at, match.start())))
        found.append(arguments.pop(0) if arguments else UNKNOWN)
        at = match.end()
    if at < len(text.value):
        found.append(Template.literal(text.slice(at, len(text.value))))
    return _joined(tuple(found))


def _else(read: Template, default: Template) -> Template:
    """A reading of the environment with what stands in for an empty one; both may begin alike (`":" + port`)."""
    hole = read.parts[-1] if read.parts else None
    head = Template(read.parts[:-1]).text
    text = default.text if head else None
    if not isinstance(hole, Hole) or hole.default is not None or head is None:
        return UNKNOWN
    if head and (text is None or not text.value.startswith(head.value)):
        return UNKNOWN
    other = Template.literal(text.slice(len(head), len(text))) if head and text is not None else default
    return Template((*read.parts[:-1], Hole(hole.name, other, empty_is_unset=True, location=hole.location)))


def _after(source: Source, name: str, function: Function, at: int, values: tuple[Template, Template]) -> Template:
    """What a name holds after a further assignment, which an `if` may stand before."""
    before, new = values
    inside = source.bare[function.body : at]
    if inside.count("{") - inside.count("}") == 1:
        return new
    test = re.search(r"\bif\b([^{}]*)\{\s*\Z", source.code[function.body : at])
    if test is None:
        return UNKNOWN
    if re.search(_EMPTY.format(name), test[1]) or re.search(r"!\s*\w+\s*$|err\s*!=\s*nil", test[1]):
        return _else(before, new)
    if re.search(r"!=\s*\"\"|\bok\b\s*$|err\s*==\s*nil", test[1]):
        return _else(new, before)
    return UNKNOWN
