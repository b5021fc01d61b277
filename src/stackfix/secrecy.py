"""Which bytes of a file are a secret: what may stand in no report, log or pull request.

Judged by what a value is called, by the user part of an address, and by the looks of well-known keys. In doubt a value
is a secret: hiding a line costs a reader one look into the file.

May import spans.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.spans import Lines, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_WORD = (
    rb"(?:password|passwd|passphrase|pass|pwd|secret|token|credentials?|requirepass"
    rb"|(?:api|private|access|secret|auth|encryption|signing|license|session|master|jwt)[_.-]?key(?:[_.-]?base)?)"
)
_NAME = rb"[\w.-]*?" + _WORD + rb"\d*"
_QUOTED = rb"(?:\"(?P<double>[^\"\n]+)\"|'(?P<single>[^'\n]+)')"

# NAME=value, name: value, "name": "value".
_NAMED = re.compile(
    rb"(?<![\w$])(?i:"
    + _NAME
    + rb")[\"']?[ \t]*(?:[:=](?![-?+])|:=)[ \t]*(?:"
    + _QUOTED
    + rb"|(?P<plain>(?:\$\{[^}\n]*\}|[^\s\"',;)}\]])+))"
)
# ENV NAME value, --name value, requirepass value.
_SPACED = re.compile(
    rb"(?:^[ \t]*(?:ENV|ARG)[ \t]+(?i:" + _NAME + rb")|[ \t\"]--?(?i:" + _NAME + rb")|\brequirepass)"
    rb"[\"']?,?[ \t]+(?:" + _QUOTED + rb"|(?P<plain>[^\s\"'-][^\s\"']*))",
    re.MULTILINE,
)
# os.getenv("NAME", "value").
_DEFAULT = re.compile(rb"(?<![\w.-])(?i:" + _NAME + rb")[\"'][ \t]*,[ \t]*" + _QUOTED)
_DEFAULT_OF_REFERENCE = re.compile(rb"\$\{(?i:" + _NAME + rb"):?-(?P<plain>[^}\n]+)\}")
# Kubernetes and ECS write the name on one line and the value on the next.
_NEXT_LINE = re.compile(
    rb"\bname\"?[ \t]*:[ \t]*[\"']?(?i:"
    + _NAME
    + rb")[\"']?,?[ \t]*\r?\n[ \t]*\"?value\"?[ \t]*:[ \t]*(?:"
    + _QUOTED
    + rb"|(?P<plain>[^\s\"']\S*))"
)
_USER = re.compile(rb"[a-z][a-z0-9+.-]{0,30}://[^\s/:@\"'${]*:(?P<plain>[^\s/@\"'{}$][^\s/@\"']*)@")
# Go's data source name: user:password@tcp(host).
_USER_OF_NAME = re.compile(rb"(?<![\w/:])[\w.-]*:(?P<plain>[^\s@\"'{}$]+)@(?:tcp|unix)\(")
# A list of keywords in a string, as drivers take it: host=db user=app password=value, Server=db;Pwd=value.
_KEYWORD = (
    rb"\b(?:host(?:addr|name)?|server|data source|address|port|user(?:[ ]?id|name)?|uid|db(?:name)?|database"
    rb"|initial catalog|sslmode)[ ]?="
)
_WORD_AMONG = rb"(?:password|pwd)[ ]?=[ ]?(?P<plain>[^\s;,\"'(){}%$][^\s;,\"'()]*)"
_AFTER_KEYWORDS = re.compile(rb"(?i:" + _KEYWORD + rb"[^,\"'()\n]{1,160}?[ ;]" + _WORD_AMONG + rb")")
_BEFORE_KEYWORDS = re.compile(rb"(?i:[\"'`;][ ]?" + _WORD_AMONG + rb"[ ;][ ]?" + _KEYWORD + rb")")
_LOOKS = re.compile(
    rb"(?P<plain>\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_\w{20,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,}|sk-[\w-]{20,}"
    rb"|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]+)\b|-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*)"
)
_KUBERNETES = re.compile(rb"^kind[ \t]*:[ \t]*[\"']?Secret\b", re.MULTILINE)
_ENTRY = re.compile(rb"^[ \t]+[\w.-]+[ \t]*:[ \t]+[\"']?(?P<plain>[^\s\"'|>&*{]\S*)", re.MULTILINE)
_DATA = re.compile(
    rb"^(?:data|stringData)[ \t]*:[^\n]*\n(?P<block>(?:[ \t]+[^\n]*(?:\n|\Z)|[ \t]*\r?\n)+)", re.MULTILINE
)

_ANYWHERE = (
    _SPACED, _DEFAULT, _DEFAULT_OF_REFERENCE, _NEXT_LINE, _USER, _USER_OF_NAME, _AFTER_KEYWORDS, _BEFORE_KEYWORDS,
    _LOOKS,
)  # fmt: skip
_CODE = (".py", ".ts", ".tsx", ".js", ".jsx", ".vue", ".svelte", ".go", ".rs", ".java", ".kt", ".rb")
_NO_SECRET = re.compile(
    rb"(?i:true|false|null|none|~|yes|no|optional|required|str(?:ing)?|bytes|undefined)|\$\w+|\$?\$\{\w+\}|\$\(.*|\{\{.*"
    rb"|[<*].*|\.{0,2}/.*|[|>][+-]?"
)


def spans(path: str, data: bytes) -> tuple[Span, ...]:
    """The bytes of every secret value in a file, in order. The path tells whether a bare word is a name of code."""
    found = {span for pattern in _ANYWHERE for span in _values(pattern, data)}
    found |= set(_values(_NAMED, data, bare=not path.endswith(_CODE)))
    if _KUBERNETES.search(data):
        for block in _DATA.finditer(data):
            found |= set(_values(_ENTRY, data, block.span("block")))
    return tuple(sorted(found))


def masked(text: str) -> str:
    """Words for people with every secret in them made unreadable."""
    data = text.encode("utf-8", "surrogateescape")
    for span in reversed(spans("", data)):
        data = data[: span.start] + b"***" + data[span.end :]
    return data.decode("utf-8", "surrogateescape")


class Secrecy:
    """The secrets of a tree's files, each file looked at once, when asked."""

    def __init__(self, read: Callable[[str], bytes | None]) -> None:
        """Take a reader of files as they were judged."""
        self._read = read
        self._lines: dict[str, frozenset[bytes]] = {}

    def is_secret_line(self, path: str, line: bytes) -> bool:
        """Whether a line of a file, as it is or as it becomes, holds a secret."""
        bare = line.rstrip(b"\r\n")
        return bare in self._of(path) or bool(spans(path, bare))

    def _of(self, path: str) -> frozenset[bytes]:
        """The lines that hold a secret by what stands above them, too."""
        if path not in self._lines:
            data = self._read(path) or b""
            self._lines[path] = frozenset(_lines(data, spans(path, data)))
        return self._lines[path]


def _values(
    pattern: re.Pattern[bytes], data: bytes, within: tuple[int, int] | None = None, *, bare: bool = True
) -> Iterator[Span]:
    start, end = within or (0, len(data))
    for match in pattern.finditer(data, start, end):
        for name in ("double", "single", "plain"):
            value = match.groupdict().get(name)
            if value and (bare or name != "plain") and not _NO_SECRET.fullmatch(value):
                yield Span(*match.span(name))


def _lines(data: bytes, found: tuple[Span, ...]) -> Iterator[bytes]:
    lines = Lines(data)
    for span in found:
        for number in range(lines.position(span.start).line, lines.position(span.end).line + 1):
            place = lines.span(number)
            yield data[place.start : place.end]
