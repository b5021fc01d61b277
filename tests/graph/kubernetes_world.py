"""Links manifests given as texts or as a folder of `data/kubernetes`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

from stackfix.findings import Location
from stackfix.graph import kubernetes_link
from stackfix.graph.library import Library
from stackfix.tree import Entry, Tree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackfix.graph.kubernetes_cluster import Cluster, World
    from stackfix.graph.model import KubeService, Workload
    from stackfix.text import Text

DATA = Path(__file__).parent / "data" / "kubernetes"


@dataclass(frozen=True)
class Memory:
    files: Mapping[str, bytes]

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def would_ignore(self, path: str) -> bool:  # noqa: ARG002 - as Sources asks it
        return False


def folder(name: str) -> dict[str, bytes]:
    """The files of one folder of the test data."""
    root = DATA / name
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def written(files: Mapping[str, str]) -> dict[str, bytes]:
    """Files from texts, their common indentation taken off."""
    return {path: dedent(text).lstrip("\n").encode() for path, text in files.items()}


def library(files: Mapping[str, bytes], entries: Mapping[str, Entry] | None = None) -> Library:
    """A library over files in memory."""
    known = {path: Entry(path) for path in files} | dict(entries or {})
    return Library(Tree(known), Memory(files))


def world(files: Mapping[str, bytes]) -> World:
    """The groups of files in memory."""
    return kubernetes_link.link(library(files))


def linked(files: Mapping[str, str]) -> World:
    """The groups of texts."""
    return world(written(files))


def only(files: Mapping[str, str]) -> Cluster:
    """The one group of texts."""
    (cluster,) = linked(files).clusters
    return cluster


def workload(cluster: Cluster, name: str) -> Workload:
    """The one container of that name."""
    (found,) = (w for w in cluster.workloads if w.name == name)
    return found


def service(cluster: Cluster, name: str) -> KubeService:
    """The one Service of that name."""
    (found,) = (s for s in cluster.services if s.name.value == name)
    return found


def cut(files: Mapping[str, bytes], place: Location | Text) -> str:
    """The bytes that a location or a text stands at."""
    found = (place.path, place.span) if isinstance(place, Location) else place.place
    assert found is not None
    path, span = found
    return files[path][span.start : span.end].decode()
