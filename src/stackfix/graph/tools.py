"""Programs that serve: their flags, environment variables and defaults, from their own documentation.

A table, so that another program is one more row.
"""

from __future__ import annotations

from stackfix.graph.package_tools import PACKAGES
from stackfix.graph.tool_kinds import Names, Tool
from stackfix.graph.tool_kinds import flags as _flags

__all__ = ["TOOLS", "Names", "Tool", "find"]


_LOOPBACK = "127.0.0.1"


_UVICORN_FLAGS = _flags(
    "--reload --use-colors --no-use-colors --proxy-headers --no-proxy-headers --server-header --no-server-header"
    " --date-header --no-date-header --access-log --no-access-log --factory --version --help"
)
_GUNICORN_FLAGS = _flags(
    "--reload --daemon -D --preload --check-config --print-config --spew --no-sendfile --reuse-port --capture-output"
    " --log-syslog --disable-redirect-access-to-syslog"
    " --proxy-protocol --strip-header-spaces --initgroups --no-control-socket"
)
_FASTAPI_FLAGS = _flags("--reload --no-reload --proxy-headers --no-proxy-headers --help")
_FLASK_FLAGS = _flags(
    "--debug --no-debug --reload --no-reload --debugger --no-debugger --with-threads --without-threads --help"
)

TOOLS = (
    Tool(
        "uvicorn",
        port=("--port",),
        host=("--host",),
        flags=_UVICORN_FLAGS,
        port_variables=("UVICORN_PORT",),
        host_variables=("UVICORN_HOST",),
        default_port=8000,
        default_host=_LOOPBACK,
        names=Names.OBJECT,
        hides=_flags("--uds --fd"),
    ),
    Tool(
        "gunicorn",
        bind=("-b", "--bind"),
        flags=_GUNICORN_FLAGS,
        default_port=8000,
        default_host=_LOOPBACK,
        names=Names.OBJECT,
        configuration=("gunicorn.conf.py",),
        configured_by=("-c", "--config"),
        hides=_flags("--paste --paster"),
        unsure_variables=("GUNICORN_CMD_ARGS",),
    ),
    Tool(
        "hypercorn",
        bind=("-b", "--bind"),
        flags=_flags("--debug --reload -h --help"),
        default_port=8000,
        default_host=_LOOPBACK,
        names=Names.OBJECT,
        configured_by=("-c", "--config"),
        hides=_flags("--insecure-bind --quic-bind"),
    ),
    Tool(
        "daphne",
        port=("-p", "--port"),
        host=("-b", "--bind"),
        flags=_flags("--proxy-headers --no-server-name"),
        default_port=8000,
        default_host=_LOOPBACK,
        names=Names.OBJECT,
        hides=_flags("-u --unix-socket --fd -e --endpoint"),
    ),
    Tool(
        "granian",
        port=("--port",),
        host=("--host",),
        port_variables=("GRANIAN_PORT",),
        host_variables=("GRANIAN_HOST",),
        flags=_flags(
            "--ws --no-ws --reload --no-reload --factory --no-factory --access-log --no-access-log --log --no-log"
        ),
        default_port=8000,
        default_host=_LOOPBACK,
        names=Names.OBJECT,
        hides=_flags("--uds --static-path-mount"),
    ),
    Tool(
        "fastapi",
        ("run",),
        port=("--port",),
        host=("--host",),
        flags=_FASTAPI_FLAGS,
        default_port=8000,
        default_host="0.0.0.0",  # noqa: S104 - its default
        names=Names.SCRIPT,
        unsure_variables=("PORT", "HOST"),
    ),
    Tool(
        "fastapi",
        ("dev",),
        port=("--port",),
        host=("--host",),
        flags=_FASTAPI_FLAGS,
        default_port=8000,
        default_host=_LOOPBACK,
        names=Names.SCRIPT,
        unsure_variables=("PORT", "HOST"),
    ),
    Tool(
        "flask",
        ("run",),
        port=("-p", "--port"),
        host=("-h", "--host"),
        flags=_FLASK_FLAGS,
        port_variables=("FLASK_RUN_PORT",),
        host_variables=("FLASK_RUN_HOST",),
        default_port=5000,
        default_host=_LOOPBACK,
        configuration=(".flaskenv",),
    ),
    Tool(
        "sanic",
        port=("-p", "--port"),
        host=("-H", "--host"),
        flags=_flags(
            "-d --debug --dev --reload -r --auto-reload -R --fast --access-logs --no-access-logs --motd --no-motd"
            " --factory -v --verbosity --noisy-exceptions --single-process --auto-tls"
        ),
        default_port=8000,
        default_host=_LOOPBACK,
        hides=_flags("-u --unix -s --simple --inspect"),
    ),
    Tool(
        "litestar",
        ("run",),
        port=("-p", "--port"),
        host=("-H", "--host"),
        flags=_flags("-r --reload -d --debug -P --pdb --create-self-signed-cert --no-color"),
        port_variables=("LITESTAR_PORT",),
        host_variables=("LITESTAR_HOST",),
        default_port=8000,
        default_host=_LOOPBACK,
        hides=_flags("-U --uds -F --fd"),
    ),
    Tool(
        "waitress-serve",
        port=("--port",),
        host=("--host",),
        bind=("--listen",),
        flags=_flags("--call --expose-tracebacks --no-expose-tracebacks --ipv4 --ipv6 --no-ipv6 --log-socket-errors"),
        default_port=8080,
        names=Names.OBJECT,
        hides=_flags("--unix-socket"),
    ),
    Tool(
        "rails",
        ("server", "s"),
        port=("-p", "--port"),
        host=("-b", "--binding"),
        flags=_flags("-d --daemon --early-hints --dev-caching --no-dev-caching -C --log-to-stdout --no-log-to-stdout"),
        port_variables=("PORT",),
        default_port=3000,
        configuration=("config/puma.rb",),
        unsure_variables=("BINDING", "HOST"),
    ),
    Tool(
        "puma",
        port=("-p", "--port"),
        flags=_flags("-q --quiet --preload --prune-bundler --debug -s --silent"),
        default_port=9292,
        configuration=("config/puma.rb",),
        configured_by=("-C", "--config"),
        unsure_variables=("PORT",),
        hides=_flags("-b --bind"),
    ),
    Tool(
        "streamlit",
        ("run",),
        port=("--server.port",),
        host=("--server.address",),
        flags=_flags("--help"),
        port_variables=("STREAMLIT_SERVER_PORT",),
        host_variables=("STREAMLIT_SERVER_ADDRESS",),
        default_port=8501,
        names=Names.SCRIPT,
        configuration=(".streamlit/config.toml",),
    ),
    Tool(
        "chainlit",
        ("run",),
        port=("--port",),
        host=("--host",),
        flags=_flags("-w --watch -h --headless -d --debug"),
        port_variables=("CHAINLIT_PORT",),
        host_variables=("CHAINLIT_HOST",),
        default_port=8000,
        names=Names.SCRIPT,
    ),
    Tool(
        "jupyter",
        ("lab",),
        port=("--port", "--ServerApp.port", "--NotebookApp.port"),
        host=("--ip", "--ServerApp.ip"),
        flags=_flags("--allow-root --no-browser --debug -y"),
        default_port=8888,
        default_host="localhost",
        unsure_variables=("JUPYTER_PORT", "JUPYTER_IP"),
        configured_by=("--config",),
    ),
    Tool(
        "jupyter",
        ("notebook",),
        port=("--port", "--ServerApp.port", "--NotebookApp.port"),
        host=("--ip", "--ServerApp.ip"),
        flags=_flags("--allow-root --no-browser --debug -y"),
        default_port=8888,
        default_host="localhost",
        unsure_variables=("JUPYTER_PORT", "JUPYTER_IP"),
        configured_by=("--config",),
    ),
    Tool(
        "mlflow",
        ("server",),
        port=("-p", "--port"),
        host=("-h", "--host"),
        port_variables=("MLFLOW_PORT",),
        host_variables=("MLFLOW_HOST",),
        flags=_flags("--serve-artifacts --no-serve-artifacts --artifacts-only --dev"),
        default_port=5000,
        default_host=_LOOPBACK,
    ),
    Tool(
        "mlflow",
        ("ui",),
        port=("-p", "--port"),
        host=("-h", "--host"),
        port_variables=("MLFLOW_PORT",),
        host_variables=("MLFLOW_HOST",),
        flags=_flags("--serve-artifacts --no-serve-artifacts --dev"),
        default_port=5000,
        default_host=_LOOPBACK,
    ),
    Tool(
        "http.server",
        port=(),
        host=("-b", "--bind"),
        flags=_flags("--cgi -h --help"),
        default_port=8000,
        names=Names.ADDRESS,
    ),
    Tool(
        "artisan",
        ("serve",),
        port=("--port",),
        host=("--host",),
        flags=_flags("--no-reload --ansi --no-ansi -q --quiet -v -n --no-interaction"),
        default_port=8000,
        default_host=_LOOPBACK,
        unsure_variables=("SERVER_PORT", "SERVER_HOST"),
    ),
    Tool(
        "redis-server",
        port=("--port",),
        host=("--bind",),
        default_port=6379,
        names=Names.ADDRESS,
    ),
    Tool("flower", port=("--port",), host=("--address",), port_variables=("FLOWER_PORT",), default_port=5555),
    Tool(
        "tensorboard",
        port=("--port",),
        host=("--host",),
        flags=_flags("--bind_all --reuse_port"),
        default_port=6006,
        default_host="localhost",
    ),
    *PACKAGES,
)


def find(name: str, words: tuple[str, ...]) -> Tool | None:
    """The row of a program by its arguments; one with a subcommand before one without."""
    rows = [t for t in TOOLS if t.name == name]
    for word in words:
        for tool in rows:
            if word in tool.subcommands:
                return tool
    return next((t for t in rows if not t.subcommands), None)
