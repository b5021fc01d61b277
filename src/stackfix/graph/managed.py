"""What an ASP.NET or Spring Boot program binds: the frameworks' own variables and settings, and their defaults.

Sources: Microsoft's documentation of ASPNETCORE_URLS and ASPNETCORE_HTTP_PORTS (images from 8.0 on set the latter to
8080, those before listen on 80); Spring Boot's of `server.port` (8080) and of externalised configuration.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from stackfix.formats import yaml
from stackfix.graph import compiled, started
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
    r"UseUrls\(|ConfigureKestrel|UseKestrel|ListenAnyIP|ListenLocalhost|\bUrls\.Add|\.Run(?:Async)?\(\s*\$?\"|\bWebListener"
)
_IN_SETTINGS = re.compile(r'"(?:Kestrel|[Uu]rls)"')
_SETTINGS = re.compile(r"application(?:-(?P<profile>[\w-]+))?\.(?:properties|ya?ml)$")
_LINE = re.compile(r"^[ \t]*server\.port[ \t]*[=:][ \t]*(?P<value>[^\s#]+)", re.MULTILINE)
_HOLE = re.compile(r"\$\{(?P<name>[A-Za-z_][\w.-]*)(?::(?P<default>\d*))?\}")
_OPTIONS = frozenset({"JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "SPRING_APPLICATION_JSON"})
_WEB = re.compile(r"spring-boot-starter-(?:web|webflux|jersey)\b")
_MANIFESTS = ("pom.xml", "build.gradle", "build.gradle.kts")


def listening(graph: Graph, workload: Workload, begun: Process) -> Listening | None:
    """What such a program binds; None for any other."""
    image = graph.image(workload)
    if image is None or begun.listens is not Listens.UNKNOWN or begun.tool not in {"dotnet", "java"}:
        return None
    seen = compiled.environment_of(workload, image, begun)
    read = _aspnet if begun.tool == "dotnet" else _spring
    binds = read(graph.library, image, begun, seen)
    if binds is None:
        return None
    found = [started.endpoint(bind, begun, seen) for bind in binds]
    certain = tuple(endpoint for endpoint in found if endpoint is not None)
    return Listening(certain, known=True) if len(certain) == len(found) else NOTHING_KNOWN


# --- ASP.NET ---------------------------------------------------------------------------------------------------------


def _aspnet(library: Library, image: Image, begun: Process, seen: Environment) -> tuple[Bind, ...] | None:
    base = _ASPNET.match(image.base_name.value) if image.base_name is not None else None
    words = [literal(word) for word in begun.words[1:]]
    if base is None or len(words) != 1 or not (words[0] or "").endswith(".dll") or _is_coded(library, image):
        return None
    for name in ("ASPNETCORE_URLS", "DOTNET_URLS", "URLS"):
        if (given := seen.get(name)) is not None:
            return _of_urls(given, begun)
    for name in ("ASPNETCORE_HTTP_PORTS", "DOTNET_HTTP_PORTS"):
        if seen.get(name) is not None:
            return (Bind(Template((Hole(name),)), variable=name),)
    if seen.get("ASPNETCORE_HTTPS_PORTS") is not None or not seen.complete:
        return None
    newer = int(base["major"]) >= _PORTS_FROM
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


def _is_coded(library: Library, image: Image) -> bool:
    """Whether the source or a settings file may say the port."""
    for path in library.tree.below(image.build.context):
        name = posixpath.basename(path)
        settings = name.startswith("appsettings") and name.endswith(".json")
        if not (path.endswith(".cs") or settings):
            continue
        text = library.text(path)
        if text is None or (_IN_SETTINGS if settings else _CODED).search(text.value):
            return True
    return False


# --- Spring Boot -----------------------------------------------------------------------------------------------------


def _spring(library: Library, image: Image, begun: Process, seen: Environment) -> tuple[Bind, ...] | None:
    words = [literal(word) for word in begun.words[1:]]
    if "-jar" not in words or None in words or any(seen.get(name) is not None for name in _OPTIONS):
        return None
    told = _of_words(begun.words[1:])
    if told is not None:
        return (Bind(told),)
    if any("port" in (word or "") or "spring.config" in (word or "") for word in words):
        return None
    inside = [p for p in library.tree.below(image.build.context) if not re.search(r"(?:^|/)(?:test|target|build)/", p)]
    if sum(_is_web(library, path) for path in inside) != 1 or not seen.complete:
        return None
    written = list(_written(library, inside))
    if any(profile is not None for profile, _ in written) or len(written) > 1:
        return None
    default = written[0][1] if written else Template.literal(Text.unwritten("8080"))
    if default is None:
        return None
    port = Template((Hole("SERVER_PORT", default, empty_is_unset=True),))
    return (Bind(port, witness=Witness.CONFIGURATION),)


def _of_words(words: tuple[Template, ...]) -> Template | None:
    """`-Dserver.port=9000`, `--server.port=9000`."""
    for word in words:
        text = word.text
        match = re.fullmatch(r"(?:-D|--)server\.port=(\d{2,5})", text.value) if text is not None else None
        if text is not None and match is not None:
            return Template.literal(text.slice(*match.span(1)))
    return None


def _is_web(library: Library, path: str) -> bool:
    text = library.text(path) if posixpath.basename(path) in _MANIFESTS else None
    return text is not None and _WEB.search(text.value) is not None


def _written(library: Library, paths: list[str]) -> Iterator[tuple[str | None, Template | None]]:
    """Each settings file's `server.port`, with the profile that it is for."""
    for path in paths:
        match = _SETTINGS.fullmatch(posixpath.basename(path))
        text = library.text(path) if match is not None else None
        if match is None or text is None:
            continue
        value = _of_properties(text) if path.endswith(".properties") else _of_yaml(library, path)
        if value is not None:
            yield match["profile"], _value(value)


def _of_properties(text: Text) -> Text | None:
    found = _LINE.search(text.value)
    return None if found is None else text.group(found, "value")


def _of_yaml(library: Library, path: str) -> Text | None:
    documents = library.get(path, yaml.read)
    for document in documents or ():
        for keys in (("server", "port"), ("server.port",)):
            node = yaml.get(document.root, *keys)
            if isinstance(node, yaml.Scalar):
                return node.text
    return None


def _value(text: Text) -> Template | None:
    """`8081`, `${PORT:8081}`."""
    if text.value.isdecimal():
        return Template.literal(text)
    match = _HOLE.fullmatch(text.value)
    if match is None or "." in match["name"]:
        return None
    default = text.group(match, "default")
    return Template((Hole(match["name"], Template.literal(default) if default else None),))
