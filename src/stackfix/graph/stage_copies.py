"""What a `COPY --from` takes from an earlier stage: its files, its programs, and what may have been made there."""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from fnmatch import translate
from typing import TYPE_CHECKING

from stackfix.graph.image_files import Found, Layer, absolute, under
from stackfix.graph.products import Made, together
from stackfix.tree import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.formats.dockerfile import Word
    from stackfix.graph.image_files import Copying, ImageFiles
    from stackfix.graph.products import Product
    from stackfix.graph.value import Value


def from_stage(copying: Copying, source_files: ImageFiles, before: ImageFiles) -> Layer:
    """Play a `COPY --from` of an earlier stage through."""
    start, stage, target = copying.instruction.start, copying.stage, copying.destination
    if target is None:
        return Layer(start, stage, {}, ("/",))
    files: dict[str, str] = {}
    made: list[Made] = []
    origins: list[tuple[str, str]] = []
    for _, value in copying.sources:
        if value is None or re.search(r"[*?\[\\]", value.text.value):
            files.update(_matching(source_files, value.text.value, target) if value is not None else {})
            made.append(Made((target,), products=_matched(source_files, value, copying)))
            continue
        source = absolute(value.text.value)
        inside = copying.several or before.holds_folder(target)
        place = posixpath.join(target, posixpath.basename(source)) if inside else target
        origins += _moved_origins(source_files, source, place)
        single = source_files.lookup(source)
        product = source_files.products.get(source)
        if isinstance(single, str):
            files[place] = single
            made.extend([Made((target,))] if not inside and before.uncertain(target) else [])
            continue
        if product is not None and single is Found.MADE:
            made.append(_program(product, target, inside=inside, alone=not before.uncertain(target)))
            continue
        if single is Found.ABSENT and not source_files.holds_folder(source) and not source_files.uncertain(source):
            # What was meant comes there all the same: the COPY tells of it.
            made.append(Made((target,)))
            continue
        cut = len(source.rstrip("/")) + 1
        files.update({posixpath.join(target, p[cut:]): t for p, t in source_files.below(source).items()})
        made.append(_moved_along(source_files, source, target))
    whole = together(made)
    folders = (target,) if copying.several else ()
    return Layer(
        start, stage, files, whole.places, folders, closed=whole.closed, products=whole.products, origins=tuple(origins)
    )


def _program(product: Product, target: str, *, inside: bool, alone: bool) -> Made:
    """A program that is copied: to a file of the target's name, or into it where that is a folder."""
    within = posixpath.join(target, product.name)
    if inside or alone:
        place = within if inside else target
        return Made((place,), products=(replace(product, place=place),))
    return Made((target,), products=tuple(replace(product, place=p, sure=False) for p in (target, within)))


def _moved_along(files: ImageFiles, source: str, target: str) -> Made:
    """What may have been made in a folder of a stage, seen from where the folder is copied to."""

    def moved(place: str) -> str:
        return posixpath.normpath(posixpath.join(target, posixpath.relpath(place, source)))

    made: list[Made] = []
    for layer in files.layers:
        below = tuple(moved(p) for p in layer.made if p != source and under(p, source))
        places = (target,) if layer.may_have_made(source) else below
        closed = tuple(replace(c, folder=moved(c.folder)) for c in layer.closed if under(c.folder, source))
        products = tuple(replace(p, place=moved(p.place)) for p in layer.products if under(p.place, source))
        made.append(Made(places, closed, products))
    return together(made)


def _moved_origins(files: ImageFiles, source: str, target: str) -> Iterator[tuple[str, str]]:
    for layer in files.layers:
        for place, path in layer.origins:
            if under(source, place):
                yield target, join(path, posixpath.relpath(source, place))
            elif under(place, source):
                yield posixpath.join(target, posixpath.relpath(place, source)), path


def _matched(files: ImageFiles, value: Value | None, copying: Copying) -> tuple[Product, ...]:
    """The programs of one folder of a stage whose names a pattern matches: `target/*.jar`."""
    if value is None or copying.destination is None:
        return ()
    folder, name = posixpath.split(absolute(value.text.value))
    matches = re.compile(translate(name)).match
    found = [p for p in files.products.values() if posixpath.dirname(p.place) == folder and matches(p.name)]
    target = copying.destination
    return tuple(replace(p, place=posixpath.join(target, p.name) if copying.several else target) for p in found)


def _matching(files: ImageFiles, pattern: str, target: str) -> dict[str, str]:
    """The known files of one folder of a stage whose names a pattern matches: `package*.json`."""
    folder, name = posixpath.split(absolute(pattern))
    if re.search(r"[*?\[\\]", folder):
        return {}
    matches = re.compile(translate(name)).match
    inside = ((posixpath.basename(p), t) for p, t in files.known().items() if posixpath.dirname(p) == folder)
    return {posixpath.join(target, name): t for name, t in inside if matches(name)}


def absent_from_stage(copying: Copying, files: ImageFiles) -> Iterator[tuple[str, Word]]:
    """The sources of a `COPY --from` that its stage certainly doesn't hold, as absolute paths."""
    for word, value in copying.sources:
        if value is None or re.search(r"[*?\[\\]", value.text.value):
            continue
        path = absolute(value.text.value)
        if files.lookup(path) is Found.ABSENT and not files.holds_folder(path) and not files.uncertain(path):
            yield path, word
