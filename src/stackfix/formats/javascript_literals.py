"""How JavaScript spells characters: in strings, templates and JSX attributes; and decimal numbers.

May import text, the spelling of pieces and edits (refusals).
"""

from __future__ import annotations

import re

from stackfix.edits import Refused
from stackfix.formats.spelling import decoded, within
from stackfix.text import Text

_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|\\(?:\r\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|u\{[0-9a-fA-F]{1,6}\}|.)|\r\n?",
    re.DOTALL,
)
_SIMPLE = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_CONTINUES = frozenset(["\n", "\r", "\r\n", "\u2028", "\u2029"])
_DECIMAL = re.compile(r"0|[1-9][0-9]*")
_WRITTEN = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_MARKS = {"single": "'", "double": '"', "template": "`"}
_HIGHEST = 0x10FFFF


def spelled(inside: Text, kind: str) -> Text:
    """The characters that the inside of a literal means. `kind` is "single", "double" or "template"."""
    raw = inside.value
    quoting = f"javascript:{kind}"
    if "\\" not in raw and not (kind == "template" and "\r" in raw):
        return within(inside, quoting)
    if re.search(r"(?<!\\)(?:\\\\)*\\[0-7]", raw):
        # What follows an octal escape would be read into it: such a literal is only replaced as a whole, by nobody.
        return decoded(inside, _ESCAPE.sub(lambda m: _meaning(m[0]), raw), "javascript:octal")
    texts = []
    at = 0
    for match in _ESCAPE.finditer(raw):
        if match[0][0] == "\r" and kind != "template":
            continue
        if at < match.start():
            texts.append(within(inside.slice(at, match.start()), quoting))
        texts.append(decoded(inside.slice(match.start(), match.end()), _meaning(match[0]), quoting))
        at = match.end()
    if at < len(raw):
        texts.append(within(inside.slice(at, len(raw)), quoting))
    return Text.join(texts)


def number(source: Text) -> Text:
    """A number's decimal digits; it may be edited where it is a plain whole number."""
    if _DECIMAL.fullmatch(source.value):
        return within(source, "javascript:number")
    try:
        digits = source.value.replace("_", "").lower().removesuffix("n")
        meant = str(int(digits, 0)) if re.fullmatch(r"\d+|0[xob][\da-f]+", digits) else repr(float(digits))
    except ValueError:
        meant = source.value
    return decoded(source, meant, "javascript:number")


def attribute(inside: Text) -> Text:
    """The characters of a JSX attribute in quotes."""
    if "&" in inside.value:
        return decoded(inside, inside.value, "javascript:entities")
    return within(inside, "javascript:attribute")


def _meaning(escape: str) -> str:
    """What an escape sequence or a raw line ending in a template stands for."""
    if escape[0] == "\r":
        return "\n"
    rest = escape[1:]
    if "\\" in rest[1:]:
        units = int(escape[2:6], 16).to_bytes(2, "big") + int(escape[8:12], 16).to_bytes(2, "big")
        return units.decode("utf-16-be")
    if rest in _CONTINUES:
        return ""
    if rest[0] in "01234567":
        return chr(int(rest, 8))
    if rest[0] in "xu" and len(rest) > 1:
        code = int(rest[1:].strip("{}"), 16)
        return chr(code) if code <= _HIGHEST else escape
    return _SIMPLE.get(rest, rest)


def encode(quoting: str, new: str) -> str:
    """Spell characters inside a literal of that kind. Refused where the kind can't hold them."""
    kind = quoting.removeprefix("javascript:")
    if any(0xD800 <= ord(c) <= 0xDFFF for c in new):  # noqa: PLR2004 - the surrogates
        raise Refused("half of a character pair can't be written")
    if kind == "number":
        if not _DECIMAL.fullmatch(new):
            raise Refused("a number in JavaScript source can only become another whole number")
        return new
    if kind == "attribute":
        if re.search(r"[\"'&{}<>\x00-\x1f]", new):
            raise Refused("a JSX attribute can't spell these characters")
        return new
    if kind not in _MARKS:
        raise Refused("this JavaScript literal's spelling can't be changed exactly")
    written = "".join(_character(c, _MARKS[kind]) for c in new)
    if kind == "template":
        # What stands before or behind may be the other half of an opening `${`.
        written = re.sub(r"\$(?=\{|\Z)", r"\\$", written)
        written = re.sub(r"\A\{", r"\\{", written)
    return written


def _character(character: str, mark: str) -> str:
    if character in {"\\", mark}:
        return "\\" + character
    if character in _WRITTEN:
        return _WRITTEN[character]
    if ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0:  # noqa: PLR2004 - control characters
        return f"\\x{ord(character):02x}"
    return character
