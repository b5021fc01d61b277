"""Modules that a health check imports and that the image certainly doesn't install, and what would ask the same.

Certain only where all that pip installs is listed here by names of packages which are known not to bring the module.
Source: the packages' own metadata on PyPI. May import the graph's nouns and drivers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackfix.graph import drivers, interpreters
from stackfix.text import Text

if TYPE_CHECKING:
    from stackfix.graph.image import Image
    from stackfix.graph.link import Graph
    from stackfix.graph.model import Probe, Workload

MODULE = "requests"
_IMPORTS = re.compile(r"\bimport\s+(?:[\w.]+\s*,\s*)*requests\b|\bfrom\s+requests\b")
_ASKS = re.compile(
    r"import requests;\s*requests\.get\((?P<inside>(?P<quote>\\?['\"])https?://[^'\"\\]+(?P=quote)"
    r"(?:,\s*timeout=\d+(?:\.\d+)?)?)\)(?:\.raise_for_status\(\))?(?![\w.])"
)
_OTHERWISE = re.compile(
    r"\b(?:uv|poetry|pdm|pipenv|conda|mamba|micromamba|pipx|easy_install)\b|setup\.py|\bpip\d?\s+download"
    r"|install\s+(?:\S+\s+)*(?:-e\s+\S+|\.(?=[\s/\[]|$)|\S+\.whl|git\+|https?:)|--target|--prefix|\bapt\S*[^\n]*python3-"
)
"""Installations that bring what no list here says."""
_UNLISTED = re.compile(
    r"(?m)^[ \t]*(?:-[rceif]\b|--(?!hash|index|extra-index|trusted|find|no-)|git\+|https?:|\.{0,2}/)"
)
_EXTRA = re.compile(r"\[(?!(?:standard|redis|cryptography|bcrypt|binary|pool|asyncio|email|c)\])[^\]\n]*\]")
_LEAN = frozenset(
    (
        *("fastapi", "uvicorn", "starlette", "pydantic", "pydantic-settings", "pydantic-core", "python-multipart"),
        *("python-dotenv", "kafka-python", "kafka-python-ng", "aiokafka", "confluent-kafka", "cryptography", "numpy"),
        *("pandas", "scipy", "scikit-learn", "joblib", "lightgbm", "sqlalchemy", "alembic", "psycopg2", "asyncpg"),
        *("psycopg2-binary", "psycopg", "aiosqlite", "pymysql", "aiomysql", "redis", "hiredis", "celery", "kombu"),
        *("flask", "flask-cors", "flask-sqlalchemy", "flask-migrate", "werkzeug", "gunicorn", "gevent", "eventlet"),
        *("jinja2", "markupsafe", "itsdangerous", "passlib", "bcrypt", "python-jose", "pyjwt", "httpx", "aiohttp"),
        *("websockets", "pymongo", "motor", "pika", "aio-pika", "prometheus-client", "structlog", "loguru", "click"),
        *("prometheus-fastapi-instrumentator", "pyyaml", "orjson", "ujson", "aiofiles", "tenacity", "psutil", "pillow"),
        *("email-validator", "django", "djangorestframework", "django-cors-headers", "whitenoise", "apscheduler"),
        *("clickhouse-connect", "clickhouse-driver", "python-dateutil", "pytz", "tzdata", "networkx", "statsmodels"),
        *("matplotlib", "paho-mqtt", "msgpack", "protobuf", "grpcio", "grpcio-tools", "nltk", "textblob", "faker"),
        *("pytest", "pytest-asyncio", "pytest-cov", "black", "ruff", "isort", "mypy", "flake8", "typing-extensions"),
        *("anyio", "h11", "httptools", "uvloop", "watchfiles", "colorama", "python-json-logger", "hypercorn"),
    )
)


def is_absent(graph: Graph, workload: Workload, probe: Probe) -> bool:
    """Whether a check imports the module and its image certainly has none."""
    if probe.tool not in {"python", "python3"} or not any(_IMPORTS.search(text.value) for text in _texts(probe)):
        return False
    image = graph.image(workload)
    if image is None or image.base is None or image.base.family != "python":
        return False
    if any(interpreters.installations(workload)):
        return False
    if any(mount.target.startswith(("/usr", "/opt", "/root/.local")) for mount in workload.mounts):
        return False
    return _is_lean(graph, workload, image)


def _is_lean(graph: Graph, workload: Workload, image: Image) -> bool:
    steps = [i for stage in image.played for i in stage.instructions if i.name == "RUN"]
    if any(step.heredocs or _OTHERWISE.search(step.rest.value) for step in steps):
        return False
    if not any(re.search(r"\bpip\d?\s+install\b", step.rest.value) for step in steps):
        return False
    listed = drivers.installed(graph, workload).python
    paths = dict.fromkeys(one.path for one in listed)
    texts = [graph.library.text(path) for path in paths]
    if any(text is None or _UNLISTED.search(text.value) or _EXTRA.search(text.value) for text in texts):
        return False
    return bool(listed) and all(one.name in _LEAN for one in listed)


def instead(probe: Probe) -> tuple[Text, str] | None:
    """The part of a check that asks, and what asks the same with Python alone."""
    for text in _texts(probe):
        match = _ASKS.search(text.value)
        if match is not None and len(_IMPORTS.findall(text.value)) == 1:
            asks = f"import urllib.request; urllib.request.urlopen({match['inside']})"
            return text.slice(*match.span()), asks
    return None


def _texts(probe: Probe) -> tuple[Text, ...]:
    return tuple(part for word in probe.command for part in word.parts if isinstance(part, Text))
