"""Repaired programs on a real event loop: what they serve while a broker is away, and what their log says."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES = Path(__file__).parent.parent / "rules"
PATIENCE = 40
SHORT = 2

CONSUMER = """
import os, time


class KafkaError:
    _PARTITION_EOF = -191


class KafkaException(Exception):
    pass


class Consumer:
    def __init__(self, config):
        while not os.path.exists(os.environ["BROKER_IS_THERE"]):
            time.sleep(0.05)

    def subscribe(self, topics):
        print("subscribed", flush=True)

    def poll(self, timeout):
        return None
"""
REFUSED = CONSUMER.replace(
    """while not os.path.exists(os.environ["BROKER_IS_THERE"]):
            time.sleep(0.05)""",
    """if not os.path.exists(os.environ["BROKER_IS_THERE"]):
            raise KafkaException("nobody is there")""",
)
ENGINE = """
class Connection:
    async def __aenter__(self):
        return self

    async def __aexit__(self, *broken):
        pass

    async def exec_driver_sql(self, query):
        assert query == "SELECT 1"


def create_async_engine(url):
    return Connection()


Connection.connect = lambda self: self
"""
PRODUCER = """
class Producer:
    def __init__(self, config):
        pass

    def list_topics(self, timeout):
        raise ConnectionError("nobody is there")
"""
GAUGE = """
class Gauge:
    def __init__(self, servers):
        pass

    async def open(self):
        raise ConnectionRefusedError("no tide today")
"""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
        assert isinstance(port, int)
        return port


@contextmanager
def served(folder: Path, app: str, said: Path, modules: dict[str, str], **env: str) -> Iterator[int]:
    """Uvicorn with an application below a folder, beside stand-ins for modules that aren't installed."""
    stands = said.parent / "modules"
    stands.mkdir(parents=True, exist_ok=True)
    for name, source in modules.items():
        (stands / name).parent.mkdir(parents=True, exist_ok=True)
        (stands / name).write_text(source, "utf-8")
    port = free_port()
    words = [sys.executable, "-m", "uvicorn", app, "--port", str(port), "--app-dir", str(folder)]
    with said.open("wb") as out:
        environment = {**os.environ, "PYTHONPATH": str(stands), "PYTHONDONTWRITEBYTECODE": "1", **env}
        process = subprocess.Popen(words, stdout=out, stderr=subprocess.STDOUT, env=environment)
        try:
            yield port
        finally:
            process.kill()
            process.wait()


def answer(port: int, path: str, patience: float) -> str | None:
    """What a path answers within a time, None where nothing does."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=1) as found:
                text = found.read()
                assert isinstance(text, bytes)
                return text.decode()
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.1)
    return None


def told(said: Path, words: str, patience: float) -> bool:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if words in said.read_text("utf-8", "replace"):
            return True
        time.sleep(0.1)
    return False


def test_the_health_route_answers_while_the_constructor_waits_for_a_broker(tmp_path: Path) -> None:
    case = CASES / "blocking-client-in-async" / "consumer-made-in-a-started-coroutine"
    there, modules = tmp_path / "broker", {"confluent_kafka.py": CONSUMER}
    stuck = tmp_path / "stuck.txt"
    with served(case / "before/backend", "app.main:app", stuck, modules, BROKER_IS_THERE=str(there)) as port:
        assert told(stuck, "Waiting for application startup", PATIENCE)
        assert answer(port, "/health", SHORT) is None
    said = tmp_path / "said.txt"
    with served(case / "after/backend", "app.main:app", said, modules, BROKER_IS_THERE=str(there)) as port:
        assert answer(port, "/health", PATIENCE) == '{"status":"healthy"}'
        there.touch()
        assert told(said, "subscribed", PATIENCE)


def test_what_a_background_task_raises_is_in_the_log(tmp_path: Path) -> None:
    case = CASES / "unobserved-task" / "startup-handler-starts-a-consumer"
    said = tmp_path / "said.txt"
    with served(case / "after/backend", "pier.main:app", said, {"tides.py": GAUGE}) as port:
        assert answer(port, "/health", PATIENCE) == '{"status":"healthy"}'
        assert told(said, "Background task failed", PATIENCE)
        assert told(said, "ConnectionRefusedError: no tide today", PATIENCE)


def test_a_consumer_tries_again_until_its_broker_is_there(tmp_path: Path) -> None:
    case = CASES / "connect-without-retry" / "a-consumer-s-start"
    there, said, modules = tmp_path / "broker", tmp_path / "said.txt", {"confluent_kafka.py": REFUSED}
    with served(case / "after/backend", "app.main:app", said, modules, BROKER_IS_THERE=str(there)) as port:
        assert told(said, "No connection, trying again in 5 seconds: nobody is there", PATIENCE)
        there.touch()
        assert answer(port, "/health", PATIENCE) == '{"status":"healthy"}'
        assert told(said, "subscribed", PATIENCE)


def test_a_health_route_that_was_missing_answers(tmp_path: Path) -> None:
    case = CASES / "health-endpoint-missing" / "kubernetes-probes-of-fastapi"
    with served(case / "after/loans", "main:app", tmp_path / "said.txt", {}) as port:
        assert answer(port, "/healthz", PATIENCE) == '{"status":"ok"}'
        assert answer(port, "/ready", PATIENCE) == '{"status":"ok"}'
        assert answer(port, "/loans/3", PATIENCE) == '{"number":3}'


def test_the_detailed_route_tells_which_dependency_is_away(tmp_path: Path) -> None:
    case = CASES / "shallow-health" / "a-broker-beside-an-async-engine"
    empty = {"sqlalchemy/__init__.py": "", "sqlalchemy/ext/__init__.py": ""}
    modules = {"confluent_kafka.py": PRODUCER, "sqlalchemy/ext/asyncio.py": ENGINE, **empty}
    with served(case / "after", "ferry.main:app", tmp_path / "said.txt", modules) as port:
        told_all = json.loads(answer(port, "/health/detailed", PATIENCE) or "{}")
    assert told_all["status"] == "degraded"
    assert told_all["checks"]["kafka"] == {"status": "error", "error": "ConnectionError"}
    assert told_all["checks"]["database"]["status"] == "ok"
    assert told_all["checks"]["database"]["latency_ms"] >= 0
