"""What may answer in a Go program beside its own registrations: middleware, and packages that its routers are given to.

A router that is given to a function of the program is followed there; one that is given to another package may come
back with routes that nobody sees. Sources: chi's middleware, fiber's healthcheck and monitor, net/http/pprof, expvar.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.graph.native_source import closing, parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.go_code import Source

HEARTBEAT = re.compile(r'\bHeartbeat\(\s*"(?P<path>/[^"\s]*)"')
"""chi's and Echo's middleware that answers one path, whatever the routes are."""

_ROUTERS = re.compile(
    r"(?P<name>[A-Za-z_][\w.]*)\s*:?=\s*(?:gin\.(?:Default|New)|echo\.New|fiber\.New|chi\.New(?:Router|Mux)|mux\.NewRouter"
    r"|http\.NewServeMux|[A-Za-z_][\w.]*\.(?:Group|PathPrefix|With))\("
    r"|(?P<given>\b\w+)\s+(?:\*(?:gin|echo|fiber|http|mux)\.(?:Engine|RouterGroup|Echo|Group|App|ServeMux|Router)"
    r"|(?:chi|fiber|gin)\.(?:Router|IRouter|IRoutes))\b"
)
_CALLS = re.compile(r"(?P<callee>\b[A-Za-z_]\w*(?:\.\w+)*)\(")
_HANDS_BACK = re.compile(
    r"(?:ListenAndServe\w*|Serve\w*|NewServer|NewRecorder|Handle\w*|\w*Handler\w*|\w*Middleware|Wrap\w*|CORS\w*|Logger\w*"
    r"|Recover\w*|h2c|Fatal\w*|Print\w*|append|len|Walk|Name|New|Route|Group|Mount|string|Run\w*|Start\w*|Shutdown)"
)
"""Names of functions that wrap what they are given, serve it or look at it."""

_ANSWERS = re.compile(
    r"\bhealthcheck\.|\bmonitor\.|\bpprof\.|Profiler\(|\bswagger\.|\bproxy\.|[Ss]tatic|\bRewrite|\bfavicon\.|\bhealth\w*\."
)
_BY_PATH = re.compile(
    r"(?:\.Path\(\)|\.RequestURI)\s*==|Has(?:Prefix|Suffix)\(\s*[\w.]+(?:\.URL\.Path|\.Path\(\)|\.RequestURI)"
    r"|switch\s+[\w.]+(?:\.URL\.Path|\.Path\(\)|\.RequestURI)"
)
_PATH_KEPT = re.compile(r"(?P<name>\b\w+)\s*:?=\s*[\w.]+(?:\.URL\.Path|\.Path\(\)|\.RequestURI)\b")
_DEBUGS = re.compile(r'"(?:net/http/pprof|expvar)"')
_FUNCTION = re.compile(r"\bfunc\b\s*(?:\([^)]*\)\s*)?\w*\s*\((?P<parameters>[^)]*)\)[^{\n]*\{")
_SERVES = re.compile(r"\bfunc\s*\([^)]*\)\s*ServeHTTP\([^)]*\)\s*\{")


def prefixes(files: tuple[Source, ...]) -> Iterator[str]:
    """The paths below which an imported package registers routes of its own."""
    if any(_DEBUGS.search(file.code) for file in files):
        yield "/debug"


def hides(files: tuple[Source, ...]) -> bool:
    """Whether anything else than the registrations may answer requests."""
    own = {function.name for file in files for function in file.functions}
    return any(_by_itself(file) or _given_away(file, own) for file in files)


def _by_itself(file: Source) -> bool:
    """Whether middleware or a handler of one's own looks at the path itself."""
    if _BY_PATH.search(file.code):
        return True
    kept = "|".join({re.escape(match["name"]) for match in _PATH_KEPT.finditer(file.code)})
    if kept and re.search(rf"\b(?:{kept})\s*==|switch\s+(?:{kept})\b|Has(?:Prefix|Suffix)\(\s*(?:{kept})\b", file.code):
        return True
    used = (file.code[m.end() : closing(file.code, m.end() - 1)] for m in re.finditer(r"\.Use\(", file.code))
    if any(_ANSWERS.search(said) for said in used):
        return True
    bodies = (file.code[m.end() : closing(file.code, m.end() - 1)] for m in _SERVES.finditer(file.code))
    return any(".ServeHTTP(" not in body for body in bodies)


def _given_away(file: Source, own: set[str]) -> bool:
    """Whether a router is given to a function that isn't the program's own and may add to it."""
    names = {match["name"] or match["given"] for match in _ROUTERS.finditer(file.code)}
    for call in _CALLS.finditer(file.code) if names else ():
        last = call["callee"].rpartition(".")[2]
        if last in own or _HANDS_BACK.fullmatch(last) or file.code.endswith("func ", 0, call.start()):
            continue
        end = closing(file.code, call.end() - 1)
        given = parts(file.code, call.end(), end, ",") if end is not None else []
        if any(_is_router(file, file.code[slice(*one)], names, call.start()) for one in given):
            return True
    return False


def _is_router(file: Source, name: str, names: set[str], at: int) -> bool:
    """Whether a name is a router's where a call stands, and not the parameter of a handler that is called alike."""
    if name not in names:
        return False
    declared = re.compile(rf"\b{re.escape(name)}\b[^,()]*")
    for function in reversed(list(_FUNCTION.finditer(file.code, 0, at))):
        said = declared.search(function["parameters"])
        end = closing(file.code, function.end() - 1) if said is not None else None
        if said is not None and end is not None and end > at:
            return _ROUTERS.search(said[0]) is not None
    return True
