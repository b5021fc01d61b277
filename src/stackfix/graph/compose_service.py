"""One Compose service, from all that its files say of it.

The parts come weakest first (extended service, base file, override). Source: the Compose specification, "Merge and
override": mappings merge by key, lists add up, scalars and commands are replaced.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from stackfix import tree
from stackfix.findings import Location, located
from stackfix.formats import yaml
from stackfix.graph import compose_ports, executed_check
from stackfix.graph.interpolation import template
from stackfix.graph.model import Build, Deployment, EnvFile, Mount, NetworkUse, Probe, Wait, Words, Workload
from stackfix.graph.secrets import is_secret
from stackfix.graph.value import Environment, Hole, Template, Variable, is_whole
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from stackfix.findings import Anchor
    from stackfix.graph.compose_file import Part
    from stackfix.graph.model import Declaration, HostPorts
    from stackfix.graph.value import Value


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What a service's values are read against.

    `folder` is the project directory, None where it isn't known. `values` fill `${…}`, in the files of `included` what
    is given there by path. `read_env` gives the variables of an env file by path, None where it isn't there;
    `read_copied` those of the example that it is made from, as far as the repository says so. `network_id` gives a
    network's identity by its key.
    """

    deployment: Deployment
    folder: str | None
    values: Environment
    read_env: Callable[[str], Mapping[str, Variable] | None]
    read_copied: Callable[[str], Mapping[str, Variable] | None]
    network_id: Callable[[str], str]
    is_unknown: Callable[[str], bool]
    dockerfile: Callable[[str], str]
    included: Mapping[str, Environment] = field(default_factory=dict)


def workload(name: str, parts: tuple[Part, ...], setting: Setting) -> Workload:
    """The service as it runs."""
    reader = _Reader(parts, setting)
    last = parts[-1]
    place = located(last.name)
    assert place is not None
    environment, files = reader.environment()
    image = reader.scalar("image")
    return Workload(
        name=name,
        deployment=setting.deployment,
        location=place,
        anchor=last.anchor,
        image=image,
        build=reader.build(),
        entrypoint=reader.words("entrypoint"),
        command=reader.words("command"),
        working_dir=_value(reader.scalar("working_dir")),
        environment=environment,
        declarations=tuple(reader.declarations()),
        host_ports=tuple(reader.host_ports()),
        probes=tuple(reader.probes()),
        unread_check=reader.unread_check(),
        healthcheck_disabled=_value(reader.scalar("healthcheck", "disable")) == "true",
        healthcheck_written=bool(reader.nodes("healthcheck")),
        mounts=tuple(reader.mounts()),
        networks=reader.networks(),
        network_mode=_value(reader.scalar("network_mode")),
        container_name=reader.scalar("container_name"),
        hostname=_value(reader.scalar("hostname")),
        links=tuple(reader.links()),
        extra_hosts=frozenset(reader.extra_hosts()),
        waits=tuple(reader.waits()),
        env_files=files,
        profiles=frozenset(text.value for text in reader.texts("profiles")),
        restart=reader.restart(),
        runs_once=_value(reader.scalar("restart")) == "no" and not reader.nodes("ports"),
        scaled_to_zero="0" in {_value(reader.scalar("deploy", "replicas")), _value(reader.scalar("scale"))},
    )


@dataclass(frozen=True, slots=True)
class _Check:
    """A health check as it is written. `said`: who reads its words is said, a program or a shell."""

    words: tuple[Text, ...]
    anchor: Anchor
    said: bool


class _Reader:
    """Looks keys up in the parts of one service."""

    def __init__(self, parts: tuple[Part, ...], setting: Setting) -> None:
        self._parts = parts
        self._setting = setting
        self._folders = {part.path: part.folder for part in parts if part.folder is not None}

    def _path(self, anchor: Anchor, path: str) -> str:
        """A path from the root, of one that the file of an anchor gives."""
        return tree.join(self._folders.get(anchor.path, self._setting.folder or ""), path)

    def _values(self, path: str | None) -> Environment:
        """What `${…}` is filled from in a file."""
        return self._setting.included.get(path or "", self._setting.values)

    def nodes(self, *steps: str) -> list[tuple[yaml.Node, Anchor]]:
        """Every part's node at a path of keys, weakest part first; `!reset` and null ones empty those before."""
        found: list[tuple[yaml.Node, Anchor]] = []
        for part in self._parts:
            node = yaml.get(part.node, *steps)
            if node is None:
                continue
            if node.tag in {"!reset", "!override"}:
                found.clear()
            if node.tag != "!reset":
                found.append((node, part.anchor.child(*steps)))
        return found

    def last(self, *steps: str) -> tuple[yaml.Node, Anchor] | None:
        """The strongest part's node."""
        found = self.nodes(*steps)
        return found[-1] if found else None

    def fill(self, node: yaml.Node | None) -> Text | None:
        """A scalar's value, None where it isn't one or isn't known."""
        node = yaml.deref(node) if node is not None else None
        if not isinstance(node, yaml.Scalar):
            return None
        value = self._filled(node.text)
        return value.text if value else None

    def scalar(self, *steps: str) -> Text | None:
        """The value that wins."""
        found = self.last(*steps)
        return self.fill(found[0]) if found else None

    def texts(self, *steps: str) -> Iterator[Text]:
        """The known values of a list, or of a single scalar."""
        for node, _ in self.nodes(*steps):
            for item in node.items if isinstance(node, yaml.Sequence) else (node,):
                text = self.fill(item)
                if text is not None:
                    yield text

    def build(self) -> Build | None:
        """What is built, None where nothing is, or where it is elsewhere (a remote context, an inline Dockerfile)."""
        found = self.last("build")
        setting = self._setting
        if found is None or self.nodes("build", "dockerfile_inline"):
            return None
        node, anchor = found
        written = self.scalar("build", "context") if isinstance(node, yaml.Mapping) else self.fill(node)
        place = located(written) if written else located(self._parts[-1].name)
        assert place is not None
        if isinstance(node, yaml.Scalar) and written is None:
            return None
        if written is not None and ("://" in written.value or written.value.startswith("git@")):
            return None
        if isinstance(node, yaml.Mapping) and self.nodes("build", "context") and written is None:
            return None
        where = (self.last("build", "context") or found)[1] if isinstance(node, yaml.Mapping) else anchor
        context = self._path(where, written.value if written else ".")
        named = self.scalar("build", "dockerfile")
        if self.nodes("build", "dockerfile") and named is None:
            return None
        dockerfile = setting.dockerfile(tree.join(context, named.value if named else "Dockerfile"))
        return Build(
            context=context,
            dockerfile=dockerfile,
            location=place,
            anchor=anchor,
            target=_value(self.scalar("build", "target")),
            arguments=tuple(self._variables("build", "args")),
            context_text=written,
            dockerfile_text=named,
            known=setting.folder is not None and not setting.is_unknown(context) and not setting.is_unknown(dockerfile),
        )

    def restart(self) -> str | None:
        """When it is started again, by `restart` or by its deployment; "" where a variable decides, None by nothing."""
        if not self.nodes("restart"):
            return "" if self.nodes("deploy", "restart_policy") else None
        return _value(self.scalar("restart")) or ""

    def words(self, key: str) -> Words | None:
        """A command: a list as it is, a string split as Compose does (shell quoting, no shell)."""
        found = self.last(key)
        if found is None:
            return None
        node, anchor = found
        if isinstance(node, yaml.Sequence):
            items = tuple(self._word(item) for item in node.items)
            return Words(items, shell=False, location=_place(node, anchor), anchor=anchor)
        if isinstance(node, yaml.Scalar) and node.value.strip():
            words = (self._filled_template(node.text),)
            return Words(words, shell=True, location=_place(node, anchor), anchor=anchor)  # noqa: S604 - nothing is run
        return None

    def _word(self, node: yaml.Node) -> Template:
        node = yaml.deref(node)
        return self._filled_template(node.text) if isinstance(node, yaml.Scalar) else Template.unknown()

    def _filled_template(self, text: Text) -> Template:
        value = self._filled(text)
        return Template.literal(value.text) if value else template(text)

    def environment(self) -> tuple[Environment, tuple[EnvFile, ...]]:
        """What the deployment gives: env files first, `environment` over them."""
        variables: dict[str, Variable] = {}
        complete = True
        files = tuple(self._env_files())
        for file in files:
            given = self._setting.read_env(file.path)
            if given is None:
                complete = complete and file.missing_ok
                variables.update(self._setting.read_copied(file.path) or {})
            else:
                variables.update(given)
        for variable in self._variables("environment"):
            variables[variable.name] = variable
        return Environment(variables, complete), files

    def _env_files(self) -> Iterator[EnvFile]:
        for node, anchor in self.nodes("env_file"):
            entries = node.items if isinstance(node, yaml.Sequence) else (node,)
            for index, entry in enumerate(entries):
                item = yaml.deref(entry)
                text = self.fill(yaml.get(item, "path") if isinstance(item, yaml.Mapping) else item)
                place = located(text) if text else None
                if text is None or place is None:
                    continue
                here = anchor.child(index) if isinstance(node, yaml.Sequence) else anchor
                optional = isinstance(item, yaml.Mapping) and _value(self.fill(yaml.get(item, "required"))) == "false"
                yield EnvFile(self._path(anchor, text.value), text, place, here, optional)

    def _variables(self, *steps: str) -> Iterator[Variable]:
        """The variables of a mapping or of a list of NAME=value."""
        for node, anchor in self.nodes(*steps):
            if isinstance(node, yaml.Mapping):
                yield from self._mapped(node, anchor)
            elif isinstance(node, yaml.Sequence):
                yield from self._listed(node, anchor)

    def _mapped(self, node: yaml.Mapping, anchor: Anchor) -> Iterator[Variable]:
        for item in yaml.items(node):
            value = yaml.deref(item.value)
            if not isinstance(item.key, yaml.Scalar) or not isinstance(value, yaml.Scalar):
                continue
            name = item.key.value
            place = located(item.key.text + value.text)
            if place is None:
                continue
            unset = value.style == "plain" and value.value in {"", "~", "null"}
            found = None if unset else self._filled(value.text)
            yield Variable(
                name,
                self._passed(name, anchor) if unset else (found.text if found else None),
                place,
                anchor.child(name),
                secret=found is not None and is_secret(name, found.text.value),
                uses=found.uses if found else (),
                sketch=None if unset or found else self._sketch(value.text),
            )

    def _listed(self, node: yaml.Sequence, anchor: Anchor) -> Iterator[Variable]:
        for index, entry in enumerate(node.items):
            item = yaml.deref(entry)
            if not isinstance(item, yaml.Scalar):
                continue
            name, equals, _ = item.value.partition("=")
            place = located(item.text)
            if place is None or "$" in name:
                continue
            written = item.text.slice(len(name) + 1, len(item.text))
            found = self._filled(written) if equals else None
            value = (found.text if found else None) if equals else self._passed(name, anchor)
            secret = found is not None and is_secret(name, found.text.value)
            uses = found.uses if found else ()
            sketch = self._sketch(written) if equals and found is None else None
            yield Variable(name, value, place, anchor.child(index), secret=secret, uses=uses, sketch=sketch)

    def _filled(self, text: Text) -> Value | None:
        return template(text).fill(self._values(text.pieces[0].path if text.pieces else None))

    def _sketch(self, text: Text) -> Text:
        return template(text).sketch(self._values(text.pieces[0].path if text.pieces else None))

    def _passed(self, name: str, anchor: Anchor) -> Text | None:
        """A name without a value is passed through from where Compose runs: the `.env` beside it, else unknown."""
        value = Template((Hole(name),)).fill(self._values(anchor.path))
        return value.text if value else None

    def declarations(self) -> Iterator[Declaration]:
        """Published and exposed ports."""
        for node, anchor in self.nodes("ports"):
            yield from compose_ports.published(node, anchor, self._values(anchor.path))
        for node, anchor in self.nodes("expose"):
            yield from compose_ports.exposed(node, anchor, self._values(anchor.path))

    def host_ports(self) -> Iterator[HostPorts]:
        """The ports of the host that it takes, ranges too."""
        for node, anchor in self.nodes("ports"):
            yield from compose_ports.taken(node, anchor, self._values(anchor.path))

    def probes(self) -> Iterator[Probe]:
        """The health check, if one is set."""
        check = self._check(lambda item: self.fill(item) or None)
        if check is None:
            return
        probe = executed_check.probe("healthcheck", check.words, check.anchor, Text.join(check.words))
        if probe:
            yield probe if check.said else replace(probe, sound=False)

    def unread_check(self) -> Probe | None:
        """The health check of a service, where a variable that nothing gives keeps it from being read."""
        check = self._check(lambda item: self._sketch(item.text) if isinstance(item, yaml.Scalar) else None)
        if check is None or not check.said or all(is_whole(word.value) for word in check.words):
            return None
        probe = executed_check.probe("healthcheck", check.words, check.anchor, Text.join(check.words))
        return Probe("healthcheck", probe.location, check.anchor, tool=probe.tool) if probe is not None else None

    def _check(self, read: Callable[[yaml.Node], Text | None]) -> _Check | None:
        """The words of the health check; None where any can't be read, and where a check is taken away."""
        found = self.last("healthcheck", "test")
        if found is None:
            return None
        node, anchor = found
        listed = isinstance(node, yaml.Sequence)
        items = tuple(map(yaml.deref, node.items)) if isinstance(node, yaml.Sequence) else (node,)
        words = tuple(text for item in items if (text := read(item)) is not None)
        if len(words) != len(items) or not words or words[0].value == "NONE":
            return None
        said = not listed or words[0].value in {"CMD", "CMD-SHELL"}
        return _Check(words[1:] if listed and said else words, anchor, said)

    def mounts(self) -> Iterator[Mount]:
        """Bind mounts of files and folders of the repository, and of anything else with an unknown source."""
        for node, anchor in self.nodes("volumes"):
            for index, entry in enumerate(node.items if isinstance(node, yaml.Sequence) else ()):
                mount = self._mount(yaml.deref(entry), anchor.child(index))
                if mount:
                    yield mount

    def _mount(self, node: yaml.Node, anchor: Anchor) -> Mount | None:
        if isinstance(node, yaml.Mapping):
            source, target = self.fill(yaml.get(node, "source")), self.fill(yaml.get(node, "target"))
        else:
            whole = self.fill(node)
            colon = whole.value.find(":") if whole else -1
            if whole is None or colon < 0:
                return None
            source, rest = whole.slice(0, colon), whole.slice(colon + 1, len(whole))
            end = rest.value.find(":")
            target = rest if end < 0 else rest.slice(0, end)
        place = located(target) if target else None
        if target is None or place is None:
            return None
        # A home folder is nothing of the tree.
        bound = source is not None and source.value.startswith((".", "/"))
        path = self._path(anchor, source.value) if source and bound else None
        return Mount(posixpath.normpath(target.value), path, place, anchor, source_text=source)

    def networks(self) -> tuple[NetworkUse, ...]:
        """The networks that it is on; none named is the project's default."""
        uses: dict[str, NetworkUse] = {}
        for node, _ in self.nodes("networks"):
            if isinstance(node, yaml.Sequence):
                for text in filter(None, map(self.fill, node.items)):
                    uses.setdefault(text.value, NetworkUse(self._setting.network_id(text.value), (), text.value))
            for item in yaml.items(node) if isinstance(node, yaml.Mapping) else ():
                if isinstance(item.key, yaml.Scalar):
                    key = item.key.value
                    uses[key] = NetworkUse(self._setting.network_id(key), self._aliases(item.value), key)
        if not uses and not self.nodes("network_mode"):
            uses["default"] = NetworkUse(self._setting.network_id("default"), (), "default")
        return tuple(uses.values())

    def _aliases(self, node: yaml.Node) -> tuple[Text, ...]:
        found = yaml.get(node, "aliases")
        if not isinstance(found, yaml.Sequence):
            return ()
        return tuple(filter(None, map(self.fill, found.items)))

    def links(self) -> Iterator[tuple[str, str]]:
        """Linked services with the names they have here."""
        for text in (*self.texts("links"), *self.texts("external_links")):
            name, _, alias = text.value.partition(":")
            yield name, alias or name

    def extra_hosts(self) -> Iterator[str]:
        """Names that are given an address by hand."""
        for node, _ in self.nodes("extra_hosts"):
            if isinstance(node, yaml.Mapping):
                yield from (i.key.value for i in yaml.items(node) if isinstance(i.key, yaml.Scalar))
        for text in self.texts("extra_hosts"):
            yield text.value.replace("=", ":").partition(":")[0]

    def waits(self) -> Iterator[Wait]:
        """What it is started after."""
        for node, anchor in self.nodes("depends_on"):
            if isinstance(node, yaml.Sequence):
                for index, entry in enumerate(node.items):
                    text = self.fill(entry)
                    place = located(text) if text else None
                    if text and place:
                        yield Wait(text, None, place, anchor.child(index))
            for item in yaml.items(node) if isinstance(node, yaml.Mapping) else ():
                place = located(item.key.text) if isinstance(item.key, yaml.Scalar) else None
                if isinstance(item.key, yaml.Scalar) and place:
                    condition = self.fill(yaml.get(item.value, "condition"))
                    needed = _value(self.fill(yaml.get(item.value, "required"))) != "false"
                    here = anchor.child(item.key.value)
                    yield Wait(item.key.text, _value(condition), place, here, required=needed)


def _value(text: Text | None) -> str | None:
    return text.value if text is not None else None


def _place(node: yaml.Node, anchor: Anchor) -> Location:
    return Location(anchor.path, node.span)
