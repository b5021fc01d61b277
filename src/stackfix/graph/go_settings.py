"""What fills a Go program's structures of settings: tags that name a variable, and viper's keys.

May import the reader of Go code and the graph's values.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.graph.go_code import expression, split
from stackfix.graph.value import Hole, Template

if TYPE_CHECKING:
    from stackfix.graph.go_code import Field, Source
    from stackfix.graph.go_values import Reader
    from stackfix.text import Text

_UNKNOWN = Template.unknown()
_FILE_READ = re.compile(r"\.(?:ReadInConfig|MergeInConfig|ReadConfig)\(")
_DEFAULTS = {"envDefault": "caarlos0/env", "env-default": "ilyakaznacheev/cleanenv", "default": None}
"""Tags with a default, and the library that reads each where another of these may be in use."""


class Settings:
    """The settings of one program."""

    def __init__(self, sources: tuple[Source, ...]) -> None:
        """Take the files that the program is compiled from."""
        self._sources = sources
        whole = "\n".join(source.bare for source in sources)
        self._automatic = ".AutomaticEnv(" in whole
        self._replaced = ".SetEnvKeyReplacer(" in whole
        used = {library for library in _DEFAULTS.values() if library and any(library in s.code for s in sources)}
        self._defaults = tuple(tag for tag, library in _DEFAULTS.items() if not used or library in {None, *used})
        self._file = _FILE_READ.search(whole) is not None

    def value(self, reader: Reader, key: Text, depth: int) -> Template:
        """What viper has under a key: the variable, a file's value, the default."""
        default = self._default(reader, key.value, depth)
        if self._file:
            default = _UNKNOWN
        names = self._variables(reader, key.value, depth)
        if names is None:
            return _UNKNOWN
        found = default
        for name in reversed(names):
            found = Template((Hole(name, found, empty_is_unset=True, location=located(key)),))
        return found if found is not None else _UNKNOWN

    def _variables(self, reader: Reader, key: str, depth: int) -> tuple[str, ...] | None:
        bound = self._calls(reader, "BindEnv", key, depth)
        if bound:
            texts = [t.text for t in bound[0]]
            named = tuple(t.value for t in texts if t is not None)
            return named if named and len(named) == len(texts) else None
        if not self._automatic:
            return ()
        prefix = self._prefix(reader, depth)
        name = key.upper()
        if self._replaced:
            name = re.sub(r"[.-]", "_", name)
        return None if prefix is None or not re.fullmatch(r"\w+", name) else (prefix + name,)

    def _prefix(self, reader: Reader, depth: int) -> str | None:
        for source in self._sources:
            for match in re.finditer(r"\.SetEnvPrefix\(", source.bare):
                text = reader.value(source, *expression(source.bare, match.end(), len(source.bare)), depth + 1).text
                return None if text is None else text.value.rstrip(")").upper() + "_"
        return ""

    def _default(self, reader: Reader, key: str, depth: int) -> Template | None:
        found = self._calls(reader, "SetDefault", key, depth)
        return found[0][0] if len(found) == 1 and found[0] else None

    def _calls(self, reader: Reader, method: str, key: str, depth: int) -> list[list[Template]]:
        """The further arguments of viper's calls for a key."""
        found = []
        for source in self._sources:
            for match in re.finditer(rf"\.{method}\(", source.bare):
                end = source.bare.find("\n", match.end())
                parts = split(source.bare, match.end(), source.bare.rfind(")", match.end(), end))
                text = reader.value(source, *parts[0], depth + 1).text if parts else None
                if text is not None and text.value.lower() == key.lower():
                    found.append([reader.value(source, *part, depth + 1) for part in parts[1:]])
        return found

    def tagged(self, reader: Reader, field: Field, home: Source, depth: int) -> Template:
        """What a field's tag says that fills it."""
        tags = {m[1]: m.span(2) for m in re.finditer(r'([\w-]+):"([^"]*)"', field.tag)}

        def written(name: str) -> Text | None:
            span = tags.get(name)
            return home.text.slice(field.tag_at + span[0], field.tag_at + span[1]) if span else None

        key = written("mapstructure")
        if key is not None and (self._automatic or ".Unmarshal(" in home.bare):
            return self.value(reader, key, depth)
        named = written("env") or written("envconfig")
        if named is None:
            return _UNKNOWN
        name, *options = (part.strip() for part in named.value.split(","))
        default = next((d for d in map(written, self._defaults) if d is not None), None)
        given = next((o for o in options if o.startswith("default=")), None)
        if given is not None:
            at = named.value.index(given) + len("default=")
            default = named.slice(at, at + len(given) - len("default="))
        if not re.fullmatch(r"[A-Z]\w*", name) or (self._file and default is not None):
            return Template((Hole(name, _UNKNOWN, location=located(named)),)) if name else _UNKNOWN
        return self._prefixed(name, default, named)

    def _prefixed(self, name: str, default: Text | None, named: Text) -> Template:
        """With envconfig's prefix before it, where the program gives one: the name without it is read then too."""
        whole = "\n".join(source.code for source in self._sources)
        prefix = re.search(r'envconfig\.(?:Must)?Process\(\s*(?:"(\w*)"|\w+(?:\.\w+)*\s*,\s*")', whole)
        value = Template.literal(default) if default is not None else None
        plain = Template((Hole(name, value, location=located(named)),))
        if prefix is None or not prefix[1]:
            return plain
        return Template((Hole(f"{prefix[1].upper()}_{name}", plain, location=located(named)),))
