"""The settings files of a Spring Boot application: which documents hold for the profiles that run, and what they say.

Sources: Spring Boot's documentation of externalised configuration (documents in order, profile-specific files over all
others, properties over YAML in one place, `classpath:/config/` over `classpath:/`) and of relaxed binding.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.formats import yaml
from stackfix.graph.value import Hole, Template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from stackfix.graph.library import Library
    from stackfix.graph.value import Environment
    from stackfix.text import Text

_LINE = re.compile(r"(?m)^[ \t]*(?P<key>[\w.\[\]-]+)[ \t]*(?:[=:][ \t]*|[ \t]+)(?P<value>[^\r\n]*?)[ \t]*\r?$")
_PARTS = re.compile(r"(?m)^[#!]---[ \t]*\r?$")
_COMMENT = re.compile(r"(?m)^[ \t]*[#!].*$")
_NAME = re.compile(r"[A-Za-z][\w.-]*")
_PROFILES = ("spring.config.activate.onprofile", "spring.profiles")
_ELSEWHERE = (
    "spring.config.import", "spring.config.location", "spring.config.additionallocation", "spring.config.name",
    "spring.profiles.include", "spring.profiles.group", "spring.profiles.default", "spring.cloud.config",
    "spring.config.activate.oncloudplatform", "spring.main.webapplicationtype", "server.servlet.register",
)  # fmt: skip
"""Keys that bring in what nobody sees here, or that change what counts."""
_GIVES = ("spring.cloud.config.server.git", "spring.cloud.config.server.native", "spring.cloud.config.server.prefix")
"""What a server of settings says of those that it gives to others."""
_OPTIONAL = re.compile(r"optional:file:(?P<path>[\w./-]*[\w-])(?:\[\.\w+\])?")
_MOST = 8
_FILTERED = re.compile(r"@[\w.-]+@|#\{")
"""What the build fills in, and expressions."""

Keys = dict[str, "Text"]


@dataclass(frozen=True, slots=True)
class Settings:
    """What an application's own files say in force: the value of each key, by its name without dashes in lower case."""

    values: Mapping[str, Text]

    def template(self, key: str, depth: int = 0) -> Template | None:
        """A key's value with its placeholders as holes; None where there is none or it can't be read."""
        text = self.values.get(key)
        return None if text is None else self.read(text, depth)

    def read(self, text: Text, depth: int = 0) -> Template | None:
        """`8081`, `${PORT:8081}`, `${app.port}`, and what is written around them."""
        parts: list[Text | Hole] = []
        at = 0
        while (start := text.value.find("${", at)) >= 0:
            end = _closing(text.value, start + 2)
            hole = self._hole(text.slice(start + 2, end), depth) if end is not None and depth < _MOST else None
            if hole is None or end is None:
                return None
            parts += [text.slice(at, start), hole]
            at = end + 1
        parts.append(text.slice(at, len(text)))
        kept = tuple(part for part in parts if isinstance(part, Hole) or part.value)
        return None if _FILTERED.search(text.value) else Template(kept)

    def _hole(self, inner: Text, depth: int) -> Hole | None:
        name, colon, _ = inner.value.partition(":")
        if not _NAME.fullmatch(name):
            return None
        default = self.read(inner.slice(len(name) + 1, len(inner)), depth + 1) if colon else None
        if colon and default is None:
            return None
        if "." in name or "-" in name or name.islower():
            named = self.template(canonical(name), depth + 1)
            if canonical(name) in self.values and named is None:
                return None
            default = named if named is not None else default
            name = name.upper().replace(".", "_").replace("-", "")
        return Hole(name, default)


def _closing(value: str, at: int) -> int | None:
    depth = 0
    for index in range(at, len(value)):
        if value.startswith("${", index):
            depth += 1
        elif value[index] == "}":
            if not depth:
                return index
            depth -= 1
    return None


def canonical(key: str) -> str:
    """A key by relaxed binding: `server.servlet.context-path` and `contextPath` are one."""
    return key.replace("-", "").replace("_", "").lower()


# --- which files there are -------------------------------------------------------------------------------------------


def in_force(
    library: Library, folder: str, active: tuple[str, ...] | None, seen: Environment, lacks: Callable[[str], bool]
) -> Settings | None:
    """What the files below a resources folder say; None where a part of them is unknown.

    `active` are the profiles that the start names, None where it names none: then the files may. `lacks`: whether the
    container surely has no file of a path from its working folder.
    """
    files = [tree.join(folder, f"{place}application") for place in ("", "config/")]
    base = [document for stem in files for document in _of_stem(library, stem)]
    if any(document is None for document in base):
        return None
    known = [document for document in base if document is not None]
    if active is None:
        active = _activated(known, seen)
    if active is None:
        return None
    further = [d for profile in active for stem in files for d in _of_stem(library, f"{stem}-{profile}")]
    values: Keys = {}
    for document in (*known, *further):
        counts = document is not None and _counts(document, active)
        if document is None or counts is None or (counts and _leads_elsewhere(document, lacks)):
            return None
        values.update(document if counts else {})
    return Settings(values)


def _of_stem(library: Library, stem: str) -> Iterator[Keys | None]:
    """The documents of one name, weakest first; None for a file that can't be read or is kept out of git."""
    for ending, read in ((".yaml", _of_yaml), (".yml", _of_yaml), (".properties", _of_properties)):
        path = stem + ending
        if library.tree.is_file(path):
            found = library.get(path, read)
            yield from found if found is not None else (None,)
        elif library.tree.is_unknown(path) or library.sources.would_ignore(path):
            yield None


def _of_properties(text: Text) -> tuple[Keys, ...]:
    edges = [0, *(m.end() for m in _PARTS.finditer(text.value)), len(text)]
    blank = _COMMENT.sub(lambda m: " " * len(m[0]), text.value)
    return tuple(
        {canonical(m["key"]): text.slice(*m.span("value")) for m in _LINE.finditer(blank, edges[i], edges[i + 1])}
        for i in range(len(edges) - 1)
    )


def _of_yaml(text: Text) -> tuple[Keys, ...] | None:
    """The documents; None where a mapping has a key twice, which Spring's reader refuses."""
    documents = yaml.read(text)
    if any(_has_twice(document.root) for document in documents):
        return None
    return tuple(dict(_flat(document.root, "")) for document in documents)


def _has_twice(node: yaml.Node | None) -> bool:
    if isinstance(node, yaml.Sequence):
        return any(_has_twice(inner) for inner in node.items)
    if not isinstance(node, yaml.Mapping):
        return False
    keys = [item.key.value for item in node.items if isinstance(item.key, yaml.Scalar)]
    return len(keys) != len(set(keys)) or any(_has_twice(item.value) for item in node.items)


def _flat(node: yaml.Node | None, prefix: str) -> Iterator[tuple[str, Text]]:
    node = yaml.deref(node) if node is not None else None
    if isinstance(node, yaml.Scalar):
        yield prefix, node.text
    elif isinstance(node, yaml.Sequence):
        for index, inner in enumerate(node.items):
            yield from _flat(inner, f"{prefix}[{index}]")
    elif isinstance(node, yaml.Mapping):
        for item in yaml.items(node):
            key = yaml.deref(item.key)
            if isinstance(key, yaml.Scalar):
                name = canonical(key.value)
                yield from _flat(item.value, f"{prefix}.{name}" if prefix else name)


# --- which documents hold --------------------------------------------------------------------------------------------


def _activated(documents: list[Keys], seen: Environment) -> tuple[str, ...] | None:
    """The profiles that the files themselves make active, none of their documents being for one."""
    given = [d["spring.profiles.active"] for d in documents if "spring.profiles.active" in d]
    if any("spring.profiles.active[0]" in document for document in documents) or len(given) > 1:
        return None
    if not given:
        return ("default",)
    template = Settings({}).read(given[0])
    value = template.fill(seen) if template is not None else None
    return None if value is None else names(value.text.value)


def names(value: str) -> tuple[str, ...]:
    """`dev,cloud` in order; without any the profile is `default`."""
    found = tuple(part.strip() for part in value.split(",") if part.strip())
    return found or ("default",)


def _counts(document: Keys, active: tuple[str, ...]) -> bool | None:
    """Whether a document holds for the active profiles; None where its condition is more than a list of them."""
    told = [text for key, text in document.items() if key.partition("[")[0] in _PROFILES]
    if not told:
        return True
    wanted = [part.strip() for text in told for part in text.value.split(",")]
    if any(not re.fullmatch(r"!?[\w.-]+", part) for part in wanted):
        return None
    return any((part[1:] not in active) if part.startswith("!") else part in active for part in wanted)


def _leads_elsewhere(document: Keys, lacks: Callable[[str], bool]) -> bool:
    told = ((k, t) for k, t in document.items() if k.startswith(_ELSEWHERE) and not k.startswith(_GIVES))
    return any(not (key.startswith("spring.config.import") and _is_nothing(text, lacks)) for key, text in told)


def _is_nothing(imports: Text, lacks: Callable[[str], bool]) -> bool:
    """Whether all that is imported may be absent, and is: `optional:file:.env[.properties]`."""
    matches = [_OPTIONAL.fullmatch(part.strip()) for part in imports.value.split(",")]
    return all(match is not None and lacks(match["path"]) for match in matches)
