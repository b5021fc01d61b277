"""Programs of npm's packages that serve: their flags, environment variables and defaults, from their documentation."""

from __future__ import annotations

from stackfix.graph.tool_kinds import Names, Tool
from stackfix.graph.tool_kinds import flags as _flags

_VITE = ("vite.config.ts", "vite.config.js", "vite.config.mts", "vite.config.mjs", "vite.config.cts", "vite.config.cjs")
_ASTRO = ("astro.config.mjs", "astro.config.js", "astro.config.ts", "astro.config.mts", "astro.config.cjs")
_VITE_FLAGS = _flags("--open --cors --strictPort --force --help --version -d --debug --clearScreen --profile")
_NEXT_FLAGS = _flags("--turbo --turbopack --webpack --experimental-https --disable-source-maps --help")

PACKAGES = (
    Tool(
        "next",
        ("start",),
        port=("-p", "--port"),
        host=("-H", "--hostname"),
        flags=_NEXT_FLAGS,
        port_variables=("PORT",),
        default_port=3000,
        names=Names.FOLDER,
    ),
    Tool(
        "next",
        ("dev",),
        port=("-p", "--port"),
        host=("-H", "--hostname"),
        flags=_NEXT_FLAGS,
        port_variables=("PORT",),
        default_port=3000,
        names=Names.FOLDER,
    ),
    Tool(
        "vite",
        ("preview",),
        port=("--port",),
        host=("--host",),
        flags=_VITE_FLAGS,
        default_port=4173,
        default_host="localhost",
        names=Names.FOLDER,
        configuration=_VITE,
        configured_by=("-c", "--config"),
    ),
    Tool(
        "vite",
        port=("--port",),
        host=("--host",),
        flags=_VITE_FLAGS,
        default_port=5173,
        default_host="localhost",
        names=Names.FOLDER,
        configuration=_VITE,
        configured_by=("-c", "--config"),
    ),
    Tool("react-scripts", ("start",), port_variables=("PORT",), host_variables=("HOST",), default_port=3000),
    Tool(
        "vue-cli-service",
        ("serve",),
        port=("--port",),
        host=("--host",),
        flags=_flags("--open --https --copy"),
        default_port=8080,
        names=Names.FOLDER,
        configuration=("vue.config.js", "vue.config.ts"),
        unsure_variables=("PORT", "HOST"),
    ),
    Tool(
        "ng",
        ("serve",),
        port=("--port",),
        host=("--host",),
        default_port=4200,
        default_host="localhost",
        flags=_flags(
            "--open -o --watch --live-reload --disable-host-check --ssl --hmr --prod --verbose --no-live-reload"
        ),
        configuration=("angular.json",),
    ),
    *(
        Tool(
            "astro",
            (command,),
            port=("--port",),
            host=("--host",),
            flags=_flags("--open --verbose --silent --help"),
            default_port=4321,
            default_host="localhost",
            names=Names.NOTHING,
            configuration=_ASTRO,
            configured_by=("--config",),
            hides=_flags("--root"),
        )
        for command in ("dev", "preview", "start")
    ),
    *(
        Tool(
            name,
            ("dev",),
            port=("-p", "--port"),
            host=("-h", "--host"),
            flags=_flags("--open --https --clear --fork --no-fork --no-clear --qr --inspect --public"),
            port_variables=("NUXT_PORT", "NITRO_PORT", "PORT"),
            default_port=3000,
            names=Names.FOLDER,
            configuration=("nuxt.config.ts", "nuxt.config.js", "nuxt.config.mjs"),
            hides=_flags("--cwd --dotenv"),
        )
        for name in ("nuxt", "nuxi")
    ),
    *(
        Tool(
            name,
            port_variables=("PORT",),
            host_variables=("HOST",),
            default_port=3000,
            names=Names.FOLDER,
        )
        for name in ("remix-serve", "react-router-serve")
    ),
    Tool(
        "json-server",
        port=("-p", "--port"),
        host=("-H", "--host"),
        flags=_flags("-w --watch --ro --read-only --nc --no-cors --ng --no-gzip -q --quiet"),
        default_port=3000,
        default_host="localhost",
        names=Names.FOLDER,
        configuration=("json-server.json",),
        configured_by=("-c", "--config"),
        unsure_variables=("PORT", "HOST"),
    ),
    Tool(
        "serve",
        port=("-p", "--port", "-l", "--listen"),
        port_variables=("PORT",),
        default_port=3000,
        names=Names.FOLDER,
        flags=_flags(
            "-s --single -d --debug -C --cors -n --no-clipboard -u --no-compression --no-etag -S --symlinks -L"
            " --no-request-logging --no-port-switching"
        ),
    ),
    Tool(
        "http-server",
        port=("-p", "--port"),
        host=("-a",),
        port_variables=("PORT",),
        default_port=8080,
        names=Names.FOLDER,
        flags=_flags("-d -g --gzip -b --brotli -s --silent --cors -o -S --tls --ssl --no-dotfiles -i -r"),
    ),
)
