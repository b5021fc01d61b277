"""Data stores: which engine a workload runs, and the accounts and databases that it is created with.

Sources: the images' own pages (postgres, mysql, mariadb, mongo, rabbitmq on Docker Hub; bitnami's containers). What
initialisation scripts make counts too; one that can't be read may make anything.

May import the library, formats and the graph's nouns.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackfix.formats import yaml
from stackfix.graph import known_images, redis_passwords
from stackfix.graph.model import Platform
from stackfix.graph.value import is_same
from stackfix.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackfix.findings import Location
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload
    from stackfix.graph.value import Environment

PORTS = {"postgres": 5432, "mysql": 3306, "mongodb": 27017, "redis": 6379, "amqp": 5672}
"""The engines, and the port of each as it comes."""
OTHERS = {"amqp": frozenset({15671, 15672, 15692, 25672, 4369}), "mysql": frozenset({33060})}
"""Ports of an engine that speak another protocol than its clients: management, metrics, clustering, the X protocol."""
TITLES = {
    "postgres": "PostgreSQL",
    "mysql": "MySQL",
    "mongodb": "MongoDB",
    "redis": "Redis",
    "amqp": "RabbitMQ",
}

_OFFICIAL = {
    "postgres": "postgres", "postgis/postgis": "postgres", "timescale/timescaledb": "postgres",
    "timescale/timescaledb-ha": "postgres", "pgvector/pgvector": "postgres", "ankane/pgvector": "postgres",
    "mysql": "mysql", "mysql/mysql-server": "mysql", "percona": "mysql", "percona/percona-server": "mysql",
    "mariadb": "mysql", "mongo": "mongodb", "redis": "redis", "valkey/valkey": "redis", "rabbitmq": "amqp",
}  # fmt: skip
_LAST = {
    "postgres": "postgres", "postgresql": "postgres", "postgis": "postgres", "timescaledb": "postgres",
    "timescaledb-ha": "postgres", "pgvector": "postgres", "mysql": "mysql", "mysql-server": "mysql",
    "mariadb": "mysql", "percona": "mysql", "percona-server": "mysql", "mongo": "mongodb", "mongodb": "mongodb",
    "redis": "redis", "valkey": "redis", "rabbitmq": "amqp",
}  # fmt: skip
"""Last parts of the names by which mirrors and private registries hold these images."""
_SERVES = re.compile(
    r"(?:\S*/)?(?:-\S*|postgres|mysqld\w*|mariadbd\w*|mongod|redis-server|valkey-server|rabbitmq-server"
    r"|docker-entrypoint\.sh)"
)
_SCRIPTS = ("/docker-entrypoint-initdb.d", "/docker-entrypoint-startdb.d", "/always-initdb.d")
_DATA = {
    "postgres": ("/var/lib/postgresql", "/bitnami/postgresql", "/home/postgres"),
    "mysql": ("/var/lib/mysql", "/bitnami/mysql", "/bitnami/mariadb"),
    "mongodb": ("/data/db", "/bitnami/mongodb"),
    "amqp": ("/var/lib/rabbitmq", "/bitnami/rabbitmq"),
    "redis": (),
}
_BY_FILE = {
    "postgres": ("pg_hba", "postgresql.conf"),
    "amqp": ("definitions", "rabbitmq.conf", "advanced.config", "/etc/rabbitmq"),
    "mysql": (),
    "mongodb": (),
}
"""Mounted files that say by themselves who may come in."""


def engine(graph: Graph, workload: Workload) -> str | None:
    """The engine that a workload runs by its image, or by the public image that its own is built on."""
    name = _image(graph, workload)
    if name is None:
        return None
    repository = known_images.parse(name).repository
    return _OFFICIAL.get(repository) or _LAST.get(posixpath.basename(repository))


def _image(graph: Graph, workload: Workload) -> str | None:
    if workload.build is None and graph.build_of(workload) is None:
        return workload.image.value if workload.image is not None else None
    image = graph.image(workload)
    return image.base_name.value if image is not None and image.base_name is not None else None


@dataclass(frozen=True, slots=True)
class Account:
    """A user that a store is created with. `password` is None where nobody can tell it; `place` says the name.

    Not `named`: the image's own, since nothing says another.
    """

    user: Text
    password: Text | None
    place: Location
    named: bool = True


@dataclass(frozen=True, slots=True)
class Store:
    """What a store is created with. `databases` is None where its engine makes them when they are first used.

    `scripts` are the texts of its initialisation scripts.
    """

    workload: Workload
    engine: str
    accounts: tuple[Account, ...]
    databases: tuple[Text, ...] | None
    scripts: tuple[str, ...] = ()

    def account(self, user: str) -> Account | None:
        """The account of that name, if it surely is one."""
        return next((a for a in self.accounts if is_same(a.user.value, user) is True), None)

    def lacks_user(self, user: str) -> bool:
        """Whether the store is surely created without a user."""
        return all(is_same(a.user.value, user) is False for a in self.accounts)

    def lacks_database(self, name: str) -> bool:
        """Whether the store is surely created without a database."""
        return self.databases is not None and all(is_same(d.value, name) is False for d in self.databases)


def store(graph: Graph, workload: Workload) -> Store | None:
    """What a store is created with; None where anything may change it, or its image has ways of its own."""
    found = engine(graph, workload)
    name = _image(graph, workload)
    if found is None or name is None or _is_kept(graph, workload, found):
        return None
    if found == "redis":
        return _redis(graph, workload, name)
    if not _is_server(workload):
        return None
    repository = known_images.parse(name).repository
    scripts = _scripts(graph, workload)
    if scripts is None or any(mark in m.target for m in workload.mounts for mark in _BY_FILE[found]):
        return None
    bitnami = _is_bitnami(repository)
    if not bitnami and repository not in _OFFICIAL:
        return None
    said = _Said(graph.environment(workload), workload.location)
    made = _MAKERS[found](said, bitnami=bitnami)
    return None if made is None else Store(workload, found, *made, scripts)


def _is_server(workload: Workload) -> bool:
    """Whether the image's own server is what runs."""
    if workload.entrypoint is not None:
        return False
    first = workload.command.words[0].text if workload.command is not None and workload.command.words else None
    return workload.command is None or (first is not None and bool(_SERVES.match(first.value)))


def _is_kept(graph: Graph, workload: Workload, found: str) -> bool:
    """Whether its data may be older than this deployment: a volume from elsewhere, a folder that is there."""
    for mount in workload.mounts:
        if not mount.target.startswith(_DATA[found]):
            continue
        if mount.source is not None and graph.library.tree.is_folder(mount.source):
            return True
        named = mount.source_text.value if mount.source_text is not None else ""
        if workload.deployment.platform is Platform.COMPOSE and named in _external(graph, workload):
            return True
    return False


def _external(graph: Graph, workload: Workload) -> frozenset[str]:
    """The volumes of a project that it takes from elsewhere."""
    found: set[str] = set()
    for path in workload.deployment.paths:
        documents = graph.library.get(path, yaml.read) or ()
        volumes = yaml.get(documents[0].root, "volumes") if documents else None
        for item in yaml.items(volumes) if isinstance(volumes, yaml.Mapping) else ():
            told = yaml.get(yaml.deref(item.value), "external")
            if isinstance(item.key, yaml.Scalar) and told is not None and getattr(told, "value", "") != "false":
                found.add(item.key.value)
    return frozenset(found)


def _scripts(graph: Graph, workload: Workload) -> tuple[str, ...] | None:
    """The texts of the scripts that fill a new store; None where one of them can't be read."""
    paths: list[str] = []
    tree = graph.library.tree
    for mount in workload.mounts:
        if not mount.target.startswith(_SCRIPTS):
            continue
        if mount.source is None or mount.volume is not None:
            return None
        inside = list(tree.below(mount.source)) if tree.is_folder(mount.source) else [mount.source]
        paths += inside
    image = graph.image(workload)
    for folder in _SCRIPTS if image is not None else ():
        paths += image.files.below(folder).values() if image is not None else ()
    texts = [graph.library.text(path) for path in paths]
    return None if None in texts else tuple(t.value for t in texts if t is not None)


# --- what each engine's images make of their variables ---------------------------------------------------------------

_Made = tuple[tuple[Account, ...], tuple[Text, ...] | None]


@dataclass(frozen=True, slots=True)
class _Said:
    environment: Environment
    place: Location

    def first(self, *names: str) -> Text | None:
        """The value of the first of these variables that is given, as far as it is known."""
        for name in names:
            found = self.environment.get(name)
            if found is not None and (found.outline is None or found.outline.value):
                return found.outline
        return None

    def unknown(self, *names: str) -> bool:
        """Whether any of these is given unseen: by a file, without a value, or where some variables aren't known."""
        for name in names:
            found = self.environment.get(name)
            if self.environment.get(f"{name}_FILE") is not None or (found is not None and found.outline is None):
                return True
        return not self.environment.complete and not any(self.environment.get(name) for name in names)

    def account(self, user: Text, given: str | None, *passwords: str) -> Account:
        """An account with the password that the first of these variables gives."""
        variable = self.environment.get(given) if given is not None else None
        place = variable.location if variable is not None else self.place
        secret = None if self.unknown(*passwords) else self.first(*passwords)
        return Account(user, secret, place, variable is not None)

    def given(self, *names: str) -> str | None:
        """The first of these variables that is given."""
        return next((name for name in names if self.environment.get(name) is not None), None)


def _postgres(said: _Said, *, bitnami: bool) -> _Made | None:
    users = ("POSTGRESQL_USERNAME", "POSTGRES_USER") if bitnami else ("POSTGRES_USER",)
    names = ("POSTGRESQL_DATABASE", "POSTGRES_DB") if bitnami else ("POSTGRES_DB",)
    secrets = ("POSTGRESQL_PASSWORD", "POSTGRES_PASSWORD") if bitnami else ("POSTGRES_PASSWORD",)
    if said.unknown(*users) or said.unknown(*names):
        return None
    user = said.first(*users) or Text.unwritten("postgres")
    trusting = said.first("POSTGRES_HOST_AUTH_METHOD")
    hidden = trusting is not None and trusting.value == "trust"
    account = said.account(user, said.given(*users), *(() if hidden else secrets))
    accounts = [replace(account, password=None) if hidden else account]
    if bitnami and user.value != "postgres":
        accounts.append(said.account(Text.unwritten("postgres"), None, "POSTGRESQL_POSTGRES_PASSWORD"))
    default = Text.unwritten("postgres") if bitnami else user
    return tuple(accounts), (said.first(*names) or default, Text.unwritten("postgres"), Text.unwritten("template1"))


SYSTEM = ("mysql", "information_schema", "performance_schema", "sys")


def _mysql(said: _Said, *, bitnami: bool) -> _Made | None:
    del bitnami  # the same names
    user, name = ("MARIADB_USER", "MYSQL_USER"), ("MARIADB_DATABASE", "MYSQL_DATABASE")
    if said.unknown(*user) or said.unknown(*name):
        return None
    root = said.account(Text.unwritten("root"), None, "MARIADB_ROOT_PASSWORD", "MYSQL_ROOT_PASSWORD")
    accounts = [root]
    if (found := said.first(*user)) is not None:
        accounts.insert(0, said.account(found, said.given(*user), "MARIADB_PASSWORD", "MYSQL_PASSWORD"))
    own = said.first(*name)
    return tuple(accounts), (*((own,) if own is not None else ()), *map(Text.unwritten, SYSTEM))


def _mongo(said: _Said, *, bitnami: bool) -> _Made | None:
    root = "MONGODB_ROOT_USER" if bitnami else "MONGO_INITDB_ROOT_USERNAME"
    secret = "MONGODB_ROOT_PASSWORD" if bitnami else "MONGO_INITDB_ROOT_PASSWORD"
    if said.unknown(root) or (found := said.first(root)) is None or said.given("MONGODB_EXTRA_USERNAMES"):
        return None
    accounts = [said.account(found, root, secret)]
    for name in ("MONGODB_USERNAME", "MONGODB_USERNAMES") if bitnami else ():
        if said.given(name):
            return None
    return tuple(accounts), None


def _rabbit(said: _Said, *, bitnami: bool) -> _Made | None:
    users = ("RABBITMQ_USERNAME",) if bitnami else ("RABBITMQ_DEFAULT_USER",)
    secrets = ("RABBITMQ_PASSWORD",) if bitnami else ("RABBITMQ_DEFAULT_PASS",)
    if said.unknown(*users):
        return None
    user = said.first(*users) or Text.unwritten("user" if bitnami else "guest")
    account = said.account(user, said.given(*users), *secrets)
    if account.password is None and not said.unknown(*secrets) and not bitnami:
        account = replace(account, password=Text.unwritten("guest"))
    return (account,), None


def _redis(graph: Graph, workload: Workload, name: str) -> Store | None:
    """Redis has the one user `default`, where its command line or a variable gives that a password."""
    repository = known_images.parse(name).repository
    secret = redis_passwords.password(workload, graph.environment(workload), bitnami=_is_bitnami(repository))
    if secret is None or any("acl" in m.target for m in workload.mounts):
        return None
    account = Account(Text.unwritten("default"), secret, workload.location, named=False)
    return Store(workload, "redis", (account,), None)


def _is_bitnami(repository: str) -> bool:
    return posixpath.basename(posixpath.dirname(repository)) in {"bitnami", "bitnamilegacy"}


_MAKERS = {"postgres": _postgres, "mysql": _mysql, "mongodb": _mongo, "amqp": _rabbit}


# --- what else may make users and databases --------------------------------------------------------------------------

# In small letters, and each beginning with a word that the search can jump to: 30 times as fast as all in one.
_MAKING = tuple(
    re.compile(words)
    for words in (
        r"create\s+(?:user|role|database|schema)", "createuser", "createdb", "create_database",
        "db:(?:create|prepare|setup)", "ensurecreated", "create_user", "add_user", r"alter\s+(?:user|role)",
        r"grant\s+all", r"set\s+password", "rename_user", "create_if_not_exist", "createifnotexist",
        "createdatabaseifnotexist", r"prisma\s+(?:migrate|db)", r"synchronize:\s*true", r"_databases\b",
    )
)  # fmt: skip
_MAKES = re.compile("|".join(words.pattern for words in _MAKING), re.IGNORECASE)
_DYNAMIC = re.compile(r"\$\{?\w|%s|%\(|\{\w*\}|\bformat\s*\(|['\"]\s*\+|:['\"]?\w+")
_TELLS = (
    ".sql", ".sh", ".bash", ".py", ".js", ".ts", ".mjs", ".rb", ".php", ".go", ".java", ".kt", ".cs", ".md", ".yml",
    ".yaml", ".json", ".mk", ".psql", ".prisma", ".toml", ".ps1", ".txt", ".tf",
)  # fmt: skip
_TELLERS = frozenset({"Makefile", "justfile", "Justfile", "Taskfile"})


def made_elsewhere(graph: Graph, store_: Store, name: str) -> bool:
    """Whether a script, a migration, a document or the code may make a user or database of that name."""
    if any(_may_make(text, name) for text in store_.scripts):
        return True
    return any(_may_make(text, name) for text in _makers(graph))


def _may_make(text: str, name: str) -> bool:
    for match in _MAKES.finditer(text):
        near = text[match.start() : match.end() + 200]
        line = near.partition("\n")[0]
        if _DYNAMIC.search(line) or re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", near):
            return True
        if not re.match(r"create\s|alter\s|grant\s|set\s", match.group(), re.IGNORECASE):
            return True
    return False


def _makers(graph: Graph) -> tuple[str, ...]:
    """The texts of all files that make users or databases, found once."""
    return graph.library.remember("makers of users and databases", lambda: tuple(_texts(graph)))


def _texts(graph: Graph) -> Iterator[str]:
    for path in _telling(graph.library.tree.entries):
        if graph.library.get(path, _makes):
            text = graph.library.text(path)
            assert text is not None
            yield text.value


def _makes(text: Text) -> bool:
    """Whether a file has a word that makes a user or a database."""
    small = text.value.lower()
    return any(words.search(small) for words in _MAKING)


def _telling(paths: Iterable[str]) -> Iterator[str]:
    return (p for p in paths if p.endswith(_TELLS) or posixpath.basename(p) in _TELLERS)
