"""What the base of a built image brings: its shell, its programs, what its entry point does.

What isn't certain for every tag is left out: `has` and `lacks` are programs that every tag of the flavour has or lacks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.graph.image_names import parse

if TYPE_CHECKING:
    from stackfix.graph.image_names import Name


@dataclass(frozen=True, slots=True)
class Base:
    """The family of a base image. `shell` says whether /bin/sh is there; `manager` installs packages.

    `has` and `lacks` are programs certainly there or not: all others are unknown. `port` is what its own command opens,
    `reserved` the beginnings of the names of variables that it sets itself, `starts` the words of its entry point.
    `serves` are the words of its own command, where that serves by a configuration. `folders` are further ones with
    files of its own, `bare` those of the system's in which it has none but the names listed.
    """

    family: str
    shell: bool = True
    manager: str | None = None
    has: frozenset[str] = frozenset()
    lacks: frozenset[str] = frozenset()
    working_dir: str = "/"
    port: int | None = None
    reserved: tuple[str, ...] = ("PATH", "LANG", "HOME")
    starts: tuple[str, ...] = ()
    serves: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    bare: tuple[tuple[str, frozenset[str]], ...] = ()


_NONE: frozenset[str] = frozenset()
_BARE = (("/usr/local/bin", _NONE), ("/usr/local/sbin", _NONE))
_EMPTY = (*_BARE, ("/bin", _NONE), ("/sbin", _NONE), ("/usr/bin", _NONE), ("/usr/sbin", _NONE))
SCRATCH = Base(
    "scratch", shell=False, lacks=frozenset({"sh", "bash", "curl", "wget", "nc", "python", "node"}), reserved=(),
    bare=_EMPTY,
)  # fmt: skip
_RUSTUP = frozenset({
    "cargo", "cargo-clippy", "cargo-fmt", "cargo-miri", "clippy-driver", "rls", "rust-analyzer", "rust-gdb",
    "rust-gdbgui", "rust-lldb", "rustc", "rustdoc", "rustfmt", "rustup",
})  # fmt: skip
_BARE_FOLDERS = {
    "golang": (*_BARE, ("/go/bin", _NONE)),
    "rust": (*_BARE, ("/usr/local/cargo/bin", _RUSTUP)),
    "alpine": _BARE,
    "debian": _BARE,
    "ubuntu": _BARE,
}
_RUNTIMES = {
    "python": (frozenset({"python", "python3", "pip", "pip3"}), "/", ("PYTHON", "GPG_KEY")),
    "node": (frozenset({"node", "npm", "npx"}), "/", ("NODE_", "YARN_")),
    "golang": (frozenset({"go"}), "/go", ("GO", "GOLANG_")),
    "rust": (frozenset({"cargo", "rustc"}), "/", ("RUST", "CARGO_")),
    "ruby": (frozenset({"ruby", "gem", "bundle"}), "/", ("RUBY", "GEM_", "BUNDLE_")),
    # Debian's slim image with Bun alone; its node is Bun by another name.
    "oven/bun": (frozenset({"bun", "bunx", "node"}), "/home/bun/app", ("BUN_",)),
    "nginx": (frozenset({"nginx"}), "/", ("NGINX_", "NJS_", "PKG_", "DYNPKG_", "ACME_")),
    "alpine": (frozenset(), "/", ()),
    "debian": (frozenset(), "/", ()),
    "ubuntu": (frozenset(), "/", ()),
}
_HANDING = {
    "eclipse-temurin": ("/", ("JAVA_", "LANGUAGE", "LC_ALL")),
    "openjdk": ("/", ("JAVA_",)),
    "amazoncorretto": ("/", ("JAVA_",)),
    "maven": ("/", ("MAVEN_", "JAVA_")),
    "httpd": ("/usr/local/apache2", ("HTTPD_",)),
    "caddy": ("/srv", ("CADDY_", "XDG_CONFIG_HOME", "XDG_DATA_HOME")),
}
"""Images whose entry point, if they have one, hands its words on: their working folder, the variables they set."""
_OWN_FOLDERS = {"eclipse-temurin": ("/opt/java",), "maven": ("/opt/java",)}
"""Folders outside the system's in which such images have files of their own."""
_CADDYFILE = "/etc/caddy/Caddyfile"
_SERVING: dict[str, tuple[str, ...]] = {
    "httpd": ("httpd-foreground",),
    "caddy": ("caddy", "run", "--config", _CADDYFILE),
}
_DOTNET = re.compile(
    r"mcr\.microsoft\.com/dotnet/(?:aspnet|runtime|runtime-deps):(?:[6-9]|\d\d)\.\d[\d.]*"
    r"(?:-(?:(?:bullseye|bookworm|trixie)-slim|jammy|noble|(?P<alpine>alpine[\d.]*)))?(?:-(?:amd64|arm64v8))?$"
)
"""Runtimes by tags that name a distribution of few programs, or none; the chiseled ones have no shell."""
_PHP = re.compile(r"-(?:apache|fpm)(?:-|$)")
_ALPINE_HAS = frozenset({"sh", "wget", "nc", "pgrep", "ps"})
_DEBIAN_HAS = frozenset({"sh", "bash"})
_FULL_HAS = frozenset({"curl", "wget", "git"})


def base(image: str) -> Base | None:
    """The family of a base image by its name, or None where nothing is known of it."""
    if image == "scratch":
        return SCRATCH
    name = parse(image)
    if name.repository.startswith("gcr.io/distroless/"):
        return _distroless(name)
    found = _RUNTIMES.get(name.repository)
    if found is None:
        return _handing(name) or _uv(name)
    programs, working_dir, reserved = found
    tag = name.tag or ""
    if name.tag is None and name.digest is not None:
        return None
    alpine = "alpine" in tag or name.repository == "alpine"
    has, lacks = _alpine(name.repository) if alpine else _debian(name.repository, tag)
    if any(word in tag for word in ("windows", "nanoserver", "onbuild", "distroless")):
        return None
    return Base(
        name.repository,
        manager="apk" if alpine else "apt-get",
        has=programs | has,
        lacks=lacks - programs,
        working_dir=working_dir,
        port=80 if name.repository == "nginx" else None,
        reserved=("PATH", "LANG", "HOME", *reserved),
        bare=_BARE_FOLDERS.get(name.repository, ()),
    )


def is_bare(image: str) -> bool:
    """Whether an image of which nothing else is said here has no files but in folders of the system."""
    name = parse(image)
    windows = re.search(r"nano|windows|ltsc", name.tag or "") is not None
    return name.repository.startswith("mcr.microsoft.com/dotnet/") and not windows


_UV_TAG = re.compile(r"(?:\d[\d.]*-)?python(3(?:\.\d+)?)-((?:alpine|bookworm|trixie|bullseye)[\d.]*(?:-slim)?)")
_INITS = frozenset({"tini", "dumb-init", "gosu", "su-exec", "supervisord", "nginx"})


def _alpine(repository: str) -> tuple[frozenset[str], frozenset[str]]:
    lacks = {"bash", *_INITS, "python", "python3", "node", "npm"}
    if repository in {"python", "alpine", "node"}:
        lacks |= {"curl", "git"}
    return _ALPINE_HAS, frozenset(lacks)


def _debian(repository: str, tag: str) -> tuple[frozenset[str], frozenset[str]]:
    if repository in {"debian", "ubuntu", "oven/bun"}:
        return _DEBIAN_HAS, _INITS | {"curl", "wget", "nc", "git", "python", "python3", "node", "npm"}
    if "slim" in tag and repository in {"python", "node"}:
        return _DEBIAN_HAS, _INITS | {"curl", "wget", "nc", "git", "node", "npm", "python", "python3"}
    if "slim" in tag or repository == "nginx":
        return _DEBIAN_HAS, _INITS | {"node", "npm"}
    return _DEBIAN_HAS | _FULL_HAS, _INITS | {"node", "npm"}


_DISTROLESS = (
    ("nodejs", ("/nodejs/bin/node",)), ("python3", ("/usr/bin/python3",)), ("java", ("/usr/bin/java", "-jar")),
)  # fmt: skip


def _handing(name: Name) -> Base | None:
    """An image of which little is known but that it runs what it is told to."""
    tag = name.tag or ""
    if "windows" in tag or "nanoserver" in tag or (name.tag is None and name.digest is not None):
        return None
    if name.repository == "php":
        kind = match[0].strip("-") if (match := _PHP.search(tag)) is not None else "cli"
        serves = {"apache": ("apache2-foreground",), "fpm": ("php-fpm",)}.get(kind, ())
        reserved = ("PATH", "PHP_", "PHPIZE_DEPS", "GPG_KEYS", "APACHE_CONFDIR", "APACHE_ENVVARS")
        return Base("php", has=frozenset({"sh", "php"}), working_dir="/var/www/html" if serves else "/",
                    reserved=reserved, serves=serves)  # fmt: skip
    if (dotnet := _DOTNET.match(f"{name.repository}:{tag}")) is not None:
        return _dotnet(alpine=dotnet["alpine"] is not None)
    found = _HANDING.get(name.repository)
    if found is None or any(kind in tag for kind in ("distroless", "onbuild", "builder")):
        return None
    return Base(
        name.repository, has=frozenset({"sh"}), working_dir=found[0], reserved=("PATH", "LANG", "HOME", *found[1]),
        serves=_SERVING.get(name.repository, ()), folders=_OWN_FOLDERS.get(name.repository, ()),
    )  # fmt: skip


def _dotnet(*, alpine: bool) -> Base:
    """What runs .NET's programs: a slim Debian, Ubuntu or Alpine with little beside the runtime."""
    lacks = {"curl", "python", "python3", "node", "npm", "git", *_INITS} | ({"bash"} if alpine else {"wget", "nc"})
    return Base(
        "dotnet",
        manager="apk" if alpine else "apt-get",
        has=_ALPINE_HAS if alpine else _DEBIAN_HAS,
        lacks=frozenset(lacks),
        reserved=("PATH", "LANG", "HOME", "ASPNET", "DOTNET_", "APP_UID"),
    )


def _uv(name: Name) -> Base | None:
    """Uv's own images that are Python's images with uv in them; those of the program alone are nobody's base."""
    match = _UV_TAG.fullmatch(name.tag or "") if name.repository == "ghcr.io/astral-sh/uv" else None
    python = base(f"python:{match[1]}-{match[2]}") if match is not None else None
    return None if python is None else replace(python, has=python.has | {"uv", "uvx"})


def _distroless(name: Name) -> Base:
    debug = "debug" in (name.tag or "")
    kind = name.repository.removeprefix("gcr.io/distroless/")
    has = frozenset({"python3"}) if kind.startswith("python") else frozenset()
    lacks = frozenset() if debug else frozenset({"sh", "bash", "curl", "wget", "nc"})
    starts = next((words for begins, words in _DISTROLESS if kind.startswith(begins)), ())
    reserved = ("PATH", "SSL_CERT_FILE", "LANG", "HOME")
    return Base("distroless", shell=debug, has=has, lacks=lacks, reserved=reserved, starts=starts, bare=_BARE)
