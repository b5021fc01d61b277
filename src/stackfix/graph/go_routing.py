"""The routes of a Go program: net/http's mux, gorilla, chi, gin, echo and fiber, with their groups.

A group that a function is given is followed to the calls of that function. What can't be followed makes the routes
incomplete, never guessed. Sources: the routers' own documentation of groups, wildcards and subtrees.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stackfix.findings import Anchor, Location, located
from stackfix.graph import go_code, go_handing
from stackfix.graph.native_source import closing, parts
from stackfix.graph.python_routing import Routing, ServedRoute
from stackfix.spans import Span

if TYPE_CHECKING:
    from stackfix.graph.go_code import Source
    from stackfix.graph.library import Library

_SITE = re.compile(
    r"(?P<owner>\b[A-Za-z_]\w*(?:\.\w+)*)\.(?P<method>GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS|Any|Get|Post|Put|Delete|Patch|Head"
    r"|Options|All|Handle|HandleFunc|Method|MethodFunc|Static|StaticFS|StaticFile|StaticFileFS|File|Match|Add|Mount|NoRoute"
    r"|PathPrefix)\(\s*"
)
_METHODS = frozenset({"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"})
_PATH = re.compile(r'"(?:(?P<method>[A-Z]+)\s+)?(?P<path>(?:/[^"\s]*)?)"')
_METHOD = re.compile(r'"[A-Z]+"|http\.Method\w+|\[\]string\{[^}]*\}')
_MAKES = re.compile(
    r"(?:gin\.(?:Default|New)|echo\.New|fiber\.New|chi\.New(?:Router|Mux)|mux\.NewRouter|http\.NewServeMux|httprouter\.New)\("
)
_MADE = re.compile(rf"\b(?P<name>\w+)\s*(?::=|=|:)\s*{_MAKES.pattern}")
_ENGINES = re.compile(r"\*(?:gin\.Engine|echo\.Echo|fiber\.App|http\.ServeMux)")
_ROUTERS = re.compile(r"\*?(?:gin|echo|fiber|chi|mux|http)\.\w+")
_GROUP = re.compile(r'(?P<owner>[A-Za-z_][\w.]*)\.(?:Group|PathPrefix)\(\s*(?:"(?P<path>[^"]*)"|(?P<filled>[^)\s]))?')
_SAME = re.compile(r"(?P<owner>[A-Za-z_][\w.]*)\.(?:With|Use)\(")
_FUNCTION = re.compile(r"\bfunc\s+(?:\([^)]*\)\s*)?(?P<name>\w+)\s*\((?P<parameters>[^)]*)\)[^{\n]*\{")
_CLOSURE = re.compile(
    r'(?P<owner>[A-Za-z_][\w.]*)\.(?:Route|Group)\(\s*(?:(?:"(?P<path>[^"]*)"|(?P<filled>[^,"()\n]+))\s*,\s*)?'
    r"func\(\s*(?P<name>\w+)\s+[\w.*]+\s*\)\s*\{"
)
_BY_HAND = re.compile(
    r"switch\s+\w+\.URL\.Path|URL\.Path\s*==|HasPrefix\(\s*\w+\.URL\.Path|RegisterHandlers\(|runtime\.NewServeMux"
    r"|static\.(?:Serve|New)\(|filesystem\.New\(|middleware\.Static|\.Use\(\s*\"|\bhuma\.|goa\.design|connectrpc\.com"
    r"|twitchtv/twirp|grpc-gateway|beego|revel|kataras/iris|valyala/fasthttp|julienschmidt/httprouter"
)
_SOCKET = re.compile(r"\.Upgrade\(|websocket\.(?:Accept|New|Handler)\b|ws\.UpgradeHTTP\(|\bNewWebsocketHandler\(")
_WILD = re.compile(r":(?P<colon>\w+)\??|\*(?P<star>\w*)|\{(?P<brace>\w+)(?P<all>\.\.\.)?(?::(?P<regex>[^}]*))?\}")
_DEPTH = 6


def routing(library: Library, module: str, package: str) -> Routing | None:
    """What the program of a `main` package serves; None where it registers nothing, or can't be read."""
    return library.remember(("go routes", module, package), lambda: _routing(library, module, package))


def _routing(library: Library, module: str, package: str) -> Routing | None:
    files = go_code.program(library, module, package)
    if files is None:
        return None
    table = _Table(files)
    for file in files:
        table.read(file)
    if not table.routes:
        return None
    # What hangs a router below another's path isn't followed, nor which of several has which port.
    several = sum(len(_MAKES.findall(file.code)) for file in files) > 1
    by_hand = several or any(_BY_HAND.search(file.code) for file in files) or go_handing.hides(files)
    unknown = (*table.unknown, *go_handing.prefixes(files))
    return Routing(tuple(table.routes), tuple(dict.fromkeys(unknown)), not table.holes and not by_hand)


@dataclass(slots=True)
class _Table:
    files: tuple[Source, ...]
    routes: list[ServedRoute] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    holes: int = 0
    _bodies: dict[tuple[str, re.Pattern[str]], tuple[tuple[re.Match[str], int], ...]] = field(default_factory=dict)
    _callers: dict[tuple[str, int, str, int], tuple[str, ...] | None] = field(default_factory=dict)
    _sockets: frozenset[str] | None = None
    _routers: frozenset[str] | None = None

    def read(self, file: Source) -> None:
        """Every registration of one file."""
        self._beats(file)
        for match in _SITE.finditer(file.code):
            opened = file.code.index("(", match.end("method"))
            end = closing(file.code, opened)
            arguments = parts(file.code, opened + 1, end, ",") if end is not None else []
            if match["method"] == "NoRoute":
                self.unknown.append("/")
                continue
            index = int(bool(arguments) and _METHOD.fullmatch(file.code[slice(*arguments[0])]) is not None)
            said = _PATH.fullmatch(file.code[slice(*arguments[index])]) if len(arguments) > index else None
            if end is None or not arguments:
                continue
            if said is None:
                self.holes += self._may_register(file, match, arguments)
                continue
            if match["method"] == "PathPrefix" and file.code.startswith(".Subrouter", end + 1):
                continue
            prefixes = self.prefixes(file, match["owner"], match.start(), 0)
            if prefixes is None:
                self.holes += 1
                continue
            start = arguments[index][0] + said.start("path")
            rest = file.code[arguments[index][1] : end]
            for prefix in prefixes:
                self._add(file, match, said, (start, start + len(said["path"])), prefix, rest)

    def _beats(self, file: Source) -> None:
        """The paths that a middleware answers before any route."""
        for match in go_handing.HEARTBEAT.finditer(file.code):
            text = file.text.slice(*match.span("path"))
            place = located(text) or Location(file.path, Span(0, 0))
            anchor = Anchor(file.path, "any", (place.span.start,))
            self.routes.append(
                ServedRoute(
                    text.value,
                    websocket=False,
                    methods=frozenset({"GET"}),
                    location=place,
                    anchor=anchor,
                    pattern=_pattern(text.value, subtree=False),
                    text=text,
                )
            )

    def _may_register(self, file: Source, match: re.Match[str], arguments: list[tuple[int, int]]) -> bool:
        """Whether a call may register a path that isn't written out: it is a router's, and has a handler."""
        plain = re.fullmatch(r'"[^"]*"', file.code[slice(*arguments[0])]) is not None
        several = len(arguments) > 1 and not plain
        return several and self.prefixes(file, match["owner"], match.start(), 0) is not None

    def _add(  # noqa: PLR0913, PLR0917 - a registration has that many parts
        self, file: Source, match: re.Match[str], said: re.Match[str], span: tuple[int, int], prefix: str, rest: str
    ) -> None:
        full = re.sub(r"//+", "/", prefix + said["path"]) or "/"
        if match["method"] == "Mount":
            self.unknown.append(full)
            return
        subtree = match["method"] in {"Static", "StaticFS", "PathPrefix"} or bool(
            full.endswith("/") and said["path"] and match["method"] in {"Handle", "HandleFunc"}
        )
        method = said["method"] or match["method"].upper()
        text = file.text.slice(*span)
        place = located(text) or Location(file.path, Span(0, 0))
        self.routes.append(
            ServedRoute(
                _placed(full),
                self._is_socket(rest),
                frozenset({method} & _METHODS),
                place,
                Anchor(file.path, "any", (place.span.start,)),
                _pattern(full, subtree=subtree),
                text,
            )
        )

    def _is_socket(self, handler: str) -> bool:
        """Whether a handler makes a WebSocket of the connection, in itself or in the function that it names."""
        if _SOCKET.search(handler):
            return True
        if self._sockets is None:
            self._sockets = frozenset(
                function["name"]
                for file in self.files
                for function, end in self._bodied(file, _FUNCTION)
                if _SOCKET.search(file.code, function.end(), end)
            )
        return not self._sockets.isdisjoint(re.findall(r"\b(\w+)\b", handler))

    def _bodied(self, file: Source, pattern: re.Pattern[str]) -> tuple[tuple[re.Match[str], int], ...]:
        """The functions of a file with the ends of their bodies, found once."""
        key = (file.path, pattern)
        if key not in self._bodies:
            found = ((match, closing(file.code, match.end() - 1)) for match in pattern.finditer(file.code))
            self._bodies[key] = tuple((match, end) for match, end in found if end is not None)
        return self._bodies[key]

    def _around(self, file: Source, pattern: re.Pattern[str], at: int, name: str | None = None) -> re.Match[str] | None:
        """The innermost function around an offset; with a name, the innermost closure that calls its router so."""
        found = None
        for match, end in self._bodied(file, pattern):
            if match.end() <= at < end and (name is None or match["name"] == name):
                found = match
        return found

    # --- prefixes ----------------------------------------------------------------------------------------------------

    def prefixes(self, file: Source, owner: str, at: int, depth: int) -> tuple[str, ...] | None:
        """What stands before the paths that are registered at a name; None where nobody can tell."""
        if owner == "http":
            return ("",)
        if depth > _DEPTH:
            return None
        function = self._around(file, _FUNCTION, at)
        closure = self._around(file, _CLOSURE, at, owner)
        if closure is not None and (function is None or closure.start() > function.start()):
            return self._below(file, closure, depth)
        begin = function.start() if function is not None and "." not in owner else 0
        assigned = list(re.finditer(rf"(?<![\w.]){re.escape(owner)}\s*:?=(?!=)\s*", file.code[:at]))
        if assigned and assigned[-1].start() >= begin:
            return self._made(file, assigned[-1].end(), depth)
        if function is not None and "." not in owner:
            given = self._given(file, function, owner, depth)
            if given is not None:
                return given
        return ("",) if owner.rpartition(".")[2] in self._made_anywhere() else None

    def _made_anywhere(self) -> frozenset[str]:
        """The names that a router is made for in any file of the program."""
        if self._routers is None:
            self._routers = frozenset(m["name"] for file in self.files for m in _MADE.finditer(file.code))
        return self._routers

    def _made(self, file: Source, start: int, depth: int) -> tuple[str, ...] | None:
        if _MAKES.match(file.code, start):
            return ("",)
        group = _GROUP.match(file.code, start)
        if group is not None:
            return self._below(file, group, depth)
        same = _SAME.match(file.code, start)
        return self.prefixes(file, same["owner"], start, depth + 1) if same is not None else None

    def _below(self, file: Source, group: re.Match[str], depth: int, at: int | None = None) -> tuple[str, ...] | None:
        """What stands before the paths of a group; None where its own is a setting's."""
        if group["filled"]:
            return None
        outer = self.prefixes(file, group["owner"], group.start() if at is None else at, depth + 1)
        return None if outer is None else tuple(one.rstrip("/") + (group["path"] or "") for one in outer)

    def _given(self, file: Source, function: re.Match[str], owner: str, depth: int) -> tuple[str, ...] | None:
        """What the callers of a function give it for a router, looked for once."""
        key = (file.path, function.start(), owner, depth)
        if key not in self._callers:
            self._callers[key] = self._by_callers(function, owner, depth)
        return self._callers[key]

    def _by_callers(self, function: re.Match[str], owner: str, depth: int) -> tuple[str, ...] | None:
        parameters = [p.strip() for p in function["parameters"].split(",")]
        index = next((i for i, p in enumerate(parameters) if re.match(rf"{owner}\s+\S", p)), None)
        if index is None or not _ROUTERS.search(parameters[index]):
            return None
        found: set[str] = set()
        called = re.compile(rf"(?<!func )(?<!\) )\b{re.escape(function['name'])}\(")
        for other in self.files:
            for call in called.finditer(other.code):
                end = closing(other.code, call.end() - 1)
                arguments = parts(other.code, call.end(), end, ",") if end is not None else []
                if len(arguments) != len(parameters):
                    continue
                said = other.code[slice(*arguments[index])]
                group = _GROUP.fullmatch(said.removesuffix(")")) if said.endswith(")") else None
                known = (
                    self._below(other, group, depth, call.start())
                    if group is not None
                    else self.prefixes(other, said, call.start(), depth + 1)
                )
                if known is None:
                    return ("",) if _ENGINES.search(parameters[index]) else None
                found.update(known)
        return tuple(sorted(found)) or (("",) if _ENGINES.search(parameters[index]) else None)


def _placed(path: str) -> str:
    """A path with its variable parts in braces."""
    return _WILD.sub(lambda m: "{" + (m["colon"] or m["star"] or m["brace"] or "rest") + "}", path)


def _pattern(path: str, *, subtree: bool) -> str:
    """A regular expression for the request paths that a route takes."""
    found: list[str] = []
    at = 0
    for match in _WILD.finditer(path):
        found.append(re.escape(path[at : match.start()]))
        everything = match["star"] is not None or match["all"] or match["regex"] == ".*"
        found.append(".*" if everything else "[^/]+")
        at = match.end()
    found.append(re.escape(path[at:].rstrip("/")))
    return "".join(found) + ("(?:/.*)?" if subtree else "/?")
