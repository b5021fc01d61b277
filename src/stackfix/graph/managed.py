"""What an ASP.NET or Spring Boot program binds: the frameworks' own variables and settings, and their defaults.

Sources: Microsoft's documentation of ASPNETCORE_URLS and ASPNETCORE_HTTP_PORTS (images from 8.0 on set the latter to
8080, those before listen on 80). Spring Boot's settings are read apart (graph.spring).
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from stackfix.graph import compiled, spring, started
from stackfix.graph.command import literal
from stackfix.graph.model import NOTHING_KNOWN, Listening, Witness
from stackfix.graph.started import Bind, Listens
from stackfix.graph.value import Hole, Origin, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.image import Image
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.started import Process
    from stackfix.graph.value import Environment, Variable

_ASPNET = re.compile(r"mcr\.microsoft\.com/dotnet/(?:aspnet|nightly/aspnet|sdk):(?P<major>\d+)\.")
_PORTS_FROM = 8
"""The first major version whose images listen on 8080."""
_URL = re.compile(r"http://[^:/;]+:(?P<port>\d{2,5})/?")
_CODED = re.compile(
    r"UseUrls\(|ConfigureKestrel|UseKestrel|\.Listen(?:AnyIP|Localhost|UnixSocket|NamedPipe|Handle)?\(|\bUrls\.Add|\.Run(?:Async)?\(\s*\$?\"|\bWebListener"
)
_WRITTEN = re.compile(
    r"(?:UseUrls\(|\.?Urls\.Add\(|\.Run(?:Async)?\()\s*\"http://(?:0\.0\.0\.0|\*|\+|\[::\]):(?P<port>\d{2,5})/?\"\s*\)"
    r"|\.?(?:ListenAnyIP\(|Listen\(\s*(?:System\.Net\.)?IPAddress\.(?:IPv6)?Any\s*,)\s*(?P<number>\d{2,5})\s*[,)]"
)
_WRAPPER = re.compile(r"(?:ConfigureKestrel|UseKestrel)\(\s*(?:\w+|\(\w+(?:,\s*\w+)?\))\s*=>\s*\{")
_UNDER = re.compile(r"\b(?:if|else|switch|case|catch|for|foreach|while|#if)\b|\?\s*$")
_NEAR = 200
"""As much of the code before a place as tells what it stands under."""
_IN_SETTINGS = re.compile(r'"(?:Kestrel|[Uu]rls)"')


def listening(graph: Graph, workload: Workload, begun: Process) -> Listening | None:
    """What such a program binds; None for any other."""
    image = graph.image(workload)
    if image is None or begun.listens is not Listens.UNKNOWN or begun.tool not in {"dotnet", "java", *spring.RUNNERS}:
        return None
    seen = compiled.environment_of(workload, image, begun)
    dotnet = begun.tool == "dotnet"
    binds = _aspnet(graph.library, image, begun, seen) if dotnet else spring.binds(graph, workload, image, begun)
    if binds is None:
        return None
    found = [started.endpoint(bind, begun, seen) for bind in binds]
    certain = tuple(endpoint for endpoint in found if endpoint is not None)
    return Listening(certain, known=True) if len(certain) == len(found) else NOTHING_KNOWN


# --- ASP.NET ---------------------------------------------------------------------------------------------------------


def _aspnet(library: Library, image: Image, begun: Process, seen: Environment) -> tuple[Bind, ...] | None:
    base = _ASPNET.match(image.base_name.value) if image.base_name is not None else None
    words = [literal(word) for word in begun.words[1:]]
    if base is None or len(words) != 1 or not (words[0] or "").endswith(".dll"):
        return None
    coded = tuple(_coded(library, image, posixpath.basename(words[0] or "").removesuffix(".dll")))
    if coded:
        found = tuple(pair for pair in coded if pair is not None)
        # What Kestrel is told stands over the URLs of the host.
        certain = len(found) == len(coded) and len({kind for kind, _ in found}) == 1
        return tuple(bind for _, bind in found) if certain else None
    return _of_environment(seen, begun, newer=int(base["major"]) >= _PORTS_FROM)


def _of_environment(seen: Environment, begun: Process, *, newer: bool) -> tuple[Bind, ...] | None:
    for name in ("ASPNETCORE_URLS", "DOTNET_URLS", "URLS"):
        if (given := seen.get(name)) is not None:
            return _of_urls(given, begun)
    if seen.get("ASPNETCORE_HTTPS_PORTS") is not None:
        return None
    for name in ("ASPNETCORE_HTTP_PORTS", "DOTNET_HTTP_PORTS"):
        if seen.get(name) is not None:
            return (Bind(Template((Hole(name),)), variable=name),)
    if not seen.complete:
        return None
    port = Template.literal(Text.unwritten("8080" if newer else "80"))
    return (Bind(port, variable="ASPNETCORE_HTTP_PORTS" if newer else None, witness=Witness.TOOL),)


def _of_urls(given: Variable, begun: Process) -> tuple[Bind, ...] | None:
    value = given.value
    if value is None:
        return None
    urls = [part for part in value.value.split(";") if part]
    found = list(_URL.finditer(value.value))
    if not urls or len(found) != len(urls):
        return None
    ports = (value.slice(*match.span("port")) for match in found)
    if given.anchor == begun.anchor:
        # The command itself puts it together as it starts: whoever runs it sets what it takes, and not the whole.
        return tuple(Bind(_taken(given, port)) for port in ports)
    witness = Witness.IMAGE if given.origin is Origin.IMAGE else Witness.ENVIRONMENT
    return tuple(Bind(Template.literal(port), variable=given.name, witness=witness) for port in ports)


def _taken(given: Variable, port: Text) -> Template:
    """The variable that a piece of another one's value was taken from; the piece itself, where it is written there."""
    for use in given.uses:
        default = use.hole.default.text if use.hole.default is not None else None
        said = use.variable.value if use.variable is not None else default
        if said is not None and said.place is not None and said.place == port.place:
            return Template((use.hole,))
    return Template.literal(port)


def _coded(library: Library, image: Image, name: str) -> Iterator[tuple[str, Bind] | None]:
    """What the source or a settings file says, by the kind of call; None for what can't be read or holds at times."""
    webs = [p for p in library.tree.below(image.build.context) if p.endswith(".csproj") and _is_web(library, p)]
    others = tuple(f"{posixpath.dirname(p)}/" for p in webs if posixpath.basename(p) != f"{name}.csproj")
    for path in library.tree.below(image.build.context):
        file = posixpath.basename(path)
        settings = file.startswith("appsettings") and file.endswith(".json")
        if not (path.endswith(".cs") or settings) or (len(webs) > len(others) and path.startswith(others)):
            continue
        text = library.text(path)
        if text is None or (settings and _IN_SETTINGS.search(text.value)):
            yield None
        elif not settings:
            yield from _in_code(text)


def _is_web(library: Library, path: str) -> bool:
    text = library.text(path)
    return text is not None and "Microsoft.NET.Sdk.Web" in text.value


def _in_code(text: Text) -> Iterator[tuple[str, Bind] | None]:
    for match in _CODED.finditer(text.value):
        found = _WRITTEN.match(text.value, match.start())
        if found is None and _WRAPPER.match(text.value, match.start()):
            # What configures it is written inside, and found there.
            continue
        if found is None or _is_conditional(text.value, match.start()):
            yield None
            continue
        group = "port" if found["port"] else "number"
        yield group, Bind(Template.literal(text.slice(*found.span(group))), witness=Witness.SOURCE)


def _is_conditional(source: str, at: int) -> bool:
    """Whether code stands in a comment, under a condition, or in a block of one."""
    line = source[source.rfind("\n", 0, at) + 1 : at]
    depth = 0
    if "//" in line or _UNDER.search(source[max(0, at - _NEAR) : at].rpartition(";")[2]):
        return True
    for index in range(at - 1, -1, -1):
        depth += {"}": 1, "{": -1}.get(source[index], 0)
        if depth < 0:
            depth = 0
            if _UNDER.search(re.split(r"[;{}]", source[:index][-_NEAR:])[-1]):
                return True
    return False
