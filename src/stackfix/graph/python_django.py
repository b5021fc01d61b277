"""Django: what its settings say that bears on the addresses of a site, beside the lists of URLs themselves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.graph.value import Symbol, Template

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.graph.python_names import Names
    from stackfix.graph.value import Hole, Opaque
    from stackfix.text import Text

SETTINGS = "django.conf.settings"
_ELSEWHERE = ("ROOT_HOSTCONF", "PUBLIC_SCHEMA_URLCONF", "SUBDOMAIN_URLCONFS", "TENANT_URLCONF")
"""Settings by which another list of URLs than the root's may answer."""
_NAMED = re.compile(r"""["']([A-Za-z_]\w*(?:\.\w+)+)["']""")
_ANSWERING = re.compile(
    r"(?i)health|alive|heartbeat|probe|\bping|liveness|readiness|dockerflow|flatpage|status|catch_?all|proxy"
)
_LOOKING = re.compile(r"\.path\b|path_info|PATH_INFO|get_full_path|urlconf|\bscope\b")
_SETTING = re.compile(r"\bMIDDLEWARE(?:_CLASSES)?\b")


def unseen(names: Names, paths: Iterable[str]) -> Iterator[str]:
    """Why a site may answer addresses that its lists of URLs don't have: other lists, and middleware that answers."""
    for path in paths:
        known, text = names.facts(path), names.library.text(path)
        if known is None or text is None:
            continue
        yield from (f"{name} is set" for name in _ELSEWHERE if name in known.own)
        if _SETTING.search(text.value) and known.own & {"MIDDLEWARE", "MIDDLEWARE_CLASSES", "DEBUG"}:
            yield from _middleware(names, path, text.value)


def _middleware(names: Names, path: str, text: str) -> Iterator[str]:
    for dotted in sorted({m[1] for m in _NAMED.finditer(text) if "iddleware" in m[1]}):
        module = dotted.rpartition(".")[0]
        own = names.resolve(module) or names.resolve(dotted)
        code = names.library.text(own) if own is not None and own != path else None
        if code is not None:
            if _ANSWERING.search(code.value) or _LOOKING.search(code.value):
                yield f"{dotted} may answer by itself"
        elif not dotted.startswith("django.") and _ANSWERING.search(dotted):
            yield f"{dotted} may answer by itself"
        elif ".flatpages." in dotted:
            yield f"{dotted} answers from the database"


def settled(names: Names, paths: Iterable[str], path: str, value: Template) -> Template:
    """A value with `settings.NAME` of django.conf in place: what the one file that is read says of it."""
    known = names.facts(path)
    heads = {i.alias for i in known.imports if i.module == "django.conf"} if known is not None else set()
    parts: list[Text | Hole | Symbol | Opaque] = []
    for part in value.parts:
        head, _, name = part.name.rpartition(".") if isinstance(part, Symbol) else ("", "", "")
        parts.extend(_said(names, paths, name).parts if head in {*heads, SETTINGS} else (part,))
    return Template(tuple(parts))


def _said(names: Names, paths: Iterable[str], name: str) -> Template:
    told = [(path, known.constants[name]) for path in paths if (known := names.facts(path)) and name in known.constants]
    found = {text.value: names.value(path, said) for path, said in told if (text := names.value(path, said).text)}
    return next(iter(found.values())) if len(found) == 1 and len(told) == len(found) else Template.unknown()
