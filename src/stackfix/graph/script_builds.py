"""Builds of scripts, Makefiles and workflows that can't begin: their folder or their Dockerfile isn't there.

Judged only where the base folder is known, or where no folder of the tree has such a path. What is ignored, made or
fetched on the way is left alone.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.graph import builds, script_paths, scripts, workflow
from stackfix.graph.image import is_dockerfile
from stackfix.repairs.set_entry import SetEntry
from stackfix.repairs.set_text import SetText
from stackfix.text import Text
from stackfix.tree import join

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.findings import Anchor, Location, Repair
    from stackfix.graph.library import Library
    from stackfix.graph.script_steps import ScriptStep
    from stackfix.graph.scripts import Script
    from stackfix.graph.workflow import Built

_ELSEWHERE = re.compile(r"://|^git@|^-$|[$*?{}\[\]]|^[~/]")
_FETCHED = re.compile(
    r"actions/checkout@[^\n]*\n(?:[ \t][^\n]*\n){0,8}?[ \t]+(?:path|repository):|download-artifact|git clone|"
    r"gh repo clone|submodule|repo sync"
)


@dataclass(frozen=True, slots=True)
class Unbuilt:
    """A build of a folder, or by a Dockerfile (`what`), that isn't there. `ways` are what fits, with their repairs.

    `context` is the folder that is built, where that is there and its Dockerfile alone is missing.
    """

    what: str
    location: Location
    anchor: Anchor
    ways: tuple[tuple[str, tuple[Repair, ...]], ...]
    context: str | None = None


def unbuilt(library: Library) -> Iterator[Unbuilt]:
    """Every such build, each written place once."""
    seen: set[Location] = set()
    for one in scripts.scripts(library):
        for step in one.facts.steps:
            found = of_step(library, one, step)
            if found is not None and found.location not in seen:
                seen.add(found.location)
                yield found
    for path, entry in sorted(library.tree.entries.items()):
        known = library.get(path, workflow.facts) if entry.wiring and workflow.is_workflow(path) else None
        for built in known.builds if known is not None else ():
            action = _of_action(library, path, built)
            if action is not None and action.location not in seen:
                seen.add(action.location)
                yield action


def undockered(library: Library) -> Iterator[Unbuilt]:
    """Builds of a folder that is there by a Dockerfile of its own that isn't, and nothing else is meant."""
    for one in unbuilt(library):
        if one.context is not None and not one.ways:
            yield one
    for missing in script_paths.missing(library):
        step, text = missing.step, missing.texts[0]
        if (step.tool, step.verb) != ("docker", "build") or step.context is None or missing.candidates:
            continue
        written = script_paths.path_text(step.context)
        contexts, files = missing.script.places(step, step.context), missing.script.places(step, step.files[-1])
        lost = [(c, f) for c, f in zip(contexts, files, strict=False) if f == join(c, "Dockerfile")]
        there = [(c, f) for c, f in lost if library.tree.is_folder(c) and not _is_unknown(library, c)]
        place = located(text, "has no Dockerfile")
        if len(there) != 1 or len(contexts) != len(files) or written is None or place is None:
            continue
        if not _is_fetched(library, missing.script.path, written.value):
            yield Unbuilt(there[0][1], place, step.anchor, (), there[0][0])


# --- docker build -----------------------------------------------------------------------------------------------------


def of_step(library: Library, one: Script, step: ScriptStep) -> Unbuilt | None:
    """What a `docker build` of a script lacks, its own `-f` left out."""
    if (step.tool, step.verb) != ("docker", "build") or step.context is None or step.conditional or not step.certain:
        return None
    text = script_paths.path_text(step.context)
    if text is None or not text.place or _ELSEWHERE.search(text.value) or _is_fetched(library, one.path, text.value):
        return None
    places = one.places(step, step.context)
    tree = library.tree
    if not places or any(_is_unknown(library, p) for p in places):
        return None
    there = [p for p in places if tree.is_folder(p)]
    if there:
        return None if step.files else _without_dockerfile(library, one, step, there, text)
    if any(tree.is_file(p) for p in places) or not _is_certain(library, one, step, text.value):
        return None
    name = _name(one, step, places[0])
    if name is None:
        return None
    base = script_paths.base_of(library, one, step, step.context)
    folders = _folders(library, places[0], name) if base is not None else ()
    if not folders and one.folder is None and len(places) > 1:
        return None  # Where it is started decides, and nothing here is what it may mean.
    ways = tuple((f, _leads(library, one, step, text, (base or "", f))) for f in folders)
    location = located(text, "doesn't exist") or step.location
    return Unbuilt(posixpath.normpath(places[0]), location, step.anchor, ways)


def _is_unknown(library: Library, place: str) -> bool:
    return library.tree.is_unknown(place) or library.sources.would_ignore(place + "/x")


def _is_fetched(library: Library, path: str, value: str) -> bool:
    """Whether a script brings folders from elsewhere, or makes this one."""
    text = library.text(path)
    name = posixpath.basename(value.rstrip("/"))
    if text is None or _FETCHED.search(text.value):
        return True
    makes = rf"\b(?:mkdir|cp|mv|rsync|tar|unzip|ln|cookiecutter|npx|degit|scp)\b[^\n]*{re.escape(name)}"
    return name not in {"", ".", ".."} and bool(re.search(makes, text.value))


def _is_certain(library: Library, one: Script, step: ScriptStep, value: str) -> bool:
    """Whether the folder is missing wherever the script is started."""
    assert step.context is not None
    if one.folder is not None or script_paths.is_based(step, step.context):
        return True
    relative = posixpath.normpath(value).replace("../", "")
    return relative not in {".", ".."} and not any(("/" + f).endswith("/" + relative) for f in library.tree.folders)


def _name(one: Script, step: ScriptStep, context: str) -> str | None:
    """The Dockerfile's path below its context; None where it lies elsewhere."""
    if not step.files:
        return "Dockerfile"
    named = one.places(step, step.files[-1])
    below = [n[len(context) + 1 :] for n in named if n.startswith(context + "/")]
    return below[0] if below else None


def _folders(library: Library, context: str, name: str) -> tuple[str, ...]:
    """Folders that are called like a missing one and hold the Dockerfile."""
    tree = library.tree
    own = posixpath.basename(context)
    return tuple(
        f for f in sorted(tree.folders)
        if posixpath.basename(f) == own and own and tree.is_file(join(f, name)) and tree.entries[join(f, name)].wiring
    )  # fmt: skip


def _leads(library: Library, one: Script, step: ScriptStep, text: Text, way: tuple[str, str]) -> tuple[SetText, ...]:
    """The context, and a Dockerfile that is written below it, in another folder."""
    base, folder = way
    assert step.context is not None
    found = [SetText(text, script_paths.respelled(text.value, posixpath.relpath("/" + folder, "/" + base)))]
    old = one.places(step, step.context)[0]
    for file in step.files:
        named = script_paths.path_text(file)
        rest = next((p[len(old) :] for p in one.places(step, file) if p.startswith(old + "/")), None)
        if named is not None and rest is not None and script_paths.base_of(library, one, step, file) is not None:
            new = posixpath.relpath("/" + folder + rest, "/" + (script_paths.base_of(library, one, step, file) or ""))
            found.append(SetText(named, script_paths.respelled(named.value, new)))
    return tuple(dict.fromkeys(found))


def _without_dockerfile(
    library: Library, one: Script, step: ScriptStep, there: list[str], text: Text
) -> Unbuilt | None:
    """A build of a folder without a Dockerfile, which names no other."""
    tree = library.tree
    names = [join(folder, name) for folder in there for name in ("Dockerfile", "Containerfile", "dockerfile")]
    if any(tree.is_file(n) or tree.is_unknown(n) or library.sources.would_ignore(n) for n in names):
        return None
    assert step.context is not None
    plain = one.folder is not None or script_paths.is_based(step, step.context)
    if not plain and (len(there) > 1 or posixpath.normpath(text.value) == "."):
        return None
    if script_paths.is_handled(library, one, "Dockerfile"):
        return None
    ways = tuple((f, _option(step, text, there[0], f)) for f in _dockerfiles(library, there[0], ()))
    location = located(text, "has no Dockerfile") or step.location
    return Unbuilt(names[0], location, step.anchor, ways, there[0])


def _dockerfiles(library: Library, folder: str, taken: Iterable[str]) -> tuple[str, ...]:
    paths = (p for p in library.tree.directly_in(folder) if is_dockerfile(p))
    return tuple(p for p in paths if p not in taken)


def _option(step: ScriptStep, text: Text, context: str, path: str) -> tuple[SetText, ...]:
    """`-f` before the context, which is written as the context is."""
    piece = text.slice(0, 0).pieces[0] if text.pieces else None
    parts = step.context.parts if step.context is not None else ()
    if piece is None or len(parts) != 1 or piece.quoting[-1:] != ("shell:plain",):
        return ()
    before = Text("", (replace(piece, quoting=piece.quoting[:-1]),))
    prefix = "" if posixpath.normpath(text.value) == "." else text.value.rstrip("/") + "/"
    return (SetText(before, f"-f {prefix}{posixpath.relpath(path, context or '.')} "),)


# --- actions ----------------------------------------------------------------------------------------------------------


def _of_action(library: Library, path: str, built: Built) -> Unbuilt | None:
    """What an action lacks; its paths are from where the workflow begins."""
    given = [t for t in (built.context, built.file) if t is not None]
    if not built.certain or not given or any(_ELSEWHERE.search(t.value) or not t.place for t in given):
        return None
    base = workflow.root_of(path)
    context, wanted = built.places(base)
    tree = library.tree
    file = tree.dockerfile(wanted)
    if any(_is_fetched(library, path, t.value) for t in given) or _is_unknown(library, context):
        return None
    if tree.is_file(file) or tree.is_unknown(file) or library.sources.would_ignore(file):
        return None
    if context and not tree.is_folder(context):
        return _lost_folder(library, built, context, file, base)
    if _is_made(library, path, posixpath.basename(file)):
        return None
    named = built.file if built.file is not None else built.context
    there = _dockerfiles(library, posixpath.dirname(file), ()) or _elsewhere(library, file)
    found = [p for p in there if builds.is_written_for(library, context, p)]
    ways = tuple((p, (_names(built, _from(base, p)),)) for p in found)
    location = located(named, "doesn't exist") if named is not None else None
    return Unbuilt(file, location or built.location, built.anchor, ways, context)


def _from(base: str, path: str) -> str:
    return posixpath.relpath("/" + path, "/" + base)


def _names(built: Built, path: str) -> Repair:
    """The action's file, which may be still to be said."""
    if built.file is not None:
        return SetText(built.file, script_paths.respelled(built.file.value, path))
    return SetEntry(built.anchor.child("with"), "file", path, beside="context")


def _lost_folder(library: Library, built: Built, context: str, file: str, base: str) -> Unbuilt | None:
    assert built.context is not None
    name = file[len(context) + 1 :] if file.startswith(context + "/") else None
    ways = []
    for folder in _folders(library, context, name) if name else ():
        repairs = [SetText(built.context, script_paths.respelled(built.context.value, _from(base, folder)))]
        if built.file is not None:
            new = _from(base, join(folder, name or ""))
            repairs.append(SetText(built.file, script_paths.respelled(built.file.value, new)))
        ways.append((folder, tuple(repairs)))
    location = located(built.context, "doesn't exist") or built.location
    return Unbuilt(context, location, built.anchor, tuple(ways))


def _elsewhere(library: Library, file: str) -> tuple[str, ...]:
    """Dockerfiles of that very name, where it says more than that it is one."""
    name = posixpath.basename(file)
    if name.lower() in {"dockerfile", "containerfile"}:
        return ()
    return tuple(p for p in library.tree.named(name) if library.tree.entries[p].wiring)


def _is_made(library: Library, path: str, name: str) -> bool:
    text = library.text(path)
    makes = rf"(?:>|\b(?:cp|mv|tee|curl|wget|cat|sed|envsubst)\b)[^\n]*{re.escape(name)}"
    return text is None or bool(re.search(makes, text.value))
