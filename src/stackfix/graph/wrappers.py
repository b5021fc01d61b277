"""Programs that hand on to the command in their arguments: init processes, user switchers, package runners, waiters."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.graph import address
from stackfix.graph.command import begins, cut, literal
from stackfix.graph.value import Environment, Origin, Template, Variable
from stackfix.text import Text

if TYPE_CHECKING:
    from stackfix.graph.model import Address
    from stackfix.graph.setting import Setting


@dataclass(frozen=True, slots=True)
class Wrapper:
    """`subcommand` must come first, where there is one; `skip` positionals stand before the command.

    `values` are options with a value, `flags` without; after any other option nobody can tell.
    """

    subcommand: str | None = None
    values: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    skip: int = 0
    any_option: bool = False


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_UV = Wrapper(
    "run",
    values=_set(
        "--with --with-editable --with-requirements --python -p --package --extra --group --only-group --no-group"
        " --cache-dir --index-url --no-extra --color"
    ),
    flags=_set(
        "--no-dev --frozen --locked --no-sync --isolated --all-extras --dev --active --quiet -q --verbose -v -n"
        " --no-cache --no-project --offline --exact --no-editable --all-packages --only-dev --all-groups --no-progress"
        " --native-tls --no-config --no-default-groups --no-managed-python --managed-python"
    ),
)
_CONDA = Wrapper(
    "run", values=_set("-n --name -p --prefix"), flags=_set("--no-capture-output --live-stream -v --no-user-output")
)
_PLAIN_RUN = Wrapper("run", flags=_set("-q --quiet -v --verbose --no-interaction -n --no-ansi -s --site-packages"))
_NPX = Wrapper(values=_set("-p --package"), flags=_set("-y --yes --no-install --quiet -q --no --bun"))

WRAPPERS = {
    "tini": Wrapper(values=_set("-e -p"), flags=_set("-s -g -v -vv -vvv -w")),
    "dumb-init": Wrapper(values=_set("-r --rewrite"), flags=_set("-c --single-child -v --verbose")),
    "catatonit": Wrapper(flags=_set("-P -g")),
    "docker-init": Wrapper(flags=_set("-s -g -v -w")),
    "gosu": Wrapper(skip=1),
    "su-exec": Wrapper(skip=1),
    "s6-setuidgid": Wrapper(skip=1),
    "setpriv": Wrapper(any_option=True),
    "sudo": Wrapper(values=_set("-u -g --user --group"), flags=_set("-E -H -n --preserve-env")),
    "nice": Wrapper(values=_set("-n")),
    "ionice": Wrapper(values=_set("-c -n")),
    "nohup": Wrapper(),
    "setsid": Wrapper(flags=_set("-w -f -c")),
    "stdbuf": Wrapper(values=_set("-i -o -e"), flags=_set("-oL -eL -o0 -e0 -iL")),
    "unbuffer": Wrapper(),
    "time": Wrapper(flags=_set("-p")),
    "poetry": _PLAIN_RUN,
    "pipenv": _PLAIN_RUN,
    "pdm": _PLAIN_RUN,
    "rye": _PLAIN_RUN,
    "hatch": _PLAIN_RUN,
    "uv": _UV,
    "conda": _CONDA,
    "mamba": _CONDA,
    "micromamba": _CONDA,
    "ddtrace-run": Wrapper(flags=_set("-d -i -p")),
    "newrelic-admin": Wrapper("run-program"),
    "opentelemetry-instrument": Wrapper(any_option=True),
    "npx": _NPX,
    "bunx": _NPX,
    "pnpx": _NPX,
    "cross-env": Wrapper(),
    "cross-env-shell": Wrapper(),
    "env": Wrapper(values=_set("-u --unset"), flags=_set("-0")),
    "bundle": Wrapper("exec"),
    "with-contenv": Wrapper(),
    "command": Wrapper(),
    "builtin": Wrapper(),
}
_WAITERS = frozenset({"wait-for-it", "wait-for-it.sh", "wait-for", "wait-for.sh", "wait_for_it.sh", "wait-for-it.bash"})
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=")


@dataclass(frozen=True, slots=True)
class Handed:
    """What a wrapper hands on: the command's words, the setting it sees, what was waited for first."""

    words: tuple[Template, ...]
    setting: Setting
    waits: tuple[Address, ...] = ()


def handed(name: str, words: tuple[Template, ...], setting: Setting) -> Handed | bool | None:
    """What the wrapper `name` runs; False where it is no wrapper, None where it can't be followed."""
    if name in _WAITERS:
        return _waited(words[1:], setting.wrapped(name))
    if name == "dockerize":
        return _dockerized(words[1:], setting.wrapped(name))
    wrapper = WRAPPERS.get(name)
    if wrapper is None:
        return False
    queue = list(words[1:])
    if wrapper.subcommand is not None and (not queue or literal(queue.pop(0)) != wrapper.subcommand):
        return None
    rest = _after_options(queue, wrapper)
    if rest is None:
        return None
    inner = setting.wrapped(name)
    if name in {"env", "cross-env", "cross-env-shell"}:
        rest, inner = _assigned(rest, inner)
    rest = rest[wrapper.skip :]
    return Handed(tuple(rest), inner) if rest else None


def _after_options(queue: list[Template], wrapper: Wrapper) -> list[Template] | None:
    while queue and begins(queue[0]).startswith("-"):
        word = queue.pop(0)
        name, equals, _ = begins(word).partition("=")
        if name == "--" and literal(word) == "--":
            return queue
        if name in wrapper.values:
            if not equals and queue:
                queue.pop(0)
        elif name not in wrapper.flags and not (wrapper.any_option and (equals or name.startswith("--no-"))):
            return _module(name, queue)
    return queue


def _module(name: str, queue: list[Template]) -> list[Template] | None:
    """`uv run -m module` is `python -m module`."""
    if name not in {"-m", "--module"}:
        return None
    return [Template.literal(Text.unwritten("python")), Template.literal(Text.unwritten("-m")), *queue]


def _assigned(queue: list[Template], setting: Setting) -> tuple[list[Template], Setting]:
    """The variables that `env` sets before the command."""
    while queue and (match := _ASSIGNMENT.match(begins(queue[0]))):
        setting = with_variable(setting, match.group(1), cut(queue.pop(0), match.end()), exported=True)
    return queue, setting


def with_variable(setting: Setting, name: str, value: Template, *, exported: bool) -> Setting:
    """A setting in which a variable has been set; commands see it where it is exported or was in the environment."""
    value = setting.expanded(value)
    variables = {**setting.variables, name: value}
    environment = setting.environment
    if exported or environment.get(name) is not None:
        filled = value.fill(environment)
        text, uses = (filled.text, filled.uses) if filled is not None else (None, ())
        given = Variable(name, text, setting.location, setting.anchor, Origin.DEPLOYMENT, uses=uses)
        environment = Environment({**environment.variables, name: given}, environment.complete)
    return replace(setting, variables=variables, environment=environment)


def _waited(words: tuple[Template, ...], setting: Setting) -> Handed | None:
    """`wait-for-it host:port [-t 30] -- command`."""
    at = next((i for i, w in enumerate(words) if literal(w) == "--"), None)
    waits = tuple(a for w in words[:at] if (a := waited_for(w)) is not None)
    return None if at is None or at + 1 >= len(words) else Handed(words[at + 1 :], setting, waits)


def _dockerized(words: tuple[Template, ...], setting: Setting) -> Handed | None:
    """`dockerize -wait tcp://host:port -timeout 60s command`."""
    queue = list(words)
    waits: list[Address] = []
    while queue and begins(queue[0]).startswith("-"):
        word = queue.pop(0)
        name, equals, _ = begins(word).partition("=")
        value = cut(word, len(name) + 1) if equals else None
        if (
            value is None
            and name.lstrip("-") not in {"template-strict", "skip-tls-verify", "version", "poll"}
            and queue
        ):
            value = queue.pop(0)
        if name.lstrip("-") == "wait" and value is not None and (found := waited_for(value)) is not None:
            waits.append(found)
    return Handed(tuple(queue), setting, tuple(waits)) if queue else None


def waited_for(word: Template) -> Address | None:
    """The host:port or URL of one word."""
    text = word.text
    if text is None or text.value.startswith("-"):
        return None
    return address.url(text) or address.pair(text)
