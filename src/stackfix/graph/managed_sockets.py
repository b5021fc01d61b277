"""WebSockets of programs in other languages: Spring's registrations, ASP.NET's hubs, Rails' cable, Phoenix' sockets.

A small reader for each that only witnesses: a path that the source writes out, in a program that the image certainly
builds from it. All else is unknown, so that the routes of such a program are never all known.

Sources: Spring's reference of WebSocketHandlerRegistry and StompEndpointRegistry (SockJS falls back to plain requests);
Microsoft's of MapHub (SignalR does, too) and of WebSockets in ASP.NET; Rails' guide of Action Cable; Phoenix.Endpoint.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from stackfix.findings import Anchor, Location, located
from stackfix.graph import sources
from stackfix.graph.command import literal
from stackfix.graph.native_source import closing, uncommented
from stackfix.graph.python_routing import Routing, ServedRoute
from stackfix.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.image import Image
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.started import Process
    from stackfix.text import Text

_MANIFESTS = frozenset({"pom.xml", "build.gradle", "build.gradle.kts"})
_BOOT = re.compile(r"spring-boot-starter-websocket\b")
_CONTEXT = re.compile(r"context-path|contextPath|CONTEXT_PATH|webflux\.base-path")
_CONDITIONAL = re.compile(r"@(?:Conditional\w*|Profile)\b")
_REGISTRY = re.compile(r"\b(?:WebSocketHandlerRegistry|StompEndpointRegistry)\b")
_REGISTERED = re.compile(r"\.\s*(?P<method>addHandler|addEndpoint)\s*\(")
_ENDPOINT = re.compile(r'@ServerEndpoint\(\s*(?:value\s*=\s*)?"(?P<path>/[^"\\]*)"')
_STRING = re.compile(r'"(?P<path>/[^"\\$]*)"')
_HUB = re.compile(r'\.MapHub<[\w.]+>\(\s*"(?P<path>/?[^"\\{]*)"')
_MAPPED = re.compile(r'\.Map(?:Get)?\(\s*"(?P<path>/[^"\\]*)"\s*,')
_COMPARED = re.compile(r'\bif\s*\(\s*\w+\.Request\.Path\s*==\s*"(?P<path>/[^"\\]*)"\s*\)\s*\{')
_ACCEPTS = "AcceptWebSocketAsync("
_BASED = re.compile(r"\bUsePathBase\(|\bMapGroup\(")
_CABLE = re.compile(
    r"""^[ \t]*mount\s+ActionCable\.server\s*(?:=>|,\s*at:)\s*["'](?P<path>/?[^"'#{}]*)["']""", re.MULTILINE
)
_SCOPED = re.compile(r"^[ \t]*(?:scope|namespace)\b", re.MULTILINE)
_SOCKET = re.compile(
    r'^[ \t]*socket[ (]+"(?P<path>/[^"\\#]*)"\s*,\s*[\w.]+(?P<options>(?:[^\n]*,[ \t]*\r?\n)*[^\n]*)', re.MULTILINE
)
_ASIDE = frozenset({"test", "tests", "target", "build", "bin", "obj", "deps", "_build", "node_modules"})


def routing(graph: Graph, workload: Workload, image: Image, begun: Process) -> Routing | None:
    """The WebSockets of such a program; None where it is none, or nothing is seen."""
    found = tuple(_routes(graph, workload, image, begun))
    return Routing(found) if found else None


def _routes(graph: Graph, workload: Workload, image: Image, begun: Process) -> Iterator[ServedRoute]:
    library, context = graph.library, image.build.context
    if begun.tool == "java":
        yield from library.remember(("spring sockets", context), lambda: tuple(_spring(library, context)))
    elif begun.tool == "dotnet":
        name = literal(begun.words[1]) if len(begun.words) > 1 else None
        stem = posixpath.basename(name or "").removesuffix(".dll")
        yield from library.remember(("aspnet sockets", context, stem), lambda: tuple(_aspnet(library, context, stem)))
    elif begun.tool in {"rails", "puma"} and begun.folder is not None:
        path = sources.files(graph, workload).lookup(posixpath.join(begun.folder, "config/routes.rb"))
        yield from _cable(library, path) if isinstance(path, str) else ()
    elif _may_be_phoenix(image, begun):
        yield from library.remember(("phoenix sockets", context), lambda: tuple(_phoenix(library, context)))


def _inside(library: Library, folder: str, *ends: str) -> tuple[str, ...]:
    """The files below a folder with one of these ends, tests and what is made left out."""
    found = library.tree.below(folder)
    return tuple(
        path
        for path in found
        if path.endswith(ends) and _ASIDE.isdisjoint(path[len(folder) :].lstrip("/").split("/")[:-1])
    )


def _served(path: str, text: Text, span: tuple[int, int], said: str, *, polls: bool = False) -> Iterator[ServedRoute]:
    """A path as a route: with its variable parts in braces, once more for plain requests where clients poll."""
    full = "/" + said.strip("/")
    pieces = re.split(r"(\{[^}]*\}|:\w+)", full)
    placed = "".join("{" + p.strip("{:}") + "}" if p.startswith(("{", ":")) else p for p in pieces)
    pattern = "".join("[^/]+" if p.startswith(("{", ":")) else re.escape(p) for p in pieces)
    value = text.slice(*span)
    place = located(value) or Location(path, Span(0, 0))
    anchor = Anchor(path, "any", (place.span.start,))
    end = "(?:/.*)?" if polls else "/?"
    for websocket in (True, False) if polls else (True,):
        yield ServedRoute(placed, websocket, frozenset(), place, anchor, pattern + end, value, polls=polls)


# --- Spring ----------------------------------------------------------------------------------------------------------


def _spring(library: Library, context: str) -> Iterator[ServedRoute]:
    """The registrations of the one module of a context that has WebSockets."""
    manifests = [p for p in _inside(library, context, *_MANIFESTS) if _says(library, p, _BOOT)]
    if len(manifests) != 1:
        return
    folder = posixpath.dirname(manifests[0])
    settings = _inside(library, folder, ".properties", ".yml", ".yaml")
    if any(_says(library, path, _CONTEXT) for path in settings):
        return
    written = [(p, text) for p in _inside(library, folder, ".java", ".kt") if (text := library.text(p)) is not None]
    exported = any("ServerEndpointExporter" in text.value for _, text in written)
    for path, text in written:
        if _CONDITIONAL.search(text.value):
            continue
        if _REGISTRY.search(text.value):
            yield from _registered(path, text)
        for match in _ENDPOINT.finditer(uncommented(text.value)) if exported else ():
            yield from _served(path, text, match.span("path"), match["path"])


def _says(library: Library, path: str, pattern: re.Pattern[str]) -> bool:
    text = library.text(path)
    return text is not None and pattern.search(text.value) is not None


def _registered(path: str, text: Text) -> Iterator[ServedRoute]:
    code = uncommented(text.value)
    for match in _REGISTERED.finditer(code):
        end = closing(code, match.end() - 1)
        if end is None:
            continue
        # What follows in the statement may let clients come by plain requests, too.
        rest = re.match(r"(?:\s*\.\s*\w+\([^;{}]*?\))*", code[end + 1 :])
        polls = rest is not None and "withSockJS" in rest[0]
        for said in _STRING.finditer(code, match.end(), end):
            yield from _served(path, text, said.span("path"), said["path"], polls=polls)


# --- ASP.NET ---------------------------------------------------------------------------------------------------------


def _aspnet(library: Library, context: str, stem: str) -> Iterator[ServedRoute]:
    """The hubs and WebSockets of the project that an assembly is called after."""
    projects = [p for p in _inside(library, context, ".csproj") if posixpath.basename(p) == f"{stem}.csproj"]
    if len(projects) != 1:
        return
    texts = [
        (path, text)
        for path in _inside(library, posixpath.dirname(projects[0]), ".cs")
        if (text := library.text(path)) is not None
    ]
    if any(_BASED.search(text.value) for _, text in texts):
        return
    for path, text in texts:
        if ".MapHub<" in text.value or _ACCEPTS in text.value:
            yield from _mapped(path, text)


def _mapped(path: str, text: Text) -> Iterator[ServedRoute]:
    code = uncommented(text.value)
    for match in _HUB.finditer(code):
        yield from _served(path, text, match.span("path"), match["path"], polls=True)
    for pattern in (_MAPPED, _COMPARED):
        for match in pattern.finditer(code):
            opened = match.end() - 1 if pattern is _COMPARED else code.index("(", match.start())
            end = closing(code, opened)
            if end is not None and _ACCEPTS in code[opened:end]:
                yield from _served(path, text, match.span("path"), match["path"])


# --- Rails -----------------------------------------------------------------------------------------------------------


def _cable(library: Library, path: str) -> Iterator[ServedRoute]:
    """Where the routes mount Action Cable's server, outside of any scope."""
    text = library.text(path)
    if text is None or _SCOPED.search(text.value):
        return
    for match in _CABLE.finditer(text.value):
        yield from _served(path, text, match.span("path"), match["path"])


# --- Phoenix ---------------------------------------------------------------------------------------------------------


def _may_be_phoenix(image: Image, begun: Process) -> bool:
    """Whether an image runs the release that it makes, or the source itself by `mix phx.server`."""
    words = [literal(word) or "" for word in begun.words]
    if words[:2] == ["mix", "phx.server"]:
        return True
    steps = (i.rest.value for stage in image.document.stages for i in stage.instructions if i.name == "RUN")
    return bool(words) and "/bin/" in f"/{words[0]}" and any("mix release" in step for step in steps)


def _phoenix(library: Library, context: str) -> Iterator[ServedRoute]:
    """The sockets of the one endpoint of a context; a client of one asks for `websocket` below it."""
    found = [p for p in _inside(library, context, ".ex") if _says(library, p, re.compile(r"\buse Phoenix\.Endpoint\b"))]
    text = library.text(found[0]) if len(found) == 1 else None
    if text is None:
        return
    code = re.sub(r"(?m)^[ \t]*#[^\n]*", lambda m: " " * len(m[0]), text.value)
    for match in _SOCKET.finditer(code):
        if not re.search(r"\bwebsocket:\s*false\b|\bpath:", match["options"]):
            yield from _served(found[0], text, match.span("path"), match["path"].rstrip("/") + "/websocket")
