"""What a command of Maven or Gradle makes in an image.

Sources: Maven's POM reference ("The BaseBuild Element Set": finalName), its Jar, Shade and Assembly plugins; Spring
Boot's Maven and Gradle plugins; Gradle's "Working With Files" and its Java plugin (NAME-VERSION.jar in build/libs).

May import the graph's nouns.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.graph.products import ANYTHING, UNKNOWN, Closed, Made, Product, Step, options

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_VALUED = frozenset({
    "-f", "--file", "-pl", "--projects", "-P", "--activate-profiles", "-T", "--threads", "-s", "--settings", "-gs",
    "-rf", "-l", "--log-file", "-D", "-x", "--exclude-task", "-p", "--project-dir", "-b", "-c", "-g",
    "--gradle-user-home", "-I", "--max-workers", "--init-script",
})  # fmt: skip
_CACHES = ("/root/.m2", "/root/.gradle", "/home/gradle", "/usr/share/maven", "/root/.config")
_PACKS = frozenset({"package", "install", "verify", "deploy"})
_ENDS_BEFORE = frozenset({
    "clean", "validate", "initialize", "compile", "test-compile", "test", "process-resources", "generate-sources",
    "dependency:go-offline", "dependency:resolve", "dependency:resolve-plugins", "dependency:tree",
})  # fmt: skip
_PLAIN_PLUGINS = frozenset({
    "spring-boot-maven-plugin", "maven-compiler-plugin", "maven-surefire-plugin", "maven-failsafe-plugin",
    "maven-jar-plugin", "maven-war-plugin", "maven-resources-plugin", "maven-clean-plugin", "maven-install-plugin",
    "maven-deploy-plugin", "maven-site-plugin", "jacoco-maven-plugin", "maven-enforcer-plugin",
    "maven-checkstyle-plugin", "maven-pmd-plugin", "spotbugs-maven-plugin", "spotless-maven-plugin",
    "git-commit-id-plugin", "git-commit-id-maven-plugin", "flyway-maven-plugin", "liquibase-maven-plugin",
    "openapi-generator-maven-plugin", "protobuf-maven-plugin", "kotlin-maven-plugin", "build-helper-maven-plugin",
    "maven-shade-plugin", "maven-assembly-plugin", "maven-source-plugin", "maven-javadoc-plugin", "jib-maven-plugin",
    "versions-maven-plugin", "sonar-maven-plugin", "quarkus-maven-plugin", "maven-dependency-plugin",
    "frontend-maven-plugin", "hibernate-enhance-maven-plugin", "maven-toolchains-plugin",
    "os-maven-plugin", "avro-maven-plugin", "asciidoctor-maven-plugin", "cyclonedx-maven-plugin", "fmt-maven-plugin",
    "formatter-maven-plugin", "license-maven-plugin", "dependency-check-maven", "maven-release-plugin",
    "apt-maven-plugin",
})  # fmt: skip
"""Plugins that name what they make after the project, or make no archive."""
_ATTACHES = frozenset({"maven-assembly-plugin", "quarkus-maven-plugin"})
"""Plugins whose archive, not the project's own, is the one that runs."""
_TAG = re.compile(r"<(?P<close>/?)(?P<name>[\w.:-]+)(?:\s[^>]*?)?(?P<empty>/?)>|(?P<text>[^<]+)")
_ASIDE = re.compile(r"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[.*?\]\]>", re.DOTALL)
_HOLE = re.compile(r"\$\{([\w.-]+)\}")
_BOOT_PARENT = ("org.springframework.boot", "spring-boot-starter-parent")
_BELOW_TARGET = re.compile(r"\$\{(?:project\.)?(?:build\.directory|basedir)\}/.+|(?:\./)?(?:target|src)/.+")
_NAMES = ("finalName", "jarName", "warName", "outputFile", "destFile")
_DEPTH = 8


@dataclass(frozen=True, slots=True)
class _Pom:
    """A project's manifest: its values by their path below `project`, in the order written."""

    folder: str
    values: Mapping[str, tuple[str, ...]]

    def one(self, path: str) -> str | None:
        """The first value at a path."""
        return next(iter(self.values.get(path, ())), None)

    def ending(self, path: str) -> Iterator[str]:
        """Every value whose path ends so."""
        yield from (v for p, found in self.values.items() if p == path or p.endswith("/" + path) for v in found)


def maven(step: Step) -> Made:
    """What `mvn …` makes."""
    told = options(step.words[1:], _VALUED)
    goals = set(told.plain)
    if any(UNKNOWN in word for word in told.plain) or UNKNOWN in step.folder or not goals <= _PACKS | _ENDS_BEFORE:
        return ANYTHING
    file = told.values.get("-f") or told.values.get("--file") or "pom.xml"
    top = step.at(file) if file.endswith(".xml") else posixpath.join(step.at(file), "pom.xml")
    folder = posixpath.dirname(top)
    poms = _modules(step, folder)
    places = (*_CACHES, step.folder, folder)
    if poms is None or UNKNOWN in file or any("finalName" in word or "directory" in word for word in step.words):
        return Made(places)
    packs = bool(goals & _PACKS)
    found = [_archive(step, pom) for pom in poms]
    closed = tuple(
        _shut(posixpath.join(pom.folder, "target"), base if packs else None, pom.one("packaging") or "jar")
        for pom, base in found
        if base
    )
    products = tuple(p for pom, base in found if packs and base for p in _made_of(step, pom, base))
    return Made(places, closed, products)


def _shut(folder: str, base: str | None, ending: str) -> Closed:
    """A folder without archives that are called otherwise than the project."""
    own = "" if base is None else rf"(?!(?:original-)?{re.escape(base)}(?:-.*)?(?:\.{ending}|-.*)$)"
    return Closed(folder, re.compile(rf"{own}.+\.(?:jar|war|ear)"))


def _made_of(step: Step, pom: _Pom, base: str) -> Iterator[Product]:
    packaging = pom.one("packaging") or "jar"
    if packaging in {"jar", "war"} and _version(step, pom) is not None:
        plugins = set(pom.ending("plugin/artifactId"))
        attached = bool(plugins & _ATTACHES) or any(pom.ending("plugin/configuration/classifier"))
        home = posixpath.dirname(step.tree_path(posixpath.join(pom.folder, "pom.xml")) or "")
        place = posixpath.join(pom.folder, "target", f"{base}.{packaging}")
        yield Product(place, step.location, home, home, sure=step.sure and not attached)


def _archive(step: Step, pom: _Pom) -> tuple[_Pom, str | None]:
    """What the project's archive is called, up to a version that isn't known; None where that isn't certain."""
    chain = _chain(step, pom)
    if chain is None or (pom.one("packaging") or "jar") not in {"jar", "war", "pom"}:
        return pom, None
    for one in chain:
        plugins = {*one.ending("plugin/artifactId"), *one.ending("extension/artifactId")}
        folders = (*one.ending("outputDirectory"), *one.ending("directory"))
        elsewhere = any(not _BELOW_TARGET.fullmatch(folder) for folder in folders)
        names = {path for path in one.values if path.endswith(_NAMES) and path != "build/finalName"}
        if not plugins <= _PLAIN_PLUGINS or elsewhere or names:
            return pom, None
    artifact = _filled(step, pom, pom.one("artifactId") or "")
    told = next((name for one in chain if (name := one.one("build/finalName"))), None)
    if told is not None:
        return pom, _filled(step, pom, told)
    version = _version(step, pom)
    return pom, artifact if artifact is None or version is None else f"{artifact}-{version}"


def _version(step: Step, pom: _Pom) -> str | None:
    if pom.one("build/finalName"):
        return ""
    written = pom.one("version") or pom.one("parent/version")
    return _filled(step, pom, written) if written else None


def _filled(step: Step, pom: _Pom, written: str) -> str | None:
    """A value with the project's properties filled in; None where one isn't known."""
    for _ in range(_DEPTH):
        match = _HOLE.search(written)
        if match is None:
            return written
        value = _property(step, pom, match[1])
        if value is None:
            return None
        written = written[: match.start()] + value + written[match.end() :]
    return None


def _property(step: Step, pom: _Pom, name: str) -> str | None:
    if any(word.startswith(f"-D{name}") for word in step.words):
        return None
    own = name.removeprefix("project.").removeprefix("pom.")
    if own == "artifactId":
        return pom.one("artifactId")
    if own == "version":
        return pom.one("version") or pom.one("parent/version")
    if own == "parent.version":
        return pom.one("parent/version")
    return next((v for one in _chain(step, pom) or () if (v := one.one(f"properties/{name}")) is not None), None)


def _chain(step: Step, pom: _Pom) -> list[_Pom] | None:
    """A project and the parents that it takes its settings from; None where one of them isn't here."""
    found = [pom]
    while found[-1].one("parent/artifactId") is not None:
        last = found[-1]
        if (last.one("parent/groupId"), last.one("parent/artifactId")) == _BOOT_PARENT:
            return found
        relative = last.one("parent/relativePath") or "../pom.xml"
        place = posixpath.normpath(posixpath.join(last.folder, relative))
        folder = posixpath.dirname(place) if place.endswith(".xml") else place
        above = _pom(step, folder)
        if above is None or above.one("artifactId") != last.one("parent/artifactId") or len(found) > _DEPTH:
            return None
        found.append(above)
    return found


def _modules(step: Step, folder: str) -> list[_Pom] | None:
    """A project and all its modules."""
    found: list[_Pom] = []
    waiting = [folder]
    while waiting:
        one = _pom(step, waiting.pop())
        if one is None:
            return None
        found.append(one)
        waiting += [posixpath.normpath(posixpath.join(one.folder, name)) for name in one.ending("modules/module")]
    return found


def _pom(step: Step, folder: str) -> _Pom | None:
    path = step.tree_path(posixpath.join(folder, "pom.xml"))
    text = step.library.text(path) if path is not None else None
    if text is None:
        return None
    values: dict[str, tuple[str, ...]] = {}
    stack: list[str] = []
    for match in _TAG.finditer(_ASIDE.sub("", text.value)):
        if match["text"] is not None:
            if match["text"].strip() and stack:
                path_here = "/".join(stack[1:])
                values[path_here] = (*values.get(path_here, ()), match["text"].strip())
        elif match["close"]:
            if not stack or stack.pop() != match["name"]:
                return None
        elif not match["empty"]:
            stack.append(match["name"])
    return _Pom(folder, values) if not stack and values else None


# --- Gradle ----------------------------------------------------------------------------------------------------------

_TASKS = frozenset({
    "build", "assemble", "bootJar", "bootWar", "jar", "war", "clean", "classes", "dependencies", "test", "check",
    "compileJava", "compileKotlin", "installDist", "buildDependents", "buildNeeded", "testClasses",
})  # fmt: skip
_RENAMES = re.compile(
    r"archive(?:Base|File|s?Base)?Name|archiveVersion|archiveClassifier|archiveAppendix|archiveExtension|\bbaseName\b"
    r"|shadow|destinationDir|buildDir|layout\.buildDirectory|libsDir|type\s*:\s*(?:Jar|War|Copy|Zip|Sync)"
    r"|<(?:Jar|War|Copy|Zip|Sync)>|\bcopy\s*\{|\bexec\s*\{|apply\s+from|apply\(from|uberJar|fatJar|quarkus|micronaut|ktor"
)
_ROOT_NAME = re.compile(r"(?m)^\s*rootProject\.name\s*=\s*[\"'](?P<name>[^\"'$]+)[\"']")
_VERSION = re.compile(r"(?m)^version\s*(?:=\s*)?[\"'](?P<value>[^\"'$]+)[\"']")
_PROPERTY = re.compile(r"(?m)^version\s*[=:]\s*(?P<value>\S+)\s*$")


def gradle(step: Step) -> Made:
    """What `gradle …` makes: of a project that is alone and renames nothing, archives under its own name."""
    told = options(step.words[1:], _VALUED)
    tasks = {word.rpartition(":")[2] for word in told.plain}
    places = (*_CACHES, step.folder)
    if not tasks <= _TASKS or UNKNOWN in step.folder or {"-p", "--project-dir", "-b", "-c", "-I"} & told.given:
        return ANYTHING
    settings, build = _script(step, "settings.gradle"), _script(step, "build.gradle")
    if build is None or _RENAMES.search(build) or any(word.startswith("-P") for word in step.words):
        return Made(places)
    if settings is not None and re.search(r"(?m)^\s*(?:include|includeBuild)\b", settings):
        return Made(places)
    named = _ROOT_NAME.search(settings or "")
    name = named["name"] if named is not None else posixpath.basename(step.folder)
    if not name or (named is None and settings is not None and "rootProject" in settings):
        return Made(places)
    folder = posixpath.join(step.folder, "build/libs")
    packs = bool(tasks & {"build", "assemble", "bootJar", "bootWar", "jar", "war"})
    closed = (_shut(folder, name if packs else None, "(?:jar|war)"),)
    version = _gradle_version(step, build)
    home = posixpath.dirname(_tree_script(step, "build.gradle") or "")
    place = posixpath.join(folder, f"{name}-{version}.jar" if version else f"{name}.jar")
    kept = packs and version is not None and not re.search(r"['\"]war['\"]|\bwar\b", build)
    return Made(places, closed, (Product(place, step.location, home, home, sure=step.sure),) if kept else ())


def _tree_script(step: Step, name: str) -> str | None:
    place = posixpath.join(step.folder, name)
    return step.tree_path(place) or step.tree_path(place + ".kts")


def _script(step: Step, name: str) -> str | None:
    path = _tree_script(step, name)
    text = step.library.text(path) if path is not None else None
    return re.sub(r"//[^\n]*|/\*.*?\*/", "", text.value, flags=re.DOTALL) if text is not None else None


def _gradle_version(step: Step, build: str) -> str | None:
    """The project's version; "" where it has none, None where nobody knows."""
    match = _VERSION.search(build)
    if match is not None:
        return match["value"]
    path = step.tree_path(posixpath.join(step.folder, "gradle.properties"))
    text = step.library.text(path) if path is not None else None
    told = _PROPERTY.search(text.value) if text is not None else None
    if told is not None:
        return told["value"]
    return None if re.search(r"(?m)^\s*(?:project\.)?version\b", build) else ""
