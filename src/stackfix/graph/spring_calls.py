"""Where a Spring Boot program connects to by its own settings: data stores, brokers, registries, other services.

A setting counts where the jar is surely made from the module, its code leaves it to Spring, and nothing unseen may give
another. What the deployment gives stands over it by relaxed binding: SPRING_DATASOURCE_URL over spring.datasource.url.

May import the graph's nouns and what is known of Spring programs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from stackfix.findings import Anchor, Location, located
from stackfix.graph import address, compiled, engines, kinship, references, spring, spring_code, spring_keys, started
from stackfix.graph.value import Hole, Template, Use

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackfix.graph.link import Graph
    from stackfix.graph.model import Address, Workload
    from stackfix.graph.spring import Application
    from stackfix.graph.spring_keys import Kind
    from stackfix.graph.started import Process
    from stackfix.graph.value import Environment
    from stackfix.text import Text

_OPTION = re.compile(r"(?:-D|--)(?P<key>[A-Za-z][\w.-]*)(?:=.*)?", re.DOTALL)
_OF_THE_MACHINE = re.compile(
    r"(?:java|javax|sun|jdk|com\.sun|user|file|os|networkaddress|https?|reactor|io\.netty|logging|log4j2?|server"
    r"|management|spring\.profiles\.active|otel|hibernate|maven\.test\.skip|skipTests)[.\w-]*|add-(?:opens|modules|exports)|enable-\w[\w-]*"
)
_VARIABLES = re.compile(r"(?:JAVA|JDK|JVM)_(?:TOOL_)?(?:JAVA_)?OPT(?:ION)?S|CATALINA_OPTS|LOADER_ARGS")
_IN_A_VARIABLE = re.compile(r"(?:-D|--)(?P<key>[A-Za-z][\w.-]*)")
_URL = re.compile(
    r"[\w.+:-]*://(?:(?P<user>[^:@/\s?#]*)(?::(?P<password>[^@/\s?#]*))?@)?[^@/\s?#]+(?:/(?P<database>[^?#\s]*))?(?:\?\S*)?"
)
_EMBEDDED = re.compile(r"embedded|flapdoodle|zonky|redis-server|testcontainers|qpid-broker")
"""Libraries that run a store inside the program."""
_MAKES = "createDatabaseIfNotExist=true"


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One address that a program connects to. `engine` is what it speaks, `usual` the port where none is written.

    `variable` stands over the setting, None where none can by itself. `uses` are the variables that the address went
    through: those that are given, then the innermost. Not `settable`: the deployment gives other parts of what the
    variable stands over. `sure`: the program does connect; else its code was seen to ask such addresses.
    """

    workload: Workload
    key: str
    variable: str | None
    value: Text
    address: Address
    engine: str | None
    usual: int | None
    uses: tuple[Use, ...]
    location: Location
    anchor: Anchor
    entry: str
    login: Mapping[str, Text] = field(default_factory=dict)
    settable: bool = True
    sure: bool = True

    @property
    def port(self) -> int | None:
        """The port that is asked."""
        return self.address.default_port or self.usual


def calls(graph: Graph, workload: Workload) -> tuple[Call, ...]:
    """Every address that the Spring programs of a workload connect to."""
    begun, image = graph.started(workload), graph.image(workload)
    if begun is None or image is None:
        return ()
    found: list[Call] = []
    for process in begun.processes:
        spring_tool = process.tool in {"java", *spring.RUNNERS}
        made = spring.application(graph, workload, image, process) if spring_tool else None
        if made is not None and made.seen.complete and not _is_told_otherwise(process, made.seen):
            found += _Reading(graph, workload, made).calls()
    return tuple(found)


def binds_other(graph: Graph, workload: Workload, process: Process, port: int) -> bool:
    """Whether a Spring program surely isn't what answers on a port of its container."""
    image = graph.image(workload)
    if image is None or process.tool not in {"java", *spring.RUNNERS}:
        return False
    binds = spring.binds(graph, workload, image, process)
    if binds is not None:
        seen = compiled.environment_of(workload, image, process)
        return all((e := started.endpoint(bind, process, seen)) is not None and e.port != port for bind in binds)
    if port not in engines.PORTS.values():
        return False
    made = spring.application(graph, workload, image, process)
    if made is None:
        return False
    code = spring_code.read(graph.library, made.folder)
    return not code.hidden and _EMBEDDED.search(code.manifests) is None


def _is_told_otherwise(process: Process, seen: Environment) -> bool:
    """Whether the command, or a variable of the virtual machine, gives settings that aren't followed here."""
    values = [word.fill(seen) for word in process.words if not spring.is_unset(word, seen)]
    texts = [value.text.value for value in values if value is not None]
    keys = [match["key"] for text in texts if (match := _OPTION.fullmatch(text)) is not None]
    for name, variable in seen.variables.items():
        if _VARIABLES.fullmatch(name) and variable.value is not None:
            keys += [match["key"] for match in _IN_A_VARIABLE.finditer(variable.value.value)]
    return None in values or any(not _OF_THE_MACHINE.fullmatch(key) for key in keys)


@dataclass(frozen=True, slots=True)
class _Told:
    """What a setting comes to: its text, with a mark for each unknown part; `known` where there is none.

    `uses` are the variables that stand in it, those of the setting itself last. Not `settable`, see Call.
    """

    text: Text
    uses: tuple[Use, ...]
    known: bool
    settable: bool


class _Reading:
    """One program's settings as they are in force."""

    def __init__(self, graph: Graph, workload: Workload, made: Application) -> None:
        self._workload = workload
        self._made = made
        self._seen = made.seen
        self._code = spring_code.read(graph.library, made.folder)

    def calls(self) -> Iterator[Call]:
        """Every address that is connected to."""
        if not self._code.hidden and not self._excluded():
            yield from self._own_keys()
            yield from self._further()

    def _own_keys(self) -> Iterator[Call]:
        """What Spring's own settings say."""
        for key, kind in spring_keys.URLS.items():
            if self._code.leaves(kind, key):
                yield from self._urls(key, kind)
        for stem, kind in spring_keys.HOSTS.items():
            if self._code.leaves(kind, f"{stem}.host") and not self._is_outdone(stem):
                yield from self._host(stem, kind)

    def _further(self) -> Iterator[Call]:
        """Where a gateway leads, and what the code calls by settings of its own."""
        for key in self._made.settings.values:
            if spring_keys.ROUTE.fullmatch(key) and spring_keys.ROUTED.needs.search(self._code.manifests):
                yield from self._urls(key, spring_keys.ROUTED, alone=False)
            elif key in self._code.called and key not in spring_keys.URLS:
                sure = key in self._code.feigned
                yield from (replace(one, sure=sure) for one in self._urls(key, spring_keys.CALLED))

    def _excluded(self) -> bool:
        """Whether parts of what Spring sets up by itself are switched off."""
        return any(key.startswith("spring.autoconfigure.exclude") for key in self._made.settings.values)

    def _is_outdone(self, stem: str) -> bool:
        """Whether a whole address is told beside a host: it is taken then."""
        names = ("url", "uri", "addresses", "sentinel.master", "cluster.nodes", "cluster.nodes[0]", "ssl.enabled")
        return any(self._is_told(f"{stem}.{name}") for name in names)

    def _is_told(self, key: str) -> bool:
        return key in self._made.settings.values or _given(self._seen, key) is not None

    def _urls(self, key: str, kind: Kind, *, alone: bool = True) -> Iterator[Call]:
        """The addresses of a setting that holds one URL, or a list of them."""
        told = self._told(key, alone=alone)
        if told is None or (key == "spring.datasource.url" and self._is_told("spring.datasource.hikari.jdbcurl")):
            return
        parts = tuple(references.split(told.text))
        login = self._login(key.rpartition(".")[0], kind)
        for part in parts:
            found = address.url(part) or (address.pair(part) if kind.pairs else None)
            if found is not None and kind.speaks(found.scheme):
                one = replace(told, settable=told.settable and len(parts) == 1)
                yield from self._call(key, kind, one, part, found, login, alone=alone)

    def _host(self, stem: str, kind: Kind) -> Iterator[Call]:
        """A host with the port beside it."""
        told, beside = self._told(f"{stem}.host"), self._told(f"{stem}.port")
        found = address.bare(told.text) if told is not None and told.known else None
        if told is None or found is None or address.is_every_address(found.host.value):
            return
        if beside is not None:
            if not beside.text.value.isdecimal():
                return
            found = address.with_port(found, beside.text)
            told = replace(told, uses=(*told.uses, *beside.uses))
        yield from self._call(f"{stem}.host", kind, told, told.text, found, self._login(stem, kind))

    def _call(  # noqa: PLR0913, PLR0917 - an address has that many sides
        self, key: str, kind: Kind, told: _Told, part: Text, found: Address, login: Mapping[str, Text], *,
        alone: bool = True,
    ) -> Iterator[Call]:  # fmt: skip
        place = located(found.host)
        if place is None or "\\" in part.value:
            return
        yield Call(
            self._workload, key, _variable(self._seen, key) if alone else None, part, found,
            kinship.protocol(found.scheme) or kind.engine, kind.port, told.uses, place,
            Anchor(place.path, "text", name=key), self._made.folder, {**login, **_own_login(part)}, told.settable,
        )  # fmt: skip

    def _login(self, stem: str, kind: Kind) -> Mapping[str, Text]:
        found: dict[str, Text] = {}
        for part, names in kind.login.items():
            told = next((t for name in names if (t := self._told(f"{stem}.{name}")) is not None), None)
            if told is not None and told.known and "\\" not in told.text.value:
                found[part] = told.text
        return found

    def _told(self, key: str, *, alone: bool = True) -> _Told | None:
        """What a setting comes to; None where nobody tells it, or it can't be read."""
        given = _given(self._seen, key) if alone else None
        if given is not None:
            value = Template((Hole(given),)).fill(self._seen)
            variable = self._seen.get(given)
            outline = variable.outline if variable is not None else None
            uses = value.uses if value is not None else ()
            return None if outline is None else _Told(outline, uses, value is not None, settable=False)
        own = self._made.settings.template(key)
        if own is None:
            return None
        value = own.fill(self._seen)
        text = value.text if value is not None else own.sketch(self._seen)
        inner = value.uses if value is not None else ()
        mixed = value is None or any(use.variable is not None for use in inner)
        whole = (Use(Hole(_variable(self._seen, key), Template.literal(text)), None),) if alone else ()
        return _Told(text, (*_inside_out(inner), *whole), value is not None, not mixed)


def _own_login(part: Text) -> Mapping[str, Text]:
    """The login and the database that a URL names itself."""
    match = _URL.fullmatch(part.value)
    if match is None:
        return {}
    names = [name for name in match.groupdict() if match[name] and not (name == "database" and _MAKES in part.value)]
    found = ((name, part.group(match, name)) for name in names)
    return {name: text for name, text in found if text is not None}


def _inside_out(uses: tuple[Use, ...]) -> tuple[Use, ...]:
    """The variables that are given, then the defaults, the innermost first: the smallest is set."""
    given = tuple(use for use in uses if use.variable is not None)
    return (*given, *reversed([use for use in uses if use.variable is None]))


# --- relaxed binding -------------------------------------------------------------------------------------------------


def _given(seen: Environment, key: str) -> str | None:
    """The variable that a deployment gives a setting by, however it spells it."""
    plain = _bare(key)
    return next((name for name in seen.variables if _bare(name) == plain), None)


def _bare(name: str) -> str:
    return re.sub(r"[-_.\[\]]", "", name).lower()


def _variable(seen: Environment, key: str) -> str:
    """What to call the variable that stands over a setting."""
    return _given(seen, key) or spring_keys.SPELLED.get(key) or re.sub(r"[.\[\]]+", "_", key).upper().strip("_")
