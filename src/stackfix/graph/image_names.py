"""Names of images, cut as Docker cuts them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MIRRORS = re.compile(
    r"^(?:docker\.io/|index\.docker\.io/|registry-1\.docker\.io/|public\.ecr\.aws/docker/|mirror\.gcr\.io/)?"
    r"(?:library/)?"
)


@dataclass(frozen=True, slots=True)
class Name:
    """An image's name in parts: `repository` without Docker Hub's own prefixes, `tag` and `digest` where written."""

    repository: str
    tag: str | None = None
    digest: str | None = None


def parse(image: str) -> Name:
    """Cut an image's name as Docker does."""
    rest, _, digest = image.partition("@")
    slash = rest.rfind("/")
    colon = rest.find(":", slash + 1)
    tag = rest[colon + 1 :] if colon >= 0 else None
    rest = rest if colon < 0 else rest[:colon]
    return Name(_MIRRORS.sub("", rest), tag, digest or None)
