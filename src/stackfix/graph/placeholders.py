"""Placeholders of a template that the scripts that fill it in never replace, though they replace others of the form.

Silent for other template engines, for files that fill in `${NAME}` themselves, and wherever a script may replace more
than can be seen.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.graph import scripts
from stackfix.graph.workflow import is_workflow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Location
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.script_substitutions import Substitution
    from stackfix.graph.scripts import Script
    from stackfix.text import Text

_UPPER, _LOWER = "[A-Z][A-Z0-9_]*", "[a-z][a-z0-9_]*"
_FORMS = {
    "{{NAME}}": re.compile(rf"\{{\{{[ \t]*({_UPPER})[ \t]*\}}\}}"),
    "{{name}}": re.compile(rf"\{{\{{[ \t]*({_LOWER})[ \t]*\}}\}}"),
    "${NAME}": re.compile(rf"\$\{{({_UPPER})\}}"),
    "__NAME__": re.compile(r"(?<![A-Za-z0-9_])__([A-Z](?:[A-Z0-9]|_(?!_))*)__(?![A-Za-z0-9_])"),
    "@NAME@": re.compile(rf"(?<![\w@.])@({_UPPER})@(?![\w@])"),
    "<NAME>": re.compile(rf"(?<![<\w])<({_UPPER})>(?!>)"),
    "%NAME%": re.compile(rf"(?<![%\w])%({_UPPER})%(?![%\w])"),
    "%%NAME%%": re.compile(rf"(?<!%)%%({_UPPER})%%(?!%)"),
}
_ENGINES = re.compile(r"\{%|\{\{[-~#/!>&]|\{\{[ \t]*(?:\.|range|if|end|with|include)\b|\{\{[^}\n]*[|.(][^}\n]*\}\}|<%")
_ENGINE_FILES = (".j2", ".jinja", ".jinja2", ".erb", ".hbs", ".mustache", ".ejs", ".liquid", ".njk", ".gotmpl", ".vue")
_FILLS = re.compile(
    r"(?:^|/)(?:[^/]*\.(?:sh|bash|env|mk|tf|bat|ps1|service|js|ts|jsx|tsx|mjs)|\.env[^/]*|[^/]*Dockerfile[^/]*|Makefile|"
    r"(?:docker-)?compose[^/]*)(?:\.(?:template|tmpl|tpl|in|dist|example))?$"
)
_MARKUP = (".html", ".xml", ".svg", ".md", ".htm", ".tsx", ".jsx")
_COMMENT = re.compile(r"[ \t]*(?:#|//|;|<!--|\*|--)")
_MACROS = frozenset({"FILE", "LINE", "DATE", "TIME", "FUNCTION", "DIR", "CLASS", "NAMESPACE", "DEV", "PROD", "PURE"})
_TEXTS = (
    *(".sh", ".bash", ".mk", ".py", ".js", ".ts", ".mjs", ".rb", ".go", ".rs", ".ps1", ".md", ".rst", ".pl", ".php"),
    *(".java", ".kts", ".gradle", ".groovy", ".tf"),
)


@dataclass(frozen=True, slots=True)
class Left:
    """A placeholder that stays. `others` says how many of its form are replaced, `by` where."""

    path: str
    text: Text
    form: str
    others: int
    by: Location


def left(library: Library) -> Iterator[Left]:
    """Every such placeholder, each once a template."""
    for path, found in sorted(_templates(library).items()):
        text = library.text(path)
        if text is None or path.endswith(_ENGINE_FILES) or any(one.everything for one in found):
            continue
        for form, shape in _FORMS.items():
            yield from _of_form(library, path, text, (form, shape), found)


@dataclass(frozen=True, slots=True)
class Swallowed:
    """A list of variables for envsubst that the shell fills in. `stays` is one that stays in the template, if seen."""

    path: str
    text: Text
    stays: Location | None


def swallowed(graph: Graph) -> Iterator[Swallowed]:
    """Every such list, each once."""
    for one in scripts.scripts(graph.library):
        for found in one.facts.substitutes:
            if found.swallowed is not None:
                yield Swallowed(one.path, found.swallowed, _stays(graph, one, found))


def _stays(graph: Graph, one: Script, found: Substitution) -> Location | None:
    """A variable of the list in the template, where an image holds both."""
    assert found.swallowed is not None
    names = "|".join(map(re.escape, re.findall(r"\w+", found.swallowed.value)))
    for image in (graph.image_of(made.build) for made in graph.builds):
        held = image.files.below("/") if image is not None and image.files.places(one.path) else {}
        for path in (text.value for file in found.files if (text := file.text) is not None):
            template = graph.library.text(held[path]) if path in held else None
            match = re.search(rf"\$\{{(?:{names})\}}", template.value) if template is not None else None
            if template is not None and match is not None:
                return located(template.slice(*match.span()), "stays as it is")
    return None


def _templates(library: Library) -> dict[str, list[Substitution]]:
    """The files of the tree that scripts substitute in, with all substitutions that may reach each."""
    found: dict[str, list[Substitution]] = {}
    for one in scripts.scripts(library):
        reached = [(s, _paths(library, one, s)) for s in one.facts.substitutes]
        unknown = [s for s, paths in reached if not paths]
        for path in {p for _, paths in reached for p in paths}:
            mine = [s for s, paths in reached if path in paths]
            found.setdefault(path, []).extend([*mine, *unknown])
    return found


def _paths(library: Library, one: Script, substitution: Substitution) -> list[str]:
    tree = library.tree
    places = [p for file in substitution.files for p in one.paths(substitution.folder, file)]
    return [p for p in dict.fromkeys(places) if tree.is_file(p) and tree.entries[p].wiring and p != one.path]


def _of_form(
    library: Library, path: str, text: Text, form: tuple[str, re.Pattern[str]], found: list[Substitution]
) -> Iterator[Left]:
    name, shape = form
    if not _may_hold(path, text.value, name):
        return
    variables = name == "${NAME}"
    if variables and any(one.variables for one in found):
        return
    replaced = {m[1]: one for one in found for p in one.patterns for m in [shape.fullmatch(p)] if m}
    here: dict[str, re.Match[str]] = {}
    for match in shape.finditer(text.value):
        if not _COMMENT.match(text.value, text.value.rfind("\n", 0, match.start()) + 1):
            here.setdefault(match[1], match)
    done = [n for n in here if n in replaced]
    kept = [n for n in here if n not in replaced and n not in _MACROS]
    if not done or len(kept) > len(done):
        return
    for one in kept:
        if not (variables and _sets(text.value, one)) and not _spoken(library, path, here[one].group()):
            yield Left(path, text.slice(*here[one].span()), name, len(done), replaced[done[0]].location)


def _may_hold(path: str, value: str, form: str) -> bool:
    """Whether such a word in a file can be nothing but a script's placeholder."""
    match form:
        case "{{NAME}}" | "{{name}}":
            return not _ENGINES.search(value)
        case "${NAME}":
            return not _FILLS.search(path) and "services:" not in value
        case "<NAME>":
            return not path.endswith(_MARKUP)
        case _:
            return True


def _sets(value: str, name: str) -> bool:
    """Whether a file itself gives a variable its value, for what it starts to read."""
    given = rf"(?m)(?:name:[ \t]*[\"']?{name}\b|^[ \t-]*(?:export[ \t]+|set[ \t]+)?{name}[ \t]*[:=])"
    return bool(re.search(given, value))


def _spoken(library: Library, path: str, word: str) -> bool:
    """Whether any program or document speaks of the placeholder as it is written."""
    needle = re.sub(r"[ \t]", "", word).encode()
    escaped = needle.replace(b"$", rb"\$"), needle.replace(b"{", rb"\{").replace(b"}", rb"\}")
    for other in library.tree.entries:
        if other == path or not (other.endswith(_TEXTS) or is_workflow(other) or "." not in posixpath.basename(other)):
            continue
        data = library.sources.read(other) or b""
        if needle in data or word.encode() in data or any(e in data for e in escaped):
            return True
    return False


def place(one: Left) -> Location | None:
    """Where a placeholder stands."""
    return located(one.text, "stays as it is")
