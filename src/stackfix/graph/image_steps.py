"""What a RUN may have made, and what it installs, as far as its words say so plainly."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackfix.formats.dockerfile import Form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.formats.dockerfile import Instruction
    from stackfix.text import Text

_WORD = re.compile(
    r"""(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'";&|()<>\\])+|&&|\|\||[;&|()\n]|\d*[<>]+&?\d*""", re.DOTALL
)
_BREAKS = frozenset({"&&", "||", ";", "&", "|", "(", ")", "\n"})
_SOURCED = r"(?:^|[;&|({\n]|\b(?:then|do|else)\b)[ \t]*\.\s"
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_REDIRECT = re.compile(r"\d*>+(?:&\d*)?")

# Programs that make no file of an application: what they install lies in folders of the system or of the tool.
HARMLESS = frozenset(
    {
        "addgroup",
        "adduser",
        "apk",
        "apt",
        "apt-get",
        "cat",
        "cd",
        "chmod",
        "chown",
        "chgrp",
        "corepack",
        "deluser",
        "dnf",
        "echo",
        "env",
        "exit",
        "export",
        "false",
        "find",
        "getent",
        "groupadd",
        "groupmod",
        "head",
        "id",
        "ldconfig",
        "locale-gen",
        "ls",
        "microdnf",
        "mkdir",
        "nginx",
        "printf",
        "pwd",
        "rm",
        "rmdir",
        "sed",
        "set",
        "sleep",
        "sync",
        "test",
        "true",
        "tdnf",
        "type",
        "uname",
        "update-ca-certificates",
        "useradd",
        "usermod",
        "which",
        "whoami",
        "yum",
        "[",
        ":",
        "setcap",
        "grep",
    }
)
_INSTALLS = {
    "pip": {"install", "config", "check", "list", "cache", "uninstall"},
    "pip3": {"install", "config", "check", "list", "cache", "uninstall"},
    "uv": {"pip", "sync", "cache", "tool"},
    "poetry": {"install", "config", "check", "cache"},
    "gem": {"install", "update"},
    "bundle": {"install", "config"},
    "go": {"mod", "install", "env"},
    "playwright": {"install", "install-deps"},
}
# Modules of installed packages that fetch data into folders of their own.
_FETCHES = frozenset({"nltk.downloader", "spacy", "textblob.download_corpora", "ensurepip", "compileall"})
NODE = frozenset({"npm", "yarn", "pnpm"})
_NODE_INSTALLS = frozenset({"ci", "install", "i", "config", "cache", "set", "add"})
_MANAGERS = {
    "apt-get": "apt",
    "apt": "apt",
    "apk": "apk",
    "yum": "yum",
    "dnf": "dnf",
    "microdnf": "dnf",
    "pip": "pip",
    "pip3": "pip",
    "npm": "npm",
}
_PLACED = frozenset(
    {"-t", "--target", "--prefix", "--root", "--user", "--install-dir", "--path", "--cwd", "-C", "--dir", "--directory",
     "--project", "download"}
)  # fmt: skip
"""Words of an installation that say where it goes."""
PLACES = frozenset(
    {"UV_PROJECT_ENVIRONMENT", "UV_TOOL_DIR", "UV_TOOL_BIN_DIR", "UV_PYTHON_INSTALL_DIR", "VIRTUAL_ENV", "PIP_TARGET",
     "PIP_PREFIX", "PYTHONUSERBASE", "POETRY_VIRTUALENVS_PATH", "PLAYWRIGHT_BROWSERS_PATH", "GOPATH", "GOBIN",
     "GEM_HOME", "BUNDLE_PATH", "CARGO_HOME", "NLTK_DATA", "HF_HOME", "PNPM_HOME"}
)  # fmt: skip
"""Variables that say where an installation goes."""
_PLACE = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(PLACES))})=[\"']?(?P<place>[^\s\"';&|]+)")
_INSTALL_WORDS = frozenset({"install", "add", "i"})
_TAKES_VALUE = frozenset(
    {"-t", "--target", "--virtual", "-X", "--repository", "-i", "--index-url", "--extra-index-url"}
)


@dataclass(frozen=True, slots=True)
class Install:
    """One package that a RUN installs by name. `manager` is apt, apk, yum, dnf, pip or npm; `name` has no version.

    `requirements` is set in place of a name for `pip install -r FILE`: the path as written.
    """

    manager: str
    name: str
    text: Text
    instruction: Instruction
    requirements: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command of a shell text: its words with offsets, without assignments before it.

    `writes`: it is redirected to files, which `outputs` names as written.
    """

    words: tuple[tuple[str, int, int], ...]
    writes: bool
    outputs: tuple[str, ...] = ()

    @property
    def program(self) -> str:
        """The base name of the program."""
        return posixpath.basename(self.words[0][0]) if self.words else ""

    @property
    def arguments(self) -> tuple[str, ...]:
        """The words behind the program."""
        return tuple(w for w, _, _ in self.words[1:])


def commands(text: str) -> Iterator[Command] | None:
    """The simple commands of a shell text in order, or None where it does more than run them one by one."""
    if re.search(rf"[`]|\$\(|<<|\b(?:for|while|case|function|eval|source)\b|{_SOURCED}", text):
        return None
    return _commands(text)


def _commands(text: str) -> Iterator[Command]:
    words: list[tuple[str, int, int]] = []
    outputs: list[str] = []
    redirected = ""
    for match in _WORD.finditer(text):
        token = match.group()
        if token in _BREAKS:
            if words:
                yield Command(tuple(words), bool(outputs), tuple(outputs))
            words, outputs, redirected = [], [], ""
        elif "<" in token[:2] or _REDIRECT.fullmatch(token):
            redirected = "" if token.rstrip("0123456789").endswith("&") else token
        elif redirected:
            outputs += [_unquoted(token)] if ">" in redirected and not token.startswith("/dev/") else []
            redirected = ""
        elif not (_ASSIGNMENT.match(token) and not words) and token not in {"if", "then", "else", "fi", "do", "!"}:
            words.append((_unquoted(token), match.start(), match.end()))
    if words:
        yield Command(tuple(words), bool(outputs), tuple(outputs))


def _unquoted(token: str) -> str:
    return re.sub(r"""\\(.)|['"]""", r"\1", token)


def shell_texts(instruction: Instruction) -> tuple[str, ...] | None:
    """The shell texts of a RUN, or None where it is run by another program."""
    if instruction.form is Form.EXEC:
        return None
    bodies = tuple(h.body.value for h in instruction.heredocs)
    if not bodies:
        return (instruction.rest.value,)
    alone = re.fullmatch(r"<<-?\s*['\"]?\w+['\"]?", instruction.rest.value.strip())
    return bodies if alone and not bodies[0].startswith("#!") else None


_SYSTEM = ("/usr/bin", "/etc", "/root", "/var")
_LOCAL = ("/usr/local", "/go")
"""Where programs come to lie that no package of the system brings."""
_SYSTEM_ELSEWHERE = frozenset({"--root", "-p", "--installroot", "--prefix", "download", "source", "fetch"})
_FIND_MAKES = frozenset({"-exec", "-execdir", "-ok", "-okdir", "-fprint", "-fprintf", "-fls"})
_USERS = frozenset({"adduser", "useradd"})


def makes(instruction: Instruction, working_dir: str | None, *, package_scripts: bool) -> tuple[str, ...]:
    """The path prefixes where a RUN may have made a file; "/" is everywhere, none are folders of the system.

    `package_scripts` says whether a copied package.json has scripts that its installation runs.
    """
    texts = shell_texts(instruction)
    if texts is None:
        return ("/",)
    made: list[str] = [*_SYSTEM]
    for text in texts:
        made.extend(m["place"] if m["place"].startswith("/") else "/" for m in _PLACE.finditer(text))
        found = commands(text)
        if found is None:
            return ("/",)
        folder = working_dir
        for command in found:
            if command.program == "cd":
                folder = _moved(command, folder)
            written = _outputs(command, folder) if command.writes else ()
            places = (*written, *made_by(command, folder, package_scripts=package_scripts))
            if "/" in places:
                return ("/",)
            made.extend(places)
    return tuple(dict.fromkeys(made))


def _outputs(command: Command, folder: str | None) -> tuple[str, ...]:
    """The files that a command is redirected to; "/" where one isn't written plainly."""
    plain = [o for o in command.outputs if not re.search(r"[$~*?`{]", o) and (folder is not None or o.startswith("/"))]
    if not plain or len(plain) < len(command.outputs):
        return ("/",)
    return tuple(posixpath.normpath(posixpath.join(folder or "/", output)) for output in plain)


def _moved(command: Command, folder: str | None) -> str | None:
    """Where a `cd` leads; None where nobody knows."""
    target = command.arguments[0] if command.arguments else "~"
    if re.search(r"[$~*?]", target) or target == "-" or (folder is None and not target.startswith("/")):
        return None
    return posixpath.normpath(posixpath.join(folder or "/", target))


def makes_folders(instruction: Instruction, working_dir: str | None) -> tuple[str, ...]:
    """The folders that a RUN's `mkdir` makes, where they are written plainly."""
    found: list[str] = []
    for text in shell_texts(instruction) or ():
        folder = working_dir
        for command in commands(text) or ():
            if command.program == "cd":
                folder = _moved(command, folder)
            if command.program == "mkdir":
                named = (w for w in command.arguments if not w.startswith("-") and not re.search(r"[$~*?{]", w))
                found += [posixpath.join(folder or "/", w) for w in named if folder is not None or w.startswith("/")]
    return tuple(posixpath.normpath(place) for place in found)


def made_by(command: Command, working_dir: str | None, *, package_scripts: bool = True) -> tuple[str, ...]:
    """The path prefixes where one command may make a file, but for what it is redirected to."""
    program, arguments = command.program, command.arguments
    if program in HARMLESS:
        return _by_system(command, working_dir, package_scripts=package_scripts)
    if program.startswith("python") and arguments[:2] in {("-m", "pip"), ("-m", "venv"), ("-m", "playwright")}:
        program, arguments = arguments[1], arguments[2:]
    if program.startswith("python") and _fetches(arguments):
        return ()
    if program == "venv" and arguments:
        return (posixpath.join(working_dir or "/", arguments[-1]),)
    if program in NODE:
        found = _by_node(arguments, working_dir, bare=program == "yarn", package_scripts=package_scripts)
        return (*_LOCAL, *found)
    if _first(arguments) in _INSTALLS.get(program, ()):
        return ("/",) if _is_placed(arguments) else (*_LOCAL, *_environment(working_dir))
    return ("/",)


def _by_system(command: Command, folder: str | None, *, package_scripts: bool) -> tuple[str, ...]:
    """What a program of the system makes besides what it installs: next to nothing."""
    program, arguments = command.program, command.arguments
    if program == "env":
        inner = [w for w in command.words[1:] if not w[0].startswith("-")]
        while inner and _ASSIGNMENT.match(inner[0][0]):
            inner = inner[1:]
        inside = Command(tuple(inner), writes=False)
        return made_by(inside, folder, package_scripts=package_scripts) if inner else ()
    if program == "find":
        return ("/",) if _FIND_MAKES & set(arguments) else ()
    if program == "corepack":
        return _LOCAL
    if program in _USERS:
        return ("/home",)
    if program == "mkdir":
        return tuple(_before_pattern(a, folder) for a in arguments if re.search(r"[$~*?{]", a))
    packages = program in _MANAGERS or program == "tdnf"
    return ("/",) if packages and _SYSTEM_ELSEWHERE & {a.partition("=")[0] for a in arguments} else ()


def _before_pattern(word: str, folder: str | None) -> str:
    """The folder below which all lies that a pattern or a variable may stand for."""
    plain = re.split(r"[$~*?{]", word, maxsplit=1)[0]
    return posixpath.normpath(posixpath.dirname(posixpath.join(folder or "/", plain))) if plain else "/"


def _fetches(arguments: tuple[str, ...]) -> bool:
    """Whether an interpreter only runs a module that fetches data to where its package looks for them."""
    return arguments[:1] == ("-m",) and not _FETCHES.isdisjoint(arguments[1:2]) and "-d" not in arguments


_ADDS = frozenset(
    {"bundle", "cargo", "composer", "curl", "django-admin", "dotnet", "flask", "go", "gradle", "gradlew", "gzip",
     "hugo", "mkdocs", "msgfmt", "mvn", "mvnw", "openssl", "pip", "pip3", "poetry", "protoc", "pybabel", "rails",
     "rake", "rustup", "strip", "upx", "uv", "wget"}
)  # fmt: skip
"""Programs that make files of their own and change no other's."""
_ADDS_BY_PYTHON = re.compile(r"-[cm]|(?:.*/)?manage\.py|(?:.*/)?setup\.py")


def leaves(instruction: Instruction) -> str | None:
    """The words of a RUN that only adds files, but for those that it names; None where it may change any."""
    texts = shell_texts(instruction)
    if texts is None:
        return None
    for text in texts:
        found = commands(text)
        if found is None or not all(_leaves(command, text) for command in found):
            return None
    return "\n".join(texts)


def _leaves(command: Command, text: str) -> bool:
    if command.writes and "$" in text:
        return False
    first = _first(command.arguments)
    if command.program.startswith("python"):
        return bool(command.arguments) and _ADDS_BY_PYTHON.fullmatch(command.arguments[0]) is not None
    if command.program == "php":
        return first == "artisan"
    return command.program in HARMLESS or command.program in _ADDS


def _by_node(
    arguments: tuple[str, ...], working_dir: str | None, *, bare: bool, package_scripts: bool
) -> tuple[str, ...]:
    """What a package manager of Node makes; `bare` is one that installs without being told to."""
    first = _first(arguments)
    if _is_placed(arguments):
        return ("/",)
    if {"-g", "--global"} & set(arguments) or (bare and first == "global"):
        return ()
    if first not in _NODE_INSTALLS and (first or not bare):
        return ("/",)
    unknown = package_scripts or working_dir is None
    return ("/",) if unknown else (posixpath.join(working_dir or "/", "node_modules"),)


def _first(arguments: tuple[str, ...]) -> str:
    return next((a for a in arguments if not a.startswith("-")), "")


def _is_placed(arguments: tuple[str, ...]) -> bool:
    """Whether an installation is told where to go."""
    return any(a.partition("=")[0] in _PLACED for a in arguments)


def _environment(working_dir: str | None) -> tuple[str, ...]:
    return () if working_dir is None else (posixpath.join(working_dir, ".venv"),)


def installs(instruction: Instruction) -> Iterator[Install]:
    """The packages that a RUN installs, where it names them plainly."""
    if instruction.form is not Form.SHELL:
        return
    texts = [h.body for h in instruction.heredocs] or [instruction.rest]
    for text in texts:
        for command in commands(text.value) or ():
            yield from _installed(command, text, instruction)


def _installed(command: Command, text: Text, instruction: Instruction) -> Iterator[Install]:
    words = command.words
    if command.program.startswith("python") and command.arguments[:2] == ("-m", "pip"):
        words = words[2:]
    manager = _MANAGERS.get(posixpath.basename(words[0][0]))
    verb = next((i for i, w in enumerate(words) if i and w[0] in _INSTALL_WORDS), None)
    if manager is None or verb is None:
        return
    skip = requirement = False
    for word, start, end in words[verb + 1 :]:
        if skip or word.startswith("-"):
            skip = word in _TAKES_VALUE
            requirement = word in {"-r", "--requirement"}
            continue
        name = re.split(r"[=<>~!\[@](?!$)", word, maxsplit=1)[0] if not word.startswith("@") else word
        if name and "$" not in name and (requirement or not re.search(r"^\.|/", name.removeprefix("@"))):
            yield Install(manager, name, text.slice(start, end), instruction, requirements=requirement)
        requirement = False
