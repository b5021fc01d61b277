"""Where a connection gives another user, password or database than its store is created with.

May import the graph's nouns, connections and engines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from stackfix.findings import Location, located
from stackfix.graph import calling, connections, engines, environment, kinship, secrets
from stackfix.graph.connections import Form
from stackfix.graph.engines import SYSTEM
from stackfix.graph.model import Writing
from stackfix.graph.value import is_same, is_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.connections import Connection
    from stackfix.graph.engines import Account, Store
    from stackfix.graph.link import Graph
    from stackfix.text import Text


@dataclass(frozen=True, slots=True)
class Difference:
    """One part that differs: what the connection gives, what the store is created with, and where that is said.

    Not `told`: it is the image's own, since nothing says another; then which side is meant is open. `absent`: the
    connection gives none, and `wrong` is where it would stand.
    """

    connection: Connection
    part: str
    wrong: Text
    right: Text
    place: Location
    told: bool = True
    absent: bool = False

    @property
    def certain(self) -> bool:
        """Whether there is one place to write the right value in, and no reason to keep it from there."""
        fits = not self.absent or (self.connection.form is Form.URL and self.connection.user is None)
        here = self.wrong.place is not None and not self._is_apart
        return self.told and fits and here and not self._copies_secret

    @property
    def _is_apart(self) -> bool:
        """Whether a program's own settings say it apart from where to connect to: for a run elsewhere, too."""
        wrong, host = self.wrong.place, self.connection.reference.address.host.place
        return wrong is not None and "src/main/resources/" in wrong[0] and (host is None or host[0] != wrong[0])

    @property
    def _copies_secret(self) -> bool:
        """Whether the right value would be carried out of a file that keeps it from the others."""
        here = {piece.path for piece in self.wrong.pieces}
        return self.part == "password" and any(
            piece.path is not None and piece.path not in here and environment.is_dotenv(piece.path)
            for piece in self.right.pieces
        )

    @property
    def _is_inside(self) -> bool:
        """Whether it stands in the URL itself, not beside it."""
        place, whole = self.wrong.place, self.connection.reference.value.pieces
        return place is not None and any(p.path == place[0] and p.span.contains(place[1]) for p in whole)

    @property
    def spelled(self) -> str:
        """The right value as this form of connection writes it."""
        if self.absent:
            return f":{quote(self.right.value, safe='')}@"
        url = self.connection.form in {Form.URL, Form.JDBC} and self.wrong.value != ""
        url = url and self.connection.reference.address.scheme is not None and self._is_inside
        return quote(self.right.value, safe="") if url else self.right.value


def differences(graph: Graph, connection: Connection) -> Iterator[Difference]:
    """Every part of a connection that its store surely refuses. What an example file says is to be filled in."""
    if connection.reference.writing is Writing.SOURCE_DEFAULT and not _stands(graph, connection):
        return
    yield from (d for d in _differences(graph, connection) if not (_is_example(d.wrong) or _is_example(d.right)))


def _stands(graph: Graph, connection: Connection) -> bool:
    """Whether a default of the source is surely what connects: no file that nobody sees may give another."""
    reference = connection.reference
    if reference.workload is None or not reference.calls:
        return False
    place = reference.location.path
    found = [p for p in calling.programs(graph, reference.workload) if place in p.paths]
    given = any(p.dotenv or not p.seen.complete or reference.variable in p.seen.variables for p in found)
    return bool(found) and not given


def _is_example(text: Text) -> bool:
    return any(piece.path is not None and environment.is_example(piece.path) for piece in text.pieces)


def _differences(graph: Graph, connection: Connection) -> Iterator[Difference]:
    if connection.speaks not in {None, connection.runs}:
        return
    store = engines.store(graph, connection.target)
    if store is None:
        return
    if store.engine == "redis":
        yield from _redis(graph, connection, store)
    elif connection.user is not None:
        yield from _login(graph, connection, store, connection.user)
    elif store.engine == "mongodb":
        yield from _nobody(graph, connection, store)
    yield from _database(graph, connection, store)


def _login(graph: Graph, connection: Connection, store: Store, given: Text) -> Iterator[Difference]:
    user = connections.plain(given)
    account = store.account(user)
    if account is not None:
        yield from _password(graph, connection, store, account)
    elif user and is_whole(user) and store.lacks_user(user) and not engines.made_elsewhere(graph, store, user):
        right = store.accounts[0]
        if is_whole(right.user.value):
            yield Difference(connection, "user", given, right.user, right.place, right.named)


def _password(graph: Graph, connection: Connection, store: Store, account: Account) -> Iterator[Difference]:
    wrong, right = connection.password, account.password
    if wrong is None or right is None or not wrong.value or not right.value:
        return
    if is_same(connections.plain(wrong), right.value) is not False or is_same(wrong.value, right.value) is not False:
        return
    if _same_place(wrong, right) or _same_variable(graph, wrong, right):
        return
    if engines.made_elsewhere(graph, store, account.user.value):
        return
    place = located(right) or account.place
    yield Difference(connection, "password", wrong, right, place)


def _redis(graph: Graph, connection: Connection, store: Store) -> Iterator[Difference]:
    """Redis asks for a password alone; a user is an old client's empty one, or `default`."""
    account = store.accounts[0]
    if connection.user is not None and connection.user.value not in {"", account.user.value}:
        return
    if connection.password is not None and connection.password.value:
        yield from _password(graph, connection, store, account)
        return
    secret = account.password
    if secret is not None and secret.value and is_whole(secret.value) and not _given_elsewhere(graph, connection):
        host = connection.reference.address.host
        place = located(secret) or account.place
        yield Difference(connection, "password", host.slice(0, 0), secret, place, absent=True)


def _nobody(graph: Graph, connection: Connection, store: Store) -> Iterator[Difference]:
    """A MongoDB that is created with a root user asks everybody to log in. Where to log in is for a person to say."""
    account, reference = store.accounts[0] if store.accounts else None, connection.reference
    if connection.form is not Form.URL or account is None or not account.named or _defaulted(graph, reference.value):
        return
    secret, host = account.password, reference.address.host
    if connection.query is not None and "auth" in connection.query.value.lower():
        return
    known = secret is not None and bool(secret.value) and is_whole(secret.value) and is_whole(account.user.value)
    if secret is not None and known and not _given_elsewhere(graph, connection):
        place = located(secret) or account.place
        yield Difference(connection, "password", host.slice(0, 0), secret, place, told=False, absent=True)


def _given_elsewhere(graph: Graph, connection: Connection) -> bool:
    """Whether the client may take its password from another place than the address."""
    reference = connection.reference
    if reference.workload is None:
        return True
    if reference.writing in {Writing.SOURCE_LITERAL, Writing.APPLICATION_CONFIG}:
        return False
    seen = graph.environment(reference.workload)
    host = connection.form is not Form.URL
    return host or not seen.complete or any(map(secrets.may_log_in, seen.variables))


_DEFAULT = re.compile(r"\$\{(?P<name>\w+):?-$")


def _same_variable(graph: Graph, one: Text, other: Text) -> bool:
    """Whether two values are different defaults of one variable: once it is set they are one."""
    names = [_defaulted(graph, text) for text in (one, other)]
    return names[0] is not None and names[0] == names[1]


def _defaulted(graph: Graph, text: Text) -> str | None:
    place = text.place
    whole = graph.library.text(place[0]) if place is not None else None
    if place is None or whole is None:
        return None
    before = whole.value.encode()[: place[1].start - whole.pieces[0].span.start].decode(errors="ignore")[-80:]
    match = _DEFAULT.search(before)
    return match["name"] if match is not None else None


def _same_place(one: Text, other: Text) -> bool:
    """Whether two values are written in one place: a `.env` line, an anchor."""
    places = {(p.path, p.span) for p in one.pieces if p.path is not None}
    return any((p.path, p.span) in places for p in other.pieces)


def _database(graph: Graph, connection: Connection, store: Store) -> Iterator[Difference]:
    name = connection.database
    if connection.query is not None and "createDatabaseIfNotExist=true" in connection.query.value:
        return
    if name is None or store.databases is None or connection.reference.workload is None:
        return
    asked = connections.plain(name)
    right = store.databases[0]
    if not asked or not is_whole(asked) or not is_whole(right.value):
        return
    # A program of another's may make its database; one letter off is a slip all the same.
    built = graph.build_of(connection.reference.workload) is not None
    if not built and not kinship.one_edit(asked, right.value):
        return
    if _same_variable(graph, name, right) or right.value in SYSTEM:
        return
    if store.lacks_database(asked) and not engines.made_elsewhere(graph, store, asked):
        place = located(right)
        yield Difference(connection, "database", name, right, place or store.accounts[0].place, place is not None)
