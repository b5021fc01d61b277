"""Which nginx configuration a workload runs: copied into its image, mounted, or in a ConfigMap.

Source: the official image's files: /etc/nginx/nginx.conf includes /etc/nginx/conf.d/*.conf, where its own default.conf
listens on 80, and /etc/nginx/templates/*.template are rendered into conf.d at start. Debian's package reads
/etc/nginx/sites-enabled/* as well, Alpine's /etc/nginx/http.d/*.conf; both come with a site of their own.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from stackfix.graph import known_images, proxy, proxy_starts
from stackfix.graph.model import Endpoint, Witness
from stackfix.graph.proxy_files import configuration
from stackfix.graph.proxy_starts import RENDERED
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.image import Image
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Mount, Words, Workload
    from stackfix.graph.proxy_facts import Listen, NginxFacts
    from stackfix.graph.value import Environment

_MAIN = "/etc/nginx/nginx.conf"
_FRAGMENTS = "/etc/nginx/conf.d/"
_TEMPLATES = "/etc/nginx/templates/"
_DEFAULT = "/etc/nginx/conf.d/default.conf"
_SITES = "/etc/nginx/sites-enabled/"
_SITES_OF_ALPINE = "/etc/nginx/http.d/"
_OWN_SITES = frozenset({_SITES + "default", _SITES_OF_ALPINE + "default.conf"})
_LINKED = re.compile(
    r"\bln\s+(?:-\w+\s+)+(?P<source>/etc/nginx/sites-available/(?P<name>[\w.-]+))"
    r"\s+(?P<target>/etc/nginx/sites-enabled/[\w.-]*)(?=\s|$)"
)
_REMOVED = re.compile(
    r"\brm\s+(?:-\w+\s+)*[^;&|]*/etc/nginx/(?:conf\.d|http\.d|sites-enabled)(?:/default(?:\.conf)?|/\*(?:\.conf)?|/?)"
    r"(?=\s|$)"
)
_CONFIGURED = frozenset({"/etc/nginx", _MAIN, _FRAGMENTS.rstrip("/"), _TEMPLATES.rstrip("/")})
_IMAGES = frozenset(
    {"nginx", "nginxinc/nginx-unprivileged", "openresty/openresty", "bitnami/nginx", "jonasal/nginx-certbot"}
)


def runs_nginx(graph: Graph, workload: Workload) -> bool:
    """Whether a workload's command is nginx, as far as anything tells."""
    started = graph.started(workload)
    if started is not None and any(process.tool == "nginx" for process in started.processes):
        return True
    image = graph.image(workload)
    if image is not None:
        default = image.command is None and image.entrypoint is None
        return default and image.base is not None and image.base.family == "nginx" and _own_command(workload)
    name = workload.image.value if workload.image and workload.build is None else ""
    return known_images.parse(name).repository in _IMAGES and _own_command(workload)


def _own_command(workload: Workload) -> bool:
    return workload.command is None and workload.entrypoint is None


def configurations(graph: Graph, workload: Workload) -> tuple[NginxFacts, ...]:
    """The configurations that a workload's nginx reads, as far as they lie in the repository."""
    placed = _placed(graph, workload)
    found = list(_within_config_maps(graph, workload))
    packaged = _is_packaged(graph, workload)
    fragments = [p for target, p in sorted(placed.items()) if _is_fragment(target) or (packaged and _is_site(target))]
    roots = [placed[_MAIN]] if _MAIN in placed else fragments
    for path in roots:
        facts = configuration(graph.library, path, placed)
        if facts is not None:
            found.append(facts)
    return _joined(tuple(found))


def _joined(found: tuple[NginxFacts, ...]) -> tuple[NginxFacts, ...]:
    """The files of one nginx with each other's upstreams in sight."""
    upstreams = [upstream for facts in found for upstream in facts.upstreams]
    if len(found) == 1 or not upstreams:
        return found
    return tuple(proxy.build(one.root, tuple(u for u in upstreams if u not in one.upstreams)) for one in found)


def _is_fragment(target: str) -> bool:
    if target.startswith(_FRAGMENTS):
        return target.endswith(".conf")
    return target.startswith(_TEMPLATES) and target.endswith(".template")


def _is_site(target: str) -> bool:
    """Whether a distribution's nginx reads a file as a site."""
    return target.startswith(_SITES) or (target.startswith(_SITES_OF_ALPINE) and target.endswith(".conf"))


def _is_packaged(graph: Graph, workload: Workload) -> bool:
    """Whether a workload's nginx comes from a distribution, not from nginx's own image."""
    image = graph.image(workload)
    return image is not None and image.base is not None and image.base.family != "nginx"


_STOCK = b"""server {
    listen 80;
    server_name localhost;

    location / {
        root /usr/share/nginx/html;
        index index.html index.htm;
    }
}
"""


def stock(graph: Graph, workload: Workload) -> NginxFacts | None:
    """What the official image's own default.conf says, where a workload's nginx still reads it.

    It lies in no repository: nothing of it can be edited.
    """
    if not runs_nginx(graph, workload) or _hidden(graph, workload):
        return None
    kept = _keeps_default(graph, workload, graph.proxies(workload))
    return proxy.facts(Text.of_file(_DEFAULT, _STOCK)) if kept else None


def is_below_nginx(path: str) -> bool:
    """Whether a path of a container lies in nginx's own folder."""
    return path.startswith("/etc/nginx/")


def _placed(graph: Graph, workload: Workload) -> dict[str, str]:
    """Files of nginx by their place in the container: the image's own, then what is mounted over them."""
    image, known = graph.image(workload), graph.library.tree
    found = dict(_in_image(image)) if image is not None else {}
    for mount in workload.mounts:
        if not mount.target.startswith("/etc/nginx"):
            continue
        if mount.config_map is not None or (mount.source and known.is_folder(mount.source)):
            found = _uncovered(found, mount.target)
        if mount.source is not None and known.is_file(mount.source):
            found[mount.target] = mount.source
            continue
        for path in known.below(mount.source) if mount.source else ():
            found[posixpath.join(mount.target, path[len(mount.source or "") + 1 :])] = path
    found.update(proxy_starts.rendered(graph, workload, found))
    return found


def _uncovered(found: dict[str, str], target: str) -> dict[str, str]:
    """The files that are still seen once something is mounted at a path."""
    over = target.rstrip("/") + "/"
    return {place: path for place, path in found.items() if place != target and not place.startswith(over)}


def _in_image(image: Image) -> Iterator[tuple[str, str]]:
    """What is copied, and what a step renders from it."""
    copied = image.files.below("/etc/nginx")
    yield from copied.items()
    for run in image.runs:
        for made in RENDERED.finditer(run.text.value):
            if made["source"] in copied:
                yield made["target"], copied[made["source"]]
        for link in _LINKED.finditer(run.text.value):
            if link["source"] in copied:
                target = link["target"]
                yield target + link["name"] if target.endswith("/") else target, copied[link["source"]]


def _within_config_maps(graph: Graph, workload: Workload) -> Iterator[NginxFacts]:
    for mount in workload.mounts:
        if mount.config_map is None or not mount.target.startswith("/etc/nginx"):
            continue
        for config in graph.configs(workload, "ConfigMap", mount.config_map):
            for key, text in (config.keys or {}).items():
                if text is None or mount.key not in {None, key} or not _looks_placed(mount, key):
                    continue
                file = _whole_file(graph, text)
                if file is None:
                    yield proxy.facts_within(text, config.anchor.child("data", key))
                elif (facts := configuration(graph.library, file, {_place(mount, key): file})) is not None:
                    yield facts


def _whole_file(graph: Graph, text: Text) -> str | None:
    """The file that a ConfigMap's value is made of, where a generator takes it whole."""
    place = text.place
    return place[0] if place is not None and graph.library.text(place[0]) is text else None


def _place(mount: Mount, key: str) -> str:
    return mount.target if mount.key is not None else posixpath.join(mount.target, key)


def _looks_placed(mount: Mount, key: str) -> bool:
    return key.endswith((".conf", ".template")) or mount.key == key


def endpoints(graph: Graph, workload: Workload) -> tuple[Endpoint, ...] | None:
    """What a workload's nginx binds; None where some of it can't be seen."""
    found = graph.proxies(workload)
    if any(not facts.complete for facts in found) or _hidden(graph, workload):
        return None
    endpoints: list[Endpoint] = []
    for listen in (listen for facts in found for server in facts.servers for listen in server.listens):
        endpoint = _endpoint(listen, graph.environment(workload))
        if endpoint is None and not listen.text.value.startswith("unix:"):
            return None
        endpoints += [endpoint] if endpoint is not None else []
    endpoints += [
        Endpoint(80, Witness.TOOL, evidence=(server.location,), anchor=server.anchor)
        for facts in found
        for server in facts.servers
        if not server.listens
    ]
    if _keeps_default(graph, workload, found):
        endpoints.append(Endpoint(80, Witness.TOOL))
    elif _keeps_site(graph, workload, found):
        endpoints.append(Endpoint(80, Witness.TOOL, sure=False))
    return tuple(endpoints) or None


def _endpoint(listen: Listen, seen: Environment) -> Endpoint | None:
    """One `listen`, its variables as envsubst fills them; None where any of it can't be known."""
    host = listen.host if listen.host not in {"0.0.0.0", "*", "[::]"} else None  # noqa: S104 - read
    if listen.port is not None:
        return Endpoint(
            listen.port,
            Witness.CONFIGURATION,
            port_text=listen.port_text,
            host=host,
            evidence=(listen.location,),
            anchor=listen.anchor,
        )
    named = _VARIABLE_PORT.fullmatch(listen.text.value)
    given = seen.get(named["name"]) if named is not None else None
    if named is None or given is None or given.value is None or not given.value.value.isdecimal():
        return None
    return Endpoint(
        int(given.value.value),
        Witness.ENVIRONMENT,
        port_text=given.value if given.value.place else None,
        variable=named["name"],
        evidence=(listen.location,),
        anchor=listen.anchor,
    )


_VARIABLE_PORT = re.compile(r"(?:\[::\]:|0\.0\.0\.0:|\*:)?\$\{?(?P<name>[A-Za-z_]\w*)\}?")
_INSIDE = frozenset({"server", "location", "if", "limit_except"})


def seen_whole(graph: Graph, workload: Workload) -> bool:
    """Whether every place that may define an upstream is seen: no other file, no step that may change one.

    An include inside a server or location can't: `upstream` stands in http alone (ngx_http_upstream_module).
    """
    includes = (include for facts in graph.proxies(workload) for include in facts.includes)
    outside = (i for i in includes if i.said.within.kind not in _INSIDE and not (i.stock or i.servers))
    if any(include.paths is None for include in outside):
        return False
    known = all(
        mount.source is not None or mount.config_map is not None
        for mount in workload.mounts
        if mount.target.startswith("/etc/nginx")
    )
    if graph.image(workload) is not None:
        return known and not _hidden(graph, workload)
    return known and not any(map(_changes, (workload.entrypoint, workload.command)))


def _changes(words: Words | None) -> bool:
    """Whether a command may read or make another configuration than what lies there."""
    texts = [word.text for word in words.words] if words is not None else []
    return any(text is None or re.search(r"envsubst|/etc/nginx|\.conf\b|\.sh\b", text.value) for text in texts)


def _hidden(graph: Graph, workload: Workload) -> bool:
    """Whether a step may put a configuration in place that nobody sees: a script, an edit, a file that is missing."""
    if any(_is_unseen(graph, workload, mount) for mount in workload.mounts):
        return True
    image = graph.image(workload)
    if proxy_starts.hides(graph, workload):
        return True
    if image is None:
        return workload.entrypoint is not None or not _starts_nginx(graph, workload)
    if any(source.path.endswith((".conf", ".template", "/")) for source in image.missing):
        return True
    return any(not _plain_step(line) for run in image.runs for line in _lines_on_nginx(run.text.value))


def _is_unseen(graph: Graph, workload: Workload, mount: Mount) -> bool:
    """Whether a mount puts a configuration over the image's own that the repository doesn't hold."""
    target = mount.target.rstrip("/")
    if target not in _CONFIGURED and not _is_fragment(target):
        return False
    if mount.config_map is not None:
        return not any(graph.configs(workload, "ConfigMap", mount.config_map))
    tree = graph.library.tree
    return mount.source is None or not (tree.is_file(mount.source) or tree.is_folder(mount.source))


def _starts_nginx(graph: Graph, workload: Workload) -> bool:
    """Whether a command, if there is one, is seen to start nginx."""
    begun = graph.started(workload)
    return workload.command is None or (begun is not None and begun.known)


def _lines_on_nginx(step: str) -> Iterator[str]:
    for line in re.split(r"&&|;|\|\||\n", step.replace("\\\n", " ")):
        if "/etc/nginx" in line:
            yield line.strip()


def _plain_step(line: str) -> bool:
    """Whether a step leaves what nginx reads as it is, or does it in a way that is followed here."""
    words = re.sub(r"^(?:RUN\s+)", "", line)
    harmless = re.match(r"(?:chown|chmod|mkdir|touch|ls|cat)\b", words)
    return bool(harmless or any(known.search(words) for known in (RENDERED, _REMOVED, _LINKED)))


def _keeps_site(graph: Graph, workload: Workload, found: tuple[NginxFacts, ...]) -> bool:
    """Whether the site of a distribution's own may still be read."""
    if not _is_packaged(graph, workload) or any(facts.http for facts in found):
        return False
    image = graph.image(workload)
    steps = image.runs if image is not None else ()
    removed = any(_REMOVED.search(line) for run in steps for line in _lines_on_nginx(run.text.value))
    return not removed and not _OWN_SITES & set(_placed(graph, workload))


def _keeps_default(graph: Graph, workload: Workload, found: tuple[NginxFacts, ...]) -> bool:
    """Whether the image's own default.conf, which listens on 80, is still read."""
    placed = _placed(graph, workload)
    if any(facts.http for facts in found) or _DEFAULT in placed:
        return False
    if any(target == _TEMPLATES + "default.conf.template" for target in placed):
        return False
    image = graph.image(workload)
    if image is not None and (image.base is None or image.base.family != "nginx"):
        return False
    steps = image.runs if image is not None else ()
    if any(_REMOVED.search(line) for run in steps for line in _lines_on_nginx(run.text.value)):
        return False
    return not any(mount.target.rstrip("/") in {"/etc/nginx/conf.d", _DEFAULT} for mount in workload.mounts)
