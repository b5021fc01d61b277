"""npm, yarn, pnpm, bun and turbo: the script of package.json that a command names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.formats import yaml
from stackfix.graph import workspaces
from stackfix.graph.command import begins, literal
from stackfix.graph.value import Template
from stackfix.text import Text

if TYPE_CHECKING:
    from stackfix.graph.setting import Setting

_MANAGERS = frozenset({"npm", "yarn", "pnpm", "bun"})
_FOLDER_OPTIONS = frozenset({"--prefix", "--cwd", "-C", "--dir"})
_FLAGS = frozenset({"-s", "--silent", "--if-present", "--quiet", "-q"})
_ENDS = frozenset(["install", "ci", "i", "add", "rebuild", "prune", "cache", "config", "audit", "build"])
_OWN = frozenset({"start", "stop", "restart", "test"})
"""Scripts that npm runs without `run` before their names."""
_EXEC = frozenset({"exec", "dlx", "x"})
_RUN_BINARIES = frozenset({"yarn", "pnpm", "bun"})
_BINARIES = frozenset(
    {"astro", "nest", "next", "ng", "nodemon", "nuxi", "nuxt", "react-scripts", "serve", "ts-node", "tsx", "vite"}
    | {"vue-cli-service"}
)
"""Programs of packages that serve, which `yarn`, `pnpm` and `bun` start by their names where no script is called so."""


@dataclass(frozen=True, slots=True)
class NoScript:
    """A script that a command names and the package.json in the image at `manifest` doesn't have."""

    word: Template
    manifest: str


Found = tuple[Template, "Setting"] | NoScript | bool
"""A script's text and the setting it runs in; True for a command that ends; False where nobody can tell."""


def packaged(name: str, words: tuple[Template, ...], setting: Setting) -> Found | None:
    """What a command of a package manager runs; None where `name` is none."""
    if name == "turbo":
        ran = workspaces.turbo(words, setting)
        return False if ran is None else _script(name, ran[0], [], ran[1])
    if name not in _MANAGERS or (name == "bun" and _runs_a_file(words)):
        return None
    queue, chosen = workspaces.without(list(words[1:]), name)
    if name == "yarn" and queue and literal(queue[0]) == "workspace" and len(queue) > 1:
        chosen, queue = literal(queue[1]) or "", queue[2:]
    there = setting if chosen is None else workspaces.picked(chosen, setting)
    return False if there is None else _asked(name, queue, there)


def _asked(name: str, asked: list[Template], there: Setting) -> Found:
    """What the words behind a manager's name come to in a package."""
    queue = list(asked)
    seen = _options(queue, there)
    first = literal(queue.pop(0)) if queue else ""
    if seen is None:
        return False
    if first in _ENDS and name == "npm":
        return True
    if first in _EXEC and queue:
        return _joined(queue), seen.wrapped(name)
    told = first in {"run", "run-script"}
    optional = any(literal(word) == "--if-present" for word in asked)
    if told:
        seen = _options(queue, seen)
        first = literal(queue.pop(0)) if queue else ""
    found = False if seen is None else _script(name, first, queue, seen)
    if found is False and asked[1:] == queue:
        found = _binary(name, asked, there)
    if found is False and seen is not None and first and not optional and _surely_a_script(name, first, told=told):
        return _lost(asked[len(asked) - len(queue) - 1], seen)
    return found


def _surely_a_script(name: str, script: str, *, told: bool) -> bool:
    """Whether a name can only be a script's: yarn and bun run programs of packages by the same words."""
    if told:
        return name in {"npm", "pnpm"} or ":" in script or script in _OWN
    return script in _OWN and name in {"npm", "pnpm"}


def _lost(word: Template, setting: Setting) -> Found:
    """The script that a package.json of the tree surely lacks."""
    found, place = setting.file("package.json"), setting.absolute("package.json")
    documents = setting.library.get(found, yaml.read) if isinstance(found, str) else None
    root = documents[0].root if documents else None
    listed = yaml.get(root, "scripts")
    known = isinstance(root, yaml.Mapping) and (listed is None or isinstance(listed, yaml.Mapping))
    return NoScript(word, place) if known and place is not None else False


def _runs_a_file(words: tuple[Template, ...]) -> bool:
    """Whether Bun is told a file of source to run, which it does by itself."""
    said = [text for word in words[1:3] if (text := literal(word)) is not None and text != "run"]
    return bool(said) and said[0].endswith((".ts", ".js", ".tsx", ".mjs", ".cjs", ".mts"))


def _binary(name: str, asked: list[Template], setting: Setting) -> Found:
    """A package's program, which some managers start by its name where no script is called so."""
    known = name in _RUN_BINARIES and bool(asked) and literal(asked[0]) in _BINARIES
    return (_joined(asked), setting.wrapped(name)) if known else False


def _options(queue: list[Template], setting: Setting) -> Setting | None:
    """Take the options off that stand first; None after one that nobody knows."""
    seen: Setting | None = setting
    while seen is not None and queue and begins(queue[0]).startswith("-"):
        seen = _option(queue, seen)
    return seen


def _option(queue: list[Template], setting: Setting) -> Setting | None:
    word = literal(queue.pop(0)) or ""
    option, equals, value = word.partition("=")
    if option in _FLAGS:
        return setting
    if option not in _FOLDER_OPTIONS or not (equals or queue):
        return None
    folder = value if equals else setting.value(queue.pop(0))
    return replace(setting, folder=setting.absolute(folder) if folder else None)


def _joined(queue: list[Template]) -> Template:
    parts = tuple(p for index, word in enumerate(queue) for p in (*_gap(index), *word.parts))
    return Template(parts)


def _gap(index: int) -> tuple[Text, ...]:
    return (Text.unwritten(" "),) if index else ()


def _script(name: str, script: str | None, queue: list[Template], setting: Setting) -> Found:
    found = setting.file("package.json")
    if not script or not isinstance(found, str):
        return False
    documents = setting.library.get(found, yaml.read)
    root = documents[0].root if documents else None
    value = yaml.get(root, "scripts", script)
    if not isinstance(value, yaml.Scalar):
        started = name == "npm" and script == "start" and yaml.get(root, "scripts") is not None
        return (Template.literal(Text.unwritten("node server.js")), setting.wrapped(name)) if started else False
    extra = tuple(queue[1:] if queue and literal(queue[0]) == "--" else queue)
    if extra and name == "npm" and (not queue or literal(queue[0]) != "--"):
        extra = tuple(w for w in extra if not begins(w).startswith("-"))
    inner = replace(setting.wrapped(name), extra=extra, arguments=(), variables={})
    return Template.literal(value.text), inner
