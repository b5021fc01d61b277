"""Manifests, Compose files and Dockerfiles that scripts name and that aren't there.

Judged only where the folder is known, or where no folder of the tree has such a path; what is ignored, made on the way,
downloaded or asked for first is left alone.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from stackfix.graph import namesakes, scripts
from stackfix.graph.script_steps import place
from stackfix.graph.value import Symbol
from stackfix.text import Text
from stackfix.tree import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.library import Library
    from stackfix.graph.script_steps import ScriptStep
    from stackfix.graph.scripts import Script
    from stackfix.graph.value import Template

_TEMPLATED = re.compile(r"\{\{|\{%|<%")
_TAKES = frozenset({"apply", "create", "delete", "replace", "diff", "kustomize"})
"""What kubectl does with files: `logs -f deploy/api` names none."""
_GLOB = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Missing:
    """A path that leads nowhere, by all places of a script that write it so, the first step being `step`.

    `candidates` are files of the same name, else of one that means the same, with how the script would write each.
    """

    script: Script
    step: ScriptStep
    texts: tuple[Text, ...]
    candidates: tuple[tuple[str, str | None], ...]


def missing(library: Library) -> Iterator[Missing]:
    """Every such path, once a script."""
    for one in scripts.scripts(library):
        if _TEMPLATED.search(one.path):
            continue
        found: dict[tuple[str, tuple[tuple[str, str | None], ...]], Missing] = {}
        for step in one.facts.steps:
            for written in step.files:
                text = path_text(written)
                if text is None or not text.place or step.conditional or not step.certain:
                    continue
                if _is_missing(library, one, step, written, text.value):
                    ways = tuple(_candidates(library, one, step, written, text))
                    known = found.get((text.value, ways))
                    first, before = (known.step, known.texts) if known else (step, ())
                    texts = before if text.place in {t.place for t in before} else (*before, text)
                    found[text.value, ways] = Missing(one, first, texts, ways)
        yield from found.values()


def path_text(written: Template) -> Text | None:
    """The path, where it is written out but for the script's own folder or the root before it."""
    parts = written.parts[1:] if written.parts and isinstance(written.parts[0], Symbol) else written.parts
    return parts[0] if len(parts) == 1 and isinstance(parts[0], Text) and not _GLOB.search(parts[0].value) else None


def _is_missing(library: Library, one: Script, step: ScriptStep, written: Template, value: str) -> bool:
    tree, places = library.tree, one.places(step, written)
    name = posixpath.basename(value.rstrip("/"))
    folder = is_folder(step, value)
    if not places or "://" in value or not (folder or re.search(r"\.ya?ml$|\.json$|Dockerfile|Containerfile", name)):
        return False
    ignored = library.sources.would_ignore
    if any(tree.is_file(p) or tree.is_folder(p) or tree.is_unknown(p) or ignored(p) for p in places):
        return False
    if folder and any(ignored(p + "/x.yaml") for p in places):
        return False
    # Started in some other folder it may be there.
    relative = posixpath.normpath(value.lstrip("/")).replace("../", "")
    exact = one.folder is not None or is_based(step, written)
    there = tree.folders if folder else tree.named(name)
    if not exact and any(p == relative or p.endswith("/" + relative) for p in there):
        return False
    return not is_handled(library, one, name)


def is_folder(step: ScriptStep, value: str) -> bool:
    """Whether a step of kubectl names a folder of manifests, or of a kustomization."""
    name = posixpath.basename(value.rstrip("/"))
    # `github.com/owner/name` is an address.
    plain = re.fullmatch(r"[\w-]*\w", name) is not None and not re.match(r"[\w-]+\.[\w.-]+/|[^/]*@|\w+::", value)
    return step.tool == "kubectl" and step.verb.split(" ")[0] in _TAKES and plain and (step.kustomize or "/" in value)


def is_based(step: ScriptStep, written: Template) -> bool:
    """Whether a path is known from wherever the script is started."""
    found = place(written, step.folder)
    return found is not None and found.base in {"script", "root"}


def is_handled(library: Library, one: Script, name: str) -> bool:
    """Whether the script itself makes the file, or asks first if it is there."""
    text = library.text(one.path)
    if text is None:
        return True
    word = re.escape(name)
    makes = (
        r"(?:>|\b(?:cp|mv|tee|touch|curl|wget|git|tar|unzip|ln|cat|sed|envsubst|kompose|test|mkdir|rsync|output-dir|synth)\b"
        r"|-[fsed][ \t])"
        rf"[^\n]*{word}"
    )
    for match in re.finditer(makes, text.value):
        line = text.value[text.value.rfind("\n", 0, match.start()) + 1 : match.end()]
        if not re.search(r"\b(?:kubectl|docker|docker-compose|podman|helm)\b", line) or re.search(
            rf">[^\n]*{word}", line
        ):
            return True
    holders = "|".join(re.findall(rf"(?m)^[ \t]*(?:\w+[ \t]+)?(\w+)=[^\n]*{word}[\"']?[ \t]*\r?$", text.value))
    if holders and re.search(rf">[ \t]*\"?\$\{{?(?:{holders})\b", text.value):
        return True
    return bool(re.search(r"\b(?:git clone|gh repo clone)\b", text.value))


def _candidates(
    library: Library, one: Script, step: ScriptStep, written: Template, text: Text
) -> Iterator[tuple[str, str | None]]:
    tree = library.tree
    name = posixpath.basename(text.value.rstrip("/"))
    if is_folder(step, text.value):
        named = [f for f in _folders(library, step) if posixpath.basename(f) == name]
    else:
        named = [p for p in tree.named(name) if tree.entries[p].wiring and not p.startswith(".")]
    named = [p for p in named if not _TEMPLATED.search(p)]
    if not named:
        yield from _namesakes(library, one, step, written, text)
    alike = [p for p in named if _alike(p, text.value) > 1]
    for path in alike if len(alike) == 1 else named:
        base = base_of(library, one, step, written)
        yield path, None if base is None else respelled(text.value, posixpath.relpath("/" + path, "/" + base))


def _folders(library: Library, step: ScriptStep) -> list[str]:
    """The folders that kubectl can take: of a kustomization, or with manifests in them."""
    tree = library.tree
    if step.kustomize:
        paths = [p for n in ("kustomization.yaml", "kustomization.yml", "Kustomization") for p in tree.named(n)]
    else:
        paths = [p for p, e in tree.entries.items() if e.wiring and p.endswith((".yaml", ".yml", ".json")) and "/" in p]
    return sorted({posixpath.dirname(p) for p in paths} - {""})


def _alike(path: str, written: str) -> int:
    """How many of its last names a path has in common with what is written."""
    pairs = zip(reversed(path.split("/")), reversed(written.split("/")), strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))


def _namesakes(
    library: Library, one: Script, step: ScriptStep, written: Template, text: Text
) -> Iterator[tuple[str, str | None]]:
    """What means the same in the very folder: `.yaml` where a script says `.yml`, `production` where it says `prod`."""
    old = text.value.rstrip("/")
    head, name = old[: len(old) - len(posixpath.basename(old))], posixpath.basename(old)
    folders = _folders(library, step) if is_folder(step, text.value) else None
    for path in one.places(step, written):
        home = posixpath.dirname(path)
        beside = [p for p in (library.tree.below(home) if folders is None else folders) if posixpath.dirname(p) == home]
        for twin in namesakes.of(name, beside):
            yield twin, head + posixpath.basename(twin) + text.value[len(old) :]


def base_of(library: Library, one: Script, step: ScriptStep, written: Template) -> str | None:
    """The folder that the written path is relative to; of two that it may be, the one that other paths prove."""
    value = path_text(written)
    found = place(written, step.folder)
    if value is None or found is None:
        return None
    places = one.places(step, written)
    suffix = posixpath.normpath(value.value.lstrip("/"))
    bases = [p[: -len(suffix)].rstrip("/") for p in places if p.endswith(suffix)]
    if len(bases) < len(places):
        return None
    if len(set(bases)) == 1:
        return bases[0]
    proved = _proved(library, one)
    return next((base for base in bases if proved == {base}), None)


def _proved(library: Library, one: Script) -> set[str]:
    """The folders that the script's other paths are found from."""
    found = set()
    for step in one.facts.steps:
        for written in (*step.files, *((step.context,) if step.context is not None else ())):
            text = path_text(written)
            base = place(written, step.folder)
            if text is None or base is None or base.base != "start":
                continue
            here = [p for p in one.places(step, written) if library.tree.is_file(p)]
            if len(here) == 1:
                suffix = join("", text.value)
                found.add(here[0][: -len(suffix)].rstrip("/") if here[0].endswith(suffix) else "?")
    return found


def respelled(old: str, new: str) -> str:
    """The new relative path in the manner of the old: with its `./` or leading slash."""
    if old.startswith("/"):
        return "/" + new
    return "./" + new if old.startswith("./") and not new.startswith("../") else new
