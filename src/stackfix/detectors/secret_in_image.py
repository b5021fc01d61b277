"""A file of secrets is copied into an image.

What it finds: a COPY or ADD of a dotenv file, a private key or credentials by name, and a COPY of a whole folder with
such a file that git tracks and `.dockerignore` lets through. A plain `.env` line there matches at the context's root
alone.

Why it breaks: everybody who can pull the image can read the file, in every layer and for ever; where the file is not
in the repository, the build stops besides.

Which side is right: the image goes without, the values come at run time. The line is dropped, the Compose services
that build the image get the file as `env_file`, and `.dockerignore` keeps it out of every later COPY.

Limits: silent for a file of a folder that `.dockerignore` takes back in by its name (`!.env`): somebody has decided.
Examples and templates are no secrets, nor are dotenv files whose values are all harmless, nor what a front end
builds in. Earlier stages that hand nothing on are left alone.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from stackfix.findings import Applicability, Family, Finding, Location, Remedy, Rule, Severity, located
from stackfix.graph import builds, manifests, secret_files
from stackfix.graph.build_context import Context
from stackfix.repairs.add_line import AddLine
from stackfix.repairs.append_item import AppendItem
from stackfix.repairs.remove_instruction import RemoveInstruction
from stackfix.repairs.remove_source import RemoveSource
from stackfix.spans import Span
from stackfix.tree import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Repair
    from stackfix.formats.dockerfile import Word
    from stackfix.graph.image import Image
    from stackfix.graph.image_files import Copying
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload

RULE = Rule(
    "secret-in-image",
    Family.IMAGES,
    Severity.ERROR,
    "a file of secrets is copied into an image",
)

_BUILDS_FRONT_END = re.compile(r"\b(?:npm|yarn|pnpm|bun|npx|vite|next|react-scripts|ng)\b[^&;|]*\bbuild\b")


def detect(graph: Graph) -> Iterator[Finding]:
    """Every copied file of secrets, each written place once."""
    seen: set[tuple[Location, str]] = set()
    for made in graph.builds:
        image = graph.image_of(made.build)
        if image is None or builds.astray(graph.library, image):
            continue
        for copying in image.copies:
            if copying.instruction.flag("from") is not None:
                continue
            for finding in _of(graph, image, copying):
                key = (finding.location, finding.value)
                if key not in seen:
                    seen.add(key)
                    yield finding


def _of(graph: Graph, image: Image, copying: Copying) -> Iterator[Finding]:
    context = Context(graph.library, image.build)
    for word, value in copying.sources:
        if value is None or re.search(r"[*?\[\\]|://|^<<", value.text.value):
            continue
        source = posixpath.normpath("/" + value.text.value).lstrip("/") or "."
        path = join(image.build.context, source)
        if graph.library.tree.is_folder(path) and not graph.library.tree.is_file(path):
            names = context.below("" if source == "." else source)
            unsaid = (name for name in names if not _is_decided(context, name))
            paths = [p for name in unsaid if _open(graph, p := context.tree_path(name))]
            if paths:
                yield _inside(graph, image, copying, word, paths)
        elif secret_files.named_so(source) and not _harmless(graph, image, copying, path):
            yield _finding(graph, image, copying, word, path)


def _is_decided(context: Context, name: str) -> bool:
    """Whether `.dockerignore` takes back in that very file: `!.env`."""
    kept = context.kept(name)
    return kept is not None and posixpath.basename(kept.pattern) == posixpath.basename(name)


def _harmless(graph: Graph, image: Image, copying: Copying, path: str) -> bool:
    """Whether the file is known to hold no secret, or is built into a front end."""
    if graph.library.tree.is_unknown(path):
        return True
    known = secret_files.holds_secret(graph.library, path)
    if known is not None:
        return not known
    if manifests.written_by_scripts(graph.library, path):
        return True
    later = (run for run in image.runs if run.start > copying.instruction.start)
    return secret_files.is_dotenv(path) and any(_BUILDS_FRONT_END.search(run.rest.value) for run in later)


def _users(graph: Graph, image: Image) -> tuple[Workload, ...]:
    return tuple(w for w in graph.workloads if graph.build_of(w) == image.build)


def _finding(graph: Graph, image: Image, copying: Copying, word: Word, path: str) -> Finding:
    place = located(word.raw, "is copied into the image")
    assert place is not None
    users = _users(graph, image)
    absent = "" if graph.library.tree.is_file(path) else ", and it isn't in the repository"
    own = graph.called(*users, *(w for w in graph.own_commands if graph.build_of(w) == image.build))
    return Finding(
        rule=RULE,
        message=f"{path} holds secrets{absent}; copied, everybody who has the image has them",
        location=place,
        anchor=copying.anchor,
        value=word.value,
        remedy=Remedy(
            Applicability.UNSAFE,
            "leave it out of the image and give its values at run time",
            (_dropped(copying, word), *_given(graph, users, path), *_ignored(graph, image, path)),
        ),
        components=own,
    )


def _dropped(copying: Copying, word: Word) -> Repair:
    if len(copying.sources) == 1:
        return RemoveInstruction(copying.anchor)
    return RemoveSource(copying.anchor.child(copying.instruction.words.index(word)))


def _given(graph: Graph, users: tuple[Workload, ...], path: str) -> Iterator[Repair]:
    """The file as `env_file` of the services that build the image, where it is there and they have it in no way."""
    tree = graph.library.tree
    if not secret_files.is_dotenv(path) or not tree.is_file(path):
        return
    done = set()
    for user in users:
        given = any(file.path == path for file in user.env_files) or any(m.source == path for m in user.mounts)
        if user.build is None or given or user.anchor in done:
            continue
        done.add(user.anchor)
        relative = posixpath.relpath(path, user.deployment.folder or ".")
        yield AppendItem(user.anchor, relative if relative.startswith("..") else f"./{relative}", "env_file")


def _ignored(graph: Graph, image: Image, path: str) -> Iterator[Repair]:
    """A line of the ignore file that counts for this build."""
    build = image.build
    own = build.dockerfile + ".dockerignore"
    ignore = own if graph.library.tree.is_file(own) else join(build.context, ".dockerignore")
    name = path[len(build.context) + 1 :] if build.context else path
    if Context(graph.library, build).dropped(name) is None:
        yield AddLine(ignore, name)


def _inside(graph: Graph, image: Image, copying: Copying, word: Word, paths: list[str]) -> Finding:
    """Tracked files of secrets below a folder that is copied whole: one finding for all of them."""
    place = located(word.raw, "copies them into the image")
    assert place is not None
    users = _users(graph, image)
    build = image.build
    whole = join(build.context, ".env")
    return Finding(
        rule=RULE,
        message=f"{copying.instruction.name} {word.value} brings {', '.join(paths)} into the image, with secrets",
        location=place,
        anchor=copying.anchor,
        value=word.value,
        evidence=tuple(Location(path, Span(0, 0), "holds secrets") for path in paths),
        remedy=Remedy(
            Applicability.UNSAFE,
            "keep them out of the build and give their values at run time",
            (
                *(repair for path in paths if path == whole for repair in _given(graph, users, path)),
                *(repair for path in paths for repair in _ignored(graph, image, path)),
            ),
        ),
        components=graph.called(*users, *(w for w in graph.own_commands if graph.build_of(w) == build)),
    )


def _open(graph: Graph, path: str) -> bool:
    """Whether a file is in git, and certainly holds a secret."""
    entry = graph.library.tree.entries.get(path)
    if entry is None or not entry.tracked or not secret_files.named_so(path):
        return False
    return secret_files.holds_secret(graph.library, path) is True
