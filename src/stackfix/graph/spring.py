"""What a Spring Boot program binds: its settings under its variables and its command, from the jar back to its module.

Sources: Spring Boot's documentation of `server.port` (8080), `management.server.port` and externalised configuration.

May import the graph's nouns, the readers of settings and formats.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.graph import compiled, sources, spring_settings
from stackfix.graph.command import literal
from stackfix.graph.image_files import absolute
from stackfix.graph.model import Witness
from stackfix.graph.started import Bind
from stackfix.graph.value import Hole, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.image import Image
    from stackfix.graph.image_files import Copying
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.spring_settings import Settings
    from stackfix.graph.started import Process
    from stackfix.graph.value import Environment

_MANIFESTS = ("pom.xml", "build.gradle", "build.gradle.kts")
_MADE = re.compile(r"(?P<module>.*?)/?(?:target|build/libs)/[^/]+\.(?:jar|war)$")
_COPIED = re.compile(r"\b(?:cp|mv)\s+(?:-\w+\s+)*(?P<made>\S+\.jar)\s+(?P<to>\S+\.jar)(?=\s|$|[;&])")
_WEB = re.compile(
    r"spring[.-](?:boot[.-]starter[.-](?:web(?:flux|mvc)?|jersey)|cloud[.-]starter[.-](?:gateway\b|netflix[.-]eureka[.-]server)"
    r"|cloud[.-]config[.-]server|boot[.-]admin[.-]starter[.-]server)(?![\w])"
)
_BOOT = re.compile(r"spring[.-]boot")
_REMOTE = re.compile(
    r"spring-cloud-(?:starter-config|starter-bootstrap|config-client|starter-(?:consul|vault|zookeeper|alibaba-nacos)-config"
    r"|starter-kubernetes|kubernetes)|apollo-client|azure-appconfiguration-config|spring-cloud-aws-starter-(?:parameter|secrets)"
    r"|grpc-(?:server-)?spring-boot|spring-grpc|netty-socketio|spring-shell"
)
"""What may give settings from elsewhere, or binds ports of its own."""
_MANAGED = re.compile(
    r"<dependencyManagement>.*?</dependencyManagement>|<profiles>.*?</profiles>|<!--.*?-->", re.DOTALL
)
_TESTED = re.compile(r"<dependency>(?:(?!</dependency>).)*<scope>test</scope>.*?</dependency>", re.DOTALL)
_GRADLE_ASIDE = re.compile(r"(?m)^\s*(?://.*|test\w*\b.*|\w+TestImplementation\b.*)$")
_CODED = re.compile(
    r"WebServerFactory\b|WebServerFactoryCustomizer|WebApplicationType\.NONE|setDefaultProperties|setAdditionalProfiles"
    r"|\.profiles\(|\.properties\(|ServerSocket\(|SocketIOServer|HttpServer\.create|createTcpServer|ServerBuilder\.forPort"
    r"|EmbeddedTomcat|setProperty\(\s*\"server\.port|@PropertySource|SocketUtils|HttpServer\.from"
)
_OPTIONS = re.compile(
    r"(?:JAVA|JDK|JVM)_(?:TOOL_)?(?:JAVA_)?OPT(?:ION)?S|CATALINA_OPTS|SPRING_APPLICATION_JSON|LOADER_ARGS"
)
_TELLING = re.compile(r"[.=_-]port\b|spring|agent|\bconfig|address=|profile|server", re.IGNORECASE)
_ELSEWHERE = re.compile(r"SPRING_(?:CONFIG|CLOUD_CONFIG|PROFILES_(?:INCLUDE|GROUP|DEFAULT)|MAIN)_?\w*")
_SETTING = re.compile(r"(?:^|/)(?:application|bootstrap)[\w-]*\.(?:properties|ya?ml)$")
_TOLD = re.compile(r"(?:-D|--)(?P<key>[\w.-]+)=(?P<value>.*)")
RUNNERS = frozenset({"mvn", "mvnw", "gradle", "gradlew"})
"""Programs that build a module and run it."""
_RUNS = frozenset({"spring-boot:run", "bootRun", ":bootRun"})
_PLAIN = _RUNS | {
    "clean",
    "-q",
    "--quiet",
    "-B",
    "-o",
    "-DskipTests",
    "-Dmaven.test.skip=true",
    "--no-daemon",
    "-x",
    "test",
}
"""Words of theirs that change nothing of what runs."""
_LAUNCHER = frozenset({
    "org.springframework.boot.loader.JarLauncher", "org.springframework.boot.loader.launch.JarLauncher",
})  # fmt: skip
_DEBUGGER = re.compile(r"-(?:agentlib:jdwp|Xrunjdwp:).*?address=(?:[\w.*]*:)?(?P<port>\d{2,5})")


@dataclass(frozen=True, slots=True)
class Application:
    """A program whose module is known: its folder, the settings in force, what its command and its deployment tell."""

    folder: str
    settings: Settings
    told: dict[str, Template]
    seen: Environment


def binds(graph: Graph, workload: Workload, image: Image, begun: Process) -> tuple[Bind, ...] | None:
    """What such a program binds; None where that isn't certain."""
    made = application(graph, workload, image, begun)
    if made is None or not is_certain(graph.library, made.folder):
        return None
    return _binds(graph.library, made.folder, made.settings, made.told)


def application(graph: Graph, workload: Workload, image: Image, begun: Process) -> Application | None:
    """The program that such a command starts; None where a part of its settings is unknown."""
    seen = compiled.environment_of(workload, image, begun)
    told = _told(begun, seen)
    if told is None or not _is_plain(workload, begun, seen):
        return None
    folder = _module(graph, image, begun)
    if folder is None or _is_beside(image, begun):
        return None
    active = told.get("spring.profiles.active") or _variable(seen, "SPRING_PROFILES_ACTIVE")
    profiles = _profiles(active, seen)
    if active is not None and profiles is None:
        return None

    def lacks(path: str) -> bool:
        return sources.files(graph, workload).lacks(posixpath.normpath(posixpath.join(begun.folder or "/", path)))

    found = spring_settings.in_force(graph.library, tree.join(folder, "src/main/resources"), profiles, seen, lacks)
    return None if found is None else Application(folder, found, told, seen)


def _binds(library: Library, folder: str, found: Settings, told: dict[str, Template]) -> tuple[Bind, ...] | None:
    written = "server.port" in found.values
    manifests = dependencies(library, folder)
    if not written and "server.port" not in told and not _WEB.search(manifests):
        return None
    own = found.template("server.port") if written else Template.literal(Text.unwritten("8080"))
    if own is None:
        return None
    port = told.get("server.port") or _over("SERVER_PORT", own)
    host = told.get("server.address") or _over("SERVER_ADDRESS", found.template("server.address"))
    if "server.address" in found.values and found.template("server.address") is None:
        return None
    main = Bind(port, host, witness=Witness.COMMAND if "server.port" in told else Witness.CONFIGURATION)
    beside = _management(found, told, main) if "actuator" in manifests else ()
    return (main, *beside)


def _over(variable: str, written: Template | None) -> Template:
    return Template((Hole(variable, written, empty_is_unset=True),))


def _management(found: Settings, told: dict[str, Template], main: Bind) -> tuple[Bind, ...]:
    """The port of the actuator's own server, if it has one."""
    given = told.get("management.server.port") or found.template("management.server.port")
    hidden = given is None and "management.server.port" in found.values
    if given is None and not hidden:
        return ()
    # A port that nobody can read makes all unknown.
    port = Template.unknown() if given is None else _over("MANAGEMENT_SERVER_PORT", given)
    return (Bind(port, main.host, witness=Witness.CONFIGURATION),)


# --- how it is started -----------------------------------------------------------------------------------------------


def _told(begun: Process, seen: Environment) -> dict[str, Template] | None:
    """The settings on the command line; None where a word of it is unknown or leads elsewhere."""
    found: dict[str, Template] = {}
    for word in begun.words[1:]:
        text = word.text
        if text is None and is_unset(word, seen):
            continue
        if text is None and (value := word.fill(seen)) is not None:
            text = value.text
        if text is None:
            return None
        match = _TOLD.fullmatch(text.value)
        if match is not None and (match["key"].startswith(("spring.", "server.", "management.", "loader."))):
            key = spring_settings.canonical(match["key"])
            value_of = spring_settings.Settings({}).read(text.slice(*match.span("value")))
            if key not in _KEYS or value_of is None:
                return None
            found[key] = value_of
        elif text.value.startswith(("-javaagent", "@")) or _PORTED.search(_DEBUGGER.sub("", text.value)):
            return None
    return found


_KEYS = frozenset({"server.port", "server.address", "spring.profiles.active", "management.server.port"})
_PORTED = re.compile(r"(?:^|[.:=_-])port\b|spring\.config|jmxremote", re.IGNORECASE)


def is_unset(word: Template, seen: Environment) -> bool:
    """`$JAVA_OPTS` in a shell, where nothing sets it."""
    return (
        bool(word.holes)
        and len(word.parts) == len(word.holes)
        and seen.complete
        and all(seen.get(hole.name) is None and hole.default is None for hole in word.holes)
    )


def _is_plain(workload: Workload, begun: Process, seen: Environment) -> bool:
    """Whether nothing around the command may say another port: variables of the virtual machine, mounted settings."""
    if not seen.complete:
        return False
    for name, variable in seen.variables.items():
        if _ELSEWHERE.fullmatch(name) and name != "SPRING_MAIN_BANNER_MODE":
            return False
        value = variable.value
        if _OPTIONS.fullmatch(name) and (value is None or _TELLING.search(value.value)):
            return False
    mounted = [mount.target for mount in workload.mounts]
    return not any(_SETTING.search(target) or "config" in target or target in {"/", begun.folder} for target in mounted)


def _is_beside(image: Image, begun: Process) -> bool:
    """Whether settings lie beside the jar: they stand over those inside."""
    names = [f"{place}application{end}" for place in ("", "config/") for end in (".properties", ".yml", ".yaml")]
    return any(isinstance(image.files.lookup(posixpath.join(begun.folder or "/", name)), str) for name in names)


def _variable(seen: Environment, name: str) -> Template | None:
    return None if seen.get(name) is None else Template((Hole(name),))


def _profiles(active: Template | None, seen: Environment) -> tuple[str, ...] | None:
    value = active.fill(seen) if active is not None else None
    return None if value is None else spring_settings.names(value.text.value)


# --- from the jar to its module --------------------------------------------------------------------------------------


def _module(graph: Graph, image: Image, begun: Process) -> str | None:
    """The folder of the module that runs: that of the jar, of the layers cut from one, or where it is built and run."""
    words = [literal(word) or "" for word in begun.words]
    if begun.tool in RUNNERS:
        plain = any(word in _RUNS for word in words) and _PLAIN.issuperset(words[1:])
        return _of_stage(image, begun.folder or "/") if plain else None
    if _LAUNCHER.intersection(words):
        return _of_layers(graph, image)
    if "-jar" not in words:
        return None
    jar = next((w for w in words[words.index("-jar") + 1 :] if w.endswith((".jar", ".war"))), None)
    return None if jar is None else _of_jar(graph, image, absolute(posixpath.join(begun.folder or "/", jar)))


def _of_jar(graph: Graph, image: Image, jar: str) -> str | None:
    place = _taken(image, jar)
    if place is not None:
        return _of_copy(graph, image, *place)
    made = _MADE.fullmatch(jar) or _renamed(image, jar)
    return _of_stage(image, posixpath.join(image.working_dir or "/", made["module"])) if made is not None else None


def _renamed(image: Image, jar: str) -> re.Match[str] | None:
    """The jar that a step of the image's own build copies into the place of the one that is started."""
    steps = [i.rest.value for stage in image.played for i in stage.instructions if i.name == "RUN"]
    name = posixpath.basename(jar)
    found = [match for step in steps for match in _COPIED.finditer(step) if match["to"].endswith(name)]
    return _MADE.fullmatch(found[0]["made"]) if len(found) == 1 else None


def _of_copy(graph: Graph, image: Image, copying: Copying, source: str) -> str | None:
    match = _MADE.fullmatch(source)
    if match is None:
        return None
    stage = copying.instruction.flag("from")
    if stage is None:
        folder = tree.join(image.build.context, match["module"].lstrip("/"))
        return folder if _has_manifest(graph.library, folder) else None
    other = graph.image_of(replace(image.build, target=stage.value.value)) if stage.value is not None else None
    return _of_stage(other, posixpath.join(other.working_dir or "/", match["module"])) if other is not None else None


def _of_layers(graph: Graph, image: Image) -> str | None:
    """The module of the one jar that the stage takes whose layers are copied."""
    stages = {flag.value.value for c in image.copies if (flag := c.instruction.flag("from")) is not None and flag.value}
    other = graph.image_of(replace(image.build, target=stages.pop())) if len(stages) == 1 else None
    if other is None:
        return None
    jars = [
        (c, v.text.value) for c in other.copies for _, v in c.sources if v is not None and _MADE.fullmatch(v.text.value)
    ]
    return _of_copy(graph, other, *jars[0]) if len(jars) == 1 else _of_stage(other, other.working_dir or "/")


def _of_stage(image: Image, folder: str) -> str | None:
    """The folder of the tree that a folder of a stage was copied from, by its manifest."""
    found = (image.files.lookup(posixpath.join(absolute(folder), name)) for name in _MANIFESTS)
    return next((posixpath.dirname(path) for path in found if isinstance(path, str)), None)


def _taken(image: Image, jar: str) -> tuple[Copying, str] | None:
    """The COPY that puts the jar in its place, with where it takes it from."""
    for copying in reversed(image.copies):
        value = copying.sources[0][1] if len(copying.sources) == 1 else None
        to = copying.destination
        if value is None or to is None:
            continue
        source = value.text.value
        folder = copying.slash or not to.endswith((".jar", ".war"))
        name = posixpath.basename(source)
        whole = posixpath.join(to, posixpath.basename(jar) if "*" in name else name) if folder else to
        if absolute(whole) == jar:
            return copying, source
    return None


def _has_manifest(library: Library, folder: str) -> bool:
    return any(library.tree.is_file(tree.join(folder, name)) for name in _MANIFESTS)


def dependencies(library: Library, folder: str) -> str:
    """What a module's manifests name that it runs with."""
    return "\n".join(_inherited(library, folder))


def chain(library: Library, folder: str) -> Iterator[str]:
    """The manifests of a module and of the folders above that it may inherit from."""
    for above in tree.upward(folder):
        yield from (path for name in _MANIFESTS if library.tree.is_file(path := tree.join(above, name)))


def _inherited(library: Library, folder: str) -> Iterator[str]:
    """What a module's manifest says, and those above that give it to their modules."""
    for path in chain(library, folder):
        said = manifest(library, path)
        if posixpath.dirname(path) == folder or re.search(r"<modules>|\b(?:subprojects|allprojects)\b", said):
            yield said


def manifest(library: Library, path: str) -> str:
    """What a manifest names, without what it only manages or tests with."""
    text = library.text(path)
    if text is None:
        return ""
    if path.endswith(".xml"):
        return _TESTED.sub("", _MANAGED.sub("", text.value))
    return _GRADLE_ASIDE.sub("", text.value)


def is_certain(library: Library, folder: str) -> bool:
    """Whether the module is Spring Boot's, and neither its code nor its dependencies may say the port."""

    def read() -> bool:
        manifests = "\n".join(manifest(library, path) for path in chain(library, folder))
        resources = tree.join(folder, "src/main/resources")
        named = [p for p in library.tree.below(resources) if posixpath.basename(p).startswith("bootstrap")]
        inside = library.tree.below(tree.join(folder, "src/main"))
        sources = [path for path in inside if path.endswith((".java", ".kt", ".groovy"))]
        coded = any((t := library.text(path)) is None or _CODED.search(t.value) for path in sources)
        return bool(_BOOT.search(manifests)) and not _REMOTE.search(manifests) and not named and not coded

    return library.remember(("spring", folder), read)
