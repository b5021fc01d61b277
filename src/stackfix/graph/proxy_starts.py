"""What a container does to nginx's files as it starts: a template rendered by envsubst, or what nobody can follow.

Source: the official image's entry point renders /etc/nginx/templates itself, and hands its arguments on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.graph import container

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload

RENDERED = re.compile(
    r"envsubst(?:\s+(?:\"[^\"]*\"|'[^']*'|\\?[^\s<;&|\"']+))*\s*<\s*(?P<source>/[\w./-]+)\s*>\s*(?P<target>/etc/nginx/[\w./-]+)"
)
_TOUCHES = re.compile(r"/etc/nginx/|\benvsubst\b")
_HARMLESS = re.compile(r"\s*(?:exec\s+)?(?:nginx|chown|chmod|mkdir|touch|ls|cat\s+[^>]*$|echo\s+[^>]*$|rm\s|test\s|\[)")
_LINES = re.compile(r"&&|\|\||;|\n")


def texts(graph: Graph, workload: Workload) -> Iterator[str]:
    """The shell texts that run before nginx does: those of the command, and the scripts of the tree that it names."""
    seen = container.files(graph, workload)
    for words in container.words(graph, workload) or ():
        for word in words.words if words is not None else ():
            text = word.text.value if word.text is not None else "".join(_parts(word.parts))
            yield text.replace("$$", "$")
            path = seen.lookup(text) if text.startswith("/") and not re.search(r"\s", text) else None
            script = graph.library.text(path) if isinstance(path, str) else None
            if script is not None:
                yield re.sub(r"(?m)^[ \t]*#[^\n]*", "", script.value.replace("\\\n", " "))


def _parts(parts: tuple[object, ...]) -> Iterator[str]:
    for part in parts:
        value, name = getattr(part, "value", None), getattr(part, "name", None)
        yield value if isinstance(value, str) else f"${{{name}}}" if isinstance(name, str) else " "


def rendered(graph: Graph, workload: Workload, placed: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The files that a start renders: where nginx finds each, and the file of the tree it is made of."""
    seen = container.files(graph, workload)
    for text in texts(graph, workload):
        for made in RENDERED.finditer(text):
            source = placed.get(made["source"]) or seen.lookup(made["source"])
            if isinstance(source, str):
                yield made["target"], source


def hides(graph: Graph, workload: Workload) -> bool:
    """Whether a start may make a configuration that nobody sees."""
    made = {target for target, _ in rendered(graph, workload, {})}
    for text in texts(graph, workload):
        for line in _LINES.split(text):
            if not _TOUCHES.search(line) or _HARMLESS.match(line):
                continue
            known = RENDERED.search(line)
            if known is None or known["target"] not in made:
                return True
    return False
