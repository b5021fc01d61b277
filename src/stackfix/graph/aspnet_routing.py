"""What an ASP.NET program serves: its mapped endpoints, health checks and controllers, where all of these are seen.

Sources: Microsoft's documentation of minimal APIs and route groups, of attribute routing, and of MapHealthChecks.
"""

from __future__ import annotations

import posixpath
import re
from functools import cached_property
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.findings import Anchor, located
from stackfix.graph.aspnet_controllers import Controllers, UnreadError
from stackfix.graph.native_source import closing, uncommented
from stackfix.graph.python_routing import Routing, ServedRoute

if TYPE_CHECKING:
    from stackfix.findings import Location
    from stackfix.graph.library import Library
    from stackfix.text import Text

_ASIDE = frozenset({"test", "tests", "bin", "obj", "node_modules"})
_SDK = re.compile(r'Sdk="Microsoft\.NET\.Sdk\.Web"')
_REFERENCE = re.compile(r'<ProjectReference\s+Include="([^"]+)"')
_SERVING = re.compile(
    r"\bControllerBase\b|\[ApiController\]|:\s*Controller\b|IEndpointRouteBuilder|IApplicationBuilder|\bWebApplication\b"
    r"|IStartupFilter|RouteGroupBuilder"
)
_UNSEEN = re.compile(
    r"\bIStartupFilter\b|\bAddApplicationPart\b|\bIApplicationModelConvention\b|\.Conventions\.(?:Add|Insert)|\bUsePathBase\b"
    r"|\bCarterModule\b|\bFastEndpoints\b|\bEndpointDataSource\b|\bDynamicRouteValueTransformer\b|\[SubRoute|\bServiceStack\b"
)
_MADE = re.compile(r"\b(?P<name>\w+)\s*=\s*(?:await\s+)?(?:\w+\.Build\(\)|WebApplication\.Create\()")
_BEGUN = re.compile(r"\bWebApplication\.Create(?:Slim|Empty)?(?:Builder)?\b|\bCreateHostBuilder\b|\bUseStartup\b")
_GIVEN = re.compile(
    r"\b(?:IApplicationBuilder|WebApplication|IEndpointRouteBuilder|RouteGroupBuilder)\s+(?P<name>\w+)\s*(?=[,)])"
)
_METHOD = re.compile(r"\b(?P<name>\w+)\s*(?:<[^<>()]*>)?\s*\($")
_CALL = re.compile(r"\.\s*(?P<name>(?:Map|Use|Run)\w*)\s*(?:<(?P<type>[\w.]+)>)?\s*\(")
_GROUP = re.compile(r"\b(?:var|RouteGroupBuilder|IEndpointRouteBuilder)\s+(?P<name>\w+)\s*=\s*(?=\w+\s*\.)")
_STRINGS = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_STRING = re.compile(r'\s*"(?P<path>[^"\\]*)"\s*(?=[,)])')
_ROUTED = {
    "MapGet": "GET", "MapPost": "POST", "MapPut": "PUT", "MapDelete": "DELETE", "MapPatch": "PATCH", "MapMethods": "",
    "MapHealthChecks": "", "UseHealthChecks": "",
}  # fmt: skip
_PLAIN = re.compile(
    r"Use(?:Authentication|Authorization|HttpsRedirection|Routing|Cors|Hsts|Swagger(?:UI)?|DeveloperExceptionPage"
    r"|ExceptionHandler|StatusCodePages|SerilogRequestLogging|ResponseCompression|RequestDecompression|ResponseCaching"
    r"|OutputCache|RateLimiter|ForwardedHeaders|Session|RequestLocalization|HttpLogging|W3CLogging|Endpoints|CookiePolicy"
    r"|Antiforgery|HttpMetrics|MetricServer|OpenTelemetryPrometheusScrapingEndpoint|SentryTracing|ReDoc|CorrelationId"
    r"|HeaderPropagation|Certificate\w*|RequestTimeouts|StaticFiles|OpenApi|SwaggerUi3?|ProblemDetails)"
    r"|Map(?:OpenApi|Swagger|ScalarApiReference|PrometheusScrapingEndpoint|Metrics|StaticAssets|Controllers|Group)"
)
"""What answers no path that a health check would ask for."""
_QUOTED = re.compile(r'"(/[^"\\*{}$\s]+)')
_PLACED = re.compile(r"\{[^{}]*\}")
_DEPTH = 8


def routing(library: Library, context: str, stem: str) -> Routing | None:
    """What the project serves that an assembly is called after; None where a part of that is unknown."""
    projects = [p for p in _inside(library, context, ".csproj") if posixpath.basename(p) == f"{stem}.csproj"]
    said = library.text(projects[0]) if len(projects) == 1 else None
    if said is None or not _SDK.search(said.value) or _referenced(library, projects[0], said.value):
        return None
    folder = posixpath.dirname(projects[0])
    others = {f for p in _inside(library, folder, ".csproj") if (f := posixpath.dirname(p)) != folder}
    texts = [
        library.text(path)
        for path in _inside(library, folder, ".cs")
        if not any(path.startswith(other + "/") for other in others)
    ]
    known = tuple(_File(text) for text in texts if text is not None)
    if len(known) != len(texts) or any(_UNSEEN.search(file.code) for file in known):
        return None
    try:
        return _Project(known).routing()
    except UnreadError:
        return None


def _inside(library: Library, folder: str, end: str) -> tuple[str, ...]:
    found = (p for p in library.tree.below(folder) if p.endswith(end))
    return tuple(p for p in found if _ASIDE.isdisjoint(p[len(folder) :].lower().lstrip("/").split("/")[:-1]))


def _referenced(library: Library, project: str, said: str) -> bool:
    """Whether a project that this one refers to may serve anything, or isn't there."""
    for match in _REFERENCE.finditer(said):
        path = tree.join(posixpath.dirname(project), posixpath.normpath(match[1].replace("\\", "/")))
        if not library.tree.is_file(path):
            return True
        texts = (library.text(p) for p in _inside(library, posixpath.dirname(path), ".cs"))
        if any(text is None or _SERVING.search(text.value) for text in texts):
            return True
    return False


class _File:
    def __init__(self, text: Text) -> None:
        self.text = text
        self.code = uncommented(text.value)

        self.builds = any(words.search(self.code) for words in (_MADE, _GIVEN, _GROUP)) or "UseEndpoints" in self.code

    @cached_property
    def opened(self) -> dict[int, int]:
        """Where each bracket that closes has opened."""
        found: dict[int, int] = {}
        waiting: list[int] = []
        for at, mark in enumerate(_STRINGS.sub(lambda m: " " * len(m[0]), self.code)):
            if mark in "([{":
                waiting.append(at)
            elif mark in ")]}" and waiting:
                found[at] = waiting.pop()
        return found

    def root(self, dot: int) -> tuple[str, int, list[tuple[str, int]]]:
        """What a chain of calls begins with, where, and the calls before a dot, the last first."""
        calls: list[tuple[str, int]] = []
        while True:
            at = len(self.code[:dot].rstrip())
            if self.code[at - 1 : at] == ")" and at - 1 in self.opened:
                first = self.opened[at - 1]
                name = _METHOD.search(self.code, max(0, first - 80), first + 1)
                if name is None:
                    raise UnreadError
                calls.append((name["name"], first))
                at = name.start()
            else:
                word = re.search(r"\w+$", self.code[:at])
                if word is None:
                    raise UnreadError
                if not self.code[: word.start()].rstrip().endswith("."):
                    return word[0], word.start(), calls
                at = word.start()
            before = self.code[:at].rstrip()
            if not before.endswith("."):
                return "", at, calls
            dot = len(before) - 1

    def literal(self, first: int) -> tuple[str, tuple[int, int]]:
        """The string that a call is given first."""
        match = _STRING.match(self.code, first + 1)
        if match is None:
            raise UnreadError
        return match["path"], match.span("path")

    def method(self, at: int) -> tuple[str, str] | None:
        """The method around an offset whose parameters name a builder, with these parameters."""
        found = None
        for match in re.finditer(r"\b(?P<name>\w+)\s*\((?P<given>[^(){}]*)\)\s*(?:where[^{]*)?\{", self.code[:at]):
            end = closing(self.code, match.end() - 1)
            if end is not None and end >= at and _GIVEN.search(f"{match['given']})"):
                found = match["name"], match["given"]
        return found

    def under(self, at: int) -> bool:
        """Whether an offset stands under a condition."""
        for end, first in self.opened.items():
            if self.code[first] == "{" and first < at < end:
                before = self.code[:first].rstrip()
                test = self.opened.get(len(before) - 1)
                if before.endswith("else") or (test is not None and re.search(r"\bif\s*$", self.code[:test])):
                    return True
        return False


class _Project:
    def __init__(self, files: tuple[_File, ...]) -> None:
        self.files = files
        self.routes: list[ServedRoute] = []
        self.unknown: list[str] = []

    def routing(self) -> Routing | None:
        """Everything that the files map."""
        home = None
        controllers = False
        for file in self.files:
            begun = _BEGUN.search(file.code)
            home = home or (_place(file.text.slice(*begun.span())) if begun is not None else None)
            for match in _CALL.finditer(file.code):
                self._call(file, match)
                controllers = controllers or match["name"] == "MapControllers"
        if controllers:
            for one in Controllers(tuple(file.text for file in self.files)).routes():
                self.routes.append(_route("", one.path, one.methods, one.text))
        return None if home is None else Routing(tuple(self.routes), tuple(self.unknown), complete=True, home=home)

    def _call(self, file: _File, match: re.Match[str]) -> None:
        name, first = match["name"], match.end() - 1
        prefixes = self._prefixes(file, *file.root(match.start()), 0) if file.builds else None
        if prefixes is None and (name in _ROUTED or name == "MapGroup"):
            raise UnreadError
        # Without a prefix it is no builder of this program's.
        if prefixes is None or name == "MapGroup":
            return
        if name in _ROUTED:
            self._routed(file, match, prefixes)
        elif name in {"Use", "UseMiddleware"}:
            self._middleware(file, match)
        elif name == "MapGraphQL":
            self.unknown.append("/graphql")
        elif name == "Map":
            self.unknown += [_joined(prefix, file.literal(first)[0]) for prefix in prefixes]
        elif not self._adds_nothing(name, file.code[first + 1 :]):
            raise UnreadError

    def _adds_nothing(self, name: str, given: str) -> bool:
        """Whether a call serves nothing by itself; what a method of the project's own maps is read there."""
        if name in {"Run", "RunAsync"}:
            return re.match(r'\s*(?:"|\))', given) is not None
        return _PLAIN.fullmatch(name) is not None or self._defined(name)

    def _routed(self, file: _File, match: re.Match[str], prefixes: tuple[str, ...]) -> None:
        """A path that is mapped at once; under a condition it may be there."""
        name, first = match["name"], match.end() - 1
        path, span = file.literal(first)
        end = closing(file.code, first) or first
        ported = name == "UseHealthChecks" and "," in file.code[first:end]
        if ported or "RequireHost" in file.code[end : file.code.find(";", end)]:
            raise UnreadError
        methods = frozenset({_ROUTED[name]} if _ROUTED[name] else ())
        found = [_route(prefix, path, methods, file.text.slice(*span)) for prefix in prefixes]
        if file.under(match.start()):
            self.unknown += [route.path for route in found]
        else:
            self.routes += found

    def _middleware(self, file: _File, match: re.Match[str]) -> None:
        """What a middleware of the project's own looks for; one of a package may answer anything."""
        code = file.code[match.end() : closing(file.code, match.end() - 1)]
        if match["name"] == "UseMiddleware":
            wanted = re.compile(rf"\bclass\s+{match['type'] or '?'}\b") if match["type"] else None
            own = [one.code for one in self.files if wanted is not None and wanted.search(one.code)]
            if not own:
                raise UnreadError
            code = own[0]
        self.unknown += _QUOTED.findall(code)

    def _defined(self, name: str) -> bool:
        """Whether a method of the project's own adds to what it is called on."""
        return any(re.search(rf"\bstatic\s[^;{{}}=]*\b{name}\s*\(\s*this\s", file.code) for file in self.files)

    def _prefixes(
        self, file: _File, root: str, at: int, chain: list[tuple[str, int]], depth: int
    ) -> tuple[str, ...] | None:
        """What stands before the paths that are mapped on a chain; None where it is no builder that is known."""
        outer = self._of_name(file, root, at, depth) if depth <= _DEPTH else None
        if outer is None:
            return None
        inner = "".join(
            "/" + file.literal(first)[0].strip("/") for name, first in reversed(chain) if name == "MapGroup"
        )
        return tuple(prefix + inner for prefix in outer)

    def _of_name(self, file: _File, name: str, at: int, depth: int) -> tuple[str, ...] | None:
        """What stands before the paths of a variable or a parameter."""
        if any(match["name"] == name for match in _MADE.finditer(file.code)):
            return ("",)
        groups = [m for m in _GROUP.finditer(file.code, 0, at) if m["name"] == name]
        if groups:
            end = file.code.find(";", groups[-1].end())
            root, start, chain = file.root(end)
            return self._prefixes(file, root, start, chain, depth + 1)
        if re.search(rf"\.UseEndpoints\(\s*\(?{name}\)?\s*=>", file.code[:at]):
            return ("",)
        method = file.method(at)
        if method is None or name not in {m["name"] for m in _GIVEN.finditer(method[1] + ")")}:
            return None
        return ("",) if method[0] == "Configure" else self._called(method[0], depth)

    def _called(self, name: str, depth: int) -> tuple[str, ...]:
        """What stands before what a method maps, wherever it is called on a builder."""
        found: dict[str, None] = {}
        for file in self.files:
            for match in re.finditer(rf"(?P<dot>\.)?\b{name}\s*\((?P<given>\s*\w+)?", file.code):
                if re.search(r"\b(?:static|void|async|\w+Builder|WebApplication)\s+$", file.code[: match.start()]):
                    continue
                if match["dot"] and not match["given"]:
                    root, start, chain = file.root(match.start())
                else:
                    root, start, chain = (match["given"] or "").strip(), match.start(), []
                prefixes = self._prefixes(file, root, start, chain, depth + 1)
                if prefixes is None:
                    raise UnreadError
                found.update(dict.fromkeys(prefixes))
        if not found:
            raise UnreadError
        return tuple(found)


# --- routes ----------------------------------------------------------------------------------------------------------


def _joined(prefix: str, path: str) -> str:
    return (prefix.rstrip("/") + "/" + path.strip("/")).rstrip("/") or "/"


def _route(prefix: str, path: str, methods: frozenset[str], text: Text) -> ServedRoute:
    full = _joined(prefix, path)
    place, anchor = _place(text)
    written = text if not text.value.startswith("[") else None
    return ServedRoute(full, False, methods, place, anchor, _pattern(full), written)  # noqa: FBT003 - no WebSocket


def _pattern(path: str) -> str:
    """A regular expression for the paths that a template takes: ASP.NET doesn't tell capitals from small letters."""
    parts, at = [], 0
    for match in _PLACED.finditer(path):
        parts.append(re.escape(path[at : match.start()]))
        parts.append(".*" if "*" in match[0] or "?" in match[0] or "=" in match[0] else "[^/]+")
        at = match.end()
    return f"(?i:{''.join((*parts, re.escape(path[at:])))}/?)"


def _place(text: Text) -> tuple[Location, Anchor]:
    place = located(text)
    assert place is not None
    return place, Anchor(place.path, "any", (place.span.start,))
