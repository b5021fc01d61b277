from __future__ import annotations

import pytest

from stackfix import secrecy

SECRET = {
    "dotenv": (".env", b"DB_PASSWORD=hunter2\n", b"hunter2"),
    "Compose map": ("compose.yml", b"    POSTGRES_PASSWORD: hunter2\n", b"hunter2"),
    "Compose list": ("compose.yml", b"      - JWT_SECRET=hunter2\n", b"hunter2"),
    "quoted": ("compose.yml", b'    SECRET_KEY: "hunter 2"\n', b"hunter 2"),
    "camel case": ("config.yml", b"apiKey: hunter2\n", b"hunter2"),
    "JSON": ("config.json", b'{"clientSecret": "hunter2"}', b"hunter2"),
    "user of an address": ("compose.yml", b"DATABASE_URL: postgresql://app:hunter2@db:5432/app\n", b"hunter2"),
    "address without a user": ("compose.yml", b"REDIS_URL: redis://:hunter2@cache:6379\n", b"hunter2"),
    "default of a reference": ("compose.yml", b"      PW: ${DB_PASSWORD:-hunter2}\n", b"hunter2"),
    "Dockerfile": ("Dockerfile", b"FROM x\nENV API_TOKEN hunter2\n", b"hunter2"),
    "flag": ("compose.yml", b"command: redis-server --requirepass hunter2\n", b"hunter2"),
    "flag in a list": ("compose.yml", b'command: ["redis-server", "--requirepass", "hunter2"]\n', b"hunter2"),
    "constant": ("settings.py", b'API_KEY = "hunter2"\n', b"hunter2"),
    "argument": ("main.py", b"connect(password='hunter2')\n", b"hunter2"),
    "among keywords": ("main.py", b'connect("host=db user=app password=hunter2 dbname=x")\n', b"hunter2"),
    "before keywords": ("main.go", b'open("password=hunter2 host=db")\n', b"hunter2"),
    "among keywords of .NET": ("Program.cs", b'Use("Server=db;User Id=app;Pwd=hunter2;Database=x");\n', b"hunter2"),
    "default of a reading": ("main.py", b'os.getenv("DB_PASSWORD", "hunter2")\n', b"hunter2"),
    "Kubernetes variable": ("app.yml", b"- name: DB_PASSWORD\n  value: hunter2\n", b"hunter2"),
    "Kubernetes Secret": ("s.yml", b"kind: Secret\ndata:\n  user: aHVudGVyMg==\n  x: |\n", b"aHVudGVyMg=="),
    "well-known key": ("x.txt", b"use AKIAABCDEFGHIJKLMNOP here\n", b"AKIAABCDEFGHIJKLMNOP"),
}
OPEN = {
    "reference": ("compose.yml", b"      PW: ${DB_PASSWORD}\n      DB_PASSWORD: ${DB_PASSWORD}\n"),
    "required reference": ("compose.yml", b"DB_PASSWORD: $DB_PASSWORD\n"),
    "file": ("compose.yml", b"POSTGRES_PASSWORD_FILE: /run/secrets/db\n"),
    "path": ("compose.yml", b"tls_private_key: /etc/ssl/key.pem\n"),
    "another's name": ("app.yml", b"secretName: app-tls\nsecretKeyRef:\n  name: app\n  key: password\n"),
    "life time": (".env", b"ACCESS_TOKEN_EXPIRE_MINUTES=30\n"),
    "type": ("settings.py", b"password: str\ntoken = request.token\n"),
    "template": ("app.yml", b"password: {{ .Values.password }}\n"),
    "address": ("compose.yml", b"API_URL: http://api:8000/\nX: http://${USER}:${PASS}@api:8000\n"),
    "names among arguments": ("main.py", b"connect(host=h, user=u, password=pw, port=5432)\n"),
    "blanks among keywords": ("main.go", b'Sprintf("host=%s user=app password=%s dbname=x", a, b)\n'),
    "names among keywords": ("main.py", b'f"host={h} password={pw} dbname=x"\n'),
    "empty": (".env", b"DB_PASSWORD=\nPORT=8000\n"),
    "port": ("compose.yml", b"ports:\n  - 8000:8000\n"),
}


@pytest.mark.parametrize(("path", "data", "value"), SECRET.values(), ids=SECRET)
def test_the_secret_and_nothing_else_is_found(path: str, data: bytes, value: bytes) -> None:
    assert [data[s.start : s.end] for s in secrecy.spans(path, data)] == [value]


@pytest.mark.parametrize(("path", "data"), OPEN.values(), ids=OPEN)
def test_what_only_sounds_secret_is_shown(path: str, data: bytes) -> None:
    assert [data[s.start : s.end] for s in secrecy.spans(path, data)] == []


def test_a_line_is_secret_by_the_line_above_it() -> None:
    files = {"app.yml": b"- name: DB_PASSWORD\r\n  value: hunter2\r\n- name: PORT\r\n  value: 8000\r\n"}
    known = secrecy.Secrecy(files.get)
    assert known.is_secret_line("app.yml", b"  value: hunter2\r\n")
    assert not known.is_secret_line("app.yml", b"  value: 8000\r\n")
    assert not known.is_secret_line("app.yml", b"- name: DB_PASSWORD\r\n")
    assert known.is_secret_line("app.yml", b"  PASSWORD: new\n"), "a line as it becomes"
    assert not known.is_secret_line("gone.yml", b"x: 1\n")


def test_words_are_masked() -> None:
    assert secrecy.masked("DATABASE_URL is postgresql://app:hunter2@db:5432") == (
        "DATABASE_URL is postgresql://app:***@db:5432"
    )
    assert secrecy.masked("api binds 8000") == "api binds 8000"


@pytest.mark.parametrize(
    "line", [b"x" * 200_000, b"Ab9" * 60_000, b'key("' + b"x" * 200_000], ids=["x", "base64", "call"]
)
def test_a_long_word_is_looked_through_once(line: bytes) -> None:
    # Squared, it would take hours.
    assert secrecy.spans("bundle.txt", line) == ()


def test_a_long_scheme_hides_no_login() -> None:
    (span,) = secrecy.spans("x.yml", b"- " + b"x" * 50 + b"://app:hunter2@db\n")
    assert len(span) == len("hunter2")
