"""The configuration of bundlers: development proxies, where the build is served, what it is."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.findings import Anchor, Location
from stackfix.formats import javascript as js
from stackfix.formats import yaml
from stackfix.graph.frontend_facts import Bundler, DevProxy, Settings
from stackfix.graph.javascript_names import json
from stackfix.graph.javascript_values import Source
from stackfix.graph.value import Template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.library import Library
    from stackfix.text import Text

_ENDINGS = (".ts", ".js", ".mjs", ".cjs", ".mts", ".cts")
_STEMS = {
    Bundler.VITE: "vite.config",
    Bundler.SVELTE_KIT: "vite.config",
    Bundler.NEXT: "next.config",
    Bundler.VUE_CLI: "vue.config",
    Bundler.NUXT: "nuxt.config",
    Bundler.WEBPACK: "webpack.config",
    Bundler.ASTRO: "astro.config",
}
_STATIC = frozenset({
    Bundler.VITE, Bundler.CREATE_REACT_APP, Bundler.ANGULAR, Bundler.VUE_CLI, Bundler.GATSBY, Bundler.PARCEL,
    Bundler.WEBPACK,
})  # fmt: skip
_PREFIXES = {
    Bundler.VITE: ("VITE_",),
    Bundler.CREATE_REACT_APP: ("REACT_APP_",),
    Bundler.NEXT: ("NEXT_PUBLIC_",),
    Bundler.VUE_CLI: ("VUE_APP_",),
    Bundler.NUXT: ("NUXT_PUBLIC_",),
    Bundler.SVELTE_KIT: ("PUBLIC_", "VITE_"),
    Bundler.ASTRO: ("PUBLIC_",),
    Bundler.GATSBY: ("GATSBY_",),
}
_PROXY_PATHS = (
    ("server", "proxy"), ("devServer", "proxy"), ("vite", "server", "proxy"), ("nitro", "devProxy"),
)  # fmt: skip


def settings(library: Library, folder: str, bundler: Bundler, package: yaml.Node | None) -> Settings:
    """What the configuration in a package's folder says."""
    static: bool | None = True if bundler in _STATIC else None
    prefixes = _PREFIXES.get(bundler, ())
    if bundler is Bundler.CREATE_REACT_APP:
        return _react_app(library, folder, package, prefixes)
    if bundler is Bundler.ANGULAR:
        return _angular(library, folder)
    stem = _STEMS.get(bundler)
    paths = [p for e in _ENDINGS if stem and library.tree.is_file(p := tree.join(folder, stem + e))]
    if not paths:
        return Settings(static=static, prefixes=prefixes)
    found = library.get(paths[0], configured)
    if found is None or not found.known:
        return Settings(static=static if found is None or bundler is not Bundler.NEXT else None, known=False,
                        proxies=found.proxies if found else (), prefixes=prefixes)  # fmt: skip
    told = static if found.static is None else found.static
    return Settings(found.proxies, found.base, found.output, found.port, told, prefixes=(*prefixes, *found.prefixes))


def configured(text: Text) -> Settings:
    """What one configuration file of Vite, Vue CLI, webpack, Nuxt or Next says."""
    source = Source(js.read(text))
    root = next((o for o in map(source.object, roots(source)) if o is not None), None)
    if root is None:
        return Settings(known=False)
    proxies = [p for path in _PROXY_PATHS for p in _proxies(source, at(source, root, *path))]
    exported = _text(source, at(source, root, "output"))
    return Settings(
        (*proxies, *_rewrites(source, root)),
        _text(source, at(source, root, "base") or at(source, root, "publicPath") or at(source, root, "basePath")),
        _text(source, at(source, root, "build", "outDir") or at(source, root, "outputDir")),
        _template(source, at(source, root, "server", "port") or at(source, root, "devServer", "port")),
        True if exported is not None and exported.value == "export" else None,
        known=root.whole,
        prefixes=_env_prefix(source, root),
    )


def _env_prefix(source: Source, root: js.Object) -> tuple[str, ...]:
    """Vite's `envPrefix`: further prefixes of variables that are built in."""
    given = at(source, root, "envPrefix")
    nodes = given.items if isinstance(given, js.Array) else (given,)
    texts = [_text(source, n) for n in nodes]
    return tuple(t.value for t in texts if t is not None)


def roots(source: Source) -> Iterator[js.Node]:
    """What the module gives back: `export default`, `module.exports =`; one layer of a wrapper is looked through."""
    module = source.module
    for at in range(len(module.tokens.all)):
        value = None
        if module.value(at) == "export" and module.value(at + 1) == "default":
            value = module.expressions.expression(at + 2)
        elif module.value(at) == "module" and module.value(at + 2) == "exports" and module.value(at + 3) == "=":
            value = module.expressions.expression(at + 4)
        if value is not None:
            yield value
            if isinstance(value, js.Call):
                yield from value.arguments


def at(source: Source, node: js.Node | None, *keys: str) -> js.Node | None:
    """What keys lead to, from object to object."""
    for key in keys:
        holder = source.object(node)
        node = holder.get(key) if holder is not None else None
    return node


def _text(source: Source, node: js.Node | None) -> Text | None:
    return source.evaluate(node).text if node is not None else None


def _template(source: Source, node: js.Node | None) -> Template | None:
    return None if node is None else source.evaluate(node)


def _proxies(source: Source, node: js.Node | None) -> Iterator[DevProxy]:
    """`{"/api": "http://…"}` or `{"/api": {target, ws, rewrite}}`; one address for everything; webpack 5's list."""
    if isinstance(node, js.Literal):
        yield _proxy(source, "/", node, node)
    for item in node.items if isinstance(node, js.Array) else ():
        given = source.object(item)
        context = given.get("context") if given is not None else None
        for path in context.items if isinstance(context, js.Array) else (context,):
            text = _text(source, path)
            if text is not None:
                yield _proxy(source, text.value, item, at(source, item, "target"))
    rules = source.object(node) if not isinstance(node, js.Array) else None
    for rule in rules.properties if rules is not None else ():
        target = at(source, rule.value, "target")
        yield _proxy(source, rule.key, rule.value, target if target is not None else rule.value)


def _proxy(source: Source, prefix: str, rule: js.Node, target: js.Node | None) -> DevProxy:
    options = source.object(rule)
    said = options.get("ws") if options is not None else None
    rewrites = options is not None and any(options.get(k) is not None for k in ("rewrite", "pathRewrite", "bypass"))
    place = rule if target is None else target
    value = source.evaluate(target)
    scheme = value.text is not None and value.text.value.startswith("ws")
    return DevProxy(
        prefix,
        value,
        scheme or (isinstance(said, js.Name) and said.name == "true"),
        rewrites,
        source.module.location(place),
        source.module.anchor(place),
    )


def _rewrites(source: Source, root: js.Object) -> Iterator[DevProxy]:
    """Next's `rewrites()`: a list, or lists by when they apply."""
    given = root.get("rewrites")
    node = source.returned(given) if isinstance(given, js.Function) else None
    groups = [node] if isinstance(node, js.Array) else []
    holder = source.object(node) if node is not None else None
    groups.extend(p.value for p in holder.properties if isinstance(p.value, js.Array)) if holder is not None else None
    for group in groups:
        for item in group.items if isinstance(group, js.Array) else ():
            path, target = _text(source, at(source, item, "source")), at(source, item, "destination")
            if path is None or target is None:
                continue
            value = source.evaluate(target)
            prefix = path.value.partition(":")[0]
            same = value.text is not None and value.text.value.endswith(path.value)
            location, anchor = source.module.location(target), source.module.anchor(target)
            yield DevProxy(prefix, value, websocket=True, rewrites=not same, location=location, anchor=anchor)


# --- Create React App and Angular ------------------------------------------------------------------------------------


def _react_app(library: Library, folder: str, package: yaml.Node | None, prefixes: tuple[str, ...]) -> Settings:
    homepage = yaml.get(package, "homepage")
    proxy = yaml.get(package, "proxy")
    found: list[DevProxy] = []
    if isinstance(proxy, yaml.Scalar):
        location = _location(proxy)
        anchor = Anchor(tree.join(folder, "package.json"), "yaml", (0, "proxy"))
        target = Template.literal(proxy.text)
        found.append(DevProxy("/", target, websocket=False, rewrites=False, location=location, anchor=anchor))
    for name in ("src/setupProxy.js", "src/setupProxy.ts"):
        found.extend(library.get(tree.join(folder, name), middleware) or ())
    base = homepage.text if isinstance(homepage, yaml.Scalar) else None
    return Settings(tuple(found), base, static=True, prefixes=prefixes)


def middleware(text: Text) -> tuple[DevProxy, ...]:
    """`app.use("/api", createProxyMiddleware({target, ws}))` of Create React App's setupProxy."""
    source = Source(js.read(text))
    found = []
    for call in source.module.calls():
        made = js.argument(call, 1) if js.dotted(call.function) in {"app.use", "server.use"} else None
        name = js.dotted(made.function) if isinstance(made, js.Call) else None
        path = _text(source, js.argument(call, 0))
        if isinstance(made, js.Call) and name in {"createProxyMiddleware", "proxy"} and path is not None:
            options = js.argument(made, len(made.arguments) - 1)
            if options is not None:
                found.append(_proxy(source, path.value, options, at(source, options, "target")))
    return tuple(found)


def _angular(library: Library, folder: str) -> Settings:
    path = tree.join(folder, "angular.json")
    projects = yaml.items(yaml.get(json(library, path), "projects"))
    found: list[DevProxy] = []
    base = output = None
    for project in projects[:1]:
        targets = yaml.get(project.value, "architect") or yaml.get(project.value, "targets")
        options = yaml.get(targets, "build", "options")
        base, output = _scalar(yaml.get(options, "baseHref")), _scalar(yaml.get(options, "outputPath"))
        named = _scalar(yaml.get(targets, "serve", "options", "proxyConfig")) or _scalar(
            yaml.get(targets, "serve", "configurations", "development", "proxyConfig")
        )
        if named is not None:
            found.extend(_proxy_file(library, tree.join(folder, named.value)))
    if not found:
        for name in ("proxy.conf.json", "src/proxy.conf.json"):
            found.extend(_proxy_file(library, tree.join(folder, name)))
    return Settings(tuple(found), base, output, static=True, known=len(projects) == 1)


def angular_output(library: Library, folder: str) -> str | None:
    """Where `ng build` puts the pages of a folder's only project; None where a server makes them, or nobody can tell.

    Source: Angular's builders; the application builder puts them into a folder `browser`.
    """
    projects = yaml.items(yaml.get(json(library, tree.join(folder, "angular.json")), "projects"))
    targets = yaml.get(projects[0].value, "architect") or yaml.get(projects[0].value, "targets") if projects else None
    builder = _scalar(yaml.get(targets, "build", "builder"))
    options = yaml.get(targets, "build", "options")
    output = _scalar(yaml.get(options, "outputPath"))
    served = any(yaml.get(options, key) is not None for key in ("ssr", "server", "outputMode"))
    if len(projects) != 1 or builder is None or output is None or served:
        return None
    kind = builder.value.rpartition(":")[2]
    if kind == "application":
        return posixpath.join(output.value, "browser")
    return output.value if kind in {"browser", "browser-esbuild"} else None


def _proxy_file(library: Library, path: str) -> Iterator[DevProxy]:
    """proxy.conf.json: rules by path; or the same object as a module."""
    if posixpath.splitext(path)[1] in _ENDINGS:
        yield from library.get(path, _rules_module) or ()
        return
    for item in yaml.items(json(library, path)):
        target = yaml.get(item.value, "target")
        if isinstance(item.key, yaml.Scalar) and isinstance(target, yaml.Scalar):
            yield DevProxy(
                item.key.value,
                Template.literal(target.text),
                _truth(yaml.get(item.value, "ws")),
                yaml.get(item.value, "pathRewrite") is not None,
                _location(target),
                Anchor(path, "yaml", (0, item.key.value, "target")),
            )


def _rules_module(text: Text) -> tuple[DevProxy, ...]:
    source = Source(js.read(text))
    return tuple(p for root in roots(source) for p in _proxies(source, root))


def _scalar(node: yaml.Node | None) -> Text | None:
    return node.text if isinstance(node, yaml.Scalar) else None


def _truth(node: yaml.Node | None) -> bool:
    return isinstance(node, yaml.Scalar) and node.value == "true"


def _location(node: yaml.Scalar) -> Location:
    place = node.text.first_place
    return Location(place[0] if place else "", node.span)
