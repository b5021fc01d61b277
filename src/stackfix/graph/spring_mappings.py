"""The controllers of a Spring module: what their mappings say they serve, and what may be served besides, unseen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from stackfix.graph.native_source import closing, parts, uncommented

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.text import Text

_MAPPED = re.compile(r"@(?P<kind>Request|Get|Post|Put|Delete|Patch)Mapping\b(?P<open>\s*\()?")
_CLASS = re.compile(r"\b(?P<kind>class|interface|record|object)\s+(?P<name>\w+)(?P<head>[^{;]*)\{")
_BESIDE = re.compile(
    r"\s*(?:@[\w.]+(?:\s*\((?:[^()\"]|\"(?:[^\"\\]|\\.)*\"|\([^()]*\))*\))?"
    r"|public|abstract|final|open|internal|data|static|private|protected|sealed)(?=\s)"
)
_DECLARES = re.compile(r"\s*(?:class|interface|record|object)\s")
_CONTROLLER = re.compile(r"@(?:RestController|Controller)\b")
_CLIENT = re.compile(r"@(?:FeignClient|HttpExchange)\b")
_OPTIONAL = re.compile(r"@(?:Conditional\w*|Profile)\b")
_SUPERS = re.compile(r"\b(?:implements|extends)\b|\)\s*:|^\s*:")
_STRINGS = re.compile(r'"(?P<path>[^"\\]*)"')
_PATHS = re.compile(
    r"^\s*(?:(?:value|path)\s*=\s*)?(?P<given>\"[^\"\\]*\"|\{[^{}]*\}|\[[^\[\]]*\]|arrayOf\([^()]*\))\s*$"
)
_NAMED = re.compile(r"^\s*(?P<key>\w+)\s*=(?!=)")
_METHOD = re.compile(r"RequestMethod\.(\w+)|\b(GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS)\b")
UNSEEN = re.compile(
    r"\bRouterFunctions?\b|\bcoRouter\b|\brouter\s*\{|\bServletRegistration\w*|@WebServlet\b|extends\s+HttpServlet\b"
    r"|\bViewControllerRegistry\b|\baddResourceHandlers\b|\bPathMatchConfigurer\b|\bRequestMappingHandlerMapping\b"
    r"|\bSimpleUrlHandlerMapping\b|@Path\(|@RepositoryRest\w+|@BasePathAware\w*|\bErrorController\b|\bCamelServlet\b"
    r"|@(?:Web|RestController|ControllerWeb|Servlet|Controller)Endpoint\b|@Endpoint\b|@EnableZuulProxy|\bforward:"
    r"|\bRouteLocator(?:Builder)?\b|@ServerEndpoint\b|[Ww]eb[Ss]ocket|\b[Ss]tomp|\bSockJs|\bDispatcherServlet\b"
    r"|@(?:Query|Mutation)Mapping\b|\bHttpHandler\b|@ExceptionHandler\(\s*NoHandlerFound|NoResourceFoundException"
)
"""Code that may serve paths in another way than by mappings, or put something before them."""
_FILTERS = re.compile(r"\b(?:\w*Filter|HandlerInterceptor\w*|WebFilter)\b")
_QUOTED = re.compile(r'"(/[^"\\*{}$\s]+)')


@dataclass(frozen=True, slots=True)
class Mapping:
    """A path that a controller serves, with the paths of its class before it; `span` is where its own part is written.

    `optional`: the controller may be left out by a condition.
    """

    path: str
    methods: frozenset[str]
    file: Text
    span: tuple[int, int]
    optional: bool


@dataclass(frozen=True, eq=False)
class Reading:
    """One source file. `certain` is false where it may serve what isn't in `mappings`."""

    text: Text

    @cached_property
    def code(self) -> str:
        """The source without comments."""
        return uncommented(self.text.value)

    @cached_property
    def classes(self) -> tuple[tuple[re.Match[str], int], ...]:
        """Every class with a body, and where that ends."""
        found = ((match, closing(self.code, match.end() - 1)) for match in _CLASS.finditer(self.code))
        return tuple((match, end) for match, end in found if end is not None)

    @property
    def looked(self) -> Iterator[str]:
        """Paths that a filter or an interceptor may look for and answer."""
        if _FILTERS.search(self.code):
            yield from (match[1] for match in _QUOTED.finditer(self.code))

    @cached_property
    def mappings(self) -> tuple[Mapping, ...] | None:
        """All that its controllers serve; None where a part of that can't be told."""
        if UNSEEN.search(self.code):
            return None
        try:
            return tuple(self._mappings())
        except _UnreadError:
            return None

    def _mappings(self) -> Iterator[Mapping]:
        before: dict[int, list[str]] = {}
        inner: list[tuple[re.Match[str], int]] = []
        for match in _MAPPED.finditer(self.code):
            end = closing(self.code, match.end() - 1) if match["open"] else match.end() - 1
            if end is None:
                raise _UnreadError
            named = self._declared(end + 1)
            if named is None:
                inner.append((match, end))
            else:
                before[named] = [path for path, _ in self._paths(match, end)]
        for match, end in inner:
            holder = self._holder(match.start())
            if self._serves(holder):
                yield from self._below(before.get(holder.start(), [""]), match, end)

    def _below(self, prefixes: list[str], match: re.Match[str], end: int) -> Iterator[Mapping]:
        """What one mapping serves below those of its class."""
        optional = _OPTIONAL.search(self.code) is not None
        for prefix in prefixes:
            for path, span in self._paths(match, end):
                whole = f"/{prefix.strip('/')}/{path.strip('/')}".replace("//", "/")
                yield Mapping(whole, self._methods(match, end), self.text, span, optional)

    def _declared(self, at: int) -> int | None:
        """Where the class begins that an annotation before an offset stands at; None where it is another's."""
        while (beside := _BESIDE.match(self.code, at)) is not None:
            at = beside.end()
        if not _DECLARES.match(self.code, at):
            return None
        return next((m.start() for m, _ in self.classes if m.start() >= at), None)

    def _holder(self, at: int) -> re.Match[str]:
        around = [match for match, end in self.classes if match.end() <= at <= end]
        if not around:
            raise _UnreadError
        return around[-1]

    def _serves(self, holder: re.Match[str]) -> bool:
        """Whether a class is a controller, not one that calls others. Raises where it may be one by another."""
        head = self._annotations(holder)
        if _CLIENT.search(head):
            return False
        if not _CONTROLLER.search(head) or holder["kind"] == "interface" or _SUPERS.search(holder["head"]):
            raise _UnreadError
        return True

    def _annotations(self, holder: re.Match[str]) -> str:
        """What stands before a class since the last statement or body."""
        start = max(self.code.rfind(mark, 0, holder.start()) for mark in (";", "}"))
        return self.code[start + 1 : holder.start()]

    def _methods(self, match: re.Match[str], end: int) -> frozenset[str]:
        if match["kind"] != "Request":
            return frozenset({match["kind"].upper()})
        said = self.code[match.end() : end] if match["open"] else ""
        at = said.find("method")
        return frozenset(one or other for one, other in _METHOD.findall(said[at:])) if at >= 0 else frozenset()

    def _paths(self, match: re.Match[str], end: int) -> Iterator[tuple[str, tuple[int, int]]]:
        """The paths that a mapping is given; the empty one where it is given none."""
        start = match.end()
        found = False
        for first, last in parts(self.code, start, end, ",") if match["open"] else ():
            said = self.code[first:last]
            key = _NAMED.match(said)
            if key is not None and key["key"] not in {"value", "path"}:
                continue
            given = _PATHS.match(said)
            if given is None:
                raise _UnreadError
            for string in _STRINGS.finditer(self.code, first + given.start("given"), first + given.end("given")):
                if "$" in string["path"]:
                    raise _UnreadError
                found = True
                yield string["path"], string.span("path")
            if re.sub(r'"[^"]*"|[\s,{}\[\]()]|arrayOf', "", given["given"]):
                raise _UnreadError
        if not found:
            yield "", (match.start(), match.end())

    @property
    def has_controllers(self) -> bool:
        """Whether anything in it may serve."""
        return bool(_CONTROLLER.search(self.code) or _MAPPED.search(self.code) or UNSEEN.search(self.code))


class _UnreadError(Exception):
    """A mapping that can't be read."""
