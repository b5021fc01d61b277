"""Which Go program of the repository an image runs: from the step that compiles it to its `main` package.

May import formats, the graph's nouns and the reader of Go code.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph import go_code
from stackfix.graph.image_files import absolute

if TYPE_CHECKING:
    from stackfix.graph.image import Image
    from stackfix.graph.link import Graph


@dataclass(frozen=True, slots=True)
class Program:
    """A program's module and `main` package, folders of the tree."""

    module: str
    package: str


def program(graph: Graph, image: Image, name: str, folder: str | None) -> Program | None:
    """The program that a name on the command line stands for; None where it isn't certain."""
    place = absolute(posixpath.join(folder or image.working_dir or "/", name)) if "/" in name else None
    found = {
        Program(made.module, made.package)
        for made in image.files.products.values()
        if made.module is not None and made.package is not None and place in {None, made.place}
        if place is not None or made.name == name
    }
    known = [made for made in found if made.package in go_code.main_packages(graph.library, made.module)]
    return known[0] if len(known) == 1 else None
