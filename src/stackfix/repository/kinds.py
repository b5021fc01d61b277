"""Which folders hold nothing of a person's making, and which files are copies of others, by their names.

May not import anything of stackfix.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

OUT = frozenset(
    {
        ".eggs",
        ".gradle",
        ".hg",
        ".mypy_cache",
        ".next",
        ".nox",
        ".nuxt",
        ".output",
        ".parcel-cache",
        ".pnpm-store",
        ".pytest_cache",
        ".ruff_cache",
        ".svelte-kit",
        ".svn",
        ".terraform",
        ".tox",
        ".turbo",
        ".venv",
        ".virtualenv",
        ".yarn",
        "__pycache__",
        "__pypackages__",
        "bower_components",
        "jspm_packages",
        "node_modules",
        "site-packages",
        "venv",
        "virtualenv",
    }
)
"""Folders that are out wherever they lie: installed, cached, generated."""

# Names that people use, too: they are a tool's only where the tool's own file lies beside the folder.
_MADE_BESIDE = {
    "vendor": ("go.mod", "composer.json", "Gemfile", "Cargo.toml"),
    "dist": ("package.json", "pyproject.toml", "setup.py", "angular.json", ".goreleaser.yml", ".goreleaser.yaml"),
    "build": ("package.json", "pyproject.toml", "setup.py", "build.gradle", "build.gradle.kts", "pubspec.yaml"),
    "out": ("next.config.js", "next.config.mjs", "next.config.ts", "build.gradle", "build.gradle.kts"),
    "target": ("Cargo.toml", "pom.xml", "build.sbt"),
    "Pods": ("Podfile",),
    "coverage": ("package.json",),
    "htmlcov": ("pyproject.toml", "setup.cfg", "tox.ini", ".coveragerc"),
}

# What a person writes and no build does: a folder with one of these is somebody's own, whatever its name.
_HAND_MADE = re.compile(r"(?i)(?:docker|container)file|(?:docker-)?compose.*\.ya?ml$|.*\.dockerfile$")

# Source is read only where an entry point reaches it: whether it is a copy is of no interest.
_CODE = (".py", ".ts", ".tsx", ".js", ".jsx", ".go", ".rs", ".java", ".json", ".md", ".svg", ".png", ".css", ".html")

_COPIES = r"backups?|bak|archives?|archived|old|obsolete|deprecated|attic|trash|unused|not[-_ ]?(?:in[-_ ]?)?used?"
_COPY_FOLDER = re.compile(rf"(?i)(?:^|[-_. ])(?:{_COPIES})(?:$|[-_. ]|\d)")
_COPY_FILE = re.compile(
    r"(?i)\.(?:bak|backup|old|orig|save|rej|disabled|swp)(?:$|~|\d|[-_.]\d)|\.(?:bak|old|orig)\.|~$| copy\b| \(\d+\)"
)


def may_be_made(name: str, beside: Container[str]) -> bool:
    """Whether a build makes a folder of that name beside these files; `is_hand_made` has the last word."""
    return name.endswith(".egg-info") or any(mark in beside for mark in _MADE_BESIDE.get(name, ()))


def is_hand_made(names: Iterable[str]) -> bool:
    """Whether a folder with these files in it is somebody's own."""
    return any(_HAND_MADE.match(name) for name in names)


def is_copy_folder(name: str) -> bool:
    """Whether a folder holds copies: of backups, archives, what is no longer used."""
    return _COPY_FOLDER.search(name) is not None


def is_copy(name: str) -> bool:
    """Whether a file of wiring is a copy of another."""
    return not name.endswith(_CODE) and _COPY_FILE.search(name) is not None


def is_environment(name: str) -> bool:
    """Whether a file that git ignores still decides what runs. `.envrc` is a shell's, which Compose never reads."""
    return (name.startswith(".env") and name != ".envrc") or name.endswith(".env")


# Who runs a file by its own name looks at its run bit; nobody does with the others.
_RUN = frozenset({"sh", "bash", "zsh", "ksh", "py", "pl", "rb"})


def is_run(name: str) -> bool:
    """Whether a file may be run by its own name, so that its run bit matters."""
    stem, dot, suffix = name.rpartition(".")
    return not dot or not stem or suffix in _RUN
