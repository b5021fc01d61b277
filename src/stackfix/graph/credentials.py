"""Where a connection gives another user, password or database than its store is created with.

May import the graph's nouns, connections and engines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from stackfix.findings import Location, located
from stackfix.graph import connections, engines, environment, kinship
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

    Not `told`: it is the image's own, since nothing says another; then which side is meant is open.
    """

    connection: Connection
    part: str
    wrong: Text
    right: Text
    place: Location
    told: bool = True

    @property
    def spelled(self) -> str:
        """The right value as this form of connection writes it."""
        url = self.connection.form in {Form.URL, Form.JDBC} and self.wrong.value != ""
        url = url and self.connection.reference.address.scheme is not None
        return quote(self.right.value, safe="") if url else self.right.value


def differences(graph: Graph, connection: Connection) -> Iterator[Difference]:
    """Every part of a connection that its store surely refuses. What an example file says is to be filled in."""
    if connection.reference.writing is Writing.SOURCE_DEFAULT:
        return  # the program may read a file of its own that nobody sees
    yield from (d for d in _differences(graph, connection) if not (_is_example(d.wrong) or _is_example(d.right)))


def _is_example(text: Text) -> bool:
    return any(piece.path is not None and environment.is_example(piece.path) for piece in text.pieces)


def _differences(graph: Graph, connection: Connection) -> Iterator[Difference]:
    if connection.speaks not in {None, connection.runs}:
        return
    store = engines.store(graph, connection.target)
    if store is None:
        return
    if connection.user is not None:
        yield from _login(graph, connection, store, connection.user)
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
