"""What is mounted while a RUN runs: caches, and files of the build context that no COPY brings.

Source: Dockerfile reference, "RUN --mount".
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph.build_context import Sent
from stackfix.graph.image_files import Layer, absolute

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.formats.dockerfile import Instruction
    from stackfix.graph.build_context import Context


@dataclass(frozen=True, slots=True)
class Mount:
    """One mount: where it lies in the image, and what of the context it shows (None: nothing of it)."""

    target: str
    source: str | None = None


def mounts(instruction: Instruction, working_dir: str | None) -> Iterator[Mount]:
    """The mounts that hide a part of the image: what comes to lie there is no part of it."""
    for flag in instruction.flags:
        if flag.name != "mount" or flag.value is None:
            continue
        fields = {name: value for name, _, value in (part.partition("=") for part in flag.value.value.split(","))}
        target = next((fields[name] for name in ("target", "dst", "destination") if name in fields), None)
        kind = fields.get("type", "bind")
        if target is None or kind not in {"cache", "tmpfs", "bind"}:
            continue
        source = fields.get("source", fields.get("src", "")) if kind == "bind" and "from" not in fields else None
        yield Mount(absolute(posixpath.join(working_dir or "/", target)), source)


def bound(mounted: Iterable[Mount], context: Context) -> Layer:
    """The files of the context that mounts show."""
    files: dict[str, str] = {}
    for mount in mounted:
        if mount.source is None or "$" in mount.source + mount.target:
            continue
        source = absolute(mount.source)[1:]
        if context.holds(source):
            files[mount.target] = context.tree_path(source)
        elif not source or context.library.tree.is_folder(context.tree_path(source)):
            files.update(Sent(context, source, mount.target, parents=False))
    return Layer(-1, -1, files)
