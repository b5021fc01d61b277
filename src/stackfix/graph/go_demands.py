"""What a Go program certainly ends without as it starts: variables whose absence is fatal on the way from `main`.

Sources: package os, log.Fatal and its likes, panic; tags of caarlos0/env and kelseyhightower/envconfig.

May import the reader of Go code.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.findings import Location, located
from stackfix.graph import go_code
from stackfix.graph.go_code import closing, split
from stackfix.graph.node_demands import Demand
from stackfix.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.go_code import Function, Source
    from stackfix.graph.library import Library

_UNSEEN = re.compile(
    r"\bos\.Setenv\(|\bviper\.|\bgotenv\.|\bgodotenv\.(?!Load\(\s*\))|\bkoanf\.|\bcleanenv\.|\bsecretmanager\."
)
_IMPORTED = re.compile(r'"github\.com/(?:caarlos0/env(?:/v\d+)?|kelseyhightower/envconfig)"')
_FATAL = re.compile(
    r"\b(?:log|logger|lg|slog|logrus|zap|glog|klog|sugar)(?:\.\w+\(\))?\.Fatal\w*\(|(?<![\w.])panic\(|\bos\.Exit\(\s*[^0\s)]"
)
_IF = re.compile(r"(?<![\w.])if\b")
_CALL = re.compile(r"(?<![\w.])(?:(?P<package>\w+)\.)?(?P<name>\w+)\(")
_EMPTY = re.compile(
    r"(?:(?P<value>.+?)\s*==\s*\"\"|len\((?P<length>\w+)\)\s*==\s*0|!\s*(?P<found>\w+)|\"\"\s*==\s*(?P<other>.+))"
)
_READ = re.compile(r"(?:strings\.TrimSpace\()?os\.(?:Getenv|LookupEnv)\(\s*(?P<what>\"\w+\"|\w+)\s*\)\)?")
_LOOP = re.compile(r"(?<![\w.])for\s+_,\s*(?P<name>\w+)\s*:=\s*range\s+(?P<list>\[\]string|\w+)\s*\{")
_TEXT = re.compile(r"\"(\w+)\"")
_PARSED = re.compile(
    r"\b(?P<package>env|envconfig)\.(?:(?:Parse|MustProcess|Process)\(\s*(?:\"\"\s*,\s*)?&(?P<value>\w+)\s*\)|ParseAs\[(?P<kind>\w+)\]\(\))"
)
_WORD = re.compile(r"[\w.]+")
_MOST = 500


def demands(library: Library, module: str, package: str) -> tuple[Demand, ...]:
    """What the program of a `main` package demands; nothing where it may give itself variables unseen."""
    return library.remember(("go demands", module, package), lambda: _demands(library, module, package))


def loads_dotenv(library: Library, module: str, package: str) -> bool:
    """Whether the program loads a `.env` file."""
    sources = go_code.program(library, module, package) or ()
    return any("joho/godotenv" in source.code for source in sources)


def _demands(library: Library, module: str, package: str) -> tuple[Demand, ...]:
    sources = go_code.program(library, module, package)
    if sources is None or any(_UNSEEN.search(source.bare) for source in sources):
        return ()
    plain = tuple(s for s in sources if not re.search(r"(?m)^//go:build", s.text.value))
    return tuple(_Walk(plain, package).demands())


class _Walk:
    """Follows what certainly runs from `main`."""

    def __init__(self, sources: tuple[Source, ...], package: str) -> None:
        self.sources = sources
        self.package = package

    def demands(self) -> Iterator[Demand]:
        """Every demand, in the order in which the functions are come to."""
        waiting = [(s, f) for s in self.sources if s.folder == self.package for f in s.functions if f.name == "main"]
        done: set[tuple[str, int]] = set()
        while waiting and len(done) < _MOST:
            source, function = waiting.pop(0)
            if (source.path, function.start) in done:
                continue
            done.add((source.path, function.start))
            for at in _certain(source, function):
                yield from self._at(source, function, at)
                target = self._called(source, at)
                if target is None:
                    continue
                waiting.append(target)
                given = re.compile(r"\s*\"(\w+)\"\s*\)").match(source.code, source.bare.index("(", at) + 1)
                if given is not None and self._asks(*target):
                    yield _demand(source, given[1], given.start(1), given.end(1))

    def _called(self, source: Source, at: int) -> tuple[Source, Function] | None:
        """The one function of the program that is called at a place."""
        match = _CALL.match(source.bare, at)
        if match is None:
            return None
        found = [
            (s, f)
            for s in self.sources
            for f in s.functions
            if f.name == match["name"] and not re.match(r"func\s*\(", s.bare[f.start :])
            if (s.folder == source.folder if match["package"] is None else _package(s) == match["package"])
        ]
        return found[0] if len(found) == 1 else None

    def _at(self, source: Source, function: Function, at: int) -> Iterator[Demand]:
        if _IF.match(source.bare, at):
            for read in _refused(source, function, at):
                text = _TEXT.match(read["what"])
                if text is not None:
                    yield _demand(source, text[1], read.start("what") + 1, read.end("what") - 1)
            yield from self._parsed(source, function, at)
        loop = _LOOP.match(source.bare, at)
        if loop is not None:
            yield from _looped(source, function, loop)

    def _asks(self, source: Source, function: Function) -> bool:
        """Whether a function ends the process without the variable that its one parameter names."""
        if len(function.parameters) != 1:
            return False
        name = function.parameters[0]
        return any(
            read["what"] == name
            for at in _certain(source, function)
            if _IF.match(source.bare, at)
            for read in _refused(source, function, at)
        )

    def _parsed(self, source: Source, function: Function, at: int) -> Iterator[Demand]:
        """What the tags of a structure demand that is filled in or above an `if`, failing for good."""
        opened = _block(source, at)
        if opened is None or not _is_fatal(source, opened) or not _IMPORTED.search(source.code):
            return
        head = source.code[at:opened]
        if re.fullmatch(r"if\s+err\s*!=\s*nil\s*", head):
            before = source.code[function.body : at].rstrip().rpartition("\n")[2]
            head = before if re.match(r"\s*(?:\w+\s*,\s*)?err\s*:?=\s", before) else ""
        elif not re.fullmatch(r"if\s+err\s*:=\s*[^;\n]*;\s*err\s*!=\s*nil\s*", head):
            return
        match = _PARSED.search(head)
        kind = match and (match["kind"] or _kind(source, function, match["value"]))
        if match and kind:
            yield from self._tagged(kind, match["package"])

    def _tagged(self, kind: str, package: str) -> Iterator[Demand]:
        homes = [s for s in self.sources if any(f.owner == kind for f in s.fields)]
        for field in homes[0].fields if len(homes) == 1 else ():
            tags = {m[1]: m for m in re.finditer(r'([\w-]+):"([^"]*)"', field.tag)}
            if field.owner != kind or "envDefault" in tags or "default" in tags:
                continue
            named = tags.get(package)
            name, *options = named[2].split(",") if named is not None else ("",)
            wanted = {"required", "notEmpty"} & set(options) if package == "env" else "required" in tags
            if package == "envconfig" and wanted:
                wanted = tags["required"][2] == "true"
            if named is not None and wanted and re.fullmatch(r"[A-Z]\w*", name):
                at = field.tag_at + named.start(2)
                yield _demand(homes[0], name, at, at + len(name))


def _package(source: Source) -> str:
    named = re.search(r"(?m)^package\s+(\w+)", source.bare)
    return named[1] if named is not None else ""


def _demand(source: Source, name: str, start: int, end: int) -> Demand:
    return Demand(name, located(source.text.slice(start, end)) or Location(source.path, Span(0, 0)))


def _kind(source: Source, function: Function, name: str) -> str | None:
    """The structure that a local variable is."""
    made = re.search(
        rf"(?<![\w.])(?:var\s+{name}\s+|{name}\s*:=\s*)(\w+)(?:\{{\s*\}})?\s*\n",
        source.bare[function.body : function.end],
    )
    return made[1] if made is not None else None


def _certain(source: Source, function: Function) -> Iterator[int]:
    """The places in a function where an `if`, a `for` or a call begins that certainly runs, its values' too."""
    bare, at = source.bare, function.body + 1
    while at < function.end:
        if bare[at] == "{" and not re.match(r"[\w\]}]", bare[at - 1]):
            at = _after(source, at, function.end)
            if at < 0:
                return
            continue
        word = _WORD.match(bare, at)
        if word is None:
            at += 1
        elif word[0] in {"return", "goto"}:
            yield from _returned(source, word.end(), function.end)
            return
        elif word[0] in {"go", "defer"}:
            at = word.end() + len(re.split(r"[{\n]", bare[word.end() : function.end], maxsplit=1)[0])
        else:
            if word[0] in {"if", "for"} or bare[word.end()] == "(":
                yield at
            at = word.end()


def _returned(source: Source, at: int, end: int) -> Iterator[int]:
    line = source.bare.find("\n", at, end)
    yield from (m.start() for m in _CALL.finditer(source.bare, at, line) if "func" not in source.bare[at:line])


def _after(source: Source, opened: int, end: int) -> int:
    """The place behind a block; -1 where the function may be left in it without failing."""
    close = min(closing(source.bare, opened), end)
    inside = source.bare[opened:close]
    literal = re.search(r"\bfunc\b[^\n{]*$", source.bare[source.bare.rfind("\n", 0, opened) + 1 : opened]) is not None
    return -1 if not literal and re.search(r"\b(?:return|goto)\b", inside) else close + 1


def _block(source: Source, at: int) -> int | None:
    """The brace of an `if`."""
    found = re.compile(r"[^{\n]*(?<![\w\]}])\{").match(source.bare, at)
    return found.end() - 1 if found is not None else None


def _is_fatal(source: Source, opened: int) -> bool:
    close = closing(source.bare, opened)
    inside = source.bare[opened + 1 : close]
    return _FATAL.search(inside) is not None and not re.search(
        r"\b(?:if|for|switch|select|func|return|go|defer)\b", inside
    )


def _refused(source: Source, function: Function, at: int) -> Iterator[re.Match[str]]:
    """The readings of variables that an `if` finds empty or absent, each alone enough to end the process."""
    opened = _block(source, at)
    if opened is None or not _is_fatal(source, opened):
        return
    start = at + len("if")
    mark = source.bare.rfind(";", start, opened)
    condition = source.code[max(mark + 1, start) : opened]
    if "&&" in condition:
        return
    for part in condition.split("||"):
        match = _EMPTY.fullmatch(part.strip())
        if match is None:
            continue
        value = (match["value"] or match["length"] or match["found"] or match["other"]).strip()
        value = re.sub(r"^strings\.TrimSpace\((\w+)\)$", r"\1", value)
        read = _read(source, function, at, opened, value)
        if read is not None:
            yield read


def _read(source: Source, function: Function, at: int, opened: int, value: str) -> re.Match[str] | None:
    """The reading that a value is, in the condition itself, the statement before it, or the one assignment above it."""
    if _READ.fullmatch(value):
        return _READ.match(source.code, source.code.find(value, at, opened))
    if not re.fullmatch(r"\w+", value):
        return None
    mark = source.bare.rfind(";", at, opened)
    start = at if mark >= 0 else function.body
    assigned = re.compile(rf"(?<![\w.]){value}\s*(?:,\s*\w+\s*)?:?=(?!=)\s*|(?<![\w.])\w+\s*,\s*{value}\s*:?=(?!=)\s*")
    found = list(assigned.finditer(source.code, start, opened))
    if len(found) != 1 or re.search(rf"&{value}\b", source.bare[function.body : opened]):
        return None
    before = source.bare[function.body : found[0].start()]
    depth = before.count("{") - before.count("}")
    read = _READ.match(source.code, found[0].end())
    whole = read is not None and re.match(r"\s*(?:\n|;)", source.code[read.end() :]) is not None
    return read if whole and depth == 1 else None


def _looped(source: Source, function: Function, loop: re.Match[str]) -> Iterator[Demand]:
    """`for _, name := range []string{…} { if os.Getenv(name) == "" { log.Fatal(…) } }`."""
    bare = source.bare
    if loop["list"] == "[]string":
        opened, begun = closing(bare, loop.end() - 1) + 1, loop.end() - 1
        body = re.compile(r"\s*\{").match(bare, opened)
    else:
        made = list(re.finditer(rf"(?<![\w.]){loop['list']}\s*:?=\s*\[\]string\{{", bare))
        body, begun = re.compile(r"\{").match(bare, loop.end() - 1), made[0].end() - 1 if len(made) == 1 else -1
    if body is None or begun < 0:
        return
    inner = _IF.search(bare, body.end(), closing(bare, body.end() - 1))
    if inner is None or re.search(r"\b(?:continue|break|return)\b", bare[body.end() : closing(bare, body.end() - 1)]):
        return
    if any(read["what"] == loop["name"] for read in _refused(source, _within(function, body.end() - 1), inner.start())):
        for start, end in split(bare, begun + 1, closing(bare, begun)):
            text = _TEXT.fullmatch(source.code[start:end])
            if text is not None:
                yield _demand(source, text[1], start + 1, end - 1)


def _within(function: Function, body: int) -> Function:
    return go_code.Function(function.name, function.start, function.parameters, function.results, body, function.end)
