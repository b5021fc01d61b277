"""What is known of public images by their repository name: which ports they open, what moves these, what is inside.

Sources: the images' own pages on Docker Hub, quay.io and ghcr.io, and their Dockerfiles. What isn't certain for every
tag is left out: `has` and `lacks` are programs that every tag of the flavour has or lacks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stackfix.graph.value import Environment, Variable

_MIRRORS = re.compile(
    r"^(?:docker\.io/|index\.docker\.io/|registry-1\.docker\.io/|public\.ecr\.aws/docker/|mirror\.gcr\.io/)?"
    r"(?:library/)?"
)


@dataclass(frozen=True, slots=True)
class Name:
    """An image's name in parts: `repository` without Docker Hub's own prefixes, `tag` and `digest` where written."""

    repository: str
    tag: str | None = None
    digest: str | None = None


def parse(image: str) -> Name:
    """Cut an image's name as Docker does."""
    rest, _, digest = image.partition("@")
    slash = rest.rfind("/")
    colon = rest.find(":", slash + 1)
    tag = rest[colon + 1 :] if colon >= 0 else None
    rest = rest if colon < 0 else rest[:colon]
    return Name(_MIRRORS.sub("", rest), tag, digest or None)


@dataclass(frozen=True, slots=True)
class ServiceImage:
    """A public image that serves something. `ports` are what it opens as it comes, the main one first.

    It is unknown where any of `variables` (full names, or beginnings that end in `*`) is set, any of `flags` is among
    the words of the command (but for one that gives the main port as a number), or any of `files` is mounted over.
    `others` are ports that it opens in some settings or between its own members: right where they are used, and no
    proof where they aren't.
    """

    ports: tuple[int, ...]
    variables: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    others: tuple[int, ...] = ()


_PORT_FLAGS = ("--port", "-p")
_MAIN_PORT = frozenset({"--port", "-p", "-P"})
_POSTGRES = ServiceImage((5432,), ("PGPORT",), (*_PORT_FLAGS, "port=", "config_file="), ("postgresql.conf",))
_BITNAMI_POSTGRES = ServiceImage((5432,), ("POSTGRESQL_PORT_NUMBER",), (), ("postgresql.conf",))
_MYSQL = ServiceImage(
    (3306,), ("MYSQL_TCP_PORT", "MYSQL_PORT_NUMBER"), ("--port", "-P"), ("/etc/mysql", "/etc/my.cnf"), others=(33060,)
)
_MARIADB = ServiceImage((3306,), ("MARIADB_PORT_NUMBER", "MYSQL_TCP_PORT"), ("--port", "-P"), ("/etc/mysql",))
_REDIS = ServiceImage((6379,), ("REDIS_PORT*", "VALKEY_PORT*"), ("--port", "--tls-port", ".conf"), (".conf",))
_NGINX = ServiceImage(
    (80,), ("NGINX_PORT", "NGINX_HTTP_PORT_NUMBER"), ("-c",), ("/etc/nginx",), others=(443, 8080, 8443)
)
_KAFKA = ServiceImage(
    (9092,), ("KAFKA_*LISTENERS", "KAFKA_*"), ("--override", ".properties"), ("server.properties",), others=(9093,)
)
_ZOOKEEPER = ServiceImage(
    (2181,), ("ZOOKEEPER_CLIENT_PORT", "ZOO_PORT_NUMBER", "ZOO_CFG*"), (), ("zoo.cfg",), others=(2888, 3888, 8080)
)
_MINIO = ServiceImage((9000,), ("MINIO_ADDRESS", "MINIO_API_PORT_NUMBER"), ("--address",), others=(9001,))
_ELASTIC = ServiceImage(
    (9200,), ("http.port", "ELASTICSEARCH_PORT_NUMBER"), ("http.port",), ("elasticsearch.yml",), others=(9300, 9600)
)
_KEYCLOAK = ServiceImage(
    (8080,), ("KC_HTTP_PORT", "KC_HTTP*", "KEYCLOAK_HTTP_PORT"), ("--http-port",), ("/conf",), others=(8443, 9000)
)
_PROMETHEUS = ServiceImage((9090,), (), ("--web.listen-address", "--web.config"))
_VAULT = ServiceImage(
    (8200,), ("VAULT_DEV_LISTEN_ADDRESS", "VAULT_LOCAL_CONFIG"), ("-config", "-dev-listen"), (".hcl",), others=(8201,)
)
_CADDY = ServiceImage((80,), (), ("--config", "--listen"), ("Caddyfile",), others=(443, 2019))

SERVICES: dict[str, ServiceImage] = {
    "postgres": _POSTGRES,
    "postgis/postgis": _POSTGRES,
    "pgvector/pgvector": _POSTGRES,
    "timescale/timescaledb": _POSTGRES,
    "ankane/pgvector": _POSTGRES,
    "bitnami/postgresql": _BITNAMI_POSTGRES,
    "mysql": _MYSQL,
    "mysql/mysql-server": _MYSQL,
    "percona": _MYSQL,
    "bitnami/mysql": _MYSQL,
    "mariadb": _MARIADB,
    "bitnami/mariadb": _MARIADB,
    "redis": _REDIS,
    "redis/redis-stack-server": _REDIS,
    "redis/redis-stack": ServiceImage((6379, 8001), ("REDIS_PORT*",), ("--port", ".conf"), (".conf",)),
    "bitnami/redis": _REDIS,
    "valkey/valkey": _REDIS,
    "bitnami/valkey": _REDIS,
    "mongo": ServiceImage(
        (27017,),
        ("MONGODB_PORT_NUMBER",),
        ("--port", "--config", "-f", "--configsvr", "--shardsvr"),
        others=(27018, 27019, 28017),
    ),
    "bitnami/mongodb": ServiceImage((27017,), ("MONGODB_PORT_NUMBER",), ("--port",), ("mongodb.conf",)),
    "nginx": _NGINX,
    "httpd": ServiceImage((80,), (), ("-f", "-c", "-C"), ("httpd.conf", "/usr/local/apache2/conf"), others=(443,)),
    "elasticsearch": _ELASTIC,
    "docker.elastic.co/elasticsearch/elasticsearch": _ELASTIC,
    "opensearchproject/opensearch": _ELASTIC,
    "kibana": ServiceImage((5601,), ("SERVER_PORT",), ("--port",), ("kibana.yml",)),
    "docker.elastic.co/kibana/kibana": ServiceImage((5601,), ("SERVER_PORT",), ("--port",), ("kibana.yml",)),
    "apache/kafka": _KAFKA,
    "zookeeper": _ZOOKEEPER,
    "confluentinc/cp-zookeeper": _ZOOKEEPER,
    "bitnami/zookeeper": _ZOOKEEPER,
    "minio/minio": _MINIO,
    "quay.io/minio/minio": _MINIO,
    "prom/prometheus": _PROMETHEUS,
    "quay.io/prometheus/prometheus": _PROMETHEUS,
    "prom/alertmanager": ServiceImage((9093,), (), ("--web.listen-address",), others=(9094,)),
    "prom/node-exporter": ServiceImage((9100,), (), ("--web.listen-address",)),
    "prom/pushgateway": ServiceImage((9091,), (), ("--web.listen-address",)),
    "grafana/grafana": ServiceImage(
        (3000,), ("GF_SERVER_*PORT", "GF_SERVER_HTTP_PORT"), ("server.http_port",), ("grafana.ini",)
    ),
    "grafana/grafana-oss": ServiceImage((3000,), ("GF_SERVER_HTTP_PORT",), ("server.http_port",), ("grafana.ini",)),
    "grafana/loki": ServiceImage(
        (3100,), (), ("-server.http-listen-port",), ("/etc/loki", ".yaml", ".yml"), others=(9095, 9096, 7946)
    ),
    "qdrant/qdrant": ServiceImage(
        (6333, 6334),
        ("QDRANT__SERVICE__HTTP_PORT", "QDRANT__SERVICE__GRPC_PORT"),
        ("--config-path",),
        ("/qdrant/config",),
        others=(6335,),
    ),
    "chromadb/chroma": ServiceImage(
        (8000,), ("CHROMA_SERVER_HTTP_PORT", "CHROMA_PORT", "PORT"), ("--port", ".yaml"), ("config.yaml",)
    ),
    "ghcr.io/chroma-core/chroma": ServiceImage(
        (8000,), ("CHROMA_SERVER_HTTP_PORT", "CHROMA_PORT", "PORT"), ("--port", ".yaml"), ("config.yaml",)
    ),
    "semitechnologies/weaviate": ServiceImage((8080,), ("WEAVIATE_PORT",), ("--port",), others=(50051, 2112, 6060)),
    "neo4j": ServiceImage(
        (7474, 7687),
        ("NEO4J_*listen*", "NEO4J_*LISTEN*", "NEO4J_server_*", "NEO4J_dbms_connector_*"),
        (),
        ("/conf",),
        others=(7473,),
    ),
    "consul": ServiceImage(
        (8500,),
        ("CONSUL_LOCAL_CONFIG",),
        ("-http-port", "-config-file", "-config-dir"),
        ("/consul/config",),
        others=(8300, 8301, 8302, 8502, 8503, 8600),
    ),
    "hashicorp/consul": ServiceImage(
        (8500,),
        ("CONSUL_LOCAL_CONFIG",),
        ("-http-port", "-config-file", "-config-dir"),
        ("/consul/config",),
        others=(8300, 8301, 8302, 8502, 8503, 8600),
    ),
    "kong": ServiceImage(
        (8000, 8443),
        ("KONG_PROXY_LISTEN", "KONG_PORT_MAPS"),
        ("-c",),
        ("kong.conf",),
        others=(*range(8001, 8008), *range(8444, 8448)),
    ),
    "ollama/ollama": ServiceImage((11434,), ("OLLAMA_HOST",)),
    "memcached": ServiceImage((11211,), ("MEMCACHED_PORT_NUMBER",), _PORT_FLAGS),
    "nats": ServiceImage(
        (4222,), (), ("--port", "-p", "--config", "-c"), ("nats-server.conf", ".conf"), others=(6222, 7422, 8222)
    ),
    "adminer": ServiceImage((8080,), (), ("-S",)),
    "dpage/pgadmin4": ServiceImage((80,), ("PGADMIN_LISTEN_PORT", "PGADMIN_ENABLE_TLS"), others=(443,)),
    "phpmyadmin": ServiceImage((80,), ("APACHE_PORT",)),
    "phpmyadmin/phpmyadmin": ServiceImage((80,), ("APACHE_PORT",)),
    "mongo-express": ServiceImage((8081,), ("PORT", "VCAP_APP_PORT")),
    "quay.io/keycloak/keycloak": _KEYCLOAK,
    "keycloak/keycloak": _KEYCLOAK,
    "hashicorp/vault": _VAULT,
    "vault": _VAULT,
    "influxdb": ServiceImage(
        (8086,),
        ("INFLUXD_HTTP_BIND_ADDRESS", "INFLUXDB_HTTP_BIND_ADDRESS"),
        ("--http-bind",),
        ("/etc/influxdb", "config."),
        others=(8088,),
    ),
    "jaegertracing/all-in-one": ServiceImage(
        (16686,),
        ("QUERY_HTTP_SERVER_HOST_PORT", "QUERY_*"),
        ("--query.http",),
        others=(4317, 4318, 5775, 5778, 6831, 6832, 8888, 9411, 13133, 14250, *range(14267, 14272), 16685, 16687),
    ),
    "rabbitmq": ServiceImage(
        (5672,),
        ("RABBITMQ_NODE_PORT",),
        (),
        ("/etc/rabbitmq",),
        others=(1883, 4369, 5552, 5671, 15671, 15672, 15674, 15675, 15692, 25672, 61613),
    ),
    "caddy": _CADDY,
    "traefik/whoami": ServiceImage((80,), ("WHOAMI_PORT_NUMBER",), ("--port", "-port")),
    "mailhog/mailhog": ServiceImage((1025, 8025), ("MH_*",), ("-",)),
    "axllent/mailpit": ServiceImage((1025, 8025), ("MP_*",), ("-",)),
    "clickhouse/clickhouse-server": ServiceImage(
        (8123, 9000), (), ("--config-file",), ("config.xml", "config.d"), others=(8443, *range(9004, 9012), 9363, 9440)
    ),
    "localstack/localstack": ServiceImage((4566,), ("GATEWAY_LISTEN", "EDGE_PORT"), others=(443, *range(4510, 4600))),
    "registry": ServiceImage((5000,), ("REGISTRY_HTTP_ADDR",), (), ("config.yml",), others=(5001,)),
    "cassandra": ServiceImage((9042,), (), (), ("cassandra.yaml",), others=(7000, 7001, 7199, 9160)),
}


def service(image: str) -> ServiceImage | None:
    """The public image of that name, as it comes."""
    return SERVICES.get(parse(image).repository)


@dataclass(frozen=True, slots=True)
class ServicePorts:
    """What a public image opens in a deployment: `certain` ports, the main one first, and `possible` further ones."""

    certain: tuple[int, ...]
    possible: frozenset[int]


_ELSE = re.compile(
    r"(?:\S*/)?(?:sleep|tail|true|cat|echo|printf|env|psql|pg_\w+|mysql|mysqldump|mysqladmin|mariadb|redis-cli|mongosh|mongo"
    r"|mongodump|rabbitmqctl|kafka-\w[\w-]*|cqlsh|curl|wget)(?:\s|$)"
)
"""Commands that are no server: one that an image is given in place of its own leaves its ports closed."""


def ports(
    image: str, environment: Environment, command: Iterable[str] = (), mounted: Iterable[str] = ()
) -> ServicePorts | None:
    """The ports that a public image opens in a deployment, or None where that isn't certain.

    `command` are the words given in place of or behind the image's own, `mounted` the targets put over its files.
    """
    known = service(image)
    words, targets = tuple(command), tuple(mounted)
    if known is None or not environment.complete:
        return None
    if (moved := _moved(known, environment, words, targets)) is not None:
        return ServicePorts((moved,), frozenset())
    moving = (v for n, v in environment.variables.items() if any(_named(n, pattern) for pattern in known.variables))
    if any(not _says(variable, known.ports) for variable in moving):
        return None
    flags = [(word, flag) for word in words for flag in known.flags if _flagged(word, flag)]
    given = _given(words, known) if flags else None
    if flags and (given is None or any(flag not in _MAIN_PORT for _, flag in flags)):
        return None
    if is_no_server(words):
        return None
    if any(file in target for target in targets for file in known.files):
        return None
    management = known is SERVICES["rabbitmq"] and "management" in (parse(image).tag or "")
    written = frozenset(int(n) for word in words for n in re.findall(r"(?<![\d.])\d{2,5}(?![\d.])", word))
    main = known.ports[:1] if given is None else (given,)
    certain = (*main, *known.ports[1:], *((15672,) if management else ()))
    return ServicePorts(certain, written.union(known.others))


def _says(variable: Variable, ports: tuple[int, ...]) -> bool:
    """Whether a variable that may move the main port gives just the one that the image has as it comes."""
    return variable.value is not None and variable.value.value == str(ports[0])


def is_no_server(words: Iterable[str]) -> bool:
    """Whether a command given in place of an image's own is something else than its server."""
    return _ELSE.match(" ".join(words)) is not None


def _given(words: Iterable[str], known: ServiceImage) -> int | None:
    """The main port as a command gives it, where it does so once and as a number."""
    parts = [part for word in words for part in word.split()]
    flags = _MAIN_PORT.intersection(known.flags)
    values = [after for part, after in pairwise(parts) if part in flags]
    values += [part.partition("=")[2] for part in parts if part.partition("=")[0] in flags and "=" in part]
    return int(values[0]) if len(values) == 1 and re.fullmatch(r"\d{1,5}", values[0]) else None


_MOVED = re.compile(r"(?:^|\s)(?:--port(?:=|\s+)|-[pP]\s*|(?:-c\s*|--)port=)(?P<port>\d{2,5})(?=\s|$)")
_STORES = ("postgres", "bitnami/postgresql", "mysql", "bitnami/mysql", "mariadb", "bitnami/mariadb", "redis", "mongo")


def _moved(
    known: ServiceImage, environment: Environment, words: tuple[str, ...], targets: tuple[str, ...]
) -> int | None:
    """The one port that a data store is told to bind by its command line, else by its variable."""
    if not any(known is SERVICES[name] for name in _STORES) or any(f in t for t in targets for f in known.files):
        return None
    line = " ".join(words)
    if _ELSE.match(line) or ".conf" in line or "config" in line or "tls-port" in line:
        return None
    if _SERVER.match(line) and (told := {int(m["port"]) for m in _MOVED.finditer(line)}):
        return told.pop() if len(told) == 1 else None
    if any(_flagged(word, flag) for word in words for flag in known.flags):
        return None
    given = [v.value for n, v in environment.variables.items() if n in known.variables and not n.endswith("*")]
    return int(given[0].value) if len(given) == 1 and given[0] is not None and given[0].value.isdecimal() else None


_SERVER = re.compile(
    r"(?:\S*/)?(?:docker-entrypoint\.sh\s+)?(?:-|(?:postgres|mysqld\w*|mariadbd\w*|mongod|redis-server|valkey-server)(?:\s|$))"
)


def _named(name: str, pattern: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), name) is not None


def _flagged(word: str, flag: str) -> bool:
    """Whether a word of a command is or holds a flag: `--port`, `--port=1`, `-p1`, `redis.conf`."""
    if any(part == flag or part.startswith(flag + "=") for part in word.split()):
        return True
    return flag in word if flag.startswith((".", "server.", "http.", "port=", "config_")) else word.startswith(flag)


# --- what the base of a built image brings ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Base:
    """The family of a base image. `shell` says whether /bin/sh is there; `manager` installs packages.

    `has` and `lacks` are programs certainly there or not: all others are unknown. `port` is what its own command opens,
    `reserved` the beginnings of the names of variables that it sets itself, `starts` the words of its entry point.
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


SCRATCH = Base(
    "scratch", shell=False, lacks=frozenset({"sh", "bash", "curl", "wget", "nc", "python", "node"}), reserved=()
)
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
        return _uv(name)
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
    )


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
    return Base("distroless", shell=debug, has=has, lacks=lacks, reserved=reserved, starts=starts)
