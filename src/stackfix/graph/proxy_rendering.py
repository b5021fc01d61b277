"""How an nginx file becomes what nginx reads: as it is, or rendered by envsubst, which may eat every `$variable`.

Sources: the official image's 20-envsubst-on-templates.sh (it fills defined variables alone), GNU envsubst's manual
(without a list it fills every `$name`, unset ones with nothing).
"""

from __future__ import annotations

import posixpath
import re
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.library import Library


class Rendering(Enum):
    """What happens to a file before nginx reads it."""

    PLAIN = "as it is"
    TEMPLATES_FOLDER = "the official image's templates folder"
    LISTED = "envsubst with a list of variables"
    BARE = "envsubst without a list"
    UNKNOWN = "a template that nothing is seen to render"

    @property
    def keeps_dollars(self) -> bool | None:
        """Whether `$http_upgrade` survives; None where nobody can tell."""
        return None if self is Rendering.UNKNOWN else self is not Rendering.BARE


_FOLDER = "/etc/nginx/templates"
_SPEAKERS = (".sh", ".bash", ".yml", ".yaml", ".mk", ".envsh", ".json", ".toml")
_SPEAKING_NAMES = re.compile(
    r"(?:^|/)(?:[^/]*Dockerfile[^/]*|[^/]*Containerfile[^/]*|Makefile|[^/]*entrypoint[^/]*|[^/]*\.dockerfile)$",
    re.IGNORECASE,
)
_ENVSUBST = re.compile(r"""envsubst(?P<rest>(?:"[^"]*"|'[^']*'|[^\n;&|"'])*)""")
_TEMPLATE_NAME = re.compile(r"\.(?:template|tpl|tmpl|envsubst|in)$")
_HOLE = re.compile(r"\$\{[A-Z][A-Z0-9_]*\}")


def rendering(library: Library, path: str) -> Rendering:
    """How a file is rendered, by every Dockerfile, script and Compose file that names it beside envsubst.

    Where two say different things, the one that loses more counts.
    """
    name = posixpath.basename(path)
    template = _is_template(library, path)
    texts = tuple(_speaking(library, path))
    if any(_copies_folder(text, path) for text in texts):
        return Rendering.TEMPLATES_FOLDER
    names = frozenset({name, *(one for text in texts for one in _copied_as(text, name))})
    found = {one for text in texts for one in _said(text, names, template=template)}
    for one in (Rendering.BARE, Rendering.LISTED, Rendering.TEMPLATES_FOLDER):
        if one in found:
            return one
    return Rendering.UNKNOWN if template else Rendering.PLAIN


def _is_template(library: Library, path: str) -> bool:
    """Whether its name or a `${UPPER_CASE}` hole says that something renders it."""
    text = library.text(path)
    holes = text is not None and _HOLE.search(_uncommented(text.value)) is not None
    return holes or _TEMPLATE_NAME.search(path) is not None


def _uncommented(value: str) -> str:
    return re.sub(r"(?m)^[ \t]*#.*$", "", value)


def _speaking(library: Library, path: str) -> Iterator[str]:
    """The files that name the file, or that render whatever lies in a folder."""
    wanted = posixpath.basename(path).encode()
    for speaker in sorted(library.tree.entries):
        if not (speaker.endswith(_SPEAKERS) or _SPEAKING_NAMES.search(speaker)):
            continue
        data = library.sources.read(speaker)
        if data is None or not any(word in data for word in (wanted, b"envsubst", _FOLDER.encode())):
            continue
        if _means(library, speaker, path):
            yield re.sub(r"\\\r?\n", " ", data.decode("utf-8", "replace"))


def _means(library: Library, speaker: str, path: str) -> bool:
    """Whether a speaker means this one of the files of that name: the one that lies nearest to it."""
    near = {one: _shared(speaker, one) for one in library.tree.named(posixpath.basename(path))}
    return near.get(path, 0) == max(near.values(), default=0)


def _shared(one: str, other: str) -> int:
    return len(posixpath.commonpath(("/" + posixpath.dirname(one), "/" + posixpath.dirname(other))))


def _said(text: str, names: frozenset[str], *, template: bool) -> Iterator[Rendering]:
    for name in names:
        if re.search(re.escape(name) + r"[\"']?[ \t,:]+[\"']?/etc/nginx/templates(?:/|\b)", text):
            yield Rendering.TEMPLATES_FOLDER
    for line in text.split("\n"):
        if line.lstrip().startswith("#"):
            continue
        taken = re.sub(r">+[ \t]*\S+", "", line)
        for match in _ENVSUBST.finditer(line):
            if any(_names(taken, one) for one in names) or (template and _loops(line)):
                yield _by_arguments(match.group("rest"))


def _copies_folder(text: str, path: str) -> bool:
    """Whether a text puts the folder that the file lies in where the official image looks for templates."""
    folder = posixpath.basename(posixpath.dirname(path))
    place = rf"(?<![\w-])(?:[\w.-]+/)*{re.escape(folder)}/?[\"']?(?:[ \t]+|:|,[ \t]*)[\"']?{_FOLDER}(?![\w-])"
    return bool(folder) and path.endswith(".template") and re.search(place, text) is not None


def _copied_as(text: str, name: str) -> Iterator[str]:
    """The names that COPY and mounts give the file inside."""
    for match in re.finditer(re.escape(name) + r"[\"']?(?:[ \t]+|:|,[ \t]*)[\"']?([\w./-]+)", text):
        base = posixpath.basename(match.group(1))
        if "." in base:
            yield base


def _names(line: str, name: str) -> bool:
    return re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", line) is not None


def _loops(line: str) -> bool:
    """Whether it renders a file that a variable of the script names."""
    return re.search(r"<[ \t]*[\"']?\$", line) is not None


def _by_arguments(rest: str) -> Rendering:
    before = re.split(r"[<>]", rest, maxsplit=1)[0]
    return Rendering.LISTED if "$" in before else Rendering.BARE
