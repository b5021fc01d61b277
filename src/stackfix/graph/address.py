"""Addresses inside values: URLs, connection strings, host:port pairs and bare hosts, each part with its place."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix.graph.model import Address

if TYPE_CHECKING:
    from stackfix.text import Text

_HOST = r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|_[A-Za-z0-9_-]+)"
_URL = re.compile(
    r"(?:(?:jdbc|r2dbc):)?(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?:(?P<user>[^@/\s?#]*)@)?"
    + _HOST
    + r"(?::(?P<port>\d{1,5}))?(?P<path>/[^\s]*|[?#][^\s]*)?"
)
# Go's go-sql-driver: user:password@tcp(host:port)/database.
_GO = re.compile(r"(?:[^\s/]*@)?tcp\(" + _HOST + r"(?::(?P<port>\d{1,5}))?\)(?P<path>/[^\s]*)")
# libpq's keywords, ADO.NET's and ODBC's.
_KEY = re.compile(r"(?:^|[\s;])[A-Za-z][A-Za-z _]*\s*=")
_KEY_HOST = re.compile(r"(?i)(?:^|[\s;])(?:host|server|data source)\s*=\s*" + _HOST + r"(?=$|[\s;])")
_KEY_PORT = re.compile(r"(?i)(?:^|[\s;])port\s*=\s*(?P<port>\d{1,5})(?=$|[\s;])")
_PAIR = re.compile(_HOST + r":(?P<port>\d{1,5})(?P<path>/[^\s]*)?")
_BARE = re.compile(_HOST)
_IPV4 = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_LOOPBACK = frozenset({"localhost", "::1", "[::1]", "ip6-localhost"})
_ENGINE_NAMES = frozenset(
    {"host.docker.internal", "gateway.docker.internal", "kubernetes.docker.internal", "docker.internal"}
)
_NO_HOSTS = frozenset(
    {
        "s3", "s3a", "s3n", "gs", "gcs", "az", "azblob", "azure", "wasb", "wasbs", "abfs", "abfss", "adl", "oss", "cos",
        "b2", "r2", "bucket", "file", "unix", "npipe", "fd", "mem", "memory", "inmemory", "sqlite", "sqlite3", "duckdb",
        "classpath", "resource", "env", "op", "vault", "ssm", "secretsmanager", "docker", "container", "lb", "app",
        "content", "dbfs",
    }
)  # fmt: skip
"""Schemes whose first part names a bucket, a file, a secret or an application, and no host."""


def url(text: Text) -> Address | None:
    """The address of a value that is one URL or connection string."""
    match = _URL.fullmatch(text.value.strip())
    if match is None or match["scheme"].lower().partition("+")[0] in _NO_HOSTS:
        return None
    return _address(text.strip(), match)


def go_dsn(text: Text) -> Address | None:
    """The address of a value that is one data source name of Go's MySQL driver."""
    match = _GO.fullmatch(text.value.strip())
    found = _address(text.strip(), match) if match else None
    return found and replace(found, scheme="mysql")


def keywords(text: Text) -> Address | None:
    """The address of a value that is a list of keywords: `host=db port=5432 …`, `Server=db;Port=3306;…`."""
    host, port = _KEY_HOST.search(text.value), _KEY_PORT.search(text.value)
    if host is None or len(_KEY.findall(text.value)) < 2:  # noqa: PLR2004 - one pair alone is no list
        return None
    found = text.slice(*host.span("host"))
    number = text.slice(*port.span("port")) if port is not None else None
    return Address(found, port=int(number.value) if number is not None else None, port_text=number)


def pair(text: Text) -> Address | None:
    """The address of a value that is one host:port."""
    match = _PAIR.fullmatch(text.value.strip())
    return _address(text.strip(), match) if match and not text.value.strip().replace(":", "").isdigit() else None


def bare(text: Text) -> Address | None:
    """The address of a value that is one host name or IP address."""
    match = _BARE.fullmatch(text.value.strip())
    return Address(text.strip()) if match else None


def with_port(found: Address, port: Text) -> Address:
    """A host with a number that stands elsewhere."""
    return replace(found, port=int(port.value), port_text=port)


def _address(text: Text, match: re.Match[str]) -> Address | None:
    groups = match.re.groupindex
    host = text.group(match, "host")
    scheme = text.group(match, "scheme") if "scheme" in groups else None
    port = text.group(match, "port")
    if host is None or (port is not None and not 0 < int(port.value) <= 65535):  # noqa: PLR2004 - the highest TCP port
        return None
    return Address(
        host=host,
        scheme=scheme.value.lower() if scheme else None,
        scheme_text=scheme,
        port=int(port.value) if port else None,
        port_text=port,
        path=text.group(match, "path"),
    )


def is_loopback(host: str) -> bool:
    """Whether a host is the machine itself: 127.0.0.0/8, ::1 and their names."""
    return host.lower() in _LOOPBACK or bool(_IPV4.fullmatch(host) and host.startswith("127."))


def is_every_address(host: str) -> bool:
    """Whether a host means "bind to all": such a value is no reference."""
    return host in {"0.0.0.0", "::", "[::]", "*"}  # noqa: S104 - recognised, not bound


def is_outside(host: str) -> bool:
    """Whether a host is no name of a deployment: a dotted name, an IP address, Docker's names for the host."""
    name = host.lower()
    return name in _ENGINE_NAMES or "." in name or name.startswith("[") or bool(_IPV4.fullmatch(name))
