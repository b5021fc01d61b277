"""What a COPY that finds nothing was meant to copy: where its source lies now, as far as the tree leaves no doubt."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Remedy
from stackfix.graph import kinship
from stackfix.graph.build_context import Context
from stackfix.graph.image_files import Why, paths
from stackfix.repairs.set_text import SetText
from stackfix.tree import join

if TYPE_CHECKING:
    from stackfix.graph.image import Image
    from stackfix.graph.image_files import MissingSource
    from stackfix.graph.library import Library

_PART = re.compile(r"/nginx/(?:conf\.d|sites-\w+|templates|http\.d|snippets)/")
_WHOLE = re.compile(r"/nginx/nginx\.conf(?:\.template)?$")
_BLOCKS = re.compile(r"^[ \t]*(?:http|events)\s*\{", re.MULTILINE)
"""What stands in nginx' own configuration and in nothing that it includes."""
_SEPARATORS = re.compile(r"[.\-_]")


def meant(library: Library, image: Image, missing: MissingSource) -> str | None:
    """The path of the tree, inside the context, that a missing source can only mean; a folder for a folder."""
    if leads_out(missing):
        return None
    found = (
        _beside_dockerfile(library, image, missing)
        or only(library, missing, image.build.context)
        or _moved_along(library, image, missing)
        or _respelled(library, missing)
        or _slipped(library, missing)
    )
    if found is None or _is_copied_besides(library, image, missing, found):
        return None
    return found if _suits(library, missing, found) else None


def leads_out(missing: MissingSource) -> bool:
    """Whether a source is written as one above its context: another folder's, which no COPY reaches."""
    return missing.why is Why.ABSENT and missing.text.value.startswith("../")


def _is_copied_besides(library: Library, image: Image, missing: MissingSource, path: str) -> bool:
    """Whether another line of the stage copies a file by its name already: then it isn't this one."""
    context = Context(library, image.build)
    for stage in image.document.stages:
        if missing.command not in stage.instructions:
            continue
        others = [i for i in stage.instructions if i.name in {"COPY", "ADD"} and not i.flag("from")]
        named = (w.value for i in others if i is not missing.command for w in paths(i)[:-1])
        return any(context.tree_path(posixpath.normpath(name)) == path for name in named)
    return False


def _suits(library: Library, missing: MissingSource, found: str) -> bool:
    """Whether nginx takes a file where it is copied to: all of its configuration, or what that includes."""
    words = missing.command.words
    target = words[-1].text.value if words else ""
    part, whole = _PART.search(target), _WHOLE.search(target)
    text = library.text(found) if part or whole else None
    return text is None or bool(_BLOCKS.search(text.value)) == bool(whole)


def only(library: Library, missing: MissingSource, folder: str) -> str | None:
    """The one file of that name at or below a folder."""
    inside = folder + "/" if folder else ""
    tree = library.tree
    named = [p for p in tree.named(posixpath.basename(missing.path)) if p.startswith(inside) and tree.entries[p].wiring]
    return named[0] if len(named) == 1 else None


def other_context(image: Image, folder: str) -> Remedy:
    """What a Dockerfile that is written for another folder needs.

    Which folder it is built from decides what lies where: another path for one COPY builds nothing.
    """
    repairs = _built_from(image, folder)
    grade = Applicability.UNSAFE if repairs else Applicability.MANUAL
    return Remedy(grade, f"build it with {folder or 'the root'} as its context", repairs)


def _built_from(image: Image, folder: str) -> tuple[SetText, ...]:
    """The build with another folder as its context, the Dockerfile named from there, where both are written."""
    context, dockerfile = image.build.context_text, image.build.dockerfile_text
    if context is None or dockerfile is None or context.place is None or dockerfile.place is None:
        return ()
    below = posixpath.relpath(folder or ".", image.build.context or ".")
    named = posixpath.normpath(posixpath.join(context.value, below))
    dressed = "./" + named if context.value.startswith("./") and not named.startswith(".") else named
    return SetText(context, dressed), SetText(dockerfile, posixpath.relpath(image.path, folder or "."))


def _own_folder(image: Image) -> str:
    """The folder of the Dockerfile, where it lies below the context; else nothing."""
    folder = posixpath.dirname(image.path)
    inside = image.build.context + "/" if image.build.context else ""
    return folder if folder.startswith(inside) else ""


def _moved_along(library: Library, image: Image, missing: MissingSource) -> str | None:
    """The one file of that name in the Dockerfile's folder, where it only moved up or down in it."""
    folder = _own_folder(image)
    found = only(library, missing, folder) if folder else None
    if found is None:
        return None
    one, other = sorted((posixpath.dirname(found) + "/", posixpath.dirname(missing.path) + "/"), key=len)
    return found if other.startswith(one) else None


def _beside_dockerfile(library: Library, image: Image, missing: MissingSource) -> str | None:
    """The same path seen from the Dockerfile's folder: it was written for that folder as the context."""
    folder = _own_folder(image)
    path = join(folder, posixpath.relpath(missing.path, image.build.context or "."))
    return path if folder and (library.tree.is_file(path) or library.tree.is_folder(path)) else None


def _respelled(library: Library, missing: MissingSource) -> str | None:
    """The one file of the same folder whose name has the same parts, in other cases or in another order."""
    folder, name = posixpath.split(missing.path)
    parts = _parts(name)
    same = [p for p in library.tree.directly_in(folder) if _parts(p[len(folder) :]) == parts]
    return same[0] if len(same) == 1 and len(parts) > 1 else None


_SHORTEST = 5
"""Letters without which one letter more or less says nothing."""


def _slipped(library: Library, missing: MissingSource) -> str | None:
    """The one file of the same folder whose name is the same but for one letter, or for two that changed places."""
    folder, name = posixpath.split(missing.path)
    beside = library.tree.directly_in(folder)
    near = [p for p in beside if kinship.slipped(name.lower(), posixpath.basename(p).lower(), _SHORTEST)]
    return near[0] if len(near) == 1 else None


def _parts(name: str) -> list[str]:
    return sorted(_SEPARATORS.split(name.strip("/").lower()))
