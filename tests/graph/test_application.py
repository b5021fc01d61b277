"""Python programs followed from their start command: what they bind, serve and allow."""

from __future__ import annotations

import pytest

from stackfix.graph import application
from stackfix.graph.value import Template
from stackfix.text import Text
from tests.graph.application_world import facts, filled, library, shown


def bound(program: application.Program) -> list[tuple[str | None, str | None, bool]]:
    """Host and port of each listener with the defaults filled in, and whether it is certain."""
    return [
        (
            filled(x.host) if x.host is not None else x.default_host,
            filled(x.port) if x.port is not None else str(x.default_port),
            x.certain,
        )
        for x in program.listens
    ]


def paths(program: application.Program) -> list[str]:
    return sorted(r.path + (" ws" if r.websocket else "") for r in program.routes)


APP = {
    "app/__init__.py": "",
    "app/main.py": """
        import uvicorn
        from fastapi import FastAPI
        from fastapi.middleware.cors import CORSMiddleware
        from app.config import settings
        from .routers import items as things, live
        app = FastAPI()
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.origins,
            allow_credentials=True,
        )
        app.include_router(things.router, prefix="/api")
        app.include_router(live.router)

        @app.get("/health")
        def health(): ...

        if __name__ == "__main__":
            uvicorn.run("app.main:app", host=settings.host, port=settings.port)
        """,
    "app/config.py": """
        from pydantic_settings import BaseSettings
        class Settings(BaseSettings):
            host: str = "127.0.0.1"
            port: int = 7000
            origins: list[str] = ["http://localhost:3000", "*"]
            secret: str
        settings = Settings()
        """,
    "app/routers/__init__.py": "",
    "app/routers/items.py": """
        import os
        from fastapi import APIRouter
        router = APIRouter(prefix="/items")
        @router.get("/{item_id}")
        def one(item_id: int): return os.environ["ITEMS_URL"]
        @router.post("")
        def make(): ...
        """,
    "app/routers/live.py": """
        from fastapi import APIRouter
        router = APIRouter()
        @router.websocket("/ws")
        async def ws(socket): ...
        """,
    "app/unused.py": """
        import os
        X = os.environ["NEVER"]
        """,
}


def test_a_program_run_by_itself_binds_what_its_settings_say() -> None:
    found = application.program(library(APP), "app/main.py", ("",), "app.main")
    assert bound(found) == [("127.0.0.1", "7000", True)]
    (listen,) = found.listens
    assert (shown(listen.host), shown(listen.port)) == ("{HOST-127.0.0.1}", "{PORT-7000}")
    assert found.app == ("app/main.py", "app")


def test_the_same_program_under_a_server_binds_nothing_itself() -> None:
    found = application.program(library(APP), "app/main.py", ("",), "app.main", main=False, attribute="app")
    assert found.listens == ()
    assert found.app == ("app/main.py", "app")
    assert [(r.name, r.required) for r in found.env_reads] == [
        ("HOST", False), ("PORT", False), ("ORIGINS", False), ("SECRET", True), ("ITEMS_URL", True),
    ]  # fmt: skip


def test_routes_have_their_whole_paths_and_absence_is_known() -> None:
    found = application.program(library(APP), "app/main.py", ("",), "app.main", main=False, attribute="app")
    assert paths(found) == ["/api/items", "/api/items/{item_id}", "/health", "/ws ws"]
    assert found.routing.complete
    serves = found.routing.serves
    assert (serves("/api/items/7"), serves("/api/items/7/x"), serves("/items/7")) == (True, False, False)
    assert (serves("/ws"), serves("/ws", websocket=True), serves("/health", websocket=True)) == (False, True, False)
    assert serves("/docs") is None


def test_cors_from_settings_lists_the_default_and_says_that_it_may_change() -> None:
    found = application.program(library(APP), "app/main.py", ("",), "app.main", main=False, attribute="app")
    (cors,) = found.cors
    assert cors.origins is not None
    assert [shown(o) for o in cors.origins] == ["http://localhost:3000", "*"]
    assert cors.expression is not None
    assert cors.cors.credentials is True


def test_an_app_that_is_not_there_has_no_routes_to_speak_of() -> None:
    found = application.program(library(APP), "app/main.py", ("",), "app.main", main=False, attribute="gone")
    assert found.app is None
    assert not found.routing.complete
    assert found.routing.serves("/health") is None


def test_a_script_looks_beside_itself_first_and_a_module_does_not() -> None:
    files = {"a/run.py": "import conf\nX = conf.X\n", "a/conf.py": "X = 'near'\n", "conf.py": "X = 'far'\n"}
    near = application.program(library(files), "a/run.py", ("",))
    far = application.program(library(files), "a/run.py", ("",), "a.run")
    assert near.paths == ("a/run.py", "a/conf.py")
    assert far.paths == ("a/run.py", "conf.py")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("if __name__ == '__main__':\n    app.run(host='0.0.0.0', port=80)\n", [("0.0.0.0", "80", True)]),
        ("if __name__ == '__main__':\n    app.run()\n", [("127.0.0.1", "5000", True)]),
        ("def main():\n    app.run(port=81)\nif '__main__' == __name__:\n    main()\n", [("127.0.0.1", "81", True)]),
        ("def main():\n    app.run(port=81)\n", []),
        ("import sys\nif sys.argv:\n    app.run(port=82)\n", [("127.0.0.1", "82", False)]),
        (
            "from threading import Thread\ndef f():\n    app.run(port=83)\nThread(target=f).start()\n",
            [("127.0.0.1", "83", False)],
        ),
        (
            "p = int(os.getenv('PORT', 84))\nif __name__ == '__main__':\n    app.run('0.0.0.0', p)\n",
            [("0.0.0.0", "84", True)],
        ),
        ("def main():\n    p = 85\n    app.run(port=p)\nmain()\n", [("127.0.0.1", "85", True)]),
        ("def main(p=86):\n    app.run(port=p)\nmain()\n", [("127.0.0.1", None, True)]),
        ("app.run(**options)\n", [(None, None, True)]),
        ("from waitress import serve\nserve(app, port=87)\n", [(None, "87", True)]),
        ("from http.server import HTTPServer\nHTTPServer(('', 88), h).serve_forever()\n", [("", "88", True)]),
        ("from aiohttp import web\nweb.run_app(a)\n", [(None, "8080", True)]),
        ("s.add_insecure_port('[::]:50051')\n", [("::", "50051", True)]),
        ("import subprocess\nsubprocess.run(['x'])\n", []),
    ],
)
def test_what_a_start_binds(body: str, expected: list[tuple[str | None, str | None, bool]]) -> None:
    files = {"main.py": "import os\nfrom flask import Flask\napp = Flask(__name__)\n" + body}
    assert bound(application.program(library(files), "main.py", ())) == expected


def test_the_guard_of_an_imported_module_is_dead() -> None:
    files = {
        "main.py": "from server import app\nimport uvicorn\nif __name__ == '__main__':\n    uvicorn.run(app, port=1)\n",
        "server.py": "import uvicorn\nfrom fastapi import FastAPI\napp = FastAPI()\nif __name__ == '__main__':\n    uvicorn.run(app, port=2)\n",
    }
    found = application.program(library(files), "main.py", ())
    assert bound(found) == [("127.0.0.1", "1", True)]
    assert found.app == ("server.py", "app")


def test_an_imported_app_is_run_with_its_framework_s_defaults() -> None:
    files = {
        "run.py": "from pkg import app\nif __name__ == '__main__':\n    app.run(debug=True)\n",
        "pkg/__init__.py": "from flask import Flask\napp = Flask(__name__)\n",
    }
    assert bound(application.program(library(files), "run.py", ())) == [("127.0.0.1", "5000", True)]


def test_options_of_the_command_line_come_before_their_defaults() -> None:
    source = """
        import argparse, uvicorn
        def main():
            parser = argparse.ArgumentParser()
            parser.add_argument("--port", "-p", type=int, default=9001)
            args = parser.parse_args()
            uvicorn.run("m:app", port=args.port)
        if __name__ == "__main__":
            main()
        """
    lib = library({"main.py": source})

    def words(*given: str) -> tuple[Template, ...]:
        return tuple(Template.literal(Text.unwritten(w)) for w in given)

    assert bound(application.program(lib, "main.py", ()))[0][1] == "9001"
    assert bound(application.program(lib, "main.py", (), arguments=words("-p", "5")))[0][1] == "5"
    assert bound(application.program(lib, "main.py", (), arguments=words("--port=6")))[0][1] == "6"
    assert bound(application.program(lib, "main.py", (), arguments=(Template.unknown(),)))[0][1] is None


FACTORY = {
    "wsgi.py": "from site_.factory import create_app\napp = create_app()\n",
    "site_/__init__.py": "",
    "site_/factory.py": """
        from flask import Flask
        from site_.views import bp
        def create_app():
            app = Flask(__name__)
            app.register_blueprint(bp, url_prefix="/v2")
            register(app)
            return app
        def register(server):
            @server.route("/late", methods=["POST", "get"])
            def late(): ...
        """,
    "site_/views.py": """
        from flask import Blueprint
        bp = Blueprint("v", __name__, url_prefix="/v1")
        @bp.route("/<int:n>/<path:rest>")
        def view(n, rest): ...
        """,
}


@pytest.mark.parametrize(
    ("entry", "attribute"),
    [("wsgi.py", "app"), ("site_/factory.py", "create_app()"), ("site_/factory.py", "create_app")],
)
def test_a_factory_serves_what_it_registers(entry: str, attribute: str) -> None:
    found = application.program(library(FACTORY), entry, ("",), "x", main=False, attribute=attribute)
    assert found.app == ("site_/factory.py", "create_app.app")
    assert paths(found) == ["/late", "/v2/<int:n>/<path:rest>"]
    assert found.routing.complete
    assert found.routing.serves("/v2/1/a/b")
    assert found.routing.serves("/v1/1/a") is False
    assert {r.path: r.methods for r in found.routes}["/late"] == {"POST", "GET"}


STARLETTE = """
    from starlette.applications import Starlette
    from starlette.routing import Route, WebSocketRoute, Mount
    from starlette.staticfiles import StaticFiles
    sub = Starlette(routes=[Route("/in", f)])
    app = Starlette(routes=[
        Route("/a", f, methods=["GET"]),
        WebSocketRoute("/live", g),
        Mount("/sub", app=sub),
        Mount("/static", app=StaticFiles(directory="x")),
    ])
    """


def test_a_mounted_folder_hides_what_lies_below_it_alone() -> None:
    found = application.program(library({"m.py": STARLETTE}), "m.py", ())
    assert "app" in {o.name for o in facts(STARLETTE).objects}
    served = application.program(library({"m.py": STARLETTE}), "m.py", (), main=False, attribute="app")
    assert paths(served) == ["/a", "/live ws", "/sub/in"]
    assert served.routing.complete
    assert served.routing.serves("/static/x.js") is None
    assert served.routing.serves("/b") is False
    assert found.listens == ()


@pytest.mark.parametrize(
    "more",
    [
        "app.mount('/', thing)",
        "setup(app)",
        "for r in routers:\n    app.include_router(r)",
        "app.include_router(outside.router)",
        "@app.get(PREFIX + name)\ndef f(): ...",
        "def later():\n    app.add_api_route('/x', g)",
        "from flask_socketio import SocketIO\nSocketIO(app)",
    ],
)
def test_routes_that_cannot_all_be_seen_are_never_said_to_be_missing(more: str) -> None:
    source = f"from fastapi import FastAPI\nimport outside\nfrom lib import setup\napp = FastAPI()\n{more}\n"
    found = application.program(library({"m.py": source}), "m.py", (), main=False, attribute="app")
    assert found.routing.serves("/nowhere") is None


def test_a_file_that_cannot_be_read_hides_what_it_does() -> None:
    files = {"m.py": "from fastapi import FastAPI\nimport broken\napp = FastAPI()\n", "broken.py": "def f(:\n"}
    found = application.program(library(files), "m.py", (), main=False, attribute="app")
    assert found.unread == ("broken.py",)
    assert found.routing.serves("/x") is None
    assert not found.env_complete


DJANGO = {
    "manage.py": "import os\ndef main():\n    os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'proj.settings')\nif __name__ == '__main__':\n    main()\n",
    "proj/__init__.py": "",
    "proj/asgi.py": "import os\nfrom django.core.asgi import get_asgi_application\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'proj.settings')\napplication = get_asgi_application()\n",
    "proj/settings.py": """
        import os
        ROOT_URLCONF = "proj.urls"
        CORS_ALLOWED_ORIGINS = ["http://localhost:3000"]
        CORS_ALLOW_CREDENTIALS = True
        DB = os.environ["DB_HOST"]
        """,
    "proj/urls.py": """
        from django.contrib import admin
        from django.urls import include, path, re_path
        urlpatterns = [
            path("admin/", admin.site.urls),
            path("api/", include("shop.urls")),
            re_path(r"^v(?P<n>[0-9]+)/$", view),
        ]
        """,
    "shop/urls.py": "from django.urls import path\nfrom . import views\nurlpatterns = [path('items/<int:pk>/', views.one)]\n",
    "shop/views.py": "",
}


@pytest.mark.parametrize(("entry", "attribute"), [("manage.py", None), ("proj/asgi.py", "application")])
def test_django_serves_its_url_modules(entry: str, attribute: str | None) -> None:
    found = application.program(library(DJANGO), entry, ("",), "x", main=attribute is None, attribute=attribute)
    assert paths(found) == ["/^v(?P<n>[0-9]+)/$", "/api/items/<int:pk>/"]
    assert found.routing.serves("/v2/")
    assert found.routing.serves("/api/items/3/")
    assert found.routing.serves("/admin/x") is None
    assert "DB_HOST" in {r.name for r in found.env_reads}
    assert [(c.cors.framework, c.cors.credentials) for c in found.cors] == [("django", True)]


@pytest.mark.parametrize(
    ("source", "origins", "expression", "separator", "everything"),
    [
        ("app.add_middleware(CORSMiddleware, allow_origins=['*'])", ["*"], "-", None, True),
        (
            "app.add_middleware(CORSMiddleware, allow_origins=os.getenv('O', 'a,b').split(','))",
            None,
            "{O-a,b}",
            ",",
            False,
        ),
        (
            "app.add_middleware(CORSMiddleware, allow_origins=[o.strip() for o in os.getenv('O').split(',')])",
            None,
            "{O}",
            ",",
            False,
        ),
        ("L = ['http://a']\napp.add_middleware(CORSMiddleware, allow_origins=L)", ["http://a"], "-", None, False),
        ("app.add_middleware(CORSMiddleware, allow_origin_regex='x')", [], "-", None, False),
        (
            "app = Starlette(middleware=[Middleware(CORSMiddleware, allow_origins=('http://a',))])",
            ["http://a"],
            "-",
            None,
            False,
        ),
        ("CORS(app)", None, "-", None, True),
        ("CORS(app, origins='*', supports_credentials=True)", None, "*", None, True),
        ("CORS(app, resources={r'/api/*': {'origins': ['http://a']}})", ["http://a"], "-", None, False),
        ("CORS(app, resources=R)", None, "-", None, False),
    ],
)
def test_cors_in_its_dresses(
    source: str, origins: list[str] | None, expression: str, separator: str | None, *, everything: bool
) -> None:
    head = "import os\nfrom starlette.middleware.cors import CORSMiddleware\nfrom starlette.middleware import Middleware\nfrom starlette.applications import Starlette\nfrom flask_cors import CORS\n"
    (cors,) = facts(head + source + "\n").cors
    assert (None if cors.origins is None else [shown(o) for o in cors.origins]) == origins
    assert shown(cors.expression) == expression
    assert cors.separator == separator
    assert cors.everything is everything


def test_candidates_are_files_that_could_be_started() -> None:
    files = {
        **APP, **FACTORY,
        "tests/test_main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
        "tool.py": "import uvicorn\nif __name__ == '__main__':\n    uvicorn.run('app.main:app')\n",
        "plain.py": "if __name__ == '__main__':\n    print(1)\n",
    }  # fmt: skip
    found = application.candidates(library(files), "")
    assert [(c.path, c.apps, c.factories, c.main, c.listens) for c in found] == [
        ("app/main.py", ("app",), (), True, True),
        ("site_/factory.py", (), ("create_app",), False, False),
        ("tool.py", (), (), True, True),
    ]


def test_attributes_are_all_names_or_unknown() -> None:
    files = {
        "a.py": "import os as o\nfrom x import y\nz = 1\ndef f(): q = 1\nclass C: w = 2\n",
        "b.py": "from x import *\n",
        "c.py": "def __getattr__(n): ...\n",
    }
    lib = library(files)
    assert application.attributes(lib, "a.py") == frozenset({"o", "y", "z", "f", "C"})
    assert application.attributes(lib, "b.py") is None
    assert application.attributes(lib, "c.py") is None
    assert application.attributes(lib, "gone.py") is None


def test_imports_tell_how_a_file_can_be_started() -> None:
    files = {
        "backend/app/main.py": "from backend.app.x import y\nfrom .x import y\nimport fastapi\nfrom x import y\ntry:\n    import z\nexcept ImportError:\n    z = 1\ndef f():\n    import q\n",
        "backend/app/x.py": "y = 1\n",
    }
    found = application.imports_of(library(files), "backend/app/main.py", ("backend/app",))
    assert [(i.found.module, i.path, i.relative, i.inside) for i in found] == [
        ("backend.app.x", None, False, True),
        ("x", "backend/app/x.py", True, True),
        ("fastapi", None, False, False),
        ("x", "backend/app/x.py", False, True),
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("bind = '0.0.0.0:8000'\n", "0.0.0.0:8000"),
        ("import os\nbind = f\"0.0.0.0:{os.getenv('PORT', '1')}\"\n", "0.0.0.0:{PORT-1}"),
        ("bind = ['a:1', 'b:2']\n", "a:1"),
        ("workers = 2\n", "-"),
    ],
)
def test_a_gunicorn_configuration_s_bind(source: str, expected: str) -> None:
    assert shown(application.gunicorn_bind(library({"gunicorn.conf.py": source}), "gunicorn.conf.py")) == expected


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [("a:1", "a", "1"), (":1", "-", "1"), ("[::]:1", "::", "1"), ("a", "a", "-"), ("[::1]", "::1", "-")],
)
def test_an_address_has_a_host_and_a_port(address: str, host: str, port: str) -> None:
    found = application.split_address(Template.literal(Text.unwritten(address)))
    assert (shown(found[0]), shown(found[1])) == (host, port)


def test_modules_are_found_below_the_first_root_that_has_them() -> None:
    lib = library({"a/p/__init__.py": "", "b/p.py": "", "b/q.py": "", "b/n/m.py": ""})
    assert application.resolve_module(lib, ("a", "b"), "p") == "a/p/__init__.py"
    assert application.resolve_module(lib, ("a", "b"), "q") == "b/q.py"
    assert application.resolve_module(lib, ("a", "b"), "n.m") == "b/n/m.py"
    assert application.resolve_module(lib, ("a", "b"), "n") is None


def test_imports_in_a_circle_end() -> None:
    files = {
        "a.py": "from b import x\ny = x\n",
        "b.py": "from a import y\nx = y\nimport uvicorn\nuvicorn.run('a:app', port=x)\n",
    }
    assert bound(application.program(library(files), "a.py", ())) == [("127.0.0.1", None, True)]
