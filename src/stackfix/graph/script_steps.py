"""kubectl, helm, docker and Compose command lines: verb, files, namespace, context, tags."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stackfix.graph.command import literal
from stackfix.graph.options import Options, parse
from stackfix.graph.value import EMPTY, Hole, Symbol, Template
from stackfix.text import Text
from stackfix.tree import join

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackfix.findings import Anchor, Location


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as a script knows it: below where it is started ("start"), its own ("script") or the root ("root")."""

    base: str
    path: str


@dataclass(frozen=True, slots=True)
class ScriptStep:
    """One command on a cluster, an image or a stack.

    `tool` is "kubectl", "helm", "docker" or "compose"; `verb` its subcommand ("apply", "create namespace", "set image",
    "build", "run", "up"). `files` are manifests (`-f`, `-k`), Compose files or the Dockerfile; `kustomize` for `-k`.
    `namespace` is `-n`'s. `context` is a build's folder, `tags` what it is called. `folder` is where it runs, None
    where unknown. `positionals` are what follows the verb. `conditional`: it may not run; `handled`: its failure is
    looked at; `piped`: its output goes on, so that its failure is not seen without pipefail.
    """

    tool: str
    verb: str
    words: tuple[Template, ...]
    location: Location
    anchor: Anchor
    folder: Folder | None
    files: tuple[Template, ...] = ()
    kustomize: bool = False
    namespace: Template | None = None
    context: Template | None = None
    tags: tuple[Template, ...] = ()
    target: Template | None = None
    build_arguments: tuple[Template, ...] = ()
    env_files: tuple[Template, ...] = ()
    project: Template | None = None
    project_folder: Template | None = None
    profiles: tuple[Template, ...] = ()
    published: tuple[Template, ...] = ()
    variables: tuple[Template, ...] = ()
    network: Template | None = None
    name: Template | None = None
    positionals: tuple[Template, ...] = ()
    given: Mapping[str, Template] = field(default_factory=dict)
    certain: bool = True
    conditional: bool = False
    handled: bool = False
    piped: bool = False

    @property
    def changes(self) -> bool:
        """Whether it builds, applies or deploys."""
        return (self.tool, self.verb.split(" ")[0]) in _CHANGES


_CHANGES = frozenset(
    [("kubectl", v) for v in ("apply", "create", "set", "rollout", "replace", "patch", "delete", "scale", "label")]
    + [("helm", v) for v in ("install", "upgrade", "uninstall")]
    + [("docker", v) for v in ("build", "push", "tag", "run", "pull", "load", "stack")]
    + [("compose", v) for v in ("up", "build", "down", "pull", "run", "restart", "create")]
)


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_KUBECTL = _set(
    "--all --force -w --watch -R --recursive --wait --ignore-not-found -A --all-namespaces --prune "
    "--server-side --overwrite --now --no-headers -i -t -it --stdin --tty --rm --validate --save-config "
    "--create-namespace --dry-run --record -h --help "
)
_HELM = _set(
    "--install --wait --atomic --create-namespace --dry-run --debug --force --reuse-values --reset-values --devel -i "
)
_BUILD = _set(
    "--no-cache --pull --push --load -q --quiet --rm --force-rm --squash --compress --provenance --sbom -D --debug "
)
_RUN = _set(
    "-d -i -t -it -ti -dit --detach --rm --privileged --init --interactive --tty -P --publish-all --read- "
    "only --no-healthcheck "
)
_COMPOSE = _set(
    "--verbose --ansi --compatibility --dry-run --all-resources --no-ansi --env-file-none -v --version --tls "
)
_COMPOSE_VERBS = _set(
    "up down build pull push run exec logs ps restart start stop create config kill rm top events images "
    "port pause unpause version ls cp watch wait attach scale stats "
)
_SUDO = frozenset({"sudo", "time", "command", "exec", "nohup"})


def step(
    words: tuple[Template, ...],
    folder: Folder | None,
    location: Location,
    anchor: Anchor,
    given: Mapping[str, Template],
) -> ScriptStep | None:
    """What a command line does, None where it is none of these programs'."""
    values = list(words)
    while values and literal(values[0]) in _SUDO:
        values.pop(0)
        while values and (literal(values[0]) or "").startswith("-"):
            values.pop(0)
    name = posixpath.basename(literal(values[0]) or "") if values else ""
    bare = ScriptStep("", "", words, location, anchor, folder, given=given)
    rest = tuple(values[1:])
    match name:
        case "kubectl" | "oc" | "microk8s.kubectl":
            return _kubectl(bare, rest)
        case "k3s" | "microk8s" | "minikube" if rest and literal(rest[0]) == "kubectl":
            return _kubectl(bare, tuple(w for w in rest[1:] if literal(w) != "--"))
        case "helm":
            return _helm(bare, rest)
        case "docker-compose":
            return _compose(bare, rest)
        case "docker" | "podman" | "nerdctl":
            return _docker(bare, rest)
        case _:
            return None


def _filled(bare: ScriptStep, tool: str, verb: str, options: Options, **more: object) -> ScriptStep:
    values = {f: getattr(bare, f) for f in ("words", "location", "anchor", "folder", "given")}
    return ScriptStep(tool, verb, **values, certain=options.certain, **more)  # type: ignore[arg-type]


def _kubectl(bare: ScriptStep, rest: tuple[Template, ...]) -> ScriptStep | None:
    options = parse(rest, _KUBECTL, EMPTY)
    names = [literal(p) or "" for p in options.positionals]
    if not names:
        return None
    double = names[0] in {"create", "set", "rollout", "delete", "get", "config"} and len(names) > 1
    verb = " ".join(names[: 2 if double else 1])
    verb = verb.replace("create ns", "create namespace") if verb == "create ns" else verb
    kustomize = options.has({"-k", "--kustomize"})
    return _filled(
        bare,
        "kubectl",
        verb,
        options,
        files=_named(options.values({"-f", "--filename", "-k", "--kustomize"})),
        kustomize=kustomize,
        namespace=options.last({"-n", "--namespace"}),
        positionals=options.positionals[2 if double else 1 :],
    )


def _helm(bare: ScriptStep, rest: tuple[Template, ...]) -> ScriptStep | None:
    options = parse(rest, _HELM, EMPTY)
    if not options.positionals:
        return None
    verb = literal(options.positionals[0]) or ""
    return _filled(
        bare,
        "helm",
        verb,
        options,
        files=options.values({"-f", "--values"}),
        namespace=options.last({"-n", "--namespace"}),
        positionals=options.positionals[1:],
    )


def _docker(bare: ScriptStep, rest: tuple[Template, ...]) -> ScriptStep | None:
    first = literal(rest[0]) if rest else None
    if first == "compose":
        return _compose(bare, rest[1:])
    if first in {"buildx", "image"} and len(rest) > 1 and literal(rest[1]) == "build":
        return _build(bare, rest[2:])
    if first == "build":
        return _build(bare, rest[1:])
    if first in {"run", "create"}:
        return _run(bare, rest[1:])
    if first in {"push", "pull", "tag", "load", "stack"}:
        options = parse(rest[1:], _BUILD, EMPTY)
        files = options.values({"-c", "--compose-file"}) if first == "stack" else ()
        return _filled(bare, "docker", first, options, files=files, positionals=options.positionals)
    return None


def _build(bare: ScriptStep, rest: tuple[Template, ...]) -> ScriptStep:
    options = parse(rest, _BUILD, EMPTY)
    return _filled(
        bare,
        "docker",
        "build",
        options,
        files=_named(options.values({"-f", "--file"})),
        tags=options.values({"-t", "--tag"}),
        context=options.positionals[0] if len(options.positionals) == 1 else None,
        target=options.last({"--target"}),
        build_arguments=options.values({"--build-arg"}),
        positionals=options.positionals,
    )


def _named(files: tuple[Template, ...]) -> tuple[Template, ...]:
    """Without `-`, the standard input."""
    return tuple(f for f in files if literal(f) != "-")


def _run(bare: ScriptStep, rest: tuple[Template, ...]) -> ScriptStep:
    """Options end at the image: what follows is the container's command."""
    at = _image(rest)
    options = parse(rest[:at], _RUN, EMPTY)
    return _filled(
        bare,
        "docker",
        "run",
        options,
        published=options.values({"-p", "--publish"}),
        name=options.last({"--name"}),
        variables=options.values({"-e", "--env"}),
        env_files=options.values({"--env-file"}),
        network=options.last({"--network", "--net"}),
        positionals=rest[at:],
    )


def _image(rest: tuple[Template, ...]) -> int:
    at = 0
    while at < len(rest):
        word = literal(rest[at]) or ""
        if not word.startswith("-"):
            return at
        at += 1 if word in _RUN or "=" in word else 2
    return at


def _compose(bare: ScriptStep, rest: tuple[Template, ...]) -> ScriptStep | None:
    at = _verb(rest)
    if at is None:
        return None
    options = parse(rest[:at], _COMPOSE, EMPTY)
    return _filled(
        bare,
        "compose",
        literal(rest[at]) or "",
        options,
        files=options.values({"-f", "--file"}),
        project=options.last({"-p", "--project-name"}),
        project_folder=options.last({"--project-directory"}),
        env_files=options.values({"--env-file"}),
        profiles=options.values({"--profile"}),
        positionals=rest[at + 1 :],
    )


def _verb(rest: tuple[Template, ...]) -> int | None:
    at = 0
    while at < len(rest):
        word = literal(rest[at]) or ""
        if not word.startswith("-"):
            return at if word in _COMPOSE_VERBS else None
        at += 1 if word in _COMPOSE or "=" in word else 2
    return None


def moved(folder: Folder | None, words: tuple[Template, ...]) -> Folder | None:
    """Where `cd` leads."""
    return place(words[1], folder) if len(words) == 2 else None  # noqa: PLR2004 - cd FOLDER


def place(path: Template, folder: Folder | None) -> Folder | None:
    """A path of a script as a place in the tree, as far as that is known; holes take their defaults."""
    base, relative = ("", "") if folder is None else (folder.base, folder.path)
    found = ""
    for index, part in enumerate(path.parts):
        if isinstance(part, Symbol) and index == 0 and part.name.startswith(("@script", "@root")):
            base, _, rest = part.name[1:].partition("/")
            relative, found = "", rest
        elif isinstance(part, Text):
            found += part.value
        elif isinstance(part, Hole) and (value := Template((part,)).fill(EMPTY)) is not None:
            found += value.text.value
        else:
            return None
    first = path.parts[0] if path.parts else None
    if not base or found.startswith("~") or (found.startswith("/") and not isinstance(first, Symbol)):
        return None
    return Folder(
        base, posixpath.normpath(posixpath.join(relative, found.lstrip("/") if isinstance(first, Symbol) else found))
    )


def candidates(found: Folder, script: str) -> tuple[str, ...]:
    """The tree paths that a place may mean: a script is started at the root or in its own folder."""
    own = join(posixpath.dirname(script), found.path)
    match found.base:
        case "script":
            return (own,)
        case "root":
            return (join("", found.path),)
        case _:
            return tuple(dict.fromkeys((join("", found.path), own)))
