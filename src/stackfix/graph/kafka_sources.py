"""Bootstrap addresses outside deployments: in dotenv files, in fallbacks of Python source, in configurations."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import Anchor, located
from stackfix.graph import address, environment
from stackfix.graph.helm_releases import holds_values
from stackfix.graph.python_file import facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.findings import Location
    from stackfix.graph.library import Library
    from stackfix.graph.model import Address
    from stackfix.text import Text

_BOOTSTRAP = re.compile(
    r"BOOTSTRAP_?(?:SERVERS?|BROKERS?)|BROKER_?CONNECT|BROKER_LIST"
    r"|(?:KAFKA|REDPANDA)(?:_[A-Z0-9]+)*_?(?:BROKERS?|SERVERS?|HOSTS?|URLS?|URI|ADDRS?|ADDRESS(?:ES)?|ENDPOINTS?|PEERS)$"
    r"|KAFKA(?:_[A-Z0-9]+)*_BROKER_(?:URLS?|HOST|ADDR(?:ESS)?(?:ES)?|ENDPOINT)$"
)
_OTHER = re.compile(
    r"ZOO_?KEEPER|(?:^|_)ZK|REGISTRY_(?:URL|HOST)|REST_(?:URL|HOST)|CONNECT_(?:URL|HOST)|JMX|METRICS_PORT|LISTENERS?(?:$|_)"
    r"|ADVERTISED|QUORUM|VOTERS|CONSOLE|(?:^|_)UI_|ADMIN_API|PANDAPROXY"
)
_OWN_BUSINESS = re.compile(
    r"(?:^|/)(?:tests?|__tests__|spec|e2e|fixtures?|node_modules|examples?|docs?|target|build|dist|vendor)/|(?:^|[/._-])tests?[._-]"
    r"|(?:^|/)src/(?:it|int-?tests?|(?:integration|functional|component|contract|acceptance|system|smoke|e2e)-?tests?|test-?fixtures)/"
)
_ELSEWHERE = re.compile(r"(?i)docker|container|prod|stag|k8s|kube|cluster|cloud|(?:^|[._-])ci(?:$|[._-])|test")
_SETTING = re.compile(
    r"(?im)^(?P<before>[^\r\n#]*?\b(?P<key>[A-Za-z0-9_.-]*(?:bootstrap[-_.]?servers?|kafka[-_.]?brokers?|broker-list|brokers))\b"
    r"[^\r\n#]{0,60}?)(?<![A-Za-z0-9_.-])(?P<list>[A-Za-z][A-Za-z0-9_.-]*:\d{2,5}(?:\s*,\s*[A-Za-z][A-Za-z0-9_.-]*:\d{2,5})*)(?![\d.])"
)
_CONFIGURATIONS = (".yml", ".yaml", ".properties", ".js", ".ts", ".mjs", ".cjs", ".toml", ".conf")
_DOTNET = re.compile(r"(?:^|/)appsettings(?:\.[\w-]+)?\.json$")
_DEPLOYMENT = re.compile(r"(?m)^(?:services|apiVersion|include|x-[\w-]+)[ \t]*:")
_PARTS = re.compile(r"[^,\s]+")


@dataclass(frozen=True, slots=True)
class Line:
    """An address that some file gives for a bootstrap setting.

    `example`: people copy it. `fallback`: a default of the source. `elsewhere`: the file's name says that it isn't for
    the host. `taken` is where it begins.
    """

    path: str
    variable: str | None
    value: Text
    address: Address
    location: Location
    anchor: Anchor
    example: bool = False
    fallback: bool = False
    elsewhere: bool = False

    @property
    def taken(self) -> tuple[str, int]:
        """Where it is written."""
        place = self.address.host.place
        return (place[0], place[1].start) if place is not None else ("", -1)


def is_bootstrap(name: str) -> bool:
    """Whether a variable holds addresses that a Kafka client begins with."""
    plain = re.sub(r"[-.]", "_", name.upper())
    return _BOOTSTRAP.search(plain) is not None and _OTHER.search(plain) is None


def is_other(name: str) -> bool:
    """Whether a variable speaks of something beside the brokers' listeners for clients."""
    return _OTHER.search(re.sub(r"[-.]", "_", name.upper())) is not None


def lines(library: Library) -> tuple[Line, ...]:
    """Every such line of the tree."""
    return library.remember("Kafka's bootstrap lines", lambda: tuple(_lines(library)))


def _lines(library: Library) -> Iterator[Line]:
    for path, entry in library.tree.entries.items():
        if not entry.wiring or entry.target is not None or _OWN_BUSINESS.search(path.lower()) or holds_values(path):
            continue
        if environment.is_dotenv(path):
            yield from _dotenv(library, path)
        elif path.endswith(".py"):
            if _speaks(library, path):
                yield from _python(library, path)
        elif (path.endswith(_CONFIGURATIONS) or _DOTNET.search(path)) and _speaks(library, path):
            yield from library.get(path, configuration) or ()


def _speaks(library: Library, path: str) -> bool:
    data = (library.sources.read(path) or b"").lower()
    return b"kafka" in data and (b"bootstrap" in data or b"broker" in data)


def _dotenv(library: Library, path: str) -> Iterator[Line]:
    for variable in (environment.variables(library, path) or {}).values():
        if variable.value is None or not is_bootstrap(variable.name):
            continue
        example, elsewhere = environment.is_example(path), _is_elsewhere(path)
        for part, found in _addresses(variable.value):
            place = located(part)
            if place is not None and place.path == path:
                yield Line(
                    path, variable.name, part, found, place, variable.anchor, example=example, elsewhere=elsewhere
                )


def _python(library: Library, path: str) -> Iterator[Line]:
    known = library.get(path, facts)
    for read in known.env_reads if known is not None else ():
        text = read.default.text if read.default is not None else None
        if text is None or not is_bootstrap(read.name):
            continue
        for part, found in _addresses(text):
            place = located(part)
            if place is not None:
                yield Line(
                    path, read.name, part, found, place, read.anchor, fallback=True, elsewhere=_is_elsewhere(path)
                )


def configuration(text: Text) -> tuple[Line, ...]:
    """The addresses that a line of a configuration gives for a bootstrap setting."""
    found = []
    place = text.first_place
    path = place[0] if place is not None else ""
    if _DEPLOYMENT.search(text.value) or path.startswith(".github/"):
        return ()
    for match in _SETTING.finditer(text.value):
        whole = text.group(match, "list")
        if whole is None or re.match(r"\s*(?://|\*|<!--)", match["before"]):
            continue
        for part, one in _addresses(whole):
            here = located(part)
            if here is not None:
                anchor = Anchor(path, "text", (match["key"],))
                found.append(Line(path, None, part, one, here, anchor, elsewhere=_is_elsewhere(path)))
    return tuple(found)


def _is_elsewhere(path: str) -> bool:
    return _ELSEWHERE.search(posixpath.basename(path)) is not None


def _addresses(value: Text) -> Iterator[tuple[Text, Address]]:
    for match in _PARTS.finditer(value.value):
        part = value.slice(match.start(), match.end())
        found = address.url(part) or address.pair(part)
        if found is not None and found.port_text is not None and found.scheme in {None, "plaintext", "kafka"}:
            yield part, found
