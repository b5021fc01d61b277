"""What a command of Cargo makes in an image.

Sources: The Cargo Book, "Cargo Targets" (binaries by their folders), "Build Cache" (target/PROFILE,
target/TRIPLE/PROFILE), "cargo build", "cargo install", "Workspaces"; cargo-chef's README.

May import formats and the graph's nouns.
"""

from __future__ import annotations

import posixpath
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from stackfix.formats import toml
from stackfix.graph.products import ANY, ANYTHING, UNKNOWN, Closed, Made, Product, Step, options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.products import Options

_VALUED = frozenset({
    "-p", "--package", "--bin", "--example", "--test", "--bench", "--features", "-F", "--target", "--profile",
    "--target-dir", "--manifest-path", "--message-format", "-j", "--jobs", "--color", "--config", "-Z", "--root",
    "--path", "--exclude", "--recipe-path", "--version", "--git", "--branch", "--tag", "--rev", "--index", "--registry",
    "--artifact-dir", "--out-dir", "-C", "--timings", "--lockfile-path",
})  # fmt: skip
_CACHES = ("/usr/local/cargo/registry", "/usr/local/cargo/git", "/usr/local/rustup", "/root/.cargo", "/root/.rustup")
_BUILDS = frozenset({"build", "b", "zigbuild"})
_FETCHES = frozenset({
    "fetch", "update", "generate-lockfile", "metadata", "tree", "locate-project", "--version", "-V", "search",
})  # fmt: skip
_CHECKS = frozenset({"check", "c", "clippy", "test", "t", "bench", "doc", "rustc", "fix"})
_PROFILES = {"dev": "debug", "test": "debug", "bench": "release"}
_FOLDERS = frozenset({"deps", "build", "examples", "incremental", ".fingerprint"})
_PROGRAM = re.compile(r"[\w-]+|[\w-]+\.exe")
_WHOLE = frozenset({"--workspace", "--all"})


def made(step: Step) -> Made:
    """What `cargo …` makes."""
    words = tuple(word for word in step.words[1:] if not word.startswith("+"))
    if words[:1] == ("auditable",):
        words = words[1:]
    verb = words[0] if words else ""
    told = options(words[1:], _VALUED)
    if "-C" in told.values or "--artifact-dir" in told.values or "--out-dir" in told.values or UNKNOWN in step.folder:
        return ANYTHING
    if verb == "chef":
        return _of_chef(step, words[1:])
    if verb in {"new", "init"}:
        return Made((*_caches(step), step.at(told.plain[0]) if told.plain else step.folder))
    if verb in _FETCHES or verb == "clean":
        return Made((*_caches(step), step.at("Cargo.lock")))
    kinds = {**dict.fromkeys(_BUILDS, _built), **dict.fromkeys(_CHECKS, _checked), "install": _installed}
    return kinds[verb](step, told) if verb in kinds else ANYTHING


def rustup(step: Step) -> Made:
    """What `rustup …` makes."""
    return Made(_caches(step)) if step.words[1:2] != ("run",) else ANYTHING


def _caches(step: Step) -> tuple[str, ...]:
    told = step.variable("CARGO_HOME", "")
    return (*_CACHES, step.at(told)) if told and told != "/usr/local/cargo" else _CACHES


def _shut(target: str, names: set[str]) -> tuple[Closed, ...]:
    """The folder of all outputs, in which no other is made."""
    return (Closed(target, ANY, frozenset(names)),)


def _checked(step: Step, told: Options) -> Made:
    """What tests and lints make: anything in the project, and what no release is taken from."""
    target = _target_folder(step, told)
    return ANYTHING if target is None else Made((*_caches(step), step.folder, target), _shut(target, {"debug", "doc"}))


def _built(step: Step, told: Options) -> Made:
    target = _target_folder(step, told)
    where = _profile_folder(step, told)
    if target is None or where is None:
        return ANYTHING
    top, profile = where
    inside = [posixpath.join(target, name) for name in ("CACHEDIR.TAG", ".rustc_info.json", "tmp", "release/build")]
    root = _root(step, told)
    lock = step.at("Cargo.lock") if root is None else posixpath.join(root, "Cargo.lock")
    # A build script may write where it likes, but in the folder of the outputs there's only what Cargo puts there.
    anywhere = tuple(() if root is None or not _has_scripts(step, root) else (root,))
    folder = posixpath.normpath(posixpath.join(target, top, profile))
    names = _selected(step, told)
    if names is None:
        return Made((*_caches(step), *inside[:3], lock, folder, *anywhere), _shut(target, {top or profile, "tmp"}))
    system = ".exe" if "windows" in top else ""
    products = tuple(
        Product(posixpath.join(folder, name + system), step.location, *sources, sure=step.sure and not optional)
        for name, (sources, optional) in names.items()
    )
    called = frozenset(p.name for p in products)
    return Made(
        (*_caches(step), *inside[:3], lock, folder, *anywhere),
        (*_shut(target, {top or profile, "tmp"}), Closed(folder, _PROGRAM, called | _FOLDERS)),
        products,
    )


def _has_scripts(step: Step, root: str) -> bool:
    """Whether a package of the workspace has a build script, that may make files."""
    manifest = step.tree_path(posixpath.join(root, "Cargo.toml"))
    folder = posixpath.dirname(manifest) if manifest is not None else ""
    inside = tuple(step.library.tree.below(folder))
    manifests = (p for p in inside if posixpath.basename(p) == "Cargo.toml")
    texts = (text.value for path in manifests if (text := step.library.text(path)) is not None)
    named = any(re.search(r"(?m)^\s*build\s*=", text) for text in texts)
    return named or any(posixpath.basename(path) == "build.rs" for path in inside)


def _profile_folder(step: Step, told: Options) -> tuple[str, str] | None:
    """The target's triple, where one is told, and the profile's folder."""
    profile = told.values.get("--profile", "release" if {"--release", "-r"} & told.given else "dev")
    triple = told.values.get("--target") or step.variable("CARGO_BUILD_TARGET", "")
    if UNKNOWN in profile or UNKNOWN in triple or _configured(step):
        return None
    return triple.removesuffix(".json"), _PROFILES.get(profile, profile)


def _configured(step: Step) -> bool:
    """Whether a file of Cargo's own settings may say where outputs go."""
    folder = step.folder
    while True:
        for name in (".cargo/config.toml", ".cargo/config"):
            path = step.tree_path(posixpath.join(folder, name))
            text = step.library.text(path) if path is not None else None
            if text is not None and re.search(r"(?m)^\s*(?:build\.)?(?:target|target-dir)\s*=", text.value):
                return True
        if folder == "/":
            return False
        folder = posixpath.dirname(folder)


def _target_folder(step: Step, told: Options) -> str | None:
    given = told.values.get("--target-dir") or step.variable("CARGO_TARGET_DIR", "")
    if UNKNOWN in given or _configured(step):
        return None
    if given:
        return step.at(given)
    root = _root(step, told)
    return None if root is None else posixpath.join(root, "target")


def _package(step: Step, told: Options) -> str | None:
    """The folder of the image whose manifest the command works by."""
    given = told.values.get("--manifest-path")
    if given is not None:
        return None if UNKNOWN in given else posixpath.dirname(step.at(given))
    folder = step.folder
    while step.tree_path(posixpath.join(folder, "Cargo.toml")) is None:
        if folder == "/":
            return None
        folder = posixpath.dirname(folder)
    return folder


def _root(step: Step, told: Options) -> str | None:
    """The folder of the workspace; the package's own without one."""
    package = _package(step, told)
    folder = package
    while folder is not None:
        manifest = _manifest(step, folder)
        if manifest is not None and "workspace" in manifest.members:
            return folder
        folder = posixpath.dirname(folder) if folder != "/" else None
    return package


def _manifest(step: Step, folder: str) -> toml.Table | None:
    path = step.tree_path(posixpath.join(folder, "Cargo.toml"))
    document = step.library.get(path, toml.read) if path is not None else None
    return document.root if document is not None else None


_Sources = tuple[str | None, str | None]


def _selected(step: Step, told: Options) -> dict[str, tuple[_Sources, bool]] | None:
    """The programs that a build makes: their folders of the tree, and whether a feature decides; None where unknown."""
    root, here = _root(step, told), _package(step, told)
    if root is None or here is None:
        return None
    members = _members(step, root)
    if members is None:
        return None
    if _is_open(step, told):
        return None
    virtual = here == root and "package" not in _table(step, root)
    chosen = members if virtual or _WHOLE & told.given else [here]
    named = told.values.get("-p") or told.values.get("--package")
    if named is not None:
        chosen = [m for m in members if _named(step, m) == named.partition("@")[0]]
    return _of_packages(step, root, chosen, told.values.get("--bin")) if chosen else None


def _is_open(step: Step, told: Options) -> bool:
    """Whether a variable, or several packages at once, leave open what is built."""
    asked = [w.partition("=")[0] for w in step.words if w.partition("=")[0] in {"-p", "--package", "--bin"}]
    aside = {"--lib", "--examples", "--example", "--tests", "--benches", "--exclude"} & told.given
    both = "-p" in asked and "--package" in asked
    return any(UNKNOWN in word for word in step.words) or len(asked) != len(set(asked)) or bool(aside) or both


def _of_packages(step: Step, root: str, chosen: list[str], only: str | None) -> dict[str, tuple[_Sources, bool]] | None:
    found: dict[str, tuple[_Sources, bool]] = {}
    for member in chosen:
        programs = _programs(step, member)
        if programs is None:
            return None
        sources = (_tree_folder(step, root), _tree_folder(step, member))
        found.update({name: (sources, optional) for name, optional in programs.items()})
    if only is not None:
        # One that no manifest lists stops the build, and what was meant by it is the other's name.
        return {only: found.get(only, ((None, None), False))}
    return found


def _tree_folder(step: Step, folder: str) -> str | None:
    path = step.tree_path(posixpath.join(folder, "Cargo.toml"))
    return None if path is None else posixpath.dirname(path)


def _table(step: Step, folder: str) -> dict[str, toml.Member]:
    manifest = _manifest(step, folder)
    return manifest.members if manifest is not None else {}


def _member(table: dict[str, toml.Member], *names: str) -> toml.Node | None:
    node: toml.Node | None = toml.Table(table)
    for name in names:
        found = node.members.get(name) if isinstance(node, toml.Table) else None
        node = found.value if found is not None else None
    return node


def _named(step: Step, folder: str) -> str:
    name = _member(_table(step, folder), "package", "name")
    return str(name.value) if isinstance(name, toml.Scalar) else ""


def _members(step: Step, root: str) -> list[str] | None:
    """The packages of a workspace, the root's own first; a folder that its manifest leaves out isn't one."""
    table = _table(step, root)
    listed = _member(table, "workspace", "default-members") or _member(table, "workspace", "members")
    found = [root] if "package" in table else []
    items = listed.items if isinstance(listed, toml.Array) else []
    patterns = [str(item.value) for item in items if isinstance(item, toml.Scalar)]
    held = step.held.below(root) if any(c in p for p in patterns for c in "*?[") else {}
    for pattern in patterns:
        if pattern == ".":
            continue
        if not any(c in pattern for c in "*?["):
            folder = posixpath.normpath(posixpath.join(root, pattern))
            if step.tree_path(posixpath.join(folder, "Cargo.toml")) is None:
                return None
            found.append(folder)
            continue
        wanted = posixpath.normpath(posixpath.join(root, pattern, "Cargo.toml"))
        depth = wanted.count("/")
        found += sorted(posixpath.dirname(p) for p in held if p.count("/") == depth and fnmatchcase(p, wanted))
    return list(dict.fromkeys(found))


def _programs(step: Step, folder: str) -> dict[str, bool] | None:
    """The programs of one package, each with whether a feature decides if it is built."""
    table = _table(step, folder)
    package = _named(step, folder)
    if not package:
        return None
    found: dict[str, bool] = {}
    paths: set[str] = set()
    listed = _member(table, "bin")
    for entry in listed.items if isinstance(listed, toml.Array) else ():
        members = entry.members if isinstance(entry, toml.Table) else {}
        name, path = _member(members, "name"), _member(members, "path")
        if not isinstance(name, toml.Scalar):
            return None
        found[str(name.value)] = "required-features" in members
        paths.add(str(path.value) if isinstance(path, toml.Scalar) else f"src/bin/{name.value}.rs")
    automatic = _member(table, "package", "autobins")
    if isinstance(automatic, toml.Scalar) and automatic.value is False:
        return found
    if "src/main.rs" not in {posixpath.normpath(p) for p in paths} and _has_main(step, folder, table, found):
        found.setdefault(package, False)
    for program in _beside(step, folder):
        if f"src/bin/{program}.rs" not in paths and f"src/bin/{program}/main.rs" not in paths:
            found.setdefault(program, False)
    return found


def _has_main(step: Step, folder: str, table: dict[str, toml.Member], found: dict[str, bool]) -> bool:
    """Whether `src/main.rs` is a program: an earlier step may have made it, in place of what is copied later."""
    place = posixpath.join(folder, "src/main.rs")
    source = _tree_folder(step, folder) or ""
    there = step.library.tree.is_file(posixpath.join(source, "src/main.rs"))
    return there or step.tree_path(place) is not None or not (found or "lib" in table)


def _beside(step: Step, folder: str) -> Iterator[str]:
    """The programs of `src/bin`."""
    source = posixpath.join(_tree_folder(step, folder) or "", "src/bin")
    for path in step.library.tree.below(source):
        inside = posixpath.relpath(path, source)
        if "/" not in inside and inside.endswith(".rs"):
            yield inside.removesuffix(".rs")
        elif inside.count("/") == 1 and inside.endswith("/main.rs"):
            yield posixpath.dirname(inside)


def _installed(step: Step, told: Options) -> Made:
    """`cargo install`: programs in `bin` below the root that it is told, or Cargo's home."""
    home = step.variable("CARGO_HOME", "/usr/local/cargo")
    root = told.values.get("--root") or step.variable("CARGO_INSTALL_ROOT", "") or home
    if UNKNOWN in root:
        return ANYTHING
    folder = step.at(posixpath.join(root, "bin"))
    records = (step.at(posixpath.join(root, ".crates.toml")), step.at(posixpath.join(root, ".crates2.json")))
    path = told.values.get("--path")
    inner = Step(
        step.words, step.at(path), step.variables, step.held, step.library, step.location, step.sure
    ) if path is not None and UNKNOWN not in path else None  # fmt: skip
    target = _target_folder(inner, told) if inner is not None else None
    names = _selected(inner, told) if inner is not None else None
    if inner is None or names is None or target is None:
        return Made((*_caches(step), folder, *records))
    products = tuple(
        Product(posixpath.join(folder, name), step.location, *sources, sure=step.sure and not optional)
        for name, (sources, optional) in names.items()
    )
    places = (*_caches(step), *records, posixpath.join(target, "release"), *(p.place for p in products))
    root_here = _root(inner, told)
    anywhere = (root_here,) if root_here is not None and _has_scripts(inner, root_here) else ()
    shut = (Closed(posixpath.join(target, "release"), _PROGRAM, frozenset(p.name for p in products) | _FOLDERS),)
    return Made((*places, *anywhere), (*shut, *_shut(target, {"release", "tmp"})), products, (folder,))


def _of_chef(step: Step, words: tuple[str, ...]) -> Made:
    """`cargo chef`: `prepare` writes a recipe, `cook` builds the dependencies of a skeleton and cleans up after it."""
    told = options(words[1:], _VALUED)
    if words[:1] == ("prepare",):
        return Made((*_caches(step), step.at(told.values.get("--recipe-path", "recipe.json"))))
    where = _profile_folder(step, told)
    given = told.values.get("--target-dir") or step.variable("CARGO_TARGET_DIR", "target")
    if words[:1] != ("cook",) or where is None or UNKNOWN in given:
        return ANYTHING
    target = step.at(given)
    top, profile = where
    folder = posixpath.normpath(posixpath.join(target, top, profile))
    return Made(
        (*_caches(step), step.folder, target),
        (*_shut(target, {top or profile, "tmp", "CACHEDIR.TAG"}), Closed(folder, _PROGRAM, _FOLDERS)),
    )
