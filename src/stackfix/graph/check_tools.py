"""The programs that health checks run: whether a container has them, and what could ask the same in their place."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.graph import check_modules, interpreters, stores, voices
from stackfix.graph.command import literal
from stackfix.graph.model import Platform
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Probe, Workload
    from stackfix.graph.value import Template

_URL = r"(?P<quote>[\"']?)(?P<url>https?://[^\s\"'|;&<>()\\$]+)(?P=quote)"
_PLAIN_FLAGS = (
    r"(?:\s+(?:-[fsSLqvk]*[fsSLqv]|--fail|--silent|--show-error|--location|--quiet|--spider|--no-verbose|--output\s+/dev/null"
    r"|-o\s*/dev/null|-O\s*(?:/dev/null|-)|-qO-|-nv|--tries=\d+|-t\s*\d+|--timeout=\d+|-T\s*\d+|-m\s*\d+"
    r"|--max-time\s+\d+|--connect-timeout\s+\d+))*"
)
_ASKS = re.compile(rf"(?:curl|wget){_PLAIN_FLAGS}\s+{_URL}{_PLAIN_FLAGS}")
_FAILED = ".on('error', () => process.exit(1))"
_RENAMED = {
    "mongo": "mongosh", "mysqladmin": "mariadb-admin", "mysql": "mariadb",
    "kafka-topics.sh": "kafka-topics", "kafka-broker-api-versions.sh": "kafka-broker-api-versions",
    "kafka-metadata-quorum.sh": "kafka-metadata-quorum",
}  # fmt: skip
"""Programs that newer images, or a vendor's, have under another name, with the same arguments."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """A check whose program the container lacks. `words` put another command for `text`, else for the whole check.

    `module`: the program is there, and lacks what it imports.
    """

    workload: Workload
    probe: Probe
    text: Text | None = None
    words: tuple[str, ...] = ()
    module: str | None = None


def has(graph: Graph, workload: Workload, tool: str) -> bool | None:
    """Whether a container has a program; None where that isn't certain."""
    known = _has(graph, workload, tool)
    return None if known is False and any(interpreters.installations(workload)) else known


def _has(graph: Graph, workload: Workload, tool: str) -> bool | None:
    image = graph.image(workload)
    if image is not None:
        return image.has_program(tool)
    if workload.image is None or workload.build is not None or graph.build_of(workload) is not None:
        return None
    if any(mount.target.startswith(("/bin", "/usr")) for mount in workload.mounts):
        return None
    there, absent = stores.programs(workload.image.value)
    return True if tool in there else False if tool in absent else None


def lacking(graph: Graph) -> Iterator[Lacking]:
    """Every check of a deployment, and of an image by itself, whose program is certainly not there."""
    for workload in graph.workloads:
        yield from (_judged(graph, workload, probe) for probe in workload.probes if _lacks(graph, workload, probe))
        yield from (_imported(probe, workload) for probe in workload.probes if _lacks_module(graph, workload, probe))
    for own in graph.own_commands:
        image = graph.image(own)
        if image is not None and image.healthcheck is not None and _lacks(graph, own, image.healthcheck):
            yield _judged(graph, own, image.healthcheck)
        elif image is not None and image.healthcheck is not None and _lacks_module(graph, own, image.healthcheck):
            yield _imported(image.healthcheck, own)


def _lacks_module(graph: Graph, workload: Workload, probe: Probe) -> bool:
    """Whether what a check imports is certainly missing, for every service that has the check."""
    others = (other for other, _ in voices.sharers(graph, workload, probe))
    return all(check_modules.is_absent(graph, one, probe) for one in (workload, *others))


def _imported(probe: Probe, workload: Workload) -> Lacking:
    found = check_modules.instead(probe)
    if found is None:
        return Lacking(workload, probe, module=check_modules.MODULE)
    return Lacking(workload, probe, found[0], (found[1],), check_modules.MODULE)


def _lacks(graph: Graph, workload: Workload, probe: Probe) -> bool:
    """Whether the program is certainly missing, for every service that has the check."""
    if probe.tool is None or has(graph, workload, probe.tool) is not False:
        return False
    return all(has(graph, other, probe.tool) is False for other, _ in voices.sharers(graph, workload, probe))


def _judged(graph: Graph, workload: Workload, probe: Probe) -> Lacking:
    renamed = _RENAMED.get(probe.tool or "")
    if renamed is not None and has(graph, workload, renamed):
        for text in _texts(probe):
            match = re.search(rf"(?<![\w/-]){probe.tool}(?![\w-])", text.value)
            if match is not None:
                return Lacking(workload, probe, text.slice(*match.span()), (renamed,))
    for text in _texts(probe):
        match = _ASKS.search(text.value)
        new = _instead(graph, workload, match["url"]) if match is not None else ()
        if match is not None and new:
            return _in_place(Lacking(workload, probe, text.slice(*match.span()), (_shell(new),)), text, match, new)
    words = tuple(literal(word) for word in probe.command)
    whole = " ".join(word or "\0" for word in words)
    match = _ASKS.fullmatch(whole)
    filled = any(_is_filled(text) for text in _texts(probe))
    if match is None or filled or workload.deployment.platform is Platform.KUBERNETES:
        return Lacking(workload, probe)
    return Lacking(workload, probe, None, _instead(graph, workload, match["url"]))


def _in_place(whole: Lacking, text: Text, match: re.Match[str], new: tuple[str, ...]) -> Lacking:
    """The whole request anew; where its URL holds a variable, only what stands before it, else nothing."""
    if not _is_filled(text.slice(*match.span("url"))):
        return whole
    before = text.slice(match.start(), match.start("quote"))
    ends = match.end() == match.end("url") + len(match["quote"])
    if before.place is None or not ends or new[-1] != match["url"]:
        return Lacking(whole.workload, whole.probe)
    return replace(whole, text=before, words=(" ".join(new[:-1]) + " ",))


def _is_filled(text: Text) -> bool:
    """Whether part of it stands where a variable is read: it isn't written as it reads."""
    return text.place is None or len(text.place[1]) != len(text.value.encode())


def _texts(probe: Probe) -> Iterator[Text]:
    return _parts(probe.command)


def _parts(words: Iterable[Template]) -> Iterator[Text]:
    for word in words:
        yield from (part for part in word.parts if isinstance(part, Text))


def _instead(graph: Graph, workload: Workload, url: str) -> tuple[str, ...]:
    """A command that asks the same with what is there; nothing where none is known to be."""
    kind = url.partition(":")[0]
    ways = {
        "curl": ("curl", "-f", url),
        "wget": ("wget", "-q", "-O", "/dev/null", url),
        "python": ("python", "-c", f"import urllib.request; urllib.request.urlopen('{url}')"),
        "python3": ("python3", "-c", f"import urllib.request; urllib.request.urlopen('{url}')"),
        "node": (
            "node",
            "-e",
            f"require('{kind}').get('{url}', r => process.exit(r.statusCode < 400 ? 0 : 1)){_FAILED}",
        ),
    }
    return next((words for tool, words in ways.items() if has(graph, workload, tool)), ())


def _shell(words: tuple[str, ...]) -> str:
    """Words as a shell reads them; those with blanks in double quotes, since all others hold single ones."""
    return " ".join(f'"{word}"' if " " in word else word for word in words)
