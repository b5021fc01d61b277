"""What Python expressions come to, what settings classes read, which calls open a connection."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackfix.graph import application
from tests.graph.application_world import facts, library, shown

HEAD = "import os\nfrom os import environ as env, getenv\n"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('"a"', "a"),
        ("8000", "8000"),
        ('os.getenv("P")', "{P}"),
        ('os.getenv("P", None)', "{P}"),
        ('getenv("P", "1")', "{P-1}"),
        ('getenv("P", default="1")', "{P-1}"),
        ('os.environ["P"]', "{P!}"),
        ('env["P"]', "{P!}"),
        ('env.get("P", 80)', "{P-80}"),
        ('int(os.getenv("P", "8000"))', "{P-8000}"),
        ('int(os.getenv("P") or 8000)', "{P:-8000}"),
        ('os.getenv("P", "") or "d"', "{P:-d}"),
        ('os.getenv("A") or os.getenv("B") or "c"', "{A:-{B:-c}}"),
        ('os.getenv("A", os.getenv("B", "c"))', "{A-{B-c}}"),
        ('os.getenv("P") if os.getenv("P") else "d"', "{P:-d}"),
        ('os.getenv("P", "a") or "b"', "?{P-a}b"),
        ("f\"http://{os.getenv('H', 'b')}:{8000}/x\"", "http://{H-b}:8000/x"),
        ('"http://" + os.getenv("H", "b") + ":80"', "http://{H-b}:80"),
        ('"%s:%d" % (os.getenv("H"), 80)', "{H}:80"),
        ('"http://{}:{}".format(os.getenv("H"), 80)', "http://{H}:80"),
        ('"http://{h}".format(h=os.getenv("H"))', "http://{H}"),
        ('os.getenv("U", "http://a/").rstrip("/")', "{U-http://a}"),
        ('f"{1:>4}"', "?"),
        ("1 + 2", "?12"),
        ("os.getenv('A') + os.getenv('B')", "?{A}{B}"),
        ("Path(os.getenv('A', 'x'))", "?{A-x}"),
        ("settings.PORT", "<settings.PORT>"),
        ("unknown", "<unknown>"),
        ("[1][0]", "?"),
        ('os.getenv("A" + x)', "?"),
        ('get_env("URL", "http://b")', "{URL-http://b}"),
        ('lookup("URL", "http://b")', "?URLhttp://b"),
    ],
)
def test_an_expression_comes_to(expression: str, expected: str) -> None:
    assert shown(facts(f"{HEAD}X = {expression}\n").constants["X"]) == expected


def test_a_name_bound_once_is_its_value_and_bound_twice_unknown() -> None:
    found = facts(
        """
        HOST = "a"
        URL = f"http://{HOST}"
        PORT = 1
        if HOST:
            PORT = 2
        LATER = PORT
        LOOP = LOOP
        """
    ).constants
    assert shown(found["URL"]) == "http://a"
    assert shown(found["LATER"]) == "?12"
    assert shown(found["LOOP"]).startswith("?")


def test_a_fallback_in_except_is_not_a_second_value() -> None:
    found = facts("try:\n    X = 'a'\nexcept ValueError:\n    X = 'b'\n").constants
    assert shown(found["X"]) == "a"


def test_names_that_double_themselves_end() -> None:
    source = "a0 = f'{b}x'\n" + "".join(f"a{i + 1} = f'{{a{i}}}{{a{i}}}'\n" for i in range(60))
    assert shown(facts(source).constants["a60"]).startswith("?")


def test_decouple_environs_and_starlette_require_what_has_no_default() -> None:
    found = facts(
        """
        from decouple import config
        from environs import Env
        from starlette.config import Config
        import environ
        env = Env()
        star = Config(".env")
        dj = environ.Env(PORT=(int, 9000))
        A = config("A")
        B = config("B", default=1, cast=int)
        C = env.str("C", "c")
        D = env.int("D")
        E = star("E", cast=int, default=5)
        F = dj("PORT")
        G = dj.db("DATABASE_URL", default="postgres://db/x")
        """
    )
    assert [shown(found.constants[n]) for n in "ABCDEFG"] == [
        "{A!}", "{B-1}", "{C-c}", "{D!}", "{E-5}", "{PORT-9000}", "{DATABASE_URL-postgres://db/x}",
    ]  # fmt: skip
    assert {r.name: (r.required, r.value_type) for r in found.env_reads} == {
        "A": (True, None), "B": (False, "int"), "C": (False, None), "D": (True, "int"), "E": (False, "int"),
        "PORT": (False, None), "DATABASE_URL": (False, None),
    }  # fmt: skip


def test_pydantic_fields_are_variables_by_prefix_alias_and_case() -> None:
    found = facts(
        """
        from typing import ClassVar, Annotated
        from pydantic import Field, AliasChoices
        from pydantic_settings import BaseSettings, SettingsConfigDict
        class Settings(BaseSettings):
            model_config = SettingsConfigDict(env_prefix="app_", env_file=".env")
            port: int = 8000
            url: str
            token: str | None = None
            key: str = Field(default="k", validation_alias=AliasChoices("KEY", "OLD_KEY"))
            other: str = Field(..., alias="Other_Name")
            noted: Annotated[str, Field(alias="NOTED")] = "n"
            limit: ClassVar[int] = 3
            plain = 1
        """
    )
    reads = {r.name: r for r in found.env_reads}
    assert {n: (shown(r.default), r.required) for n, r in reads.items()} == {
        "APP_PORT": ("8000", False), "APP_URL": ("-", True), "APP_TOKEN": ("-", False), "KEY": ("k", False),
        "OTHER_NAME": ("-", True), "NOTED": ("n", False),
    }  # fmt: skip
    assert reads["KEY"].names == ("KEY", "OLD_KEY")
    assert reads["APP_PORT"].value_type == "int"
    assert reads["APP_PORT"].env_file == ".env"
    assert all(r.insensitive for r in reads.values())
    assert shown(found.constants["Settings.key"]) == "{KEY-{OLD_KEY-k}}"
    assert shown(found.constants["Settings.url"]) == "{APP_URL!}"


def test_pydantic_v1_config_and_inherited_options() -> None:
    found = facts(
        """
        from pydantic import BaseSettings, Field
        class Base(BaseSettings):
            class Config:
                env_prefix = "X_"
                case_sensitive = True
        class Settings(Base):
            port: int = Field(1, env="PORT")
            host: str = "h"
        class Model(BaseModel):
            name: str
        """
    )
    assert [(r.name, r.insensitive) for r in found.env_reads] == [("PORT", False), ("X_host", False)]


def test_a_reading_under_a_condition_or_try_is_not_required() -> None:
    found = facts(
        """
        import os
        A = os.environ["A"]
        B = os.environ["B"] if "B" in os.environ else None
        try:
            C = os.environ["C"]
        except KeyError:
            C = None
        os.environ["D"] = "1"
        os.environ.setdefault("E", "2")
        """
    )
    assert [(r.name, r.required) for r in found.env_reads] == [("A", True), ("B", False), ("C", False), ("E", False)]
    assert found.env_writes == {"D", "E"}
    assert not found.dynamic_env


@pytest.mark.parametrize("use", ["os.getenv(name)", "os.environ[key]", "dict(os.environ)", "os.environ.items()"])
def test_variables_by_names_nobody_knows(use: str) -> None:
    assert facts(f"import os\ndef f(name, key):\n    return {use}\n").dynamic_env


def test_places_of_defaults_are_those_of_the_file() -> None:
    source = 'import os\r\nU = os.getenv("U", "http://é:10200")\r\n'
    (read,) = facts(source).env_reads
    assert read.default is not None
    assert read.default.text is not None
    place = read.default.text.slice(9, 14).place
    assert place is not None
    assert source.encode()[place[1].start : place[1].end] == b"10200"


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_default_is_read_as_written(value: str) -> None:
    found = facts(f"import os\nX = os.getenv('X', {value!r})\n")
    assert shown(found.constants["X"]) == "{X-" + value + "}"


CLIENTS = {
    "client.py": """
        import os
        import httpx
        import requests
        from conf.settings import settings, OTHER, PAGE
        BASE = os.getenv("BASE_URL", "http://base:1")
        class Api:
            def __init__(self, url=None):
                self.url = url or os.getenv("API_URL", "http://api:2")
                self.session = httpx.Client()
            def fetch(self):
                return self.session.get(f"{self.url}/x?next={PAGE}")
        def go():
            requests.get(BASE + "/a", headers={"Origin": PAGE})
            requests.post(settings.hook_url)
            requests.get("http://literal:5/x")
        """,
    "conf/settings.py": """
        import os
        from pydantic_settings import BaseSettings
        OTHER = "http://never:6"
        PAGE = os.getenv("PAGE_URL", "http://page:7")
        class Settings(BaseSettings):
            hook_url: str = "http://hook:3"
            idle_url: str = "http://idle:4"
        def get_settings():
            return Settings()
        settings = get_settings()
        """,
}


def test_a_url_is_called_only_where_a_connection_is_opened_to_it() -> None:
    found = application.program(library(CLIENTS), "client.py", ("",))
    assert found.called_variables == {"BASE_URL", "API_URL", "HOOK_URL"}
    assert {x.literal.text.value: x.called for x in found.literals} == {
        "http://base:1": True, "http://api:2": True, "http://literal:5/x": True, "http://never:6": False,
        "http://page:7": False, "http://hook:3": True, "http://idle:4": False,
    }  # fmt: skip
    assert {x.literal.name for x in found.literals} == {
        "BASE", "Api.url", None, "OTHER", "PAGE", "Settings.hook_url", "Settings.idle_url",
    }  # fmt: skip


def test_clients_by_host_and_port_and_by_dict() -> None:
    found = facts(
        """
        import redis, psycopg2
        from confluent_kafka import Consumer
        CONF = {"bootstrap.servers": "kafka:29092", "group.id": "g"}
        def f():
            redis.Redis(host="cache", port=6380)
            psycopg2.connect(host="db", port="5432", password="p")
            Consumer(CONF)
            session.get("user")
            cache.get("http://not-a-client:1")
        """
    )
    assert [(c.callee, c.kind, shown(c.value)) for c in found.client_calls] == [
        ("redis.Redis", "host", "cache"), ("redis.Redis", "port", "6380"), ("psycopg2.connect", "host", "db"),
        ("psycopg2.connect", "port", "5432"), ("psycopg2.connect", "password", "p"), ("confluent_kafka.Consumer", "address", "kafka:29092"),
        ("session.get", "url", "user"),
    ]  # fmt: skip


def test_documentation_is_no_address() -> None:
    found = facts('"""http://doc:1"""\ndef f(url="http://param:2"):\n    "http://doc:3"\n    return "not://"\n')
    assert [(x.text.value, x.name) for x in found.literals] == [("http://param:2", "url")]


def test_the_head_of_a_formatted_url_counts_where_its_host_is_whole() -> None:
    found = facts('a = f"http://b:80/{x}"\nb = f"https://api.{x}.com/"\nc = f"http://{x}/"\nd = f"http://e:90{x}"\n')
    assert [(x.text.value, x.name) for x in found.literals] == [("http://b:80/", "a"), ("http://e:90", "d")]
