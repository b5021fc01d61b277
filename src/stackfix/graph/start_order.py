"""Who is started after whom in a Compose project, whether what is waited for can say that it is ready, and who waits by
itself.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.formats import yaml
from stackfix.graph import (
    awaiting,
    check_modules,
    check_tools,
    container,
    engines,
    front_doors,
    known_images,
    node_sources,
    probing,
    production,
    proxies,
    stores,
    tried_again,
    tying,
    unasked,
    voices,
)
from stackfix.graph.command import known_text, literal
from stackfix.graph.compose_file import facts as compose_facts
from stackfix.graph.frontend_facts import Bundler
from stackfix.graph.model import Platform

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.findings import Anchor
    from stackfix.graph.compose_file import Part
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Build, Probe, Wait, Words, Workload
    from stackfix.text import Text

_WAITS = re.compile(
    r"wait[-_]?(?:for|until|4|on)|waitfor|dockerize\b[^\n]*-wait|\b(?:pg_isready|mysqladmin|redis-cli|mongosh)\b"
    r"|\bnc\s+(?:-\w+\s+)*-\w*z|/dev/tcp/|\b(?:until|while)\b[^\n]*\b(?:curl|wget|nc|psql|mysql|python\d?)\b"
    r"|\b(?:until|while\s+!)\s[^#]{1,400}?\bsleep\b[^#]{0,200}?\bdone\b"
)
"""What a command or a start script says that waits for another service."""

_ONCE = re.compile(r"migrat|seed|setup|(?:^|[-_])(?:init|provision|bootstrap|test|e2e)")
"""What people call services that do one thing at once and end."""
_WAIT_VARIABLE = re.compile(r"(?:\w+_)?WAIT_?(?:FOR|HOSTS?|ON|URLS?|TCP|4)(?:_\w+)?$|WAITFOR$|SERVICE_PRECONDITION$")
"""Variables by which an image's own start script, dockerize or docker-compose-wait are told what to wait for."""

_LAZY = re.compile(
    r"(?:^|/)(?:adminer|pgadmin4?|phpmyadmin|mongo-express|kafka-ui|kafdrop|akhq|redis-commander|redisinsight|elasticsearch-head|elasticvue|dejavu|kibana|opensearch-dashboards|attu|grafana(?:-oss)?"
    r"|prometheus|alertmanager|[\w-]*exporter|dozzle|portainer(?:-ce)?|flower|traefik|caddy|nginx|httpd|haproxy|metabase"
    r"|cadvisor|ollama|mailhog|mailpit|bullboard|pghero|rabbitmq-ui|memgraph/lab|dgraph/ratel|dbgate|cloudbeaver|surrealist)$"
)
"""Images that connect when somebody asks them, or again and again: viewers, scrapers, proxies."""
_PROXIES = frozenset({"nginx", "caddy", "haproxy", "traefik", "httpd", "httpd-foreground", "apache2-foreground"})
_WATCHES = re.compile(
    r"(?:^|/)(?:jaeger|all-in-one|zipkin|tempo|loki|mimir|pyroscope|prometheus|pushgateway|alertmanager|grafana(?:-\w+)?"
    r"|opentelemetry-collector(?:-\w+)*|otel-collector|vector|fluentd|fluent-bit|alloy|promtail|seq|apm-server)$"
)
"""What is told of an application and gives it nothing: metrics, logs and traces are kept or lost, and it runs on."""
_ASKED_BY_DASHBOARDS = re.compile(r"(?:^|/)(?:prometheus|alertmanager|mimir|cortex|thanos|victoria-metrics)$")
"""What nobody tells anything and only who shows it asks."""
_SHOWN = re.compile(r"(?:^|/)consul$")
"""What a page about all that runs shows beside metrics, logs and traces."""
_CONNECT = re.compile(r"(?:^|/)(?:[\w-]+-)?connect(?:-base)?$")
"""Kafka Connect, which comes to a database when a connector is made, and to its brokers at once."""
_CONNECTS = frozenset(
    {
        "CONFIG_STORAGE_TOPIC",
        "CONNECT_CONFIG_STORAGE_TOPIC",
        "CONNECT_BOOTSTRAP_SERVERS",
        "KAFKA_CONNECT_BOOTSTRAP_SERVERS",
    }
)
"""Variables that Kafka Connect's images are told by."""
_CLOCK = re.compile(r"(?<![\w/.-])(?:\S*/)?(?:crond?|supercronic)(?:\s+-|\s*$)")
"""What begins at an hour of its own, and again."""
_CLOCK_LINE = re.compile(r"[ \t]*(?:exec[ \t]+)?(?:\S*/)?(?:crond?|supercronic)(?![\w./-])")
_IDLE = re.compile(r"(?:\btail\s+-[fF]\s+/dev/null|\bsleep\s+(?:infinity|inf))\s*[\"']?\s*$")
"""The end of a command that keeps a container there for whoever works in it later."""
_ASK_ALONE = frozenset({"pg_isready", "redis-cli", "valkey-cli"})
"""Programs that say whether their own server answers, whatever user and database they are told."""
_SERVED = frozenset({Bundler.NEXT, Bundler.NUXT, Bundler.SVELTE_KIT, Bundler.ASTRO, Bundler.REMIX})
"""Front ends that a server of their own gives out."""
_PAGE_SERVERS = frozenset({"next", "nuxt", "astro", "vinxi", "remix", "react-router"})
"""Programs that give out a front end of their own making."""
_BROKERS = re.compile(r"kafka|redpanda|zookeeper|registry|apicurio")
_SERVERS = re.compile(
    r"kafka|redpanda|zookeeper|registry|apicurio|elasticsearch|opensearch|solr|meilisearch|typesense|qdrant|weaviate|milvus"
    r"|chroma|minio|nats|etcd|consul|vault|eureka|config-?server|cassandra|scylla|clickhouse|influx|couch|arango|neo4j|rabbitmq"
    r"|mqtt|mosquitto|pulsar|activemq|artemis|memcached|keycloak|temporal"
)
"""What others are told of by their images' own defaults: stores, brokers, and those who keep names and settings."""


@dataclass(frozen=True, slots=True)
class Unready:
    """A list of names that a service is started after, with those among them that have a health check.

    `anchor` addresses the list. `checked` are the entries that could be waited for until they are ready, each with what
    is started and its check. `sharers` are the other services that have the list through an anchor; `alike`: each of
    them could wait just so.
    """

    workload: Workload
    anchor: Anchor
    waits: tuple[Wait, ...]
    checked: tuple[tuple[Wait, Workload, Probe], ...]
    sharers: tuple[Workload, ...] = ()
    alike: bool = True


def unready(graph: Graph) -> Iterator[Unready]:
    """Every `depends_on` list that names a service with a health check."""
    for workload in graph.workloads:
        if workload.deployment.platform is not Platform.COMPOSE or waits_itself(graph, workload):
            continue
        lists: dict[Anchor, list[Wait]] = {}
        for wait in workload.waits:
            holder = _holder(wait.anchor)
            if holder is not None:
                lists.setdefault(holder, []).append(wait)
        for anchor, waits in lists.items():
            checked = _needed(graph, workload, tuple(_checked(graph, workload, waits)))
            if checked:
                sharers = tuple(_sharers(graph, workload, waits))
                names = {wait.name.value for wait, _, _ in checked}
                alike = all(_could_wait(graph, other, names) for other in sharers)
                here = {w.name: w for w in sharers if w.deployment is workload.deployment}
                yield Unready(workload, anchor, tuple(waits), checked, tuple(here.values()), alike)


def _sharers(graph: Graph, workload: Workload, waits: list[Wait]) -> Iterator[Workload]:
    """The other services whose list is written at the same place."""
    places = {wait.location for wait in waits}
    for other in graph.workloads:
        if other.name != workload.name and any(wait.location in places for wait in other.waits):
            yield other


def _could_wait(graph: Graph, workload: Workload, names: set[str]) -> bool:
    """Whether what a service is started after has health checks for those of these names."""
    targets = {w.name: w for w in workload.deployment.workloads if w.name in names}
    return names == targets.keys() and all(health_check(graph, w) is not None for w in targets.values())


def _holder(anchor: Anchor) -> Anchor | None:
    """The list that an item stands in."""
    steps = anchor.innermost.steps
    return anchor.parent if steps and isinstance(steps[-1], int) else None


def _checked(graph: Graph, workload: Workload, waits: list[Wait]) -> Iterator[tuple[Wait, Workload, Probe]]:
    said = {w.name.value for w in workload.waits if w.condition is not None}
    started = {w.name.value for o in workload.deployment.workloads for w in o.waits if w.condition == "service_started"}
    for wait in waits:
        target = awaiting.awaited(workload, wait)
        check = health_check(graph, target) if target is not None else None
        if target is None or check is None or wait.name.value in said or target.runs_once:
            continue
        if wait.name.value in started and _is_application(graph, target):
            continue  # Another is told in so many words that its start is enough.
        if _is_spared(graph, workload, target, check) or awaiting.comes_after(workload, target):
            continue
        if check.sound and not _is_awaited_by_variable(workload, target) and _holds_elsewhere(graph, workload, wait):
            yield wait, target, check


def _needed(
    graph: Graph, workload: Workload, checked: tuple[tuple[Wait, Workload, Probe], ...]
) -> tuple[tuple[Wait, Workload, Probe], ...]:
    """Those that it can't do without; all of them, where it can do without each."""
    return tuple(one for one in checked if not _is_watching(graph, workload, one[1])) or checked


def _is_watching(graph: Graph, workload: Workload, target: Workload) -> bool:
    """Whether a service keeps metrics, logs or traces, or is one more thing that a page about all that runs shows."""
    name = _repository(graph, target)
    if _WATCHES.search(name):
        return True
    started = (awaiting.awaited(workload, wait) for wait in workload.waits)
    shows = any(one is not None and _ASKED_BY_DASHBOARDS.search(_repository(graph, one)) for one in started)
    return shows and _SHOWN.search(name) is not None


def _is_spared(graph: Graph, workload: Workload, target: Workload, check: Probe) -> bool:
    """Whether waiting for a check would bring nothing: it never passes, nobody asks, or who asks tries again."""
    if _never_answers(graph, target, check) or unasked.never_asks(graph, workload, target):
        return True
    return unasked.makes_the_cluster(workload, target, check) or tried_again.tries_again(graph, workload, target)


def _holds_elsewhere(graph: Graph, workload: Workload, wait: Wait) -> bool:
    """Whether nobody else who is started by the same written entry would wait for a check that never passes."""
    for other in graph.workloads:
        if other.name != workload.name or other.deployment is workload.deployment:
            continue
        for same in other.waits:
            target = awaiting.awaited(other, same) if same.location == wait.location else None
            check = health_check(graph, target) if target is not None else None
            if target is not None and check is not None and _never_answers(graph, target, check):
                return False
    return True


def _never_answers(graph: Graph, target: Workload, check: Probe) -> bool:
    """Whether a check asks a port of what binds none: a worker with its image's check has nothing to wait for."""
    if check.port is None or check.host is not None:
        return False
    known = graph.settled(target)
    if not known.known:
        # Nobody sees what it binds: what is said of it everywhere else stands against the check.
        said = {declared.port for declared in target.declarations}
        return bool(said) and check.port not in said
    return not known.endpoints and not target.declarations


def _is_awaited_by_variable(workload: Workload, target: Workload) -> bool:
    """Whether a variable tells the image's own start script whom to wait for: `WAIT_FOR: db:5432`.

    Also who waits so for somebody who waits for the target.
    """
    seen, waiting = {workload}, [workload]
    while waiting:
        told = _told_to_wait_for(waiting.pop())
        found = [w for w in workload.deployment.workloads if w not in seen and not _names(w).isdisjoint(told)]
        seen.update(found)
        waiting += found
    return target is not workload and target in seen


def _names(workload: Workload) -> set[str]:
    return {workload.name, workload.container_name.value if workload.container_name else workload.name}


def _told_to_wait_for(workload: Workload) -> frozenset[str]:
    """The words of the variables that say whom an image waits for."""
    variables = workload.environment.variables.items()
    values = (v.value.value for name, v in variables if v.value is not None and _WAIT_VARIABLE.match(name))
    return frozenset(word for value in values for word in re.split(r"[\s:/,;]+", value))


def health_check(graph: Graph, workload: Workload) -> Probe | None:
    """A service's health check: its own, else that of the image that the repository builds for it."""
    if workload.healthcheck_disabled:
        return None
    if workload.probes:
        return workload.probes[0]
    if workload.unread_check is not None:
        return workload.unread_check
    image = graph.image(workload)
    return image.healthcheck if image is not None else None


def cannot_run(graph: Graph, workload: Workload, check: Probe) -> bool:
    """Whether a check's program or what it imports is certainly missing: who waits for it waits in vain."""
    lacks = check.tool is not None and check_tools.has(graph, workload, check.tool) is False
    return lacks or check_modules.is_absent(graph, workload, check)


def can_pass(graph: Graph, workload: Workload, check: Probe) -> bool:
    """Whether a check is known to be able to pass: its program is in the image, and what it asks answers."""
    if check.tool is None or check_tools.has(graph, workload, check.tool) is not True:
        return False
    if check is workload.unread_check:
        return check.tool in _ASK_ALONE
    if check.host is not None and check.host != workload.name:
        return False
    if any(missing.fits is None for one in _alike(graph, workload) for missing in graph.entries(one).missing):
        return False
    known = graph.settled(workload)
    if check.port is not None and not (known.known and check.port in known.ports):
        return False
    return not probing.may_be_unserved(graph, workload, check)


def _alike(graph: Graph, workload: Workload) -> Iterator[Workload]:
    """A workload, and all others that run its image by the same command: what one shows of it holds for each."""
    for one in graph.running:
        same = one.build is not None and workload.build is not None and _made(one.build) == _made(workload.build)
        own = [one.command, one.entrypoint, workload.command, workload.entrypoint]
        if one is workload or (same and not any(own)):
            yield one


def _made(build: Build) -> tuple[str, str, str | None]:
    return build.context, build.dockerfile, build.target


def connects_lazily(graph: Graph, workload: Workload, target: Workload) -> bool:
    """Whether it does without the other until somebody asks: a viewer, a scraper, a proxy, a static front end."""
    name = _repository(graph, workload)
    connect = bool(_CONNECT.search(name)) or not _CONNECTS.isdisjoint(workload.environment.variables)
    if connect and not _BROKERS.search(f"{target.name} {_repository(graph, target)}"):
        return True
    if _waits_for_its_hour(graph, workload):
        return True
    if _is_watching(graph, workload, target):
        return True
    if _LAZY.search(name) or _runs_proxy(graph, workload) or _serves_front_end(graph, workload):
        return True
    if workload.runs_once or _ONCE.search(workload.name) or not _is_application(graph, target):
        return False
    return _serves_pages(graph, workload) or not _may_ask(graph, workload, target)


def _runs_proxy(graph: Graph, workload: Workload) -> bool:
    """Whether it runs a web server that asks others when it is asked, whatever its base is."""
    image = graph.image(workload)
    command = workload.command or (image.command if image is not None and workload.entrypoint is None else None)
    first = literal(command.words[0]) if command is not None and command.words else None
    told = first is not None and posixpath.basename((first.split() or [""])[0]) in _PROXIES
    return told or proxies.runs_nginx(graph, workload)


def _waits_for_its_hour(graph: Graph, workload: Workload) -> bool:
    """Whether what it does begins at an hour of its own, or when a person comes to work in it."""
    said = [text for words in (workload.entrypoint, workload.command) if words for text in _said(words)]
    if any(_CLOCK.search(text) or (_IDLE.search(text) and not _ONCE.search(text)) for text in said):
        return True
    last = (script.value.rstrip().rpartition("\n")[2] for script in _start_scripts(graph, workload))
    return any(_CLOCK_LINE.match(line) for line in last)


def _serves_pages(graph: Graph, workload: Workload) -> bool:
    """Whether it is the server of a front end, which asks an application when a page is asked for."""
    begun = graph.started(workload)
    tools = {process.tool for process in begun.processes} if begun is not None else set()
    if tools and tools <= _PAGE_SERVERS:
        return True
    builds = _builds(graph, workload)
    return bool(builds) and voices.keeps_command(workload) and all(_is_front_end(graph, build) for build in builds)


def _builds(graph: Graph, workload: Workload) -> tuple[Build, ...]:
    """What builds its image; of a name that several builds give, each of them."""
    build = graph.build_of(workload)
    if build is not None:
        return (build,)
    return graph.ties.by_name.get(tying.repository(workload.image.value), ()) if workload.image is not None else ()


def _is_front_end(graph: Graph, build: Build) -> bool:
    """Whether a build makes a front end that a server of its own gives out."""
    folders = dict.fromkeys((posixpath.dirname(build.dockerfile), build.context))
    fronts = (front_doors.front_end(graph, folder) for folder in folders)
    return any(front is not None and front.bundler in _SERVED for front in fronts)


def _is_application(graph: Graph, target: Workload) -> bool:
    """Whether a service is no data store or broker, which libraries connect to without a word in a setting."""
    known = f"{target.name} {posixpath.basename(_repository(graph, target))}"
    return not unasked.is_store(graph, target) and not _SERVERS.search(known)


def _may_ask(graph: Graph, workload: Workload, target: Workload) -> bool:
    """Whether anything that a service is given or runs names another, or can't be seen."""
    spoken = re.compile(rf"(?<![\w-])(?:{unasked.names_of(target)})(?![\w-])")
    given = graph.environment(workload)
    if any(_says(spoken, v.outline) for v in given.variables.values()):
        return True
    if any(spoken.search(text) for words in (workload.command, workload.entrypoint) if words for text in _said(words)):
        return True
    if workload.build is None:
        return any(mount.source is not None for mount in workload.mounts)
    return not given.complete or _code_may_name(graph, workload, spoken)


def _code_may_name(graph: Graph, workload: Workload, spoken: re.Pattern[str]) -> bool:
    """Whether the source of what a service runs says such a name, or can't be seen."""
    begun = graph.started(workload)
    if begun is None or not begun.known or not begun.processes:
        return True
    for process in begun.processes:
        program = graph.program_of(workload, process) or node_sources.program(graph, workload, process)
        if program is None or program.unread:
            return True
        if any(_says(spoken, graph.library.text(path)) for path in program.paths):
            return True
    return False


def _says(spoken: re.Pattern[str], text: Text | None) -> bool:
    return text is not None and spoken.search(text.value) is not None


def _repository(graph: Graph, workload: Workload) -> str:
    """The name of the public image that a service runs or is made from."""
    image = graph.image(workload)
    written = image.base_name if image is not None else workload.image
    return known_images.parse(written.value).repository if written is not None else ""


def _serves_front_end(graph: Graph, workload: Workload) -> bool:
    begun = graph.started(workload)
    tools = {process.tool for process in begun.processes} if begun is not None else set()
    return bool(tools) and tools <= {"vite", "ng", "react-scripts", "vue-cli-service", "serve", "http-server"}


def waits_itself(graph: Graph, workload: Workload) -> bool:
    """Whether its own command or start script waits for others."""
    told = (words for words in _told(graph, workload) if any(_WAITS.search(text) for text in _said(words)))
    if next(told, None) is not None:
        return True
    return any(_WAITS.search(script.value) for script in _start_scripts(graph, workload))


def _told(graph: Graph, workload: Workload) -> Iterator[Words]:
    """What a service says that it runs, and what its image does."""
    image = graph.image(workload)
    told = [workload.entrypoint, workload.command, *((image.entrypoint, image.command) if image is not None else ())]
    return (words for words in told if words is not None)


def _start_scripts(graph: Graph, workload: Workload) -> Iterator[Text]:
    """The scripts of the repository that these commands name."""
    image, seen = graph.image(workload), container.files(graph, workload)
    for words in _told(graph, workload):
        for path in _scripts(words, image.working_dir if image is not None else None):
            found = seen.lookup(path)
            text = graph.library.text(found) if isinstance(found, str) else None
            if text is not None:
                yield text


def _said(words: Words) -> Iterator[str]:
    return map(known_text, words.words)


def _scripts(words: Words, folder: str | None) -> Iterator[str]:
    """The absolute paths that a command names and that may be scripts."""
    for word in words.words:
        for name in (literal(word) or "").split():
            if name.endswith(".sh") or name.startswith(("/", "./")):
                yield posixpath.normpath(posixpath.join(folder or "/", name))


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A data store without a health check that others are started after. `check` is one that its image can run.

    `healthy` are the entries that wait until it is healthy, which it can never say.
    """

    workload: Workload
    check: str
    waits: tuple[Wait, ...]
    healthy: tuple[Wait, ...]


def unchecked(graph: Graph) -> Iterator[Unchecked]:
    """Every data store that others wait for and that can't say when it is ready."""
    for workload in graph.workloads:
        if workload.deployment.platform is not Platform.COMPOSE or workload.image is None or workload.build is not None:
            continue
        store = stores.store(workload.image.value)
        if store is None or store.check is None or health_check(graph, workload) is not None or _decided(workload):
            continue
        if _is_laid_over(workload.image, workload) or not _answers_as_it_comes(graph, workload):
            continue
        waits = tuple(_waiting(workload))
        if waits and not _ends(waits):
            healthy = tuple(w for w in waits if w.condition == "service_healthy")
            yield Unchecked(workload, store.check, waits, healthy)


def _decided(workload: Workload) -> bool:
    """Whether something is said of its health that isn't read, or it does something else than the image does."""
    return workload.healthcheck_written or (workload.command is not None and workload.entrypoint is not None)


def _answers_as_it_comes(graph: Graph, workload: Workload) -> bool:
    """Whether a store is at the port that its own client asks without being told."""
    engine, known = engines.engine(graph, workload), graph.settled(workload)
    return engine is None or not known.known or engines.PORTS[engine] in known.ports


def _is_laid_over(image: Text, workload: Workload) -> bool:
    """Whether a service's own place only adds to a service that another file gives its image."""
    place = image.place or image.first_place
    return place is not None and place[0] != workload.location.path


def _ends(waits: Iterable[Wait]) -> bool:
    """Whether somebody waits for a service's end: it does one thing with its image's programs, and serves nobody."""
    return any(wait.condition == "service_completed_successfully" for wait in waits)


def _waiting(workload: Workload) -> Iterator[Wait]:
    for other in workload.deployment.workloads:
        yield from (w for w in other.waits if w.name.value == workload.name)


def inherited(graph: Graph) -> Iterator[tuple[Workload, Probe]]:
    """Every service that gets the HEALTHCHECK of its image and, told to do something else, answers nobody.

    What files lay over a project whose own service does so is put right with that service.
    """
    found = list(_inherited(graph))
    for workload, check in found:
        files = set(workload.deployment.paths)
        under = (w for w, _ in found if w.name == workload.name and files > set(w.deployment.paths))
        if not any(w.location.path != workload.location.path for w in under):
            yield workload, check


def _inherited(graph: Graph) -> Iterator[tuple[Workload, Probe]]:
    for workload in graph.workloads:
        image = graph.image(workload)
        check = image.healthcheck if image is not None else None
        if workload.deployment.platform is not Platform.COMPOSE or check is None or check.port is None:
            continue
        if workload.healthcheck_written or check.host is not None or voices.keeps_command(workload):
            continue
        if _ends(_waiting(workload)):
            # Whoever waits for its end asks for no health.
            continue
        known = graph.settled(workload)
        if known.known and not known.endpoints and not workload.declarations:
            yield workload, check


def unrestarted(graph: Graph) -> Iterator[Workload]:
    """Every service of production that serves something and that nothing starts again."""
    for workload in graph.workloads:
        if workload.deployment.platform is not Platform.COMPOSE or workload.restart is not None:
            continue
        if workload.runs_once or workload.profiles or workload.scaled_to_zero:
            continue
        completed = _ends(_waiting(workload))
        serves = bool(graph.settled(workload).endpoints) or bool(workload.declarations) or workload in graph.referring
        if serves and not completed and production.in_production(workload, graph.policy):
            yield workload


@dataclass(frozen=True, slots=True)
class LaidOver:
    """The production file that is laid over a service's own. `name` and `anchor` are the service's in it, None where it
    says nothing of that service; `services` holds all. `policy` is what it gives the others, None where it gives none.
    """

    services: Anchor
    name: Text | None
    anchor: Anchor | None
    policy: str | None


def laid_over(graph: Graph, workload: Workload) -> LaidOver | None:
    """The last production file that is laid over a service's own; None where that is no Compose file with services."""
    for path in reversed(workload.deployment.paths):
        if path == workload.location.path or not production.is_production((path,), graph.policy):
            continue
        found = graph.library.get(path, compose_facts)
        if found is None or not found.services:
            continue
        own = next((part for part in found.services if part.name.value == workload.name), None)
        policies = {_policy(part) for part in found.services} - {None}
        services = found.services[0].anchor.parent
        name, anchor = (None, None) if own is None else (own.name, own.anchor)
        return LaidOver(services, name, anchor, policies.pop() if len(policies) == 1 else None)
    return None


def _policy(part: Part) -> str | None:
    found = yaml.get(part.node, "restart")
    return found.value if isinstance(found, yaml.Scalar) else None
