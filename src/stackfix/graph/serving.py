"""One program with its arguments, no wrappers left: what it runs and which ports its command line gives it."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from stackfix.graph import tool_names, tools
from stackfix.graph.command import literal, parted
from stackfix.graph.image_files import Found
from stackfix.graph.model import Witness
from stackfix.graph.options import Options, parse
from stackfix.graph.started import Bind, Entry, Listens, Process
from stackfix.graph.tools import Names, Tool
from stackfix.graph.value import Hole, Template
from stackfix.text import Text

if TYPE_CHECKING:
    from stackfix.graph.setting import Setting

_OBJECT = re.compile(r"(?P<module>[A-Za-z_][\w.]*)(?::(?P<attribute>[A-Za-z_][\w.]*)(?P<call>\(.*\))?)?")
_PORT_LINE = re.compile(r"^[ \t]*port[ \t]*=[ \t]*(\d{1,5})[ \t]*(?:#[^\r\n]*)?(?=\r?$)", re.MULTILINE)
_ADDRESS_LINE = re.compile(r"^[ \t]*address[ \t]*=[ \t]*[\"']([^\"'\r\n]*)[\"']", re.MULTILINE)


def serving(name: str, words: tuple[Template, ...], setting: Setting) -> Process:
    """The process of a program known by name; one that nobody knows listens to unknown ports."""
    arguments = words[1:]
    if name == "celery" and any(literal(w) == "flower" for w in arguments):
        name = "flower"
    if name in tool_names.PROXIES:
        return _proxy(name, words, setting)
    if name == "php" and (served := _php(words, setting)) is not None:
        return served
    if name in tool_names.SCRIPTED:
        return _interpreted(name, words, setting)
    tool = tools.find(name, tuple(value for w in arguments if (value := literal(w)) is not None))
    if tool is not None:
        return _tool(tool, words, setting)
    if name in tool_names.SILENT:
        return setting.process(name, words, Listens.NOTHING, entry=_application(name, arguments, setting))
    return setting.process(name, words, Listens.UNKNOWN)


def _php(words: tuple[Template, ...], setting: Setting) -> Process | None:
    """`php -S host:port`, `php artisan serve`; None for any other use."""
    said = [literal(word) for word in words]
    if "-S" in said[1:-1]:
        pair = parted(words[said.index("-S") + 1], ":")
        binds = (Bind(pair[1], pair[0]),) if pair is not None else ()
        return setting.process("php", words, Listens.COMMAND if binds else Listens.UNKNOWN, binds=binds)
    if len(said) > _ARTISAN and (said[1] or "").endswith("artisan") and said[2] == "serve":
        tool = tools.find("artisan", ("serve",))
        return _tool(tool, words[1:], setting) if tool is not None else None
    return None


_ARTISAN = 2


def _tool(tool: Tool, words: tuple[Template, ...], setting: Setting) -> Process:
    arguments = list(words[1:])
    if tool.subcommands:
        index = next(i for i, w in enumerate(arguments) if literal(w) in tool.subcommands)
        del arguments[index]
    options = parse(arguments, tool.flags, setting.environment)
    entry = _entry(tool, options, setting)
    unknown = setting.process(tool.name, words, Listens.UNKNOWN, entry=entry)
    if not options.certain or options.has(tool.hides):
        return unknown
    binds = _binds(tool, options, setting)
    if binds is None:
        return unknown
    if _left_open(tool, binds, options, setting):
        configured = _configured(tool, options, setting)
        if configured is Found.MADE:
            return unknown
        if isinstance(configured, str):
            return _by_configuration(tool, words, setting, options, configured)
        if _unsure(tool, setting):
            return unknown
    return setting.process(
        tool.name, words, Listens.COMMAND, entry=entry, binds=_defaulted(tool, binds, options, setting)
    )


def _left_open(tool: Tool, binds: tuple[Bind, ...], options: Options, setting: Setting) -> bool:
    """Whether port or host are given neither on the command line nor by a variable, which stands over any file."""
    seen = setting.environment.get
    port = all(b.port is not None for b in binds) or any(seen(n) is not None for n in tool.port_variables)
    host = not tool.host or options.has(tool.host) or any(seen(n) is not None for n in tool.host_variables)
    return not (port and host)


def _unsure(tool: Tool, setting: Setting) -> bool:
    seen = setting.environment
    return any(seen.get(name) is not None or not seen.complete for name in tool.unsure_variables)


def _binds(tool: Tool, options: Options, setting: Setting) -> tuple[Bind, ...] | None:
    """What the command line says: ports are None where it says nothing; None where it can't be read."""
    if tool.bind and options.has(tool.bind):
        found = tuple(_bound(value, tool, setting) for value in options.values(tool.bind))
        return None if any(b is None for b in found) else tuple(b for b in found if b is not None)
    host = options.last(tool.host)
    if tool.name == "tensorboard" and options.has({"--bind_all"}):
        host = _unwritten("0.0.0.0")  # noqa: S104 - what the flag means
    if tool.host and host is None and options.has(tool.host):
        host = _unwritten("0.0.0.0")  # noqa: S104 - `vite --host` alone means every address
    port = options.last(tool.port)
    if tool.names is Names.ADDRESS and options.positionals:
        if tool.name != "http.server":
            return None
        port = options.positionals[0]
    if tool.name == "serve" and port is not None:
        return _listened(port)
    return (Bind(port, host),)


def _listened(port: Template) -> tuple[Bind, ...] | None:
    """`serve -l 3000`, `-l tcp://0.0.0.0:3000`."""
    value = literal(port) or ""
    if "://" not in value:
        return (Bind(port),) if ":" not in value else None
    pair = parted(port, ":")
    return (Bind(pair[1]),) if value.startswith("tcp://") and pair and (literal(pair[1]) or "").isdecimal() else None


def _bound(value: Template, tool: Tool, setting: Setting) -> Bind | None:
    """host:port. A socket or a descriptor is no port."""
    whole = setting.value(value)
    if whole is not None and whole.startswith(("unix:", "fd:", "fd://")):
        return None
    pair = parted(value, ":")
    if pair is None:
        filled = value.fill(setting.environment)
        named = value.holes[0].name if value.holes else None
        pair = parted(Template.literal(filled.text), ":") if filled is not None else None
        return Bind(pair[1], pair[0], named, named) if pair is not None else None
    del tool
    return Bind(pair[1], pair[0])


def _defaulted(tool: Tool, binds: tuple[Bind, ...], options: Options, setting: Setting) -> tuple[Bind, ...]:
    """The binds with what the tool's own variables and defaults give where the command line is silent."""
    if tool.name == "gunicorn" and not options.has(tool.bind):
        return (_gunicorn(setting),)
    return tuple(
        Bind(
            b.port or _variable(tool.port_variables, tool.default_port),
            b.host if b.host is not None else _default_host(tool),
            None if b.port is not None else next(iter(tool.port_variables), None),
            None if b.host is not None else next(iter(tool.host_variables), None),
        )
        for b in binds
    )


def _gunicorn(setting: Setting) -> Bind:
    """Without a bind, gunicorn takes PORT on every address, else 127.0.0.1:8000."""
    if setting.environment.get("PORT") is not None or not setting.environment.complete:
        return Bind(Template((Hole("PORT"),)), None, "PORT")
    return Bind(_unwritten("8000"), _unwritten("127.0.0.1"), "PORT", "PORT")


def _variable(names: tuple[str, ...], default: int | None) -> Template | None:
    value = None if default is None else _unwritten(str(default))
    for name in reversed(names):
        value = Template((Hole(name, value),))
    return value


def _default_host(tool: Tool) -> Template | None:
    value = None if tool.default_host is None else _unwritten(tool.default_host)
    for name in reversed(tool.host_variables):
        value = Template((Hole(name, value if value is not None else _unwritten("0.0.0.0")),))  # noqa: S104 - read
    return value


def _unwritten(value: str) -> Template:
    return Template.literal(Text.unwritten(value))


def _configured(tool: Tool, options: Options, setting: Setting) -> str | Found:
    """The configuration file that decides: its path in the image; ABSENT where there is none; MADE where unknown."""
    named = options.last(tool.configured_by)
    if named is not None:
        value = setting.value(named)
        whole = setting.absolute(value.removeprefix("file:")) if value is not None else None
        return whole or Found.MADE
    found: str | Found = Found.ABSENT
    for name in tool.configuration:
        inside = setting.file(name)
        if isinstance(inside, str):
            return setting.absolute(name) or Found.MADE
        found = Found.MADE if inside is Found.MADE and not _never_there(tool, name, options, setting) else found
    return found


def _never_there(tool: Tool, name: str, options: Options, setting: Setting) -> bool:
    """Whether a file that a build step could have made is none that people have made by one: it is in no folder of the
    tree, which holds what is run here. Streamlit's is often written by a step.
    """
    if tool.name == "streamlit" or setting.library.tree.named(posixpath.basename(name)):
        return False
    entry = _entry(tool, options, setting)
    places = ["package.json"] if entry is None or entry.kind == "package" else []
    if entry is not None and entry.path is not None:
        places.append(entry.path)
    if entry is not None and entry.module is not None:
        module = entry.module.replace(".", "/")
        places += [f"{folder}/{module}{end}" for folder in entry.folders for end in (".py", "/__init__.py")]
    return any(isinstance(setting.file(place), str) for place in places)


def _by_configuration(
    tool: Tool, words: tuple[Template, ...], setting: Setting, options: Options, path: str
) -> Process:
    entry = _entry(tool, options, setting)
    binds = _binds(tool, options, setting) or ()
    if tool.name == "streamlit":
        found = setting.file(path)
        text = setting.library.text(found) if isinstance(found, str) else None
        if text is not None:
            filled = tuple(_streamlit(b, text) for b in binds)
            return setting.process(tool.name, words, Listens.COMMAND, entry=entry, binds=filled, configuration=path)
    binds = tuple(b for b in binds if b.port is not None or b.host is not None)
    return setting.process(tool.name, words, Listens.CONFIGURATION, entry=entry, binds=binds, configuration=path)


def _streamlit(bind: Bind, text: Text) -> Bind:
    """The `[server]` table of `.streamlit/config.toml`, below the environment."""
    table = re.search(r"^[ \t]*\[server\][ \t]*(?:#.*)?\r?\n(?P<body>(?:(?![ \t]*\[).*\n?)*)", text.value, re.MULTILINE)
    body = text.slice(*table.span("body")) if table else Text.unwritten("")
    port, host = _PORT_LINE.search(body.value), _ADDRESS_LINE.search(body.value)
    written = body.group(port, 1) if port else None
    address = body.group(host, 1) if host else None
    default = Template.literal(written or Text.unwritten("8501"))
    named = Template.literal(address or Text.unwritten("0.0.0.0"))  # noqa: S104 - its default
    return Bind(
        bind.port or Template((Hole("STREAMLIT_SERVER_PORT", default),)),
        bind.host or Template((Hole("STREAMLIT_SERVER_ADDRESS", named),)),
        witness=Witness.COMMAND if bind.port is not None else Witness.CONFIGURATION,
    )


def _entry(tool: Tool, options: Options, setting: Setting) -> Entry | None:
    positional = options.positionals[0] if options.positionals else None
    if tool.name == "flask":
        return _flask(options, setting)
    if tool.name in {"litestar", "sanic"}:
        return _named(options.last({"--app"}) if tool.name == "litestar" else positional, setting)
    if positional is None:
        folder_of = tool.name != "fastapi" and tool.names is Names.FOLDER
        return Entry("package", None, path=setting.folder) if folder_of else None
    return _by_positional(tool, positional, options, setting)


def _by_positional(tool: Tool, positional: Template, options: Options, setting: Setting) -> Entry | None:
    text = positional.text
    if text is None:
        filled = positional.fill(setting.environment)
        text = filled.text if filled is not None else None
    if text is None:
        return None
    if tool.names is Names.OBJECT:
        folder = options.last({"--app-dir", "--chdir", "--working-dir"})
        return object_entry(text, setting, folder, factory=options.has({"--factory", "--call"}))
    if tool.names is Names.SCRIPT:
        return script_entry(text, setting)
    return Entry("package", text, path=setting.absolute(text.value)) if tool.names is Names.FOLDER else None


def object_entry(
    text: Text, setting: Setting, folder: Template | None = None, *, factory: bool = False
) -> Entry | None:
    """`module:attribute`, `module:create()`."""
    match = _OBJECT.fullmatch(text.value)
    if match is None:
        return None
    folders: tuple[str | None, ...] = (setting.folder,)
    if folder is not None:
        value = setting.value(folder)
        folders = (setting.absolute(value) if value is not None else None, setting.folder)
    return Entry(
        "object",
        text,
        module=match["module"],
        attribute=match["attribute"],
        folders=tuple(f for f in folders if f is not None),
        module_text=text.group(match, "module"),
        attribute_text=text.group(match, "attribute"),
        factory=factory or match["call"] is not None,
    )


def script_entry(text: Text, setting: Setting) -> Entry:
    """A file of source."""
    path = setting.absolute(text.value)
    return Entry("script", text, path=path, folders=(posixpath.dirname(path),) if path else ())


def module_entry(text: Text, setting: Setting) -> Entry:
    """`python -m module`."""
    folders = (setting.folder,) if setting.folder is not None else ()
    return Entry("module", text, module=text.value, folders=folders, module_text=text)


def _flask(options: Options, setting: Setting) -> Entry | None:
    """`flask --app x run`, else FLASK_APP."""
    named = options.last({"--app", "-A"}) or Template((Hole("FLASK_APP"),))
    value = named.fill(setting.environment)
    if value is None:
        return None
    module = value.text.value.partition(":")[0]
    if module.endswith(".py"):
        return script_entry(value.text.slice(0, len(module)), setting)
    return object_entry(value.text, setting)


def _named(given: Template | None, setting: Setting) -> Entry | None:
    """`litestar --app x:app run`, `sanic x:app`; Sanic takes `x.app` as well, which says no module for certain."""
    text = given.text if given is not None else None
    return object_entry(text, setting) if text is not None and ":" in text.value else None


def _application(name: str, arguments: tuple[Template, ...], setting: Setting) -> Entry | None:
    """The application of a worker: `celery -A module worker`."""
    if name not in {"celery", "dramatiq", "arq", "taskiq"}:
        return None
    options = parse(arguments, frozenset(), setting.environment)
    named = options.last({"-A", "--app"}) if name == "celery" else next(iter(options.positionals), None)
    text = named.text if named is not None else None
    return object_entry(text, setting) if text is not None else None


def _proxy(name: str, words: tuple[Template, ...], setting: Setting) -> Process:
    options = parse(words[1:], frozenset({"-t", "-T", "-q", "-D", "-X", "--watch", "--environ"}), setting.environment)
    named = options.last({"-c", "--config", "-conf", "--conf", "-f"})
    value = setting.value(named) if named is not None else tool_names.PROXIES[name]
    path = setting.absolute(value) if value else None
    tested = name == "nginx" and options.has({"-t", "-T", "-s", "-v", "-V"})
    listens = Listens.NOTHING if tested else Listens.CONFIGURATION
    subcommands = {literal(p) for p in options.positionals}
    if name == "caddy" and not subcommands & {"run", "start"}:
        listens = Listens.UNKNOWN
    return setting.process(name, words, listens, configuration=path)


def _interpreted(name: str, words: tuple[Template, ...], setting: Setting) -> Process:
    """Node server.js and the like. A debugger's port is the command line's own."""
    values = tool_names.SCRIPTED[name]
    queue = list(words[1:])
    binds: list[Bind] = []
    while queue and (literal(queue[0]) or "").startswith("-"):
        word = literal(queue.pop(0)) or ""
        option, equals, value = word.partition("=")
        if option in {"--inspect", "--inspect-brk"}:
            binds.append(_inspected(value))
        if option in {"-e", "--eval", "-p", "--print", "-S"}:
            return setting.process(name, words, Listens.UNKNOWN)
        if option in values and not equals and queue:
            queue.pop(0)
    while queue and (literal(queue[0]) in {"run", "watch", "start", "--"} or (name == "bun" and _is_flag(queue[0]))):
        queue.pop(0)
    text = queue[0].text if queue else None
    if text is None or any(b.port is None for b in binds):
        return setting.process(name, words, Listens.UNKNOWN)
    return setting.process(name, words, Listens.SOURCE, entry=script_entry(text, setting), binds=tuple(binds))


def _is_flag(word: Template) -> bool:
    """An option of `bun run` that takes no value."""
    return literal(word) in {"--hot", "--watch", "--smol", "--bun", "-b", "--silent"}


def _inspected(value: str) -> Bind:
    host, _, port = value.rpartition(":")
    if not value or (port.isdecimal() and not host):
        return Bind(_unwritten(port or "9229"), _unwritten("127.0.0.1"))
    return Bind(_unwritten(port), _unwritten(host)) if port.isdecimal() else Bind(_unwritten("9229"), _unwritten(value))
