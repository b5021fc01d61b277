"""Which contents of a commit a judge may ask for, told by names alone: the others are not fetched. Pure.

May import the repository's kinds.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.repository import kinds

if TYPE_CHECKING:
    from collections.abc import Iterable

_LINK, _SUBMODULE = "120000", "160000"

# What holds no wiring and no source that an entry point reaches: media, archives, documents, data, compiled code.
_NEVER = re.compile(
    r"(?i).*\.(?:3gp|7z|a|adoc|ai|avi|bin|bmp|bz2|class|csv|dll|dmg|docx?|dylib|eot|eps|exe|fbx|flac|gif|glb|gz|h5|ico"
    r"|ipynb|iso|jar|jpe?g|jp2|log|m4[av]|map|md|mdx|mkv|mov|mp[34]|mpe?g|npy|npz|o|odt|ogg|onnx|otf|parquet|pb|pdf|pickle"
    r"|pkl|png|po|pot|pptx?|psd|pt|pth|pyc|rar|rst|safetensors|so|sqlite3?|svg|swf|tar|tgz|tiff?|tsv|ttf|wasm|wav|webm"
    r"|webp|whl|woff2?|xlsx?|xz|zip|zst)"
)


def wanted(listing: Iterable[str]) -> tuple[str, ...]:
    """The names of the contents that may be asked for, each once; `listing` are the records of `git ls-tree -r -z`."""
    found: dict[str, None] = {}
    for record in listing:
        head, _, path = record.partition("\t")
        mode, _, name = head.split(" ")
        if mode == _LINK or (mode != _SUBMODULE and _may_be_read(path)):
            found[name] = None
    return tuple(found)


def _may_be_read(path: str) -> bool:
    *folders, name = path.split("/")
    return kinds.OUT.isdisjoint(folders) and _NEVER.fullmatch(name) is None
