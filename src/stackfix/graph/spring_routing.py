"""What a Spring Boot program serves: its controllers' mappings and the actuator's health, where all of that is seen.

Sources: Spring Boot's documentation of the actuator's endpoints (over HTTP health alone, below `/actuator`) and of
`server.servlet.context-path`, `spring.mvc.servlet.path` and `spring.webflux.base-path`; Spring's of path patterns.

May import the graph's nouns, the readers of settings and formats.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.findings import Anchor, located
from stackfix.graph import spring
from stackfix.graph.python_routing import Routing, ServedRoute
from stackfix.graph.spring_mappings import Reading
from stackfix.graph.spring_settings import canonical

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Location
    from stackfix.graph.image import Image
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.spring import Application
    from stackfix.graph.spring_mappings import Mapping
    from stackfix.graph.started import Process
    from stackfix.text import Text

_ACTUATOR = re.compile(r"spring[.-]boot[.-]starter[.-]actuator(?![\w-])")
_WEB = re.compile(r"spring[.-]boot[.-]starter[.-]web(?:flux|mvc)?(?![\w-])")
_REACTIVE = re.compile(r"spring[.-]boot[.-]starter[.-]webflux(?![\w-])")
_SERVLET = re.compile(r"spring[.-]boot[.-]starter[.-]web(?:mvc)?(?![\w-])")
_BRINGS = re.compile(
    r"data[.-]rest|starter[.-](?:jersey|websocket|data-rest|hateoas-|gateway|zuul)|cloud[.-](?:starter[.-](?:gateway|zuul)"
    r"|config[.-]server|starter[.-]netflix)|boot[.-]admin[.-](?:starter[.-])?server|vaadin|camel|cxf|openapi-generator"
    r"|swagger-codegen|jolokia|hawtio|hilla|jhipster|resteasy|axon-server|modulith|druid-spring|cas-server|activiti|flowable"
)
"""Dependencies and tools that serve paths of their own, or make controllers."""
_DEPENDENCY = re.compile(
    r"<dependency>\s*(?:<!--.*?-->\s*)*<groupId>([^<]+)</groupId>\s*<artifactId>([^<]+)</artifactId>"
)
_GRADLE = re.compile(r"[\"']([\w.-]+):([\w.-]+)(?::[^\"']*)?[\"']")
_KNOWN = re.compile(
    r"org\.(?:springframework|apache|postgresql|projectlombok|flywaydb|liquibase|hibernate|mapstruct|slf4j|springdoc|json"
    r"|mariadb|mongodb|jetbrains|webjars|thymeleaf|redisson|modelmapper|mybatis|keycloak|aspectj|bouncycastle)(?:\.|$)"
    r"|io\.(?:micrometer|jsonwebtoken|swagger|zipkin|opentelemetry|github\.resilience4j|projectreactor|minio|sentry|grpc)"
    r"|com\.(?:fasterxml|h2database|mysql|google|auth0|github\.ben-manes|zaxxer|microsoft|oracle|amazonaws|querydsl)"
    r"|software\.amazon|jakarta\.|javax\.|redis\.clients|ch\.qos|net\.logstash|commons-|mysql$"
)
_STARTER = re.compile(r"starter|autoconfigure")
_ARTIFACT = re.compile(r"(?:<parent>.*?</parent>)?.*?<artifactId>([^<]+)</artifactId>", re.DOTALL)
_SOURCES = (".java", ".kt", ".groovy", ".scala")
_PLACED = re.compile(r"\{[^{}]*\}|\*\*|\*|\?")
_ENDPOINTS = (
    "health/", "info", "metrics", "prometheus", "env", "beans", "caches", "conditions", "configprops", "flyway",
    "liquibase", "httpexchanges", "httptrace", "loggers", "mappings", "quartz", "scheduledtasks", "sessions",
    "shutdown", "startup", "threaddump", "heapdump", "logfile", "sbom", "gateway", "refresh", "bus", "features",
    "circuitbreakers",
    "retries", "ratelimiters", "bulkheads", "auditevents", "integrationgraph", "hystrix", "bindings", "channels",
)  # fmt: skip
_DISABLING = (
    "management.endpoint.health.enabled", "management.endpoint.health.access", "management.endpoints.enabledbydefault",
    "management.endpoints.access", "management.endpoints.web.exposure", "management.endpoints.web.pathmapping",
    "management.server", "management.endpoint.health.probes.addadditionalpaths", "management.context",
    "management.endpoint.health.group", "management.port", "endpoints", "management.endpoints.web.discovery",
    "management.contextpath", "spring.mvc.pathmatch", "spring.data.rest", "spring.autoconfigure", "spring.main",
)  # fmt: skip
"""Settings by which the actuator may serve other paths, or none."""
_EXPOSED = "management.endpoints.web.exposure.include"
_BASE = "management.endpoints.web.basepath"
_STATIC = ("static", "public", "resources", "META-INF/resources")


def routing(graph: Graph, workload: Workload, image: Image, begun: Process) -> Routing | None:
    """What the program serves; None where a part of that is unknown."""
    made = spring.application(graph, workload, image, begun)
    if made is None or not spring.is_certain(graph.library, made.folder):
        return None
    served = graph.library.remember(("spring served", made.folder), lambda: _served(graph.library, made.folder))
    said = _Said(made)
    before = said.before(served) if served is not None else None
    if served is None or before is None or len(graph.listening(workload).ports) != 1:
        return None
    routes = [_route(before, one) for one in served.mappings]
    unknown = [before + "/" + one.lstrip("/") for one in served.looked]
    if served.actuator is not None:
        base = said.base()
        if base is None:
            return None
        below = f"{before}/{base}".rstrip("/") + "/"
        routes.append(_health(below, served.actuator))
        unknown += [below + name for name in _ENDPOINTS]
    return Routing(
        tuple(routes),
        tuple(unknown),
        complete=not any(one.optional for one in served.mappings),
        home=_place(served.web),
    )


@dataclass(frozen=True, slots=True)
class _Served:
    """All that a module serves. `actuator` and `web` are where its manifest names them."""

    mappings: tuple[Mapping, ...]
    looked: tuple[str, ...]
    actuator: Text | None
    web: Text
    reactive: bool


@dataclass(frozen=True, slots=True)
class _Said:
    """The settings of a program in its deployment."""

    made: Application

    def before(self, served: _Served) -> str | None:
        """What stands before every path; None where nobody can tell."""
        keys = (
            ("spring.webflux.basepath",)
            if served.reactive
            else ("server.servlet.contextpath", "spring.mvc.servlet.path")
        )
        found = [self._value(key, "") for key in keys]
        if any(one is None for one in found):
            return None
        return "".join("/" + one.strip("/") for one in found if one is not None and one.strip("/"))

    def base(self) -> str | None:
        """What stands before the actuator's endpoints; None where nobody can tell, or health may be no endpoint."""
        names = {k for k in self.made.settings.values if k.startswith(_DISABLING)} - {_EXPOSED}
        names |= {name for name in self.made.seen.variables if name.startswith(("MANAGEMENT_", "ENDPOINTS_"))}
        shown = self._value(_EXPOSED, "health")
        listed = any(key.startswith(_EXPOSED + "[") for key in self.made.settings.values)
        if names - {_EXPOSED} or listed or shown is None or not {"*", "health"} & {s.strip() for s in shown.split(",")}:
            return None
        base = self._value(_BASE, "/actuator")
        return None if base is None else base.strip("/")

    def _value(self, key: str, default: str) -> str | None:
        """A setting's value, its variable over the files; None where that can't be told."""
        given = [v for n, v in self.made.seen.variables.items() if canonical(n) == key.replace(".", "")]
        if given:
            return given[0].value.value if given[0].value is not None else None
        if key not in self.made.settings.values:
            return default
        template = self.made.settings.template(key)
        value = template.fill(self.made.seen) if template is not None else None
        return value.text.value if value is not None else None


def _served(library: Library, folder: str) -> _Served | None:
    """What a module's code and manifest serve; None where they may serve anything else."""
    manifests = spring.dependencies(library, folder)
    web = _named(library, folder, _WEB)
    if web is None or _BRINGS.search(manifests) or _may_bring(library, folder, manifests):
        return None
    readings = tuple(_readings(library, tree.join(folder, "src/main")))
    found = [one.mappings if one is not None else None for one in readings]
    if any(one is None for one in found) or _of_siblings(library, folder, manifests):
        return None
    looked = {path for one in readings if one is not None for path in one.looked}
    looked |= set(_files(library, folder))
    return _Served(
        tuple(mapping for one in found if one is not None for mapping in one),
        tuple(sorted(looked - {"/"})),
        _named(library, folder, _ACTUATOR),
        web,
        _REACTIVE.search(manifests) is not None and _SERVLET.search(manifests) is None,
    )


def _readings(library: Library, folder: str) -> Iterator[Reading | None]:
    for path in library.tree.below(folder):
        if path.endswith(_SOURCES):
            text = library.text(path)
            yield Reading(text) if text is not None else None


def _named(library: Library, folder: str, words: re.Pattern[str]) -> Text | None:
    """Where the nearest manifest names a dependency."""
    for path in spring.chain(library, folder):
        text = library.text(path)
        match = words.search(spring.manifest(library, path)) if text is not None else None
        place = words.search(text.value) if text is not None and match is not None else None
        if text is not None and place is not None:
            return text.slice(*place.span())
    return None


def _may_bring(library: Library, folder: str, manifests: str) -> bool:
    """Whether a dependency of the project's own maker, or a starter of another's, may bring controllers."""
    found = {*_DEPENDENCY.findall(manifests), *_GRADLE.findall(manifests)}
    own = re.search(r"<groupId>([^<]+)</groupId>", re.sub(r"(?s)<parent>.*?</parent>|<dependenc.*", "", manifests))
    mine = ".".join(own[1].split(".")[:2]) if own is not None else ""
    for group, artifact in found:
        if mine.count(".") and (group + ".").startswith(mine + ".") and not _is_sibling(library, folder, artifact):
            return True
        if _STARTER.search(artifact) and not _KNOWN.match(group):
            return True
    return re.search(r"\blibs\.\S*(?:starter|autoconfigure)", manifests.replace("libs.spring", "")) is not None


def _is_sibling(library: Library, folder: str, artifact: str) -> bool:
    return any(artifact == name for name, _ in _modules(library, folder))


def _modules(library: Library, folder: str) -> Iterator[tuple[str, str]]:
    """The other modules of the repository by name, with their folders."""
    for name in ("pom.xml", "build.gradle", "build.gradle.kts"):
        for path in library.tree.named(name):
            inside = posixpath.dirname(path)
            if inside == folder or folder.startswith(inside + "/") or not inside:
                continue
            text = library.text(path) if name == "pom.xml" else None
            body = re.sub(r"(?s)<parent>.*?</parent>", "", text.value) if text is not None else ""
            match = re.search(r"<artifactId>([^<]+)</artifactId>", body)
            yield match[1] if match is not None else posixpath.basename(inside), inside


def _of_siblings(library: Library, folder: str, manifests: str) -> bool:
    """Whether a module that this one may depend on serves anything."""
    for name, inside in _modules(library, folder):
        if re.search(rf"[>:\"'.]{re.escape(name)}[<:\"')]", manifests) is None:
            continue
        if any(one is None or one.has_controllers for one in _readings(library, tree.join(inside, "src/main"))):
            return True
    return False


def _files(library: Library, folder: str) -> Iterator[str]:
    """Static files that a health check could ask for: those whose names have no ending."""
    for place in _STATIC:
        base = tree.join(folder, f"src/main/resources/{place}")
        for path in library.tree.below(base):
            if "." not in posixpath.basename(path):
                yield path[len(base) :]


# --- routes ----------------------------------------------------------------------------------------------------------


def _route(before: str, one: Mapping) -> ServedRoute:
    full = (before + one.path).rstrip("/") or "/"
    text = one.file.slice(*one.span) if one.span[0] < one.span[1] else one.file.slice(one.span[0] - 1, one.span[1] + 1)
    place, anchor = _place(text)
    written = text if not text.value.startswith("@") else None
    return ServedRoute(full, False, one.methods, place, anchor, _pattern(full), written)  # noqa: FBT003 - no WebSocket


def _pattern(path: str) -> str:
    """A regular expression for the paths that one of Spring's patterns takes."""
    parts, at = [], 0
    for match in _PLACED.finditer(path):
        parts.append(re.escape(path[at : match.start()]))
        whole = match[0] == "**" or ":" in match[0] or match[0].startswith("{*")
        parts.append(".*" if whole else "." if match[0] == "?" else "[^/]*" if match[0] == "*" else "[^/]+")
        at = match.end()
    return "".join((*parts, re.escape(path[at:]))) + "/?"


def _health(below: str, said: Text) -> ServedRoute:
    place, anchor = _place(said)
    path = below + "health"
    return ServedRoute(path, False, frozenset({"GET"}), place, anchor, re.escape(path) + "/?")  # noqa: FBT003 - no WebSocket


def _place(said: Text) -> tuple[Location, Anchor]:
    place = located(said)
    assert place is not None
    return place, Anchor(place.path, "any", (place.span.start,))
