"""Where development servers of front ends listen by their own configuration: Vite, Astro, Nuxt, Angular.

Sources: Vite's `server` and `preview` options, Astro's `server`, Nuxt's `devServer`, the options of Angular's `serve`.
A host that nobody gives is localhost, but for Nuxt's, which looks whether it runs in a container.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.formats import javascript as js
from stackfix.formats import yaml
from stackfix.graph import sources, started
from stackfix.graph.command import literal
from stackfix.graph.frontend_settings import at, roots
from stackfix.graph.javascript_names import json
from stackfix.graph.javascript_values import Source
from stackfix.graph.model import NOTHING_KNOWN, Listening, Witness
from stackfix.graph.started import Bind, Listens
from stackfix.graph.value import Template
from stackfix.text import Text

if TYPE_CHECKING:
    from stackfix.graph.container import Files
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.started import Process

_EVERY = "0.0.0.0"  # noqa: S104 - read, not bound
_LOCAL = "localhost"
_PORTS = {"vite": "5173", "preview": "4173", "astro": "4321", "nuxt": "3000", "nuxi": "3000", "ng": "4200"}
_OLD = {"astro": "astro", "nuxt": "nuxt", "nuxi": "nuxt"}
_BEFORE = re.compile(r"[\^~=v ]*[012](?:\.|$)")
"""Versions before the third."""
_OPEN = frozenset({"nuxt", "nuxi"})
_SHIFTING = re.compile(r"\blaravel\(|LARAVEL_SAIL")


@dataclass(frozen=True, slots=True)
class Told:
    """A port and a host as a configuration gives them; None where it gives none."""

    port: Template | None = None
    host: Template | None = None


@dataclass(frozen=True, slots=True)
class Configured:
    """What one configuration file says of its servers. `known`: it can be read whole."""

    serve: Told = Told()
    preview: Told = Told()
    dev: Told = Told()
    known: bool = False


def listening(graph: Graph, workload: Workload, begun: Process) -> Listening | None:
    """What a development server binds that leaves it to its configuration; None for any other process."""
    if begun.tool not in _PORTS:
        return None
    seen = sources.files(graph, workload)
    if _is_old(seen, begun):
        return NOTHING_KNOWN
    if begun.listens is not Listens.CONFIGURATION or begun.configuration is None:
        return None
    path = seen.lookup(begun.configuration)
    if not isinstance(path, str):
        return NOTHING_KNOWN
    told = _angular(graph.library, path, begun) if begun.tool == "ng" else _scripted(graph.library, path, begun)
    if told is None:
        return NOTHING_KNOWN
    preview = any(literal(word) == "preview" for word in begun.words) and begun.tool == "vite"
    port = _first([bind.port for bind in begun.binds], told.port, _PORTS["preview" if preview else begun.tool])
    host = _first([bind.host for bind in begun.binds], told.host, _EVERY if begun.tool in _OPEN else _LOCAL)
    found = started.endpoint(Bind(port, host, witness=Witness.CONFIGURATION), begun, begun.environment)
    return NOTHING_KNOWN if found is None else Listening((found,), known=True)


def _is_old(seen: Files, begun: Process) -> bool:
    """Whether a package asks for a version that had other defaults and keys."""
    path = seen.lookup(posixpath.join(begun.folder or "/", "package.json"))
    root = json(seen.library, path) if isinstance(path, str) and begun.tool in _OLD else None
    asked = [yaml.get(root, kind, _OLD.get(begun.tool, "")) for kind in ("dependencies", "devDependencies")]
    return any(isinstance(node, yaml.Scalar) and _BEFORE.match(node.value) for node in asked)


def _first(given: list[Template | None], written: Template | None, default: str) -> Template:
    on_line = next((value for value in given if value is not None), None)
    return on_line or written or Template.literal(Text.unwritten(default))


def _scripted(library: Library, path: str, begun: Process) -> Told | None:
    found = library.get(path, configured)
    if found is None or not found.known:
        return None
    if begun.tool in _OPEN:
        return found.dev
    preview = begun.tool == "vite" and any(literal(word) == "preview" for word in begun.words)
    return Told(found.preview.port, found.preview.host or found.serve.host) if preview else found.serve


def configured(text: Text) -> Configured:
    """What a configuration file of Vite, Astro or Nuxt says of its servers."""
    source = Source(js.read(text))
    root = next((o for o in map(source.object, roots(source)) if o is not None), None)
    if root is None or not root.whole:
        return Configured()
    named = {key: source.object(at(source, root, key)) for key in ("server", "preview", "devServer")}
    if any(root.get(key) is not None and (o is None or not o.whole) for key, o in named.items()):
        return Configured()
    shifting = _SHIFTING.search(text.value) is not None
    serve, preview, dev = (_told(source, root, key, shifting=shifting) for key in named)
    return Configured(serve, preview, dev, known=True)


def _told(source: Source, root: js.Object, key: str, *, shifting: bool) -> Told:
    port, host = at(source, root, key, "port"), at(source, root, key, "host")
    given = _host(source, host)
    return Told(
        None if port is None else source.evaluate(port),
        Template.literal(Text.unwritten(_EVERY)) if given is None and shifting else given,
    )


def _host(source: Source, node: js.Node | None) -> Template | None:
    """`true` is every address, `false` none given; what can't be read may be anything."""
    if node is None or (isinstance(node, js.Name) and node.name in {"false", "undefined"}):
        return None
    if isinstance(node, js.Name) and node.name == "true":
        return Template.literal(Text.unwritten(_EVERY))
    return source.evaluate(node)


# --- Angular ---------------------------------------------------------------------------------------------------------


def _angular(library: Library, path: str, begun: Process) -> Told | None:
    """The options of the target `serve`, where every project that it could be says the same."""
    projects = yaml.items(yaml.get(json(library, path), "projects"))
    words = {literal(word) for word in begun.words[1:]}
    named = [p for p in projects if isinstance(key := yaml.deref(p.key), yaml.Scalar) and key.value in words]
    found = []
    for project in named or projects:
        target = yaml.get(project.value, "architect", "serve") or yaml.get(project.value, "targets", "serve")
        if target is None:
            continue
        if any(_says(item.value) for item in yaml.items(yaml.get(target, "configurations"))):
            return None
        found.append((_scalar(target, "port"), _scalar(target, "host")))
    if len({(p.value if p else None, h.value if h else None) for p, h in found}) > 1:
        return None
    port, host = found[0] if found else (None, None)
    return Told(_literal(port), _literal(host))


def _says(node: yaml.Node) -> bool:
    return any(yaml.get(node, key) is not None for key in ("port", "host"))


def _scalar(target: yaml.Node, key: str) -> Text | None:
    found = yaml.get(target, "options", key)
    return found.text if isinstance(found, yaml.Scalar) else None


def _literal(text: Text | None) -> Template | None:
    return None if text is None else Template.literal(text)
