"""Origins that an API written in Go, Java, Kotlin, C#, Ruby, PHP or Rust lets in, as its source lists them.

Source: gin-contrib/cors and rs/cors (`AllowOrigins`, `AllowedOrigins`), gorilla/handlers (`AllowedOrigins`), Fiber (a
string with commas), Spring's CorsRegistry, CorsConfiguration and @CrossOrigin, ASP.NET Core's WithOrigins, rack-cors,
Laravel's config/cors.php, actix-cors and tower-http.

No grammar: comments are blanked out and brackets matched. Whatever is written otherwise than as one list of plain
strings, in one place of the whole program, is unknown.

May import findings, formats, the library and the graph's nouns.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import Anchor, Location, located
from stackfix.graph.native_source import closing, parts, uncommented

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.text import Text

_STRING = re.compile(r"\"(?P<said>[^\"\\\n]*)\"")
_ASIDE = re.compile(r"(?:^|/)(?:tests?|specs?|__tests__|vendor|node_modules|target|obj)/|_test\.go$")


@dataclass(frozen=True, slots=True)
class _Language:
    """How a language's programs are recognised, and where they list origins.

    `lists` end before the first item, at the bracket that holds it or (`bare`) without one, to the line's end. `joined`
    ends before one string with commas. `chained` is a call with one origin that is repeated. `other` is whatever else
    may let origins in.
    """

    manifest: re.Pattern[str]
    sources: re.Pattern[str]
    lists: re.Pattern[str]
    other: re.Pattern[str]
    joined: re.Pattern[str] | None = None
    chained: re.Pattern[str] | None = None
    bare: bool = False


_LANGUAGES = (
    _Language(
        re.compile(r"go\.mod"),
        re.compile(r".*\.go"),
        re.compile(r"\bAllow(?:ed)?Origins(?:\s*:|\s*=|\()\s*\[\]string\s*(?=\{)"),
        re.compile(
            r"AllowAllOrigins|AllowOriginFunc|AllowOriginRequestFunc|AllowOriginVary|AllowedOriginValidator|AllowWildcard"
            r"|Access-Control-Allow-Origin|AllowOriginsFunc|\bAllow(?:ed)?Origins\b|cors\.(?:Default|AllowAll)\("
        ),
        joined=re.compile(r"\bAllowOrigins\s*:\s*(?=\")"),
    ),
    _Language(
        re.compile(r"pom\.xml|build\.gradle(?:\.kts)?"),
        re.compile(r".*\.(?:java|kt)"),
        re.compile(
            r"\.allowedOrigins\s*(?=\()|\b(?:setAllowedOrigins\s*\(|allowedOrigins\s*=)\s*"
            r"(?:List\.of|Arrays\.asList|ImmutableList\.of|listOf|mutableListOf|Collections\.singletonList)\s*(?=\()"
            r"|@CrossOrigin\s*\(\s*(?:(?:origins|value)\s*=\s*)?(?=[{\[])"
        ),
        re.compile(
            r"allowedOriginPatterns|AllowedOriginPattern|@CrossOrigin|Access-Control-Allow-Origin|[aA]llowedOrigins?\b"
            r"|applyPermitDefaultValues"
        ),
    ),
    _Language(
        re.compile(r".*\.(?:csproj|fsproj)"),
        re.compile(r".*\.cs"),
        re.compile(r"\.WithOrigins\s*(?=\()"),
        re.compile(r"AllowAnyOrigin|SetIsOriginAllowed|WithOrigins|Access-Control-Allow-Origin"),
    ),
    _Language(
        re.compile(r"Gemfile"),
        re.compile(r".*\.(?:rb|ru)"),
        re.compile(r"(?m)^[ \t]*origins[ \t]+(?=[\"'])"),
        re.compile(r"(?m)^[ \t]*origins\b|Access-Control-Allow-Origin"),
        bare=True,
    ),
    _Language(
        re.compile(r"composer\.json"),
        re.compile(r".*config/cors\.php|.*Middleware/\w*\.php"),
        re.compile(r"[\"']allowed_origins[\"']\s*=>\s*(?=\[)"),
        re.compile(
            r"[\"']allowed_origins[\"']|[\"']allowed_origins_patterns[\"']\s*=>\s*\[\s*[\"']|Access-Control-Allow-Origin"
        ),
    ),
    _Language(
        re.compile(r"Cargo\.toml"),
        re.compile(r".*\.rs"),
        re.compile(r"\.allow_origin\s*\(\s*(?:AllowOrigin::list\s*\(\s*)?(?:vec!\s*)?(?=\[)"),
        re.compile(
            r"allow_any_origin|allowed_origin_fn|\.allow(?:ed)?_origin\b|CorsLayer::(?:permissive|very_permissive)"
            r"|Cors::permissive|Any\b|ACCESS_CONTROL_ALLOW_ORIGIN|Access-Control-Allow-Origin"
        ),
        chained=re.compile(r"\s*\.allowed_origin\s*\(\s*\"(?P<origin>[^\"\n]*)\"\s*\)"),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """Origins as written: `values`, where, and how one more is written: a text put in behind `last`.

    `pattern` is what an item looks like, "{}" for the origin, and what stands between two of them.
    """

    values: tuple[str, ...]
    location: Location
    anchor: Anchor
    last: Text
    pattern: str

    def more(self, origins: tuple[str, ...]) -> str:
        """What is to be written behind the last item."""
        return "".join(self.pattern.replace("{}", origin) for origin in origins)


def listed(graph: Graph, workload: Workload) -> Listed | None:
    """The origins that a workload's own source lists in one place; None where it may let in others as well."""
    build = graph.build_of(workload)
    if build is None:
        return None
    folder = build.context
    made = _language(graph.library, folder)
    if made is None:
        return None
    language, paths = made
    found = [one for path in paths for one in _in_file(graph.library, path, language)]
    return found[0] if len(found) == 1 else None


def _language(library: Library, folder: str) -> tuple[_Language, tuple[str, ...]] | None:
    """The one language whose one manifest lies in a folder, and its sources."""
    below = [p for p in library.tree.below(folder) if not _ASIDE.search(p)]
    names = [posixpath.basename(p) for p in below]
    fitting = [(one, sum(one.manifest.fullmatch(n) is not None for n in names)) for one in _LANGUAGES]
    there = [(one, count) for one, count in fitting if count]
    if len(there) != 1 or there[0][1] != 1 or "package.json" in names:
        return None
    language = there[0][0]
    return language, tuple(p for p in below if language.sources.fullmatch(p))


def _in_file(library: Library, path: str, language: _Language) -> Iterator[Listed | None]:
    """Every place of a file that lets origins in; None for one that isn't understood."""
    text = library.text(path)
    if text is None or not language.other.search(text.value):
        return
    source = _code(text.value, path)
    if language.chained is not None and (chain := list(language.chained.finditer(source))):
        rest = language.chained.sub("", source)
        yield None if language.other.search(rest) else _chain(text, path, chain)
        return
    matches = list(language.lists.finditer(source))
    whole = [language.joined.search(source)] if language.joined is not None and not matches else []
    taken = [m.span() for m in (*matches, *whole) if m is not None]
    others = (m for m in language.other.finditer(source) if not any(s <= m.start() < e for s, e in taken))
    if next(others, None) is not None:
        yield None
        return
    for match in matches:
        yield _items(text, source, path, match.end(), bare=language.bare)
    for one in whole:
        if one is not None:
            yield _joined(text, source, path, one.end())


def _code(source: str, path: str) -> str:
    """The source without comments, every character in its place."""
    if path.endswith((".rb", ".ru", ".php")):
        # A string in single quotes may hold what begins a comment elsewhere: it gets the quotes that all have.
        plain = re.sub(r"(?m)^[ \t]*(?:#|//|\||/?\*)[^\n]*", lambda m: " " * len(m[0]), source)
        return re.sub(r"'([^'\"\\\n]*)'", r'"\1"', plain)
    return uncommented(source)


def _items(text: Text, source: str, path: str, start: int, *, bare: bool) -> Listed | None:
    """A list of strings: between brackets, or to the line's end."""
    if bare:
        first, end = start, source.find("\n", start) if "\n" in source[start:] else len(source)
    else:
        closed = closing(source, start)
        if closed is None:
            return None
        first, end = start + 1, closed
    spans = parts(source, first, end, ",")
    found = [list(_STRING.finditer(source, *span)) for span in spans]
    if not spans or any(len(strings) != 1 for strings in found):
        return None
    forms = {source[s : m[0].start()] + "{}" + source[m[0].end() : e] for (s, e), m in zip(spans, found, strict=True)}
    last = spans[-1]
    gap = source[spans[-2][1] : last[0]] if len(spans) > 1 else _gap(source, first, last)
    if len(forms) != 1 or not re.fullmatch(r",\s*", gap):
        return None
    mark = text.value[found[-1][0].start()]
    form = forms.pop().replace("{}", f"{mark}{{}}{mark}")
    values = tuple(strings[0]["said"] for strings in found)
    return _listed(text, path, values, found[0][0].span(), text.slice(*last), gap + form)


def _gap(source: str, first: int, last: tuple[int, int]) -> str:
    """What would stand between the only item and another: a line of its own where the item has one."""
    before = source[first : last[0]]
    return "," + before if "\n" in before else ", "


def _chain(text: Text, path: str, chain: list[re.Match[str]]) -> Listed | None:
    last = chain[-1]
    values = tuple(match["origin"] for match in chain)
    form = last[0].replace(f'"{last["origin"]}"', '"{}"')
    span = (chain[0].start("origin"), chain[0].end("origin"))
    return _listed(text, path, values, span, text.slice(*last.span()), form)


def _joined(text: Text, source: str, path: str, start: int) -> Listed | None:
    """One string with commas between origins."""
    match = _STRING.match(source, start)
    said = match["said"] if match is not None else None
    if match is None or said is None or not re.match(r"\s*(?:,|\}|\n)", source[match.end() :]):
        return None
    values = tuple(part.strip() for part in said.split(","))
    gap = ", " if ", " in said or len(values) == 1 else ","
    inner = text.slice(match.start() + 1, match.end() - 1)
    return _listed(text, path, values, match.span(), inner, gap + "{}")


def _listed(  # noqa: PLR0913, PLR0917 - each is a part of what is written
    text: Text, path: str, values: tuple[str, ...], span: tuple[int, int], last: Text, pattern: str
) -> Listed | None:
    place = located(text.slice(*span))
    if place is None or any("://" not in value or "*" in value for value in values):
        return None
    return Listed(values, place, Anchor(path, "any", (place.span.start,)), last, pattern)
