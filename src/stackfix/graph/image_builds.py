"""Steps of an image that compile: they make files nobody can name, and leave those that were copied as they are.

`npm run build` is followed through the scripts of package.json; any word that isn't known to compile ends it.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from stackfix.formats import yaml
from stackfix.graph.image_steps import HARMLESS, NODE, commands, shell_texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackfix.formats.dockerfile import Instruction
    from stackfix.graph.image_steps import Command
    from stackfix.graph.library import Library

_COMPILERS = frozenset({
    "astro", "babel", "craco", "esbuild", "eslint", "husky", "is-ci", "jest", "mkdirp", "ncc", "nest", "next", "ng",
    "ngc", "nuxi", "nuxt", "parcel", "patch-package", "postcss", "prisma", "react-scripts", "remix", "rimraf", "rollup",
    "sass", "svelte-kit", "swc", "tailwindcss", "tsc", "tsc-alias", "tsdown", "tsup", "unbuild", "vite", "vitest",
    "vue-cli-service", "vue-tsc", "webpack", "webpack-cli",
})  # fmt: skip
_WRAPPERS = frozenset({"npx", "bunx", "cross-env", "env", "dotenv", "time"})
_INSTALLS = frozenset({"ci", "install", "i", "add", "prune", "cache", "config", "set", "rebuild", "dedupe"})
_RUN_BY_INSTALLS = ("preinstall", "install", "postinstall", "prepublish", "prepare")
_ELSEWHERE = frozenset({
    "--prefix", "--cwd", "-C", "--dir", "--filter", "-F", "--workspace", "-w", "--workspaces", "-r", "--recursive",
})  # fmt: skip
_COPIES = frozenset({"cp", "cpx", "cpy", "copyfiles", "ncp", "shx"})
_OUTPUT = re.compile(r"(?:\./)?(?:dist|build|out|lib|public|\.next|\.output)(?:/|$)")
_SETS = re.compile(r"[A-Za-z_]\w*=")
_DEPTH = 6


def compiles(library: Library, instruction: Instruction, manifest: str | None) -> bool:
    """Whether a RUN does nothing to copied files: it installs and compiles. `manifest` is its folder's package.json."""
    return compilers(library, instruction, manifest) is not None


def compilers(library: Library, instruction: Instruction, manifest: str | None) -> frozenset[str] | None:
    """The compilers that a RUN calls which does nothing else but install; None for one that may do more."""
    texts = shell_texts(instruction)
    given = _scripts(library, manifest)
    if texts is None or given is None:
        return None
    called: set[str] = set()
    return frozenset(called) if all(_text(text, given, called, 0) for text in texts) else None


def _scripts(library: Library, manifest: str | None) -> Mapping[str, str] | None:
    documents = library.get(manifest, yaml.read) if manifest is not None else None
    root = documents[0].root if documents else None
    if not isinstance(root, yaml.Mapping):
        return None
    found = yaml.items(yaml.get(root, "scripts"))
    pairs = ((i.key, yaml.deref(i.value)) for i in found)
    return {k.value: v.value for k, v in pairs if isinstance(k, yaml.Scalar) and isinstance(v, yaml.Scalar)}


def _text(text: str, scripts: Mapping[str, str], called: set[str], depth: int) -> bool:
    found = commands(text) if depth < _DEPTH else None
    return found is not None and all(_compiles(command, scripts, called, depth) for command in found)


def _compiles(command: Command, scripts: Mapping[str, str], called: set[str], depth: int) -> bool:
    words = [word for word, _, _ in command.words]
    while words and (
        posixpath.basename(words[0]) in _WRAPPERS or words[0] in {"-y", "--yes", "--"} or _SETS.match(words[0])
    ):
        words = words[1:]
    if not words or command.writes or any("package.json" in word for word in words):
        return False
    program, arguments = posixpath.basename(words[0]), words[1:]
    if program in NODE:
        return _managed(program, arguments, scripts, called, depth)
    called.add(program)
    if program in _COPIES:
        return bool(arguments) and _OUTPUT.match(arguments[-1]) is not None
    return program in _COMPILERS or (program in HARMLESS and program != "find")


def _managed(program: str, arguments: list[str], scripts: Mapping[str, str], called: set[str], depth: int) -> bool:
    """Whether a command of npm, yarn or pnpm installs, or runs a script that compiles."""
    if any(word.partition("=")[0] in _ELSEWHERE for word in arguments):
        return False
    plain = [word for word in arguments if not word.startswith("-")]
    if not plain or plain[0] in _INSTALLS:
        return _all(_RUN_BY_INSTALLS, scripts, called, depth)
    if plain[0] in {"exec", "dlx", "x"}:
        called.update(plain[1:2])
        return len(plain) > 1 and plain[1] in _COMPILERS
    name = plain[1] if plain[0] in {"run", "run-script"} and len(plain) > 1 else plain[0]
    if name not in scripts:
        called.add(name)
        return program != "npm" and name in _COMPILERS
    return _all((f"pre{name}", name, f"post{name}"), scripts, called, depth)


def _all(names: tuple[str, ...], scripts: Mapping[str, str], called: set[str], depth: int) -> bool:
    return all(_text(scripts[name], scripts, called, depth + 1) for name in names if name in scripts)
