"""Programs that a container's command or its scripts' `#!` name, and that the image certainly lacks.

Of a public image in the table, what its lists of packages bring is known; a step that may bring more makes it unknown.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.findings import Anchor
from stackfix.formats.dockerfile import steps
from stackfix.graph import builds, known_images
from stackfix.graph.image_steps import commands
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.formats.dockerfile import Instruction
    from stackfix.graph.image import Image
    from stackfix.graph.image_files import Copying
    from stackfix.graph.known_images import Base
    from stackfix.graph.library import Library
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload

_SHEBANG = re.compile(r"#![ \t]*(/[^\s]*)(?:[ \t]+(\S+))?")
_FOLDERS = frozenset({"", "/bin", "/usr/bin", "/sbin", "/usr/sbin", "/usr/local/bin"})
PACKAGES = {
    "apk": {
        "bash": "bash", "curl": "curl", "wget": "wget", "git": "git", "python3": "python3", "node": "nodejs",
        "npm": "npm", "tini": "tini", "dumb-init": "dumb-init", "su-exec": "su-exec", "nginx": "nginx",
        "supervisord": "supervisor", "nc": "netcat-openbsd",
    },
    "apt-get": {
        "curl": "curl", "wget": "wget", "git": "git", "python3": "python3", "tini": "tini", "dumb-init": "dumb-init",
        "gosu": "gosu", "nginx": "nginx", "supervisord": "supervisor", "nc": "netcat-openbsd",
    },
}  # fmt: skip
"""The package that gives a program, by manager; one that isn't certain for all releases is left out."""

_BRINGS_ALONE = re.compile(
    r"(?:lib[\w.+-]*|[\w.+-]+-dev|[\w.+-]+-libs|curl|wget|git|openssl|ca-certificates|tzdata|g\+\+|gcc|make|build-base"
    r"|build-essential|pkgconf|pkg-config|pkgconfig|cmake|postgresql\d*-client|tini|dumb-init|su-exec|gosu|nginx|nodejs"
    r"|npm|yarn|python3|py3-pip|jq|netcat-openbsd|netcat-traditional|bind-tools|iputils|procps|procps-ng|shadow|gettext"
    r"|envsubst|linux-headers|dcron|redis|ffmpeg|vips|sqlite|nano|vim|less|unzip|zip|tar|xz|gnupg|coreutils|findutils"
    r"|grep|sed|gawk|openssh-client|su|socat|rsync|patch|libc6-compat|musl|busybox-extras|mailcap|netcat|apt-utils"
    r"|dnsutils|iputils-ping|telnet|imagemagick|graphicsmagick|patchelf|wait4x)"
)
_UNSEEN = re.compile(
    r"\b(?:curl|wget)\b[^|;&]*\||\|\s*(?:ba|da)?sh\b|\b(?:bash|sh)\s+[\w./-]|(?:^|[;&|\n])\s*\S+\.sh\b|make install"
    r"|\bnix\b|\bbrew\b|conda|\bdpkg\b|nodesource|playwright|busybox --install|apk\s[^;&|]*--root|debootstrap"
)
_PLACES = frozenset({"cp", "mv", "ln", "install", "tar", "unzip", "curl", "wget", "rsync"})
_PACKAGED = frozenset({"supervisord", "dumb-init", "node", "npm"})
"""Programs that packages of a language's own manager bring, too."""
_LANGUAGES = re.compile(r"\b(?:pip3?|uv|poetry|pipenv|pdm|conda|npm|yarn|pnpm|gem|bundle|cargo)\b")
_LEFT_ALONE = re.compile(r"--virtual|\s-t\s|\bdel\b|purge|remove|\s-X|--repo|\$")
_INSTALLS = re.compile(r"\b(?:apk|apt|apt-get|yum|dnf|microdnf|zypper|pacman)\b[^;&|\n]*?\s(?:add|install|-S\w*)\s")
_LEADING = frozenset({"ARG", "ENV", "LABEL", "MAINTAINER", "WORKDIR"})
_SYSTEM_MANAGERS = frozenset({"apk", "apt", "apt-get", "yum", "dnf", "microdnf", "tdnf"})
_ADDS = frozenset({"add", "install"})
_VERBS = frozenset(
    {"add", "install", "update", "upgrade", "del", "remove", "purge", "clean", "autoremove", "dist-upgrade"}
)
_SYSTEM = re.compile(r"/$|/s?bin(?:/|$)|/usr(?:/local)?(?:/?$|/s?bin(?:/|$))")
_SEARCHED = frozenset({"/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"})
_SEVERAL = frozenset({"", "bin", "sbin", "usr", "local", "root", "rootfs"})


@dataclass(frozen=True, slots=True)
class Need:
    """A program that a workload needs. `text` names it in a command or a `#!`; `script` is whose `#!` it is."""

    workload: Workload
    program: str
    text: Text
    script: str | None = None


def needs(graph: Graph, workload: Workload) -> Iterator[Need]:
    """What a workload surely runs by name, and the interpreters of the scripts that it runs by their paths."""
    begun = graph.started_from_copies(workload)
    if begun is None:
        return
    for text in begun.programs:
        if text.place is not None and posixpath.dirname(text.value) in _FOLDERS:
            yield Need(workload, posixpath.basename(text.value), text)
    for script in begun.executed:
        named = interpreter(graph.library, script.path)
        if named is not None:
            yield Need(workload, posixpath.basename(named.value), named, script.path)


def interpreter(library: Library, path: str) -> Text | None:
    """What the `#!` of a script names, behind `env` too."""
    text = library.text(path)
    match = _SHEBANG.match(text.value) if text is not None else None
    if text is None or match is None:
        return None
    group = 2 if posixpath.basename(match[1]) == "env" else 1
    if match[group] is None or match[group].startswith("-") or posixpath.dirname(match[group]) not in _FOLDERS:
        return None
    return text.slice(*match.span(group))


def installations(workload: Workload) -> Iterator[Text]:
    """Where a workload's own command installs packages at its start."""
    told = (words for words in (workload.entrypoint, workload.command) if words is not None)
    parts = (part for words in told for word in words.words for part in word.parts if isinstance(part, Text))
    yield from (part.slice(*found.span()) for part in parts for found in _INSTALLS.finditer(part.value))


def _installed_before(library: Library, need: Need) -> bool:
    """Whether packages are installed ahead of the place that names the program, in the command or its script."""
    place = need.text.place
    steps = list(installations(need.workload))
    script = library.text(place[0]) if place is not None and place[0].endswith(".sh") else None
    if script is not None:
        steps += [script.slice(*found.span()) for found in _INSTALLS.finditer(script.value)]
    starts = (step.first_place for step in steps)
    return any(
        place is None or start is None or start[0] != place[0] or start[1].start < place[1].start for start in starts
    )


def lacks(graph: Graph, need: Need) -> Base | None:
    """The public image below, where a workload's container certainly lacks the program."""
    if _installed_before(graph.library, need):
        return None
    image = graph.image(need.workload)
    if image is None:
        named = need.workload.image
        base = known_images.base(named.value) if named is not None and need.workload.build is None else None
        mounted = any(_SYSTEM.match(m.target) and m.target.count("/") > 1 for m in need.workload.mounts)
        return base if base is not None and need.program in base.lacks and not mounted else None
    if image.base is None or need.program not in image.base.lacks or builds.astray(graph.library, image):
        return None
    return None if _may_have(image, need.program) else image.base


def _may_have(image: Image, program: str) -> bool:
    """Whether any step may have put a program into an image, as far as anybody can tell."""
    if image.has_program(program) or any(_brings(run, program) for run in image.runs):
        return True
    return any(_copies(copying, program) for copying in image.copies)


def _copies(copying: Copying, program: str) -> bool:
    """Whether a COPY may put a program where programs are searched: from the context only one that is called so."""
    place = copying.destination
    foreign = copying.instruction.flag("from") is not None or copying.instruction.name == "ADD"
    for word, value in copying.sources:
        if place is None or value is None or word.value.startswith("<<"):
            return True
        name = posixpath.basename(value.text.value.rstrip("/"))
        whole = posixpath.join(place, name) if copying.several else place
        if program in {name, posixpath.basename(whole)}:
            return True
        one = posixpath.dirname(whole) in _SEARCHED and name not in _SEVERAL and "*" not in name
        if foreign and _SYSTEM.match(whole) and not one:
            return True
    return False


def _brings(run: Instruction, program: str) -> bool:
    """Whether a step may install a program unseen: by a script, from elsewhere, or as what a package needs."""
    text = "\n".join((run.rest.value, *(h.body.value for h in run.heredocs)))
    if (
        _UNSEEN.search(text)
        or (program in _PACKAGED and _LANGUAGES.search(text))
        or re.search(rf"(?<![\w.-]){re.escape(program)}(?![\w.-])", text)
    ):
        return True
    listed = commands(text)
    if listed is None:
        return "apk" in text or "apt" in text
    for command in listed:
        if command.program in _SYSTEM_MANAGERS:
            packages = [w for w in command.arguments if not w.startswith(("-", ".")) and w not in _VERBS]
            if not all(_BRINGS_ALONE.fullmatch(re.split(r"[=~<>@]", w)[0]) for w in packages):
                return True
        elif (command.program in _PLACES or command.writes) and any(_SYSTEM.match(w) for w in command.arguments):
            return True
    return False


_VERBS = frozenset(
    {"add", "install", "update", "upgrade", "del", "remove", "purge", "clean", "autoremove", "dist-upgrade"}
)


def installing(image: Image, manager: str) -> tuple[Anchor, tuple[Text, ...]] | None:
    """The last plain list of packages that stay: its RUN, and the packages as they are written."""
    short = "apk" if manager == "apk" else "apt"
    for run in reversed(image.runs):
        found = [i for i in image.installs if i.instruction is run and i.manager == short]
        if not found or run.heredocs or _LEFT_ALONE.search(run.rest.value):
            continue
        listed = [
            c for c in commands(run.rest.value) or () if c.program in _SYSTEM_MANAGERS and _ADDS & set(c.arguments)
        ]
        if len(listed) == 1:
            return Anchor(image.path, "dockerfile", steps(image.document, run)), tuple(i.text for i in found)
    return None


def behind_base(image: Image) -> tuple[Anchor, bool]:
    """The last of what is set right behind the base image, and whether an empty line follows it."""
    first, *others = image.chain[0].instructions
    for other in others:
        if other.name not in _LEADING:
            break
        first = other
    after = image.document.text.value[first.end :]
    apart = bool(re.match(r"[ \t]*\r?\n[ \t]*\r?\n", after))
    return Anchor(image.path, "dockerfile", steps(image.document, first)), apart
