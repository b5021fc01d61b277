"""Which script of a package.json a command may have meant that names one which isn't there.

May import findings, formats, the library and the graph's nouns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.formats import yaml
from stackfix.graph import kinship

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Location
    from stackfix.graph.library import Library

_PARTS = re.compile(r"[^a-z0-9]+")
_STARTS = frozenset({"start", "serve", "server", "prod", "production", "run", "launch", "up", "preview"})
_WORKS_ON = frozenset({"dev", "develop", "development", "watch", "debug", "local", "hot"})
"""Words of scripts that run an application while people work on it."""
_ELSE = frozenset({
    "build", "test", "tests", "lint", "format", "check", "types", "typecheck", "migrate", "migration", "seed",
    "generate", "codegen", "clean", "prepare", "install", "e2e", "docs", "storybook", "docker", "compose", "deploy",
    "db", "cli", "release", "worker", "cron", "queue",
})  # fmt: skip
_SERVES = re.compile(
    r"(?:^|&&\s*|\s)(?:node|nodejs|bun|deno|tsx|ts-node|pm2-runtime|serve|http-server)\s+\S"
    r"|\b(?:next|nuxt|nest|remix-serve|react-router-serve|strapi|medusa|keystone|directus)\s+(?:start|serve)\b"
    r"|\bvite\s+preview\b|\bremix-serve\b"
)


@dataclass(frozen=True, slots=True)
class Script:
    """A script by its name, and whether it was certainly meant."""

    name: str
    certain: bool
    location: Location | None


def fitting(library: Library, manifest: str, asked: str) -> tuple[Script, ...]:
    """The scripts that start the application as the one that is asked for would: for people at work, or in service."""
    wanted = _words(asked)
    if wanted & _ELSE:
        return ()
    listed = [
        (name, node)
        for name, node in _listed(library, manifest)
        if not _words(name) & _ELSE and bool(_words(name) & _WORKS_ON) == bool(wanted & _WORKS_ON)
    ]
    found = [(n, node) for n, node in listed if _words(n) & (_STARTS | _WORKS_ON) or _SERVES.search(node.value)]
    return tuple(Script(name, _alike(asked, name), located(node.text, "starts it")) for name, node in found)


def _alike(asked: str, name: str) -> bool:
    """Whether two names say the same, or nearly so."""
    one, other = _words(asked), _words(name)
    usual = any(one & words and other & words for words in (_STARTS, _WORKS_ON))
    return usual or bool(one & other) or kinship.akin(asked, name)


def _listed(library: Library, manifest: str) -> Iterator[tuple[str, yaml.Scalar]]:
    documents = library.get(manifest, yaml.read)
    for item in yaml.items(yaml.get(documents[0].root if documents else None, "scripts")):
        value = yaml.deref(item.value)
        if isinstance(item.key, yaml.Scalar) and isinstance(value, yaml.Scalar):
            yield item.key.value, value


def _words(name: str) -> frozenset[str]:
    return frozenset(_PARTS.split(name.lower())) - {""}
