"""From a command to its processes: wrappers, scripts and flags followed, and silence where they hide something."""

from __future__ import annotations

import pytest

from stackfix.findings import Anchor, Location
from stackfix.formats import shell
from stackfix.graph.image_files import Found
from stackfix.graph.library import Library
from stackfix.graph.model import Witness, Words
from stackfix.graph.process import Process, Started, endpoints, start, whole_command
from stackfix.graph.started import Listens
from stackfix.graph.value import EMPTY, Environment, Hole, Origin, Template, Variable
from stackfix.spans import Span
from stackfix.text import Text
from stackfix.tree import Entry, Tree

PLACE = Location("Dockerfile", Span(0, 1))
DOCKERFILE = Anchor("Dockerfile", "dockerfile", (0,))
COMPOSE = Anchor("compose.yml", "yaml", (0,))


class Files:
    """Files in memory."""

    def __init__(self, files: dict[str, str]) -> None:
        """Take their contents by path."""
        self.files = files

    def read(self, path: str) -> bytes | None:
        return self.files[path].encode() if path in self.files else None

    def would_ignore(self, path: str) -> bool:
        return path == ".git"


def environment(**values: str) -> Environment:
    return given(Origin.DEPLOYMENT, **values)


def given(origin: Origin, **values: str) -> Environment:
    return Environment({n: Variable(n, Text.unwritten(v), PLACE, COMPOSE, origin) for n, v in values.items()})


def shell_form(command: str) -> Words:
    words = (Template.literal(Text.of_file("Dockerfile", command.encode())),)
    return Words(words, True, PLACE, DOCKERFILE)  # noqa: FBT003 - a field by its place


def exec_form(*words: str) -> Words:
    return Words(
        tuple(Template.literal(Text.of_file("Dockerfile", w.encode())) for w in words),
        shell=False,
        location=PLACE,
        anchor=DOCKERFILE,
    )


def started(
    command: str | Words, files: dict[str, str] | None = None, seen: Environment = EMPTY, *, hidden: bool = False
) -> Started:
    """What a shell-form CMD starts in an image that holds `files` below /app."""
    held = files or {}
    library = Library(Tree({p: Entry(p) for p in held}), Files(held))

    def lookup(path: str) -> str | Found:
        name = path.removeprefix("/app/")
        return name if name in held else (Found.MADE if hidden else Found.ABSENT)

    words = shell_form(command) if isinstance(command, str) else command
    return start(library, words, lookup, "/app", seen)


def main(command: str | Words, files: dict[str, str] | None = None, seen: Environment = EMPTY) -> Process:
    found = started(command, files, seen)
    assert found.known
    assert found.main is not None
    return found.main


def bound(command: str | Words, files: dict[str, str] | None = None, **values: str) -> list[tuple[int, str | None]]:
    """Port and host of every listener; fails where nobody can tell."""
    listening = endpoints(main(command, files, environment(**values)))
    assert listening.known
    return [(e.port, e.host) for e in listening.endpoints]


def unknown(command: str | Words, files: dict[str, str] | None = None, seen: Environment = EMPTY) -> bool:
    found = started(command, files, seen)
    return not found.known or not any(endpoints(p).known for p in found.processes)


# --- tools -----------------------------------------------------------------------------------------------------------

TOOLS = [
    ("uvicorn app.main:app", 8000, "127.0.0.1"),
    ("uvicorn app.main:app --host 0.0.0.0 --port 80 --reload", 80, None),
    ("uvicorn app.main:app --host=0.0.0.0 --port=80", 80, None),
    ("uvicorn --factory app:create --port 81", 81, "127.0.0.1"),
    ("python -m uvicorn app:app --port 82", 82, "127.0.0.1"),
    ("python3.12 -u -m uvicorn app:app --port 82", 82, "127.0.0.1"),
    ("gunicorn app:app", 8000, "127.0.0.1"),
    ("gunicorn -w 4 -k uvicorn.workers.UvicornWorker -b 0.0.0.0:5000 app:app", 5000, None),
    ("gunicorn -b0.0.0.0:5001 app:app", 5001, None),
    ("gunicorn --bind=:5002 'app:create_app()'", 5002, None),
    ("gunicorn --bind [::]:5003 app:app", 5003, None),
    ("hypercorn app:app", 8000, "127.0.0.1"),
    ("hypercorn app:app -b 0.0.0.0:8080", 8080, None),
    ("daphne -b 0.0.0.0 -p 8001 proj.asgi:application", 8001, None),
    ("granian --interface asgi app:app --host 0.0.0.0", 8000, None),
    ("fastapi run app/main.py", 8000, None),
    ("fastapi dev", 8000, "127.0.0.1"),
    ("fastapi run --port 80", 80, None),
    ("flask run", 5000, "127.0.0.1"),
    ("flask --app shop run -h 0.0.0.0 -p 5050", 5050, None),
    ("python manage.py runserver", 8000, "127.0.0.1"),
    ("python manage.py runserver 0:8080", 8080, None),
    ("python manage.py runserver --noreload 0.0.0.0:80", 80, None),
    ("python manage.py runserver 9000", 9000, "127.0.0.1"),
    ("streamlit run ui.py", 8501, None),
    ("streamlit run ui.py --server.port=8600 --server.address 0.0.0.0", 8600, None),
    ("chainlit run ui.py -w --port 8100 --host 0.0.0.0", 8100, None),
    ("mlflow server --host 0.0.0.0 -p 5005", 5005, None),
    ("jupyter lab --ip=0.0.0.0 --port 8899 --allow-root", 8899, None),
    ("python -m http.server 9100", 9100, None),
    ("next start -p 3100", 3100, None),
    ("next dev", 3000, None),
    ("vite", 5173, "localhost"),
    ("vite --host", 5173, None),
    ("vite --host --port 5200", 5200, None),
    ("vite preview --host 0.0.0.0", 4173, None),
    ("react-scripts start", 3000, None),
    ("ng serve --host 0.0.0.0", 4200, None),
    ("serve -s dist -l 3500", 3500, None),
    ("npx serve -s build", 3000, None),
    ("http-server ./dist -p 8082", 8082, None),
    ("celery -A shop flower --port=5556", 5556, None),
]


@pytest.mark.parametrize(("command", "port", "host"), TOOLS)
def test_a_tool_binds_what_its_flags_or_its_defaults_say(command: str, port: int, host: str | None) -> None:
    assert bound(command) == [(port, host)]


@pytest.mark.parametrize(
    ("command", "name", "port"),
    [
        ("uvicorn app:app", "UVICORN_PORT", 7000),
        ("gunicorn app:app", "PORT", 7001),
        ("flask run", "FLASK_RUN_PORT", 7002),
        ("streamlit run ui.py", "STREAMLIT_SERVER_PORT", 7003),
        ("next start", "PORT", 7004),
        ("react-scripts start", "PORT", 7005),
        ("serve dist", "PORT", 7006),
        ("granian app:app", "GRANIAN_PORT", 7007),
    ],
)
def test_a_tool_reads_its_own_variable(command: str, name: str, port: int) -> None:
    process = main(command, seen=environment(**{name: str(port)}))
    (found,) = endpoints(process).endpoints
    assert (found.port, found.witness, found.variable) == (port, Witness.ENVIRONMENT, name)


def test_gunicorn_takes_port_on_every_address_and_else_loopback() -> None:
    assert bound("gunicorn app:app", PORT="5000") == [(5000, None)]
    assert bound("gunicorn app:app") == [(8000, "127.0.0.1")]


def test_the_flag_is_where_the_port_is_written() -> None:
    (found,) = endpoints(main("uvicorn app:app --host 0.0.0.0 --port 8000")).endpoints
    assert found.witness is Witness.COMMAND
    assert found.port_text is not None
    assert found.port_text.place == ("Dockerfile", Span(38, 42))
    assert found.host_text is not None
    assert found.host_text.place == ("Dockerfile", Span(23, 30))


def test_a_part_of_a_bind_is_where_its_port_is_written() -> None:
    (found,) = endpoints(main("gunicorn -b 0.0.0.0:8000 app:app")).endpoints
    assert found.port_text is not None
    assert found.port_text.place == ("Dockerfile", Span(20, 24))


def test_a_default_in_the_shell_is_used_until_the_variable_is_set() -> None:
    command = "uvicorn app:app --host 0.0.0.0 --port ${PORT:-8000}"
    (unset,) = endpoints(main(command)).endpoints
    assert (unset.port, unset.witness, unset.variable) == (8000, Witness.COMMAND, "PORT")
    (found,) = endpoints(main(command, seen=environment(PORT="7000"))).endpoints
    assert (found.port, found.witness) == (7000, Witness.ENVIRONMENT)
    (image,) = endpoints(main(command, seen=given(Origin.IMAGE, PORT="7000"))).endpoints
    assert image.witness is Witness.IMAGE


@pytest.mark.parametrize(
    "command",
    [
        "uvicorn app:app --port $PORT",
        "uvicorn app:app $OPTIONS",
        "uvicorn app:app --uds /run/app.sock",
        "uvicorn app:app --fd 3",
        "gunicorn -b unix:/run/app.sock app:app",
        "gunicorn --paste production.ini",
        "gunicorn -c $CONFIG app:app",
        "uvicorn app:app --port $(cat port)",
        "uvicorn app:app --port 70000",
        "supervisord -c /etc/supervisord.conf",
        "./server",
        "java -jar app.jar",
        "python -c 'serve()'",
        "node -e 'serve()'",
        "eval $COMMAND",
        "$COMMAND",
        "redis-server /etc/redis.conf",
        "caddy fmt",
        "poetry build",
        "uv run --strange uvicorn app:app",
        "npm run start",
        "php -S $ADDRESS",
    ],
)
def test_what_hides_the_port_is_unknown(command: str) -> None:
    assert unknown(command)


@pytest.mark.parametrize(
    "command",
    ["celery -A shop worker -l info", "rq worker", "alembic upgrade head", "python manage.py migrate", "nginx -t"],
)
def test_workers_and_migrations_bind_nothing(command: str) -> None:
    process = main(command)
    assert process.listens is Listens.NOTHING
    assert endpoints(process).known
    assert endpoints(process).endpoints == ()


def test_a_newer_fastapi_may_read_port() -> None:
    assert unknown("fastapi run", seen=environment(PORT="9000"))
    assert bound("fastapi run --host 0.0.0.0 --port 80", PORT="9000") == [(80, None)]


def test_configuration_files_decide_what_the_command_line_leaves_open() -> None:
    process = main("gunicorn app:app", {"gunicorn.conf.py": "bind = '0.0.0.0:9000'\n"})
    assert (process.listens, process.configuration) == (Listens.CONFIGURATION, "/app/gunicorn.conf.py")
    assert bound("gunicorn -b :80 app:app", {"gunicorn.conf.py": "bind = ':1'\n"}) == [(80, None)]
    assert main("vite", {"vite.config.ts": ""}).listens is Listens.CONFIGURATION
    assert bound("vite --host 0.0.0.0 --port 80", {"vite.config.ts": ""}) == [(80, None)]
    assert main("nginx -g 'daemon off;'").configuration == "/etc/nginx/nginx.conf"
    assert main("caddy run --config Caddyfile").configuration == "/app/Caddyfile"


def test_a_configuration_file_that_may_be_there_makes_it_unknown() -> None:
    found = started("gunicorn app:app", hidden=True)
    assert [p.listens for p in found.processes] == [Listens.UNKNOWN]


def test_a_build_step_makes_no_configuration_that_the_tree_has_nowhere() -> None:
    (process,) = started("gunicorn app:app", {"app.py": ""}, hidden=True).processes
    assert process.listens is Listens.COMMAND
    (process,) = started("gunicorn app:app", {"app.py": "", "api/gunicorn.conf.py": ""}, hidden=True).processes
    assert process.listens is Listens.UNKNOWN


def test_a_variable_stands_over_a_configuration_file() -> None:
    seen = environment(FLASK_RUN_PORT="80", FLASK_RUN_HOST="0.0.0.0")
    (process,) = started("flask run", {}, seen, hidden=True).processes
    assert [(e.port, e.host) for e in endpoints(process).endpoints] == [(80, None)]


def test_streamlit_reads_its_own_configuration_below_the_environment() -> None:
    files = {
        ".streamlit/config.toml": '[theme]\nport = 1\n[server]\nheadless = true\nport = 8700 # ui\naddress = "127.0.0.1"\n'
    }
    process = main("streamlit run ui.py", files)
    (found,) = endpoints(process).endpoints
    assert (found.port, found.host, found.witness) == (8700, "127.0.0.1", Witness.CONFIGURATION)
    assert found.port_text is not None
    assert found.port_text.place == (".streamlit/config.toml", Span(49, 53))
    assert bound("streamlit run ui.py", files, STREAMLIT_SERVER_PORT="8800") == [(8800, "127.0.0.1")]


# --- entries ---------------------------------------------------------------------------------------------------------


def test_an_application_is_named_by_module_and_attribute() -> None:
    entry = main("gunicorn --chdir src 'shop.wsgi:make()'").entry
    assert entry is not None
    assert (entry.kind, entry.module, entry.attribute, entry.factory) == ("object", "shop.wsgi", "make", True)
    assert entry.folders == ("/app/src", "/app")
    assert entry.module_text is not None
    assert entry.module_text.place == ("Dockerfile", Span(22, 31))


@pytest.mark.parametrize(
    ("command", "kind", "module", "path"),
    [
        ("python main.py", "script", None, "/app/main.py"),
        ("python -u src/main.py --debug", "script", None, "/app/src/main.py"),
        ("python -m shop.server", "module", "shop.server", None),
        ("python /srv/main.py", "script", None, "/srv/main.py"),
        ("node dist/main.js", "script", None, "/app/dist/main.js"),
        ("nodemon server.js", "script", None, "/app/server.js"),
        ("tsx watch src/index.ts", "script", None, "/app/src/index.ts"),
        ("python manage.py runserver", "settings", None, "/app/manage.py"),
        ("streamlit run ui/app.py", "script", None, "/app/ui/app.py"),
        ("celery -A shop.tasks worker", "object", "shop.tasks", None),
        ("uv run main.py", "script", None, "/app/main.py"),
        ("cd api && python main.py", "script", None, "/app/api/main.py"),
    ],
)
def test_what_is_run_is_told_by_its_place_in_the_image(
    command: str, kind: str, module: str | None, path: str | None
) -> None:
    entry = main(command).entry
    assert entry is not None
    assert (entry.kind, entry.module, entry.path) == (kind, module, path)


def test_a_script_of_source_decides_its_own_ports() -> None:
    assert main("python main.py").listens is Listens.SOURCE
    assert main("node server.js").listens is Listens.SOURCE


def test_a_debugger_listens_too() -> None:
    found = started("python -m debugpy --listen 0.0.0.0:5678 -m uvicorn app:app --port 80")
    assert [[(e.port, e.host) for e in endpoints(p).endpoints] for p in found.processes] == [
        [(5678, None)],
        [(80, "127.0.0.1")],
    ]
    (bind,) = main("node --inspect=0.0.0.0:9230 server.js").binds
    assert bind.port is not None
    assert bind.port.text is not None
    assert bind.port.text.value == "9230"


# --- wrappers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        "exec uvicorn app:app --port 80",
        "sh -c 'exec uvicorn app:app --port 80'",
        "bash -lc 'uvicorn app:app --port 80'",
        "tini -g -- uvicorn app:app --port 80",
        "dumb-init uvicorn app:app --port 80",
        "gosu app uvicorn app:app --port 80",
        "poetry run uvicorn app:app --port 80",
        "uv run --frozen --no-dev uvicorn app:app --port 80",
        "uv run -m uvicorn app:app --port 80",
        "pipenv run python -m uvicorn app:app --port 80",
        "conda run --no-capture-output -n web uvicorn app:app --port 80",
        "env PYTHONUNBUFFERED=1 uvicorn app:app --port 80",
        "PYTHONUNBUFFERED=1 uvicorn app:app --port 80",
        "nohup uvicorn app:app --port 80",
        "ddtrace-run uvicorn app:app --port 80",
        "alembic upgrade head && uvicorn app:app --port 80",
        "python -m alembic upgrade head; exec uvicorn app:app --port 80",
        "python migrate.py && uvicorn app:app --port 80 && echo never",
        "alembic upgrade head || exit 1; uvicorn app:app --port 80",
        "uvicorn app:app --port 80 2>&1 | tee log",
        "mkdir -p data && cd src && uvicorn app:app --port 80",
        "export PORT=80 && uvicorn app:app --port $PORT",
        "PORT=80; uvicorn app:app --port ${PORT}",
        "(uvicorn app:app --port 80)",
        "/usr/local/bin/uvicorn app:app --port 80",
    ],
)
def test_wrappers_are_taken_off(command: str) -> None:
    assert bound(command) == [(80, "127.0.0.1")]


def test_variables_set_on_the_way_reach_the_process() -> None:
    assert bound("env PORT=9000 gunicorn app:app") == [(9000, None)]
    assert bound("export PORT=9001; gunicorn app:app") == [(9001, None)]
    assert bound("PORT=9002 gunicorn app:app") == [(9002, None)]
    assert bound("PORT=9003; gunicorn app:app") == [(8000, "127.0.0.1")]
    assert bound("set -a; PORT=9004; gunicorn app:app") == [(9004, None)]


@pytest.mark.parametrize(
    ("command", "host", "port"),
    [
        ("./wait-for-it.sh db:5432 -t 30 -- python main.py", "db", 5432),
        ("dockerize -wait tcp://db:5432 -timeout 20s python main.py", "db", 5432),
        ("until nc -z db 5432; do sleep 1; done; python main.py", "db", 5432),
        ("while ! curl -sf http://db:5432/health; do sleep 1; done && python main.py", "db", 5432),
    ],
)
def test_what_is_waited_for_is_a_reference(command: str, host: str, port: int) -> None:
    found = started(command)
    assert [(w.host.value, w.port) for w in found.waits] == [(host, port)]
    assert found.main is not None
    assert found.main.tool == "python"


# --- scripts of the image --------------------------------------------------------------------------------------------


def test_an_entry_script_hands_its_arguments_on() -> None:
    script = '#!/bin/sh\nset -e\nif [ -n "$DEBUG" ]; then set -x; fi\npython manage.py migrate\nexec "$@"\n'
    command = exec_form("/app/entry.sh", "uvicorn", "app:app", "--port", "80")
    assert bound(command, {"entry.sh": script}) == [(80, "127.0.0.1")]
    assert main(command, {"entry.sh": script}).wrappers == ("entry.sh",)


def test_a_script_is_followed_to_its_last_command() -> None:
    script = "#!/bin/bash\nPORT=${PORT:-8000}\nalembic upgrade head\nexec uvicorn app:app --host 0.0.0.0 --port $PORT\n"
    files = {"start.sh": script}
    (found,) = endpoints(main("./start.sh", files)).endpoints
    assert (found.port, found.variable) == (8000, "PORT")
    assert found.port_text is not None
    assert found.port_text.place == ("start.sh", Span(25, 29))
    assert bound("bash start.sh", files, PORT="9000") == [(9000, None)]
    assert started("./start.sh", files).steps[0].tool == "alembic"


def test_positional_arguments_are_filled_in() -> None:
    assert bound(exec_form("/app/s.sh", "81"), {"s.sh": '#!/bin/sh\nuvicorn app:app --port "$1"\n'}) == [
        (81, "127.0.0.1")
    ]


def test_a_function_is_followed_where_it_is_called() -> None:
    script = '#!/bin/bash\nserve() {\n  uvicorn app:app --port "$1"\n}\nother() { nginx; }\nserve 82\n'
    assert bound("./s.sh", {"s.sh": script}) == [(82, "127.0.0.1")]


def test_processes_behind_are_several() -> None:
    script = "#!/bin/bash\nuvicorn app:app --port 8000 &\nstreamlit run ui.py --server.port 8501 &\nwait -n\n"
    found = started("./both.sh", {"both.sh": script})
    assert found.known
    assert [(p.tool, p.background) for p in found.processes] == [("uvicorn", True), ("streamlit", True)]
    mixed = started("nginx & uvicorn app:app --port 80")
    assert [(p.tool, p.background) for p in mixed.processes] == [("nginx", True), ("uvicorn", False)]


@pytest.mark.parametrize(
    "script",
    [
        '#!/bin/sh\nif [ "$1" = web ]; then exec uvicorn app:app; else exec celery -A app worker; fi\n',
        '#!/bin/sh\ncase "$ROLE" in web) uvicorn app:app ;; *) celery -A app worker ;; esac\n',
        '#!/bin/sh\n[ -f x ] && exec uvicorn app:app --port 1\nexec "$@"\n',
        "#!/bin/sh\nfor p in 1 2; do uvicorn app:app --port $p & done\nwait\n",
        "#!/bin/sh\nuvicorn app:app || uvicorn app:app --port 2\n",
        "#!/bin/sh\n$START\n",
        '#!/bin/sh\nif x; then PORT=1; fi\nuvicorn app:app --port "$PORT"\n',
        "#!/bin/sh\n. ./settings.sh\nuvicorn app:app\n",
        '#!/bin/sh\neval "$(cat env)"\ngunicorn app:app\n',
        "#!/bin/sh\nwhile read -r PORT; do :; done\nuvicorn app:app --port $PORT\n",
        "#!/bin/sh\n./itself.sh\n",
        "#!/bin/sh\nif then\n",
    ],
)
def test_a_branch_that_decides_makes_it_unknown(script: str) -> None:
    assert unknown("./itself.sh", {"itself.sh": script})


def test_reading_a_virtual_environment_in_hides_nothing() -> None:
    assert bound(". venv/bin/activate && uvicorn app:app") == [(8000, "127.0.0.1")]


def test_a_script_by_its_shebang_is_source() -> None:
    process = main("./serve", {"serve": "#!/usr/bin/env python3\nimport x\n"})
    assert (process.tool, process.listens) == ("python", Listens.SOURCE)


# --- package.json ----------------------------------------------------------------------------------------------------

PACKAGE = {
    "package.json": '{\n\t"scripts": {\n\t\t"start": "next start -p 3001",\n\t\t"dev": "vite --host",\n\t\t"all": "npm run dev"\n\t}\n}\n',
    "web/package.json": '{"scripts": {"start": "node index.js"}}',
    "bare/package.json": '{"scripts": {}}',
}


@pytest.mark.parametrize(
    ("command", "port", "host"),
    [
        ("npm start", 3001, None),
        ("npm run start", 3001, None),
        ("yarn start", 3001, None),
        ("pnpm run dev", 5173, None),
        ("npm run dev -- --port 81", 81, None),
        ("yarn dev --port 81", 81, None),
        ("npm run all", 5173, None),
        ("npx vite --port 82 --host", 82, None),
        ("pnpm exec next start", 3000, None),
    ],
)
def test_a_package_script_is_followed(command: str, port: int, host: str | None) -> None:
    assert bound(command, PACKAGE) == [(port, host)]


def test_the_port_of_a_package_script_is_written_there() -> None:
    (found,) = endpoints(main("npm start", PACKAGE)).endpoints
    assert found.port_text is not None
    assert found.port_text.place == ("package.json", Span(42, 46))


def test_a_package_script_of_another_folder() -> None:
    entry = main("npm --prefix web start", PACKAGE).entry
    assert entry is not None
    assert entry.path == "/app/web/index.js"
    default = main("cd bare && npm start", PACKAGE).entry
    assert default is not None
    assert default.path == "/app/bare/server.js"
    assert unknown("npm run missing", PACKAGE)


# --- forms -----------------------------------------------------------------------------------------------------------


def test_exec_form_expands_nothing() -> None:
    assert unknown(exec_form("uvicorn", "app:app", "--port", "$PORT"), seen=environment(PORT="80"))
    assert bound(exec_form("sh", "-c", "uvicorn app:app --port $PORT"), PORT="80") == [(80, "127.0.0.1")]


def test_a_compose_string_is_no_shell() -> None:
    def compose(command: str) -> Words:
        text = Text.of_file("compose.yml", command.encode())
        return Words((Template.literal(text),), True, PLACE, COMPOSE)  # noqa: FBT003 - a field by its place

    assert bound(compose("uvicorn app:app --port 80")) == [(80, "127.0.0.1")]
    assert bound(compose("sh -c 'a && uvicorn app:app --port 80'")) == [(80, "127.0.0.1")]
    assert unknown(compose("uvicorn app:app --port $PORT"), seen=environment(PORT="80"))
    assert unknown(compose("a && uvicorn app:app --port 80"))


def test_a_hole_of_the_deployment_stays_one() -> None:
    plain = (Template.literal(Text.unwritten(w)) for w in ("uvicorn", "app:app", "--port"))
    hole = Template((Hole("WEB_PORT", Template.literal(Text.unwritten("81"))),))
    words = Words((*plain, hole), shell=False, location=PLACE, anchor=COMPOSE)
    assert bound(words) == [(81, "127.0.0.1")]
    assert bound(words, WEB_PORT="82") == [(82, "127.0.0.1")]


def test_entrypoint_and_command_are_one() -> None:
    def joined(first: Words | None, second: Words | None) -> list[str | None] | None:
        found = whole_command(first, second)
        return None if found is None else [w.text.value if w.text is not None else None for w in found.words]

    assert joined(exec_form("tini", "--"), exec_form("a", "b")) == ["tini", "--", "a", "b"]
    assert joined(exec_form("tini", "--"), shell_form("a b")) == ["tini", "--", "/bin/sh", "-c", "a b"]
    assert joined(shell_form("a b"), exec_form("c")) == ["a b"]
    assert joined(None, exec_form("c")) == ["c"]
    assert joined(exec_form("a"), None) == ["a"]
    assert joined(None, None) is None


def test_the_anchor_leads_to_the_command_in_its_script() -> None:
    files = {"start.sh": "#!/bin/sh\necho a\nexec uvicorn app:app\n"}
    process = main("./start.sh", files)
    assert process.anchor == Anchor("start.sh", "shell", (1,))
    document = shell.read(Text.of_file("start.sh", files["start.sh"].encode()))
    command = shell.resolve(document, process.anchor.steps)
    assert isinstance(command, shell.Command)
    assert command.text.value == "exec uvicorn app:app"
