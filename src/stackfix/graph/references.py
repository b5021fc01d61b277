"""References in environment values: which variables must reach something, and where they are evaluated.

A value is a reference where it is a URL of a known scheme, a list of host:port, or a bare host in a variable called so.
Who evaluates it decides what is right: names for the browser, allow-lists and public addresses are not judged as calls.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from stackfix.findings import located
from stackfix.graph import address
from stackfix.graph.model import Place, Platform, Reference, Writing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.model import Address, Workload
    from stackfix.graph.value import Environment, Variable
    from stackfix.text import Text

BROWSER_PREFIXES = (
    "VITE_",
    "REACT_APP_",
    "NEXT_PUBLIC_",
    "PUBLIC_",
    "EXPO_PUBLIC_",
    "NUXT_PUBLIC_",
    "GATSBY_",
    "VUE_APP_",
    "NG_APP_",
)
"""Prefixes by which bundlers put a variable into the code that browsers run."""

_NOT_A_CALL = re.compile(
    r"ORIGIN|CORS|CSRF|ALLOWED|TRUSTED|WHITELIST|PUBLIC|EXTERNAL|CALLBACK|REDIRECT|WEBHOOK|DOMAIN|ADVERTISED|LISTENER"
    r"|SERVER_NAME|VIRTUAL_HOST|LETSENCRYPT|NO_PROXY|BIND|LISTEN|^HOST$|^HOSTNAME$|^NEXTAUTH_URL$|SITE_URL|ROOT_URL|CLUSTER"
    r"|QUORUM|VOTERS"
    r"|(?:^|_)(?:APP|WEB|CLIENT|FRONTEND|FRONT_END|DASHBOARD|UI|PORTAL|SELF|OWN)_(?:URL|HOST|BASE_URL)$"
)
_NAME_AND_TAG = re.compile(r"(?:^|_)(?:IMAGE|TAG|VERSION|QUEUE|TOPIC|MODEL|SCHEDULE|CRON|JOBS|LABELS|PORTS|MAPPINGS?)$")
"""Variables whose name:number is a name with its version or port, unless a scheme says that it is an address."""
_HOST_NAME = re.compile(r"(?:^|_)(?:HOST|HOSTNAME|ADDR|ADDRESS)$|(?<![Vv])(?:HOST|HOSTNAME)$", re.IGNORECASE)
_SCHEMES = re.compile(
    r"(?:https?|wss?|grpcs?|tcp|rediss?|postgres(?:ql)?|mysql|mariadb|mongodb|amqps?|nats|kafka|bolt|neo4j|memcached"
    r"|clickhouse|elasticsearch|mssql|s3|plaintext|psql|pgsql|postgis|mysql2|mysqlgis|valkey)(?:\+[a-z0-9_]+)?"
)


def of_environment(workload: Workload, environment: Environment) -> Iterator[Reference]:
    """Every reference in the values that a deployment gives a workload."""
    for variable in environment.variables.values():
        if (written := variable.outline) is None:
            continue
        for part, found in addresses(variable.name, written):
            yield reference(workload, variable, part, with_sibling(variable, found, environment))


def addresses(name: str, value: Text) -> Iterator[tuple[Text, Address]]:
    """The addresses in a variable's value: one URL, a comma-separated list of addresses, or one host."""
    parts = tuple(split(value))
    for part in parts:
        found = address.url(part)
        if found is None:
            found = address.go_dsn(part) or address.keywords(part)
            found = found or (address.pair(part) if _ends_like_pair(part) else None)
        elif not _SCHEMES.fullmatch(found.scheme or ""):
            continue
        if found is None and len(parts) == 1 and _HOST_NAME.search(name):
            found = address.bare(part)
        if found is not None and not address.is_every_address(found.host.value):
            yield part, found


def _ends_like_pair(part: Text) -> bool:
    host, _, port = part.value.strip().rpartition(":")
    return port.isdigit() and bool(re.search(r"[A-Za-z]", host)) and "/" not in host


def split(value: Text) -> Iterator[Text]:
    """The parts of a comma-separated list, each with its place."""
    start = 0
    for match in re.finditer(r",|$", value.value):
        if match.start() > start or match.start() == 0:
            yield value.slice(start, match.start()).strip()
        start = match.end()


def place_of(variable: str, workload: Workload, scheme: str | None = None) -> Place:
    """Where a variable's value is evaluated, as far as its name, its workload and the value's scheme tell."""
    if variable.upper().startswith(BROWSER_PREFIXES):
        return Place.BROWSER
    if _NOT_A_CALL.search(variable.upper()) or (scheme is None and _NAME_AND_TAG.search(variable.upper())):
        return Place.UNKNOWN
    return Place.POD if workload.deployment.platform is Platform.KUBERNETES else Place.CONTAINER


def reference(workload: Workload, variable: Variable, part: Text, found: Address) -> Reference:
    """The reference that a variable's value makes."""
    return Reference(
        address=found,
        value=part,
        location=located(part) or variable.location,
        anchor=variable.anchor,
        writing=Writing.ENVIRONMENT,
        place=place_of(variable.name, workload, found.scheme),
        workload=workload,
        variable=variable.name,
    )


def with_sibling(variable: Variable, found: Address, environment: Environment) -> Address:
    """A bare host takes the port of the variable beside it: REDIS_HOST and REDIS_PORT travel apart."""
    if found.port is not None or found.scheme is not None:
        return found
    sibling = environment.get(port_variable(variable.name))
    if sibling is None or sibling is variable or sibling.value is None or not sibling.value.value.isdigit():
        return found
    return replace(found, port=int(sibling.value.value), port_text=sibling.value)


def port_variable(host: str) -> str:
    """What the port beside a host's variable is called: DB_HOST and DB_PORT, PGHOST and PGPORT."""
    ending = _HOST_NAME.search(host)
    stem = host[: ending.start()] if ending else host
    joint = "" if ending and not ending.group().startswith("_") else "_"
    return f"{stem}{joint}PORT"
