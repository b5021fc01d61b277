"""What Apache, Caddy and PHP's process manager bind, by the configurations that an image copies or a deployment mounts.

Sources: the Dockerfiles of the official images httpd, php and caddy and the configurations in them; Apache's
documentation of `Listen`; Caddy's of addresses.

May import the graph's nouns, container and the reader of Caddyfiles.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.graph import caddyfile, container, known_images, started
from stackfix.graph.command import literal
from stackfix.graph.model import NOTHING_KNOWN, Endpoint, Listening, Witness
from stackfix.graph.started import Bind, Listens, Process
from stackfix.graph.value import Hole, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.caddyfile import Site
    from stackfix.graph.container import Files
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.value import Environment

_APACHE = frozenset({"httpd-foreground", "apache2-foreground"})
_CADDYFILE = "/etc/caddy/Caddyfile"
_LISTEN = re.compile(
    r"(?im)^[ \t]*Listen[ \t]+(?:(?P<host>[\w.]+|\[[\w:]*\]|\*):)?(?P<port>\d{1,5}|\$\{\w+\})(?:[ \t]+\w+)?[ \t]*\r?$"
)
_ANY_LISTEN = re.compile(r"(?im)^[ \t]*Listen\b")
_CONDITION = re.compile(r"(?is)<If(?:Module|Define|Version)?\b.*?</If(?:Module|Define|Version)?>")
_TOLD = re.compile(
    r"\bListen\b|PORT|ports\.conf|[^\d.]80(?:80)?\b|>\s*\S*(?:apache2|httpd|sites-\w+)\S*\.conf|listen\s*=|:90\d\d"
)
_FPM = re.compile(r"(?m)^[ \t]*listen[ \t]*=[ \t]*(?P<value>[^\s;]+)")
_ADDRESS = re.compile(r"(?:(?P<scheme>https?)://)?(?P<host>\[[^\]]*\]|[^:/\s]*)(?::(?P<port>\d{1,5}))?(?:/.*)?")
_ADMIN = 2019
_FASTCGI = 9000


def listening(graph: Graph, workload: Workload, begun: Process) -> Listening | None:
    """What such a server binds; None for any other process."""
    seen = container.files(graph, workload)
    if begun.tool in _APACHE:
        return _apache(graph, workload, begun, seen)
    if begun.tool == "php-fpm":
        return _fpm(graph, workload, begun, seen)
    if begun.tool == "caddy" and begun.listens is Listens.CONFIGURATION and begun.configuration is not None:
        return _caddy(seen, begun, begun.configuration)
    return None


def of_pulled(graph: Graph, workload: Workload) -> Listening | None:
    """What a public image of Apache, PHP or Caddy binds, with what is mounted over its settings; None for any other."""
    image = workload.image
    base = known_images.base(image.value) if image is not None and workload.build is None else None
    if base is None or not base.serves or workload.command is not None or workload.entrypoint is not None:
        return None
    words = tuple(Template.literal(Text.unwritten(word)) for word in base.serves)
    config = _CADDYFILE if base.family == "caddy" else None
    begun = Process(
        base.serves[0], words, Listens.CONFIGURATION, workload.location, workload.anchor,
        environment=workload.environment, folder=base.working_dir, configuration=config,
        evidence=(workload.location,),
    )  # fmt: skip
    return listening(graph, workload, begun)


def _known(begun: Process, binds: tuple[Bind, ...], seen: Environment, further: tuple[int, ...] = ()) -> Listening:
    found = [started.endpoint(bind, begun, seen) for bind in binds]
    certain: dict[tuple[int, str | None], Endpoint] = {}
    for endpoint in found:
        if endpoint is not None:
            certain.setdefault((endpoint.port, endpoint.host), endpoint)
    if not certain or None in found:
        return NOTHING_KNOWN
    bound = {port for port, _ in certain}
    unsure = tuple(Endpoint(port, Witness.TOOL, sure=False) for port in further if port not in bound)
    return Listening((*certain.values(), *unsure), known=True)


def _plain(port: str) -> Bind:
    return Bind(Template.literal(Text.unwritten(port)), witness=Witness.KNOWN_IMAGE)


# --- Apache and PHP --------------------------------------------------------------------------------------------------


def _is_changed(graph: Graph, workload: Workload, begun: Process, seen: Files, folder: str) -> bool:
    """Whether a step, a script or something mounted may have changed the configuration that the image brings."""
    image = graph.image(workload)
    steps = [run.rest.value for run in image.runs] if image is not None else []
    starts = graph.started(workload)
    steps += [" ".join(literal(w) or "PORT" for w in step.words) for step in (starts.steps if starts else ())]
    hidden = any(target.startswith(folder) or folder.startswith(target.rstrip("/") + "/") for target in seen.hidden)
    arguments = len(begun.words) > 1 and any((literal(w) or "-f").startswith("-") for w in begun.words[1:])
    return hidden or arguments or any(_TOLD.search(step) for step in steps)


def _apache(graph: Graph, workload: Workload, begun: Process, seen: Files) -> Listening:
    """`Listen` of the configurations that are copied over or beside the image's own."""
    own = begun.tool == "httpd-foreground"
    folder, main = ("/usr/local/apache2/conf", "httpd.conf") if own else ("/etc/apache2", "ports.conf")
    if _is_changed(graph, workload, begun, seen, folder):
        return NOTHING_KNOWN
    held = {place: path for place, path in seen.held().items() if place.startswith(folder + "/")}
    texts = {place: graph.library.text(path) for place, path in held.items()}
    if any(text is None for text in texts.values()) or f"{folder}/apache2.conf" in held:
        return NOTHING_KNOWN
    binds: list[Bind] = [] if f"{folder}/{main}" in held else [_plain("80")]
    for place, text in texts.items():
        found = list(_listens(text)) if text is not None else []
        if any(bind is None for bind in found) or (found and not place.endswith((main, "/000-default.conf"))):
            return NOTHING_KNOWN
        binds += [bind for bind in found if bind is not None]
    return _known(begun, tuple(binds), begun.environment, (443,))


def _listens(text: Text) -> Iterator[Bind | None]:
    """Every `Listen` of a configuration; None for one that is read otherwise, or under a condition."""
    whole = _CONDITION.sub(lambda m: re.sub(r"[^\n]", " ", m[0]) if "443" in m[0] else m[0], text.value)
    if any(_ANY_LISTEN.search(block[0]) for block in _CONDITION.finditer(whole)):
        yield None
    for match in _ANY_LISTEN.finditer(whole):
        found = _LISTEN.match(whole, match.start())
        if found is None:
            yield None
            continue
        port = text.slice(*found.span("port"))
        named = port.value.startswith("$")
        host = text.slice(*found.span("host")) if found["host"] else None
        template = Template((Hole(port.value[2:-1]),)) if named else Template.literal(port)
        yield Bind(template, Template.literal(host) if host is not None else None, witness=Witness.CONFIGURATION)


def _fpm(graph: Graph, workload: Workload, begun: Process, seen: Files) -> Listening:
    """9000 by the image's `zz-docker.conf`, which a file behind it in the same folder may say otherwise."""
    folder = "/usr/local/etc"
    if any(said.published is not None and said.port != _FASTCGI for said in workload.declarations):
        # Who publishes another port takes the image for a web server: no other number would make it one.
        return NOTHING_KNOWN
    if _is_changed(graph, workload, begun, seen, f"{folder}/php-fpm"):
        return NOTHING_KNOWN
    for place, path in seen.held().items():
        text = graph.library.text(path) if place.startswith(f"{folder}/php-fpm") else Text.unwritten("")
        if text is None or any(m["value"].rpartition(":")[2] != str(_FASTCGI) for m in _FPM.finditer(text.value)):
            return NOTHING_KNOWN
    return _known(begun, (_plain(str(_FASTCGI)),), begun.environment)


# --- Caddy -----------------------------------------------------------------------------------------------------------


def _caddy(seen: Files, begun: Process, path: str) -> Listening:
    found = seen.lookup(path)
    if not isinstance(found, str):
        folder = path.rpartition("/")[0]
        own = path == _CADDYFILE and not any(target.startswith(folder) for target, _ in seen.mounts)
        untouched = not any(target.startswith(folder) for target in seen.hidden) and _is_stock(seen)
        return _known(begun, (_plain("80"),), begun.environment, (443, _ADMIN)) if own and untouched else NOTHING_KNOWN
    site = seen.library.get(found, caddyfile.read) if not found.endswith(".json") else None
    return NOTHING_KNOWN if site is None or not site.known else _sites(site, begun)


def _is_stock(seen: Files) -> bool:
    """Whether the image's own Caddyfile is still there: Caddy's image, and nothing copied or made over it."""
    image = seen.image
    if image is None:
        return True
    family = image.base.family if image.base is not None else ""
    return family == "caddy" and not any("Caddyfile" in run.rest.value for run in image.runs) and not image.copies


def _sites(site: Site, begun: Process) -> Listening:
    binds: list[Bind] = []
    redirects = False
    for template in site.addresses:
        value = template.fill(begun.environment)
        match = _ADDRESS.fullmatch(value.text.value) if value is not None else None
        if value is None or match is None or not (match["host"] or match["port"]):
            return NOTHING_KNOWN
        redirects = redirects or match["port"] == "443" or (bool(match["host"]) and match["scheme"] != "http")
        if match["port"]:
            port = value.text.slice(*match.span("port"))
            binds.append(Bind(Template.literal(port), witness=Witness.CONFIGURATION))
        elif match["scheme"] == "http":
            binds.append(_optional(site.http_port, "80"))
        elif not site.plain:
            return NOTHING_KNOWN
        else:
            binds += [_optional(site.http_port, "80"), _optional(site.https_port, "443")]
    return _known(begun, tuple(binds), begun.environment, (80, _ADMIN) if redirects else (_ADMIN,))


def _optional(written: Text | None, default: str) -> Bind:
    text = Text.unwritten(default) if written is None else written
    return Bind(Template.literal(text), witness=Witness.CONFIGURATION)
