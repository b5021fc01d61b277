"""Programs that nobody deploys: followed where their files hold something to tell, wherever their imports lead."""

from __future__ import annotations

import pytest

from stackfix.graph import blocking, connecting, unrun
from tests.graph.application_world import library

ENTRY = "svc/main.py"
APP = "from fastapi import FastAPI\n{}\napp = FastAPI()\n\n\n@app.get('/health')\ndef health():\n    return {{}}\n"
WAITING = "import redis\n"
CALLED = {*blocking.CALLS, *blocking.METHODS, *connecting.CALLS, *(made for made, _ in connecting.METHODS)}
STORES = (
    "asyncpg.create_pool", "psycopg.connect", "psycopg2.pool.ThreadedConnectionPool", "pymysql.connect",
    "mysql.connector.connect", "pymongo.MongoClient", "motor.motor_asyncio.AsyncIOMotorClient",
    "aiokafka.AIOKafkaProducer", "kafka.KafkaProducer", "confluent_kafka.Producer", "aio_pika.connect_robust",
    "pika.BlockingConnection", "sqlalchemy.create_engine", "sqlalchemy.ext.asyncio.create_async_engine",
    "sqlmodel.create_engine", "redis.asyncio.from_url",
)  # fmt: skip


def followed(files: dict[str, str]) -> list[str]:
    """The entry files of the programs that are followed."""
    return [program.entry for program in unrun.programs(library(files), set())]


@pytest.mark.parametrize(
    ("imports", "place"),
    [
        ("import store", "svc/store.py"),
        ("import os, store", "svc/store.py"),
        ("from store import client", "svc/store.py"),
        ("from svc.store import client", "svc/store.py"),
        ("from parts import store", "svc/parts/store.py"),
        ("from parts import (\n    other,\n    store,  # the one\n)", "svc/parts/store.py"),
        ("from parts import other, \\\n    store", "svc/parts/store.py"),
        ("from .store import client", "svc/store.py"),
        ("from . import store", "svc/store.py"),
        ("from .parts.store import client", "svc/parts/store.py"),
        ("import parts.store as s", "svc/parts/store.py"),
        ("import parts", "svc/parts/__init__.py"),
        ("import parts.other", "svc/parts/__init__.py"),
        ("from shared.store import client", "shared/store.py"),
    ],
)
def test_what_an_import_may_mean_is_looked_at(imports: str, place: str) -> None:
    """The one telling file is found through every way of importing it."""
    assert followed({ENTRY: APP.format(imports), place: WAITING}) == [ENTRY]


def test_through_several_files() -> None:
    """The imports of imported files count."""
    files = {ENTRY: APP.format("import one"), "svc/one.py": "from parts import two\n", "svc/parts/two.py": WAITING}
    assert followed(files) == [ENTRY]


def test_nothing_to_tell_is_not_followed() -> None:
    """A file that isn't imported, or one beside another entry, doesn't make a program worth following."""
    assert followed({ENTRY: APP.format("import os"), "svc/store.py": WAITING, "other/store.py": WAITING}) == []
    assert followed({ENTRY: APP.format("from .parts import x"), "svc/x.py": WAITING}) == []


@pytest.mark.parametrize(
    "cors",
    [
        "allow_origins=['*'], allow_credentials=True",
        'allow_origins = ["https://*.towns.io"]',
        'origins="*", supports_credentials=True',
    ],
)
def test_whom_a_program_lets_in_is_looked_at(cors: str) -> None:
    """Origins that can't be meant so make a program worth following; others don't."""
    assert followed({ENTRY: APP.format(f"import os  # {cors}")}) == [ENTRY]
    assert followed({ENTRY: APP.format("import os  # allow_origins=['*']")}) == []


@pytest.mark.parametrize("name", [*sorted(CALLED), *STORES, "asyncio.create_task", "asyncio.ensure_future"])
def test_whatever_a_rule_looks_for_makes_a_file_worth_reading(name: str) -> None:
    """Every call of the rules' tables has a word that the quick look knows."""
    assert unrun.WAITS.search(name)
