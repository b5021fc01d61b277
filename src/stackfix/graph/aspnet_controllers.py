"""The controllers of an ASP.NET project by their attributes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph.native_source import closing, uncommented

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.text import Text

_CLASS = re.compile(
    r"(?P<attributes>(?:\[(?:[^\[\]\"]|\"[^\"]*\"|\[[^\]]*\])*\]\s*)*)"
    r"(?P<modifiers>(?:public|internal|sealed|abstract|partial|static|private|protected|\s)*)\bclass\s+(?P<name>\w+)"
    r"(?:<[^>]*>)?\s*(?P<own>\([^{}]*?\)\s*)?(?::(?P<bases>[^{]*?))?\s*\{"
)
_ROUTE = re.compile(r'\bRoute\(\s*"(?P<path>[^"\\]*)"')
_ANY_ROUTE = re.compile(r"\bRoute\(")
_VERB = re.compile(
    r"(?<=[\[,])\s*Http(?P<verb>Get|Post|Put|Delete|Patch|Head|Options)\b(?:\(\s*(?:\"(?P<path>[^\"\\]*)\")?(?P<rest>[^)]*)\))?"
)
_METHOD = re.compile(
    r"(?P<attributes>(?:\[(?:[^\[\]\"]|\"[^\"]*\"|\[[^\]]*\])*\]\s*)+)(?:public|async|virtual|override|\s)+"
    r"[\w<>?,.\[\] ]+?\s+(?P<name>\w+)\s*\("
)
_PLAIN = frozenset({"Controller", "ControllerBase"})


class UnreadError(Exception):
    """Something that serves in a way which can't be read."""


@dataclass(frozen=True, slots=True)
class Action:
    """A path that a controller serves."""

    path: str
    methods: frozenset[str]
    text: Text


@dataclass(frozen=True, slots=True)
class _Class:
    match: re.Match[str]
    text: Text
    code: str
    end: int

    @property
    def name(self) -> str:
        return self.match["name"]

    @property
    def bases(self) -> tuple[str, ...]:
        said = re.sub(r"\([^()]*\)|<[^<>]*>", "", self.match["bases"] or "")
        return tuple(one.strip().rpartition(".")[2] for one in said.split(",") if one.strip())


class Controllers:
    """All controllers of a project."""

    def __init__(self, files: tuple[Text, ...]) -> None:
        """Index the classes by name."""
        self.classes: dict[str, _Class] = {}
        for text in files:
            code = uncommented(text.value)
            for match in _CLASS.finditer(code):
                end = closing(code, match.end() - 1)
                if end is not None:
                    self.classes[match["name"]] = _Class(match, text, code, end)

    def routes(self) -> Iterator[Action]:
        """What they serve. Raises where a part of it can't be told."""
        for one in self.classes.values():
            if self._is_controller(one) and "abstract" not in one.match["modifiers"]:
                yield from self._actions(one)

    def _is_controller(self, one: _Class, depth: int = 0) -> bool:
        if _PLAIN & set(one.bases) or "ApiController" in one.match["attributes"]:
            return True
        if one.name.endswith("Controller") and not one.bases:
            return True
        above = [self.classes[base] for base in one.bases if base in self.classes]
        if depth < len(self.classes) and any(self._is_controller(base, depth + 1) for base in above):
            return True
        if one.name.endswith("Controller") or any(base.endswith("Controller") for base in one.bases):
            # Of a base that is made elsewhere.
            raise UnreadError
        return False

    def _prefixes(self, one: _Class, depth: int = 0) -> list[str]:
        """The paths of a class: its own, else those of the class that it derives from."""
        if "abstract" not in one.match["modifiers"] or depth:
            found = _ROUTE.findall(one.match["attributes"])
            if len(found) != len(_ANY_ROUTE.findall(one.match["attributes"])):
                raise UnreadError
            if found:
                return found
        above = [self.classes[base] for base in one.bases if base in self.classes]
        return self._prefixes(above[0], depth + 1) if above and depth < len(self.classes) else []

    def _actions(self, one: _Class) -> Iterator[Action]:
        for base in one.bases:
            made = self.classes.get(base)
            if made is not None and _VERB.search(made.code, made.match.end(), made.end):
                raise UnreadError
        prefixes = self._prefixes(one)
        for match in _METHOD.finditer(one.code, one.match.end(), one.end):
            for path, verb, text in _mapped(one, match, has_prefix=bool(prefixes)):
                for prefix in [""] if path.startswith(("/", "~/")) else prefixes or [""]:
                    whole = f"{prefix.strip('/')}/{path.removeprefix('~').strip('/')}".strip("/")
                    whole = re.sub(r"(?i)\[controller\]", one.name.removesuffix("Controller"), whole)
                    whole = re.sub(r"(?i)\[action\]", match["name"].removesuffix("Async"), whole)
                    yield Action("/" + whole, frozenset({verb.upper()} if verb else ()), text)


def _mapped(one: _Class, match: re.Match[str], *, has_prefix: bool) -> Iterator[tuple[str, str, Text]]:
    """The paths that a method's attributes say, each with its verb ("" for all) and its place."""
    attributes = match["attributes"]
    verbs = list(_VERB.finditer(attributes))
    own = _ROUTE.findall(attributes)
    if len(own) != len(_ANY_ROUTE.findall(attributes)) or any(_is_hidden(verb) for verb in verbs):
        raise UnreadError
    if verbs and not has_prefix and not own and not any(verb["path"] for verb in verbs):
        raise UnreadError
    for verb in verbs:
        place = one.text.slice(match.start() + verb.start("verb") - 4, match.start() + verb.end())
        yield from ((p, verb["verb"], place) for p in ([verb["path"]] if verb["path"] is not None else own or [""]))
    for path in own if not verbs else ():
        yield path, "", one.text.slice(*match.span("name"))


def _is_hidden(verb: re.Match[str]) -> bool:
    """Whether a verb is given a path that is no plain string."""
    rest = verb["rest"] or ""
    return verb["path"] is None and bool(rest) and "=" not in rest
