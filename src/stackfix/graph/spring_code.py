"""What the code and the manifests of a Spring Boot module leave to its settings, and what they say for themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.graph import spring, spring_keys
from stackfix.graph.spring_settings import canonical

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.library import Library
    from stackfix.graph.spring_keys import Kind

_HIDES = re.compile(
    r"@PropertySource|setDefaultProperties|setAdditionalProfiles|EnvironmentPostProcessor|PropertySourceLocator"
    r"|System\.setProperty|\bDotenv\b|\.profiles\(|\.properties\(|PropertySourcesPlaceholderConfigurer"
    r"|YamlPropertiesFactoryBean|addFirst\(|setWebApplicationType\(\s*WebApplicationType\.NONE"
)
"""Code that may give settings of its own."""
_BRINGS = re.compile(
    r"spring-cloud-(?:starter-config|starter-bootstrap|config-client|starter-(?:consul|vault|zookeeper|alibaba-nacos)-config"
    r"|starter-kubernetes|kubernetes)|apollo-client|azure-appconfiguration-config|spring-cloud-aws|spring-cloud-azure"
    r"|spring-dotenv|dotenv-java|java-dotenv|kotlin-dotenv|spring-cloud-gcp|nacos-config|spring-cloud-connectors|java-cfenv"
)
"""What brings settings from elsewhere."""
_RESOURCES = re.compile(r"<resource>(?:(?!</resource>).)*</resource>|\bprocessResources\b|<jvmArguments>", re.DOTALL)
_MAJOR = re.compile(
    r"spring-boot-starter-parent</artifactId>\s*<version>(?P<parent>\d+)\."
    r"|spring-boot-dependencies</artifactId>\s*<version>(?P<managed>\d+)\."
    r"|<spring[.-]?boot[.-]version>(?P<property>\d+)\."
    r"|org\.springframework\.boot[\"']\)?\s+version\s*[(\s]*[\"'](?P<plugin>\d+)\."
    r"|spring-boot-gradle-plugin:(?P<classpath>\d+)\.|springBootVersion\s*=\s*[\"'](?P<variable>\d+)\."
    r"|spring-boot-dependencies:(?P<platform>\d+)\."
)
_CLIENT = re.compile(
    r"\bRestTemplate\b|\bWebClient\b|\bRestClient\b|@FeignClient|\bHttpClient\b|OkHttpClient|\bRetrofit\b|RestTemplateBuilder"
)
_TAKEN = re.compile(r"\$\\?\{(?P<key>[A-Za-z][\w.-]*)(?::[^}\"]*)?\}")
_FEIGN = re.compile(r"@FeignClient\([^)]*?url\s*=\s*\"\$\{(?P<key>[A-Za-z][\w.-]*)(?::[^}\"]*)?\}[^\"]*\"", re.DOTALL)
_ADDRESS = re.compile(r"(?:url|uri|host|endpoint|address|service|baseurl)$")
_SHOWN = re.compile(
    r"front|client\.|redirect|callback|origin|cors|public|extern|site|portal|issuer|webhook|swagger|springdoc|app\.(?:base)?ur"
    r"|verif|reset|confirm|link|image|avatar|upload|server\.url|self|success|cancel|return|logout|login|authoriz|cdn|website"
)
"""Words in keys whose address a person's browser opens, or others are told."""


@dataclass(frozen=True, slots=True)
class Code:
    """What is known of a module. `own` are the kinds of client that its code makes itself; `named` the settings that
    its code takes by name; `called` those whose address it calls, and of them `feigned` by a client that is nothing
    else. `hidden`: it may be given settings that nobody sees here.
    """

    manifests: str
    major: int | None
    own: frozenset[str]
    named: frozenset[str]
    called: frozenset[str]
    feigned: frozenset[str]
    hidden: bool

    def leaves(self, kind: Kind, key: str) -> bool:
        """Whether the module connects by a setting of that kind."""
        if not kind.needs.search(self.manifests):
            return False
        if kind.own in self.own:
            return key in self.named
        return kind.majors is None or self.major in kind.majors or key in self.named


def read(library: Library, folder: str) -> Code:
    """What a module's code and manifests say."""
    return library.remember(("spring code", folder), lambda: _read(library, folder))


def _read(library: Library, folder: str) -> Code:
    raw = "\n".join(t.value for p in spring.chain(library, folder) if (t := library.text(p)) is not None)
    manifests = spring.dependencies(library, folder)
    sources = tuple(_sources(library, folder))
    found = "\n".join(source for source in sources if source is not None)
    calling = "\n".join(source for source in sources if source is not None and _CLIENT.search(source))
    majors = {next(g for g in match.groups() if g is not None) for match in _MAJOR.finditer(raw)}
    feigned = frozenset(canonical(match["key"]) for match in _FEIGN.finditer(calling))
    return Code(
        manifests=manifests,
        major=int(majors.pop()) if len(majors) == 1 else None,
        own=frozenset(name for name, words in spring_keys.OWN.items() if words.search(found)),
        named=_taken(found),
        called=frozenset(k for k in _taken(calling) if _ADDRESS.search(k) and not _SHOWN.search(k)) | feigned,
        feigned=feigned,
        hidden=None in sources
        or bool(_HIDES.search(found) or _BRINGS.search(manifests) or _RESOURCES.search(raw))
        or any(path.rpartition("/")[2].startswith("bootstrap.") for path in _resources(library, folder)),
    )


def _taken(source: str) -> frozenset[str]:
    return frozenset(canonical(match["key"]) for match in _TAKEN.finditer(source))


def _resources(library: Library, folder: str) -> Iterator[str]:
    return iter(library.tree.below(tree.join(folder, "src/main/resources")))


def _sources(library: Library, folder: str) -> Iterator[str | None]:
    for path in library.tree.below(tree.join(folder, "src/main")):
        if path.endswith((".java", ".kt", ".groovy", ".scala")):
            text = library.text(path)
            yield text.value if text is not None else None
