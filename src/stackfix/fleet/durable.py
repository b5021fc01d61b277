"""DBOS as we use it: a database that outlives us, who works on it, and taking over what a dead worker had begun.

Nobody but us notices a dead DBOS worker: each says that it lives in a table of ours, and each looks after the others.
What is stored is JSON, so that whoever can write to the database can't make a worker run code.

May not import anything of stackfix.
"""

from __future__ import annotations

import gc
import itertools
import json
import logging
import os
import re
import socket
import sqlite3
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self
from uuid import uuid4

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, Serializer

if TYPE_CHECKING:
    from collections.abc import Callable

_SHAPE = 1
"""Of the workflows: a worker takes on only what was begun by its like."""

_BEAT, _DEAD_AFTER, _LOOK, _LET_END = 5.0, 60.0, 0.5, 60  # seconds

_NOTHING_YET = "nothing has been run with this database yet"
_NOTHING = re.compile(r'no such table|(?:relation|schema) "[^"]*" does not exist')

TABLES = sa.MetaData()
"""What lies beside DBOS's own tables."""

_WORKERS = sa.Table(
    "stackfix_workers",
    TABLES,
    sa.Column("executor", sa.String(64), primary_key=True),
    sa.Column("application", sa.String(64), nullable=False),
    sa.Column("place", sa.String(300), nullable=False),
    sa.Column("pid", sa.BigInteger, nullable=False),
    sa.Column("born", sa.String(40), nullable=False),
    sa.Column("seen", sa.Float, nullable=False),
)


# DBOS would log to stderr, and quote what failed; what becomes of a workflow we tell ourselves.
logging.getLogger("dbos").addHandler(logging.NullHandler())
logging.getLogger("dbos").setLevel(logging.CRITICAL + 1)
logging.getLogger("dbos").propagate = False


class NoDatabase(Exception):  # noqa: N818 - the operator's to mend, told in one line
    """The database isn't there or can't be used; the message is one line without a password."""


class Failed(Exception):  # noqa: N818 - what is left of an exception in the database
    """What a workflow ended with, by the name of its kind alone: the words may hold a secret."""


class PlainJson(Serializer):
    """Arguments and results as JSON; of an exception only its kind."""

    def serialize(self, data: object) -> str:
        """Plain data, or an exception."""
        if isinstance(data, BaseException):
            return json.dumps({"failed": type(data).__name__})
        return json.dumps(data)

    def deserialize(self, serialized_data: str) -> object:
        """What was stored."""
        data = json.loads(serialized_data)
        return Failed(data["failed"]) if isinstance(data, dict) and set(data) == {"failed"} else data

    def name(self) -> str:
        """What the database calls it."""
        return "stackfix_json"


@dataclass(frozen=True, slots=True)
class Database:
    """Where the queue lies: SQLite for one machine, PostgreSQL for many. `url` may hold a password."""

    url: str

    @classmethod
    def named(cls, url: str | None, default: Path) -> Database:
        """The one that the operator names, else a file."""
        word = url or f"sqlite:///{default}"
        for start in ("postgres://", "postgresql+psycopg://"):
            if word.startswith(start):
                word = "postgresql://" + word.removeprefix(start)
        if not word.startswith(("sqlite:///", "postgresql://")):
            raise NoDatabase("--database takes sqlite:///FILE or postgresql://USER@HOST/NAME")
        return cls(word)

    @property
    def file(self) -> Path | None:
        """The file of an SQLite database."""
        return Path(self.url.removeprefix("sqlite:///")) if self.url.startswith("sqlite:///") else None

    def make(self) -> None:
        """Make an SQLite database where there is none, for this user alone, that readers don't block."""
        file = self.file
        if file is None:
            return
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            with sqlite3.connect(file, timeout=30) as connection:
                connection.execute("PRAGMA journal_mode=wal")
            connection.close()
        except (OSError, sqlite3.Error) as problem:
            raise NoDatabase(f"{file}: {getattr(problem, 'strerror', None) or problem}") from None

    def prepare(self) -> None:
        """Make what is missing, the database itself, too. NoDatabase where that can't be."""
        self.make()
        try:
            DBOS.migrate(self.url)
        except Exception as problem:  # noqa: BLE001 - as in client
            raise NoDatabase(told(problem)) from None

    def engine(self) -> sa.Engine:
        """Connections of our own, which the caller disposes of."""
        if self.file is not None:
            return sa.create_engine(self.url, connect_args={"timeout": 30})
        return sa.create_engine(sa.make_url(self.url).set(drivername="postgresql+psycopg"), pool_pre_ping=True)

    def client(self, application: str) -> DBOSClient:
        """Who asks and enqueues without becoming a worker. NoDatabase where nothing has been run yet."""
        if self.file is not None and not self.file.is_file():
            raise NoDatabase(_NOTHING_YET)
        try:
            client = DBOSClient(
                system_database_url=self.url,
                serializer=PlainJson(),
                application_name=application,
                retry_connection_errors=False,
            )
            # Only a first question shows whether there is anything.
            client.list_workflows(limit=1, load_input=False, load_output=False)
        except Exception as problem:  # noqa: BLE001 - of DBOS, SQLAlchemy or the driver, all for one reason
            if _NOTHING.search(str(problem)):
                raise NoDatabase(_NOTHING_YET) from None
            raise NoDatabase(told(problem)) from None
        return client


class Worker:
    """What works on a database's queues in this process, until it is left."""

    def __init__(self, database: Database, application: str, is_busy: Callable[[], bool]) -> None:
        """Nothing happens before it is entered. `is_busy` says whether work is going on that is to be let end."""
        self._is_busy = is_busy
        self._database = database
        self._application = application
        self.executor = uuid4().hex
        self._engine: sa.Engine | None = None
        self._stopped = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="stackfix-keeper", daemon=True)

    def __enter__(self) -> Self:
        """Say that we live, then begin. All workflows are registered by then. NoDatabase where that can't be."""
        # The command line hardly collects garbage, for the sake of a short life; this one may be long.
        gc.set_threshold(2_000, 10, 10)
        self._database.make()
        try:
            # Makes the database itself, too, where there is none of that name.
            DBOS.migrate(self._database.url)
            self._engine = self._database.engine()
            make_tables(self._engine)
            self._beat()
            _launch(self._database.url, self._application, self.executor)
        except Exception as problem:  # noqa: BLE001 - as in client
            DBOS.destroy()
            raise NoDatabase(told(problem)) from None
        self._keeper.start()
        return self

    def __exit__(self, failed: object, *_: object) -> None:
        """Begin nothing more, let end what is going on; what is not finished is somebody else's from now on."""
        # DBOS waits a whole second at least.
        DBOS.destroy(workflow_completion_timeout_sec=_LET_END if failed is None and self._is_busy() else 0)
        self._stopped.set()
        self._keeper.join()
        assert self._engine is not None
        with suppress(sa.exc.SQLAlchemyError), self._engine.begin() as connection:
            mine = _WORKERS.c.executor == self.executor
            connection.execute(_WORKERS.update().where(mine).values(seen=0))
        self._engine.dispose()

    def _keep(self) -> None:
        """Say that we live, and take over what the dead had begun; a database that is away is waited for."""
        for rounds in itertools.count():
            # Whatever it is, the next round may go better; and nobody else does this.
            with suppress(Exception):
                if rounds and rounds * _LOOK % _BEAT == 0:
                    self._beat()
                self._take_over()
            if self._stopped.wait(_LOOK):
                return

    def _beat(self) -> None:
        assert self._engine is not None
        row = {
            "executor": self.executor,
            "application": self._application,
            "place": place(),
            "pid": os.getpid(),
            "born": born(os.getpid()),
        }
        with self._engine.begin() as connection:
            row["seen"] = now(connection)
            mine = _WORKERS.c.executor == self.executor
            if not connection.execute(_WORKERS.update().where(mine).values(**row)).rowcount:
                connection.execute(_WORKERS.insert().values(**row))

    def _take_over(self) -> None:
        assert self._engine is not None
        for executor in dead(self._engine, self._application):
            if executor != self.executor:
                give_back(executor)
                with self._engine.begin() as connection:
                    connection.execute(_WORKERS.delete().where(_WORKERS.c.executor == executor))


# Bound when we are imported, so that a DBOS without it stops a worker at its start and not where nobody would see it.
_recover = DBOS._recover_pending_workflows  # noqa: SLF001 - nothing public does it: see give_back


def give_back(executor: str) -> None:
    """Let others have what a dead worker had begun, at the step where it was.

    Only what is still that worker's is moved, so two who do it at once start nothing twice. DBOS's public
    `resume_workflow` has no such condition, and at its start DBOS takes up only what bears the same worker's name.
    """
    _recover([executor])


def dead(engine: sa.Engine, application: str) -> tuple[str, ...]:
    """The workers that live no more: gone from this machine, or silent for long."""
    with engine.connect() as connection:
        rows = connection.execute(_WORKERS.select().where(_WORKERS.c.application == application)).fetchall()
        moment, here = now(connection), place()
    return tuple(
        row.executor
        for row in rows
        if moment - row.seen > _DEAD_AFTER or (row.place == here and row.born and born(row.pid) != row.born)
    )


def place() -> str:
    """What has one numbering of processes: a boot of a machine, or a container on it."""
    parts = [socket.gethostname()]
    with suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip())
        parts.append(str(Path("/proc/self/ns/pid").readlink()))
    return " ".join(parts)[:300]


def born(pid: int) -> str:
    """When a process of this place began, in the kernel's own words; "" where there is none, or none can be seen."""
    try:
        said = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except OSError:
        return ""
    # Between the parentheses stands a name that may hold anything; a zombie is dead.
    fields = said[said.rfind(")") + 2 :].split()
    return "" if fields[0] in {"Z", "X"} else fields[19]


def _launch(url: str, application: str, executor: str) -> None:
    DBOS(
        config={
            "name": application,
            "system_database_url": url,
            "executor_id": executor,
            "application_version": f"{application}-{_SHAPE}",  # a database knows each of one application alone
            "serializer": PlainJson(),
            "enable_otlp": False,
            "notification_listener_polling_interval_sec": 0.25,
        }
    )
    DBOS.launch()


def make_tables(engine: sa.Engine) -> None:
    """Make our own tables where they are missing."""
    try:
        TABLES.create_all(engine)
    except sa.exc.DBAPIError:
        # Somebody else made them at that moment.
        TABLES.create_all(engine)


_NOW = {
    "postgresql": "SELECT extract(epoch FROM clock_timestamp())",
    "sqlite": "SELECT (julianday('now') - 2440587.5) * 86400.0",
}


def now(connection: sa.Connection) -> float:
    """The database's clock, which all workers share, in seconds since 1970."""
    return float(connection.execute(sa.text(_NOW[connection.dialect.name])).scalar_one())


def told(problem: Exception) -> str:
    """One line about a database, without its address, which may hold a password."""
    inner = getattr(problem, "orig", None) or problem
    lines = str(inner).strip().splitlines() or [type(inner).__name__]
    return f"the database can't be used: {lines[0][:300]}"
