"""Logins that stand beside an address in a source's defaults, and that the store which was meant isn't created with.

May import the graph's nouns, calling, logins and engines.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from stackfix.graph import calling, engines, logins
from stackfix.graph.value import is_same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackfix.graph.calling import Opened
    from stackfix.graph.engines import Store
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Workload

_URL = re.compile(r"\w[\w+.-]*://(?P<user>[^:@/\s]*)(?::(?P<password>[^@/\s]*))?@[^/\s?]+(?:/(?P<database>[^?#\s]*))?")


def refused(graph: Graph, one: Opened, target: Workload) -> bool:
    """Whether a store surely turns away what a connection logs in with, as things stand."""
    store = engines.store(graph, target)
    if store is None or not store.accounts:
        return False
    return any(_strange(store, given) for given in _given(graph, one))


def _given(graph: Graph, one: Opened) -> Iterator[dict[str, str]]:
    """The login of each call that opens the connection: in its URL, or beside its host."""
    if one.login:
        yield {part: text.value for part, text in one.login.items() if text.value}
    for program in calling.programs(graph, one.workload):
        for call in program.calls:
            if call.location != one.location:
                continue
            value = call.value.fill(program.seen)
            match = _URL.search(value.text.value) if value is not None else None
            if match is not None:
                yield {part: unquote(text) for part, text in match.groupdict().items() if text}
                continue
            parts = [c for c in program.calls if c.whole == call.whole and c.kind in logins.PARTS]
            known = ((c.kind, c.value.fill(program.seen)) for c in parts)
            yield {kind: told.text.value for kind, told in known if told is not None and told.text.value}


def _strange(store: Store, given: dict[str, str]) -> bool:
    user, password, database = (given.get(part) for part in logins.PARTS)
    if user is not None and store.lacks_user(user):
        return True
    account = store.account(user) if user is not None else None
    right = account.password if account is not None else None
    if password is not None and right is not None and is_same(right.value, password) is False:
        return True
    return database is not None and store.engine != "redis" and store.lacks_database(database)
