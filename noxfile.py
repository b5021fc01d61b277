"""The sessions behind `make test`, run in the virtual environment that make has built (no environment of their own)."""

from pathlib import Path

import nox

nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "types", "imports", "tests"]

SOURCES = tuple(name for name in ("src", "tests", "scripts", "benchmarks", "noxfile.py") if Path(name).exists())


@nox.session
def lint(session: nox.Session) -> None:
    """Run ruff with every rule that pyproject.toml doesn't refuse."""
    session.run("ruff", "check", *SOURCES)


@nox.session
def types(session: nox.Session) -> None:
    """Run mypy, strict, on the tests too."""
    session.run("mypy", "--strict", "src", "tests", "scripts", "noxfile.py")


@nox.session
def imports(session: nox.Session) -> None:
    """Hold who may import whom."""
    session.run("lint-imports", "--no-cache")


@nox.session
def tests(session: nox.Session) -> None:
    """Run pytest on two cores; arguments after `--` go to pytest."""
    session.run("pytest", *(session.posargs or ("-n", "2", "-q")))


@nox.session
def bench(session: nox.Session) -> None:
    """Print the ratios of speed."""
    session.run("python", "benchmarks/run.py", *session.posargs)


@nox.session
def pages(session: nox.Session) -> None:
    """Write docs/rules/ anew from the detectors."""
    session.run("python", "scripts/rule_pages.py", *session.posargs)


@nox.session
def new(session: nox.Session) -> None:
    """Start a rule: `nox -s new -- rule-name family`."""
    session.run("python", "scripts/new_rule.py", *session.posargs)
