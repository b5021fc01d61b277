"""Front ends as they are really written: what they call, open and read, and how they are built."""

from __future__ import annotations

import pytest

from stackfix.graph import frontend
from stackfix.graph.frontend import Bundler, FrontEnd, front_end
from stackfix.text import Text
from tests.graph.script_world import library, said, written

VITE = {
    "web/package.json": '{"dependencies": {"react": "18", "axios": "1"}, "devDependencies": {"vite": "5"}}',
    "web/vite.config.ts": """
import { defineConfig, loadEnv } from 'vite'
import react from '@vitejs/plugin-react'

export default defineConfig(({ mode }) => {
  const env = loadEnv(mode, process.cwd(), '')
  return {
    base: '/app/',
    plugins: [react()],
    server: {
      port: 5173,
      proxy: {
        // '/old': 'http://localhost:1',
        '/api': { target: env.BACKEND || 'http://localhost:8000', changeOrigin: true },
        '/ws': { target: 'ws://localhost:8000', ws: true },
        '/v1': 'http://localhost:8001',
        '/cut': { target: 'http://localhost:8002', rewrite: (p) => p.replace(/^\\/cut/, '') },
      },
    },
    build: { outDir: 'build' },
  }
})
""",
    "web/src/config.ts": """
export const API_BASE = import.meta.env.VITE_API_URL || 'http://localhost:8000/api/v1'
export const SOCKET_URL = `${window.location.protocol === 'https:' ? 'wss:' : 'ws:'}//${window.location.host}/ws`
// export const OLD_API = 'http://old:1'
""",
    "web/src/client.ts": """
import axios from 'axios'
import { API_BASE } from './config'
export const client = axios.create({ baseURL: API_BASE, timeout: 1000 })
""",
    "web/src/pages/Users.tsx": """
import { client } from '../client'
import { SOCKET_URL } from '@/config'
export function Users({ id }: { id: string }) {
  useEffect(() => {
    client.get<User[]>('/users')
    client.post(`/users/${id}/roles`, { a: 1 })
    fetch('/api/health?deep=1')
    fetch(`/api/items/${id}`, { method: 'DELETE' })
    fetch(new Request(id))
    const socket = new WebSocket(SOCKET_URL)
  }, [])
  return <p>Don't fetch('/api/text') from http://text.example</p>
}
""",
    "web/src/pages/Users.test.tsx": "fetch('/api/test'); new WebSocket('ws://test/ws'); import.meta.env.VITE_TEST",
    "web/src/__mocks__/a.ts": "fetch('/api/mock')",
    "web/node_modules/x/index.js": "fetch('/api/module')",
    "web/.env": "VITE_API_URL=http://env:8000\n",
    "web/.env.production": "VITE_API_URL=/api/v1\n",
    "web/.env.example": "VITE_API_URL=\n",
    "web/e2e/package.json": '{"devDependencies": {"vite": "5"}}',
    "web/e2e/a.ts": "fetch('/api/other-package')",
}


def of(files: dict[str, str], folder: str = "web") -> FrontEnd:
    found = front_end(library(files), folder)
    assert found is not None
    return found


def package(**dependencies: str) -> str:
    inner = ", ".join(f'"{name}": "1"' for name in dependencies.values())
    return '{"dependencies": {' + inner + "}}"


def app(source: str, name: str = "web/src/a.ts", **more: str) -> FrontEnd:
    return of(
        {"web/package.json": '{"devDependencies": {"vite": "5"}, "dependencies": {"react": "1"}}', name: source, **more}
    )


# --- React with Vite -------------------------------------------------------------------------------------------------


def test_a_vite_application_is_known_by_its_dependencies_and_configuration() -> None:
    found = of(VITE)
    assert found.bundler is Bundler.VITE
    assert found.static is True
    assert found.settings.base is not None
    assert written(VITE, found.settings.base) == "/app/"
    assert found.settings.output is not None
    assert found.settings.output.value == "build"
    assert said(found.settings.port) == "5173"


def test_only_its_own_source_counts() -> None:
    assert of(VITE).paths == ("web/src/client.ts", "web/src/config.ts", "web/src/pages/Users.tsx")


def test_proxies_of_the_development_server() -> None:
    rules = [(p.prefix, said(p.target), p.websocket, p.rewrites) for p in of(VITE).proxies]
    assert rules == [
        ("/api", "?", False, False),
        ("/ws", "ws://localhost:8000", True, False),
        ("/v1", "http://localhost:8001", False, False),
        ("/cut", "http://localhost:8002", False, True),
    ]


def test_build_variables_and_dotenv_files() -> None:
    found = of(VITE)
    assert found.variables_read == {"VITE_API_URL"}
    (read,) = found.reads
    assert said(read.default) == "http://localhost:8000/api/v1"
    assert read.empty_is_unset
    assert {path: list(given) for path, given in found.dotenv.items()} == {
        "web/.env": ["VITE_API_URL"], "web/.env.example": ["VITE_API_URL"], "web/.env.production": ["VITE_API_URL"],
    }  # fmt: skip


def test_calls_of_a_client_stand_behind_its_base() -> None:
    paths = [(p.method, p.path, p.whole, p.relative, p.origin) for p in of(VITE).api_paths]
    assert paths == [
        ("GET", "/api/v1/users", True, False, "http://localhost:8000"),
        ("POST", "/api/v1/users/", False, False, "http://localhost:8000"),
        ("GET", "/api/health", True, True, None),
        ("DELETE", "/api/items/", False, True, None),
    ]
    assert of(VITE).api_paths[0].variables == ("VITE_API_URL",)


def test_a_websocket_to_the_page_s_own_origin() -> None:
    (socket,) = of(VITE).websocket_paths
    assert (socket.path, socket.whole, socket.relative, socket.origin) == ("/ws", True, True, None)
    assert socket.location.path == "web/src/pages/Users.tsx"


def test_a_base_keeps_the_bytes_of_its_default() -> None:
    (base,) = [b for b in of(VITE).bases if b.name == "API_BASE"]
    default = base.value.holes[0].default
    assert default is not None
    assert written(VITE, default.text) == "http://localhost:8000/api/v1"


# --- WebSockets ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "path", "relative", "origin"),
    [
        ("new WebSocket('ws://localhost:8000/ws')", "/ws", False, "ws://localhost:8000"),
        ("new WebSocket(`ws://${location.host}/ws/${id}?t=1`)", "/ws/", True, None),
        ("new WebSocket(`wss://${window.location.hostname}:8000/ws`)", "/ws", False, None),
        ("new WebSocket((import.meta.env.VITE_WS || 'ws://a:1') + '/live')", "/live", False, "ws://a:1"),
        ("new WebSocket(import.meta.env.VITE_WS + '/live')", "/live", False, None),
        ("new WebSocket(url)", None, True, None),
        ("const s = location.protocol === 'https:' ? 'wss' : 'ws'; new WebSocket(`${s}://${location.host}/a/b`)", "/a/b", True, None),
        ("new WebSocket(location.origin.replace(/^http/, 'ws') + '/ws')", "/ws", True, None),
        ("new ReconnectingWebSocket('/ws/chat')", "/ws/chat", True, None),
        ("import { useWebSocket } from './socket'; useWebSocket('/ws/own')", "/ws/own", True, None),
    ],
)  # fmt: skip
def test_websockets(source: str, path: str | None, relative: bool, origin: str | None) -> None:
    (socket,) = app(source).websocket_paths
    assert socket.path == path
    assert socket.origin == origin
    if path is not None:
        assert socket.relative is relative


@pytest.mark.parametrize(
    ("source", "path", "relative"),
    [
        ("const s = io()", "/socket.io/", True),
        ("const s = io('/chat')", "/socket.io/", True),
        ("const s = io('http://localhost:4000', { path: '/live' })", "/live", False),
        ("const s = io({ path: '/live' })", "/live", True),
    ],
)
def test_socket_io(source: str, path: str, relative: bool) -> None:
    (socket,) = app(f"import {{ io }} from 'socket.io-client';\n{source}").websocket_paths
    assert (socket.library, socket.path, socket.relative) == ("socket.io", path, relative)


@pytest.mark.parametrize(
    "source",
    [
        "// new WebSocket('/ws')",
        "const s = \"new WebSocket('/ws')\"",
        "useSocket('/chat')",
        "io('/chat')",
        "import { io } from './io'; io('/x')",
        "router.push('/websocket')",
    ],
)
def test_what_opens_no_websocket(source: str) -> None:
    assert app(source).websocket_paths == ()


# --- requests --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("fetch('/api/a')", ("GET", "/api/a", True, True)),
        ("fetch('/api/a', { method: 'post' })", ("POST", "/api/a", True, True)),
        ("fetch('/api/a', options)", (None, "/api/a", True, True)),
        ("fetch('/api/a', { ...options })", (None, "/api/a", True, True)),
        ("fetch('http://localhost:8000/api/a#b')", ("GET", "/api/a", True, False)),
        ("fetch(`${import.meta.env.VITE_X}/api/a`)", ("GET", "/api/a", True, False)),
        ("fetch(`${import.meta.env.VITE_X || ''}/api/a`)", ("GET", "/api/a", True, True)),
        ("import axios from 'axios'; axios.get('/api/a')", ("GET", "/api/a", True, True)),
        ("import axios from 'axios'; axios({ url: '/api/a', method: 'PUT' })", ("PUT", "/api/a", True, True)),
        ("new EventSource('/api/stream')", ("GET", "/api/stream", True, True)),
    ],
)
def test_requests(source: str, expected: tuple[str | None, str, bool, bool]) -> None:
    (found,) = app(source).api_paths
    assert (found.method, found.path, found.whole, found.relative) == expected


@pytest.mark.parametrize(
    "source",
    [
        "// fetch('/api/a')",
        "fetch(url)",
        "headers.get('/x')",
        "import api from './api'; api.get('/users')",
        "import axios from '@/lib/axios'; axios.get('/users')",
        "const a = flag ? '/api/a' : '/api/b'; fetch(a)",
        "map.get('key')",
    ],
)
def test_what_is_no_request_that_can_be_seen(source: str) -> None:
    assert app(source).api_paths == ()


def test_each_of_two_clients_has_its_own_base() -> None:
    source = (
        "import axios from 'axios'; export const a = axios.create({ baseURL: '/a' });"
        "export const api = axios.create({ baseURL: '/b' }); api.get('/x'); axios.get('/y')"
    )
    assert [p.path for p in app(source).api_paths] == ["/b/x", "/y"]


def test_literals_of_addresses_are_mentioned_wherever_they_stand() -> None:
    found = app("const a = { b: 'http://localhost:8000' }; c = <d e='https://x.y'/>", "web/src/a.tsx")
    assert [m.text.value for m in found.mentions] == ["http://localhost:8000", "https://x.y"]


def test_a_file_that_cannot_be_read_is_named() -> None:
    found = app("fetch('/api/a')", **{"web/src/b.ts": "const a = `${import.meta.env.VITE_B}"})
    assert found.unread == ("web/src/b.ts",)


# --- other bundlers --------------------------------------------------------------------------------------------------


def test_create_react_app() -> None:
    files = {
        "web/package.json": (
            '{"homepage": "/shop", "proxy": "http://localhost:5000", "dependencies": {"react-scripts": "5"}}'
        ),
        "web/src/setupProxy.js": """
const { createProxyMiddleware } = require('http-proxy-middleware');
module.exports = function (app) {
  app.use('/ws', createProxyMiddleware({ target: 'http://localhost:5001', ws: true }));
};
""",
        "web/src/App.js": "fetch(process.env.REACT_APP_API + '/items'); const m = process.env.NODE_ENV; const p = process.env.PUBLIC_URL;",
    }
    found = of(files)
    assert found.bundler is Bundler.CREATE_REACT_APP
    assert found.static is True
    assert written(files, found.settings.base) == "/shop"
    rules = [(p.prefix, said(p.target), p.websocket) for p in found.proxies]
    assert rules == [("/", "http://localhost:5000", False), ("/ws", "http://localhost:5001", True)]
    assert found.variables_read == {"REACT_APP_API"}


def test_next_with_rewrites() -> None:
    files = {
        "web/package.json": '{"dependencies": {"next": "14"}}',
        "web/next.config.js": """
/** @type {import('next').NextConfig} */
const nextConfig = {
  basePath: '/docs',
  async rewrites() {
    return [
      { source: '/api/:path*', destination: `${process.env.API_URL || 'http://localhost:8000'}/api/:path*` },
      { source: '/old/:path*', destination: 'http://localhost:8000/new/:path*' },
    ];
  },
};
module.exports = nextConfig;
""",
        "web/app/page.tsx": "export default async () => { await fetch(`${process.env.NEXT_PUBLIC_API}/x`); process.env.SECRET }",
    }
    found = of(files)
    assert found.bundler is Bundler.NEXT
    assert found.static is None
    rules = [(p.prefix, said(p.target), p.rewrites) for p in found.proxies]
    assert rules[0][:2] == ("/api/", "${API_URL:-http://localhost:8000}/api/:path*")
    assert rules[1] == ("/old/", "http://localhost:8000/new/:path*", True)
    assert found.variables_read == {"NEXT_PUBLIC_API"}


def test_next_exported_is_static() -> None:
    files = {
        "web/package.json": '{"dependencies": {"next": "14"}}',
        "web/next.config.mjs": "export default { output: 'export' }",
        "web/app/page.tsx": "export default () => null",
    }
    assert of(files).static is True


def test_vue_with_its_own_tool() -> None:
    files = {
        "web/package.json": '{"dependencies": {"vue": "3"}, "devDependencies": {"@vue/cli-service": "5"}}',
        "web/vue.config.js": "module.exports = { publicPath: '/v/', devServer: { proxy: 'http://localhost:3000' } }",
        "web/src/App.vue": (
            "<template><a :href=\"api('/api/no')\">it's</a></template>\n"
            "<script>\nexport default { mounted() { fetch('/api/yes'); process.env.VUE_APP_X } }\n</script>\n"
        ),
    }
    found = of(files)
    assert found.bundler is Bundler.VUE_CLI
    assert [(p.prefix, said(p.target)) for p in found.proxies] == [("/", "http://localhost:3000")]
    assert [p.path for p in found.api_paths] == ["/api/yes"]
    assert found.variables_read == {"VUE_APP_X"}


def test_angular() -> None:
    files = {
        "web/package.json": '{"dependencies": {"@angular/core": "17"}}',
        "web/angular.json": (
            '{"projects": {"shop": {"architect": {"build": {"options": {"outputPath": "dist/shop", "baseHref": "/s/"}},'
            ' "serve": {"options": {"proxyConfig": "proxy.conf.json"}}}}}}'
        ),
        "web/proxy.conf.json": '{"/api": {"target": "http://localhost:3000", "secure": false, "ws": true}}',
        "web/src/environments/environment.ts": "export const environment = { production: false, apiUrl: 'http://localhost:3000/api' };",
        "web/src/app/user.service.ts": (
            "import { environment } from '../environments/environment';\n"
            "import { HttpClient } from '@angular/common/http';\n"
            "@Injectable() export class S { constructor(private http: HttpClient) {}\n"
            "  all() { return this.http.get<User[]>(`${environment.apiUrl}/users`); }\n"
            "  one() { return this.http.get('/api/one'); } }\n"
        ),
    }
    found = of(files)
    assert found.bundler is Bundler.ANGULAR
    assert [(p.prefix, said(p.target), p.websocket) for p in found.proxies] == [("/api", "http://localhost:3000", True)]
    assert found.settings.output is not None
    assert found.settings.output.value == "dist/shop"
    assert [(p.path, p.origin) for p in found.api_paths] == [
        ("/api/users", "http://localhost:3000"), ("/api/one", None),
    ]  # fmt: skip


def test_svelte_kit_reads_public_variables() -> None:
    files = {
        "web/package.json": '{"devDependencies": {"@sveltejs/kit": "2", "vite": "5"}}',
        "web/src/routes/+page.svelte": (
            "<script lang='ts'>\nimport { PUBLIC_API } from '$env/static/public'\nfetch(`${PUBLIC_API}/x`)\n</script>"
        ),
    }
    found = of(files)
    assert found.bundler is Bundler.SVELTE_KIT
    assert found.variables_read == {"PUBLIC_API"}
    assert found.static is None


@pytest.mark.parametrize(
    "manifest",
    [
        '{"dependencies": {"express": "4"}}',
        '{"dependencies": {"express": "4"}, "devDependencies": {"vite": "5"}}',
        '{"name": "x"}',
    ],
)
def test_what_browsers_never_see_is_no_front_end(manifest: str) -> None:
    assert front_end(library({"web/package.json": manifest, "web/src/a.ts": "fetch('/api')"}), "web") is None


def test_a_folder_without_a_manifest_or_source_is_no_front_end() -> None:
    assert front_end(library({"web/src/a.ts": "fetch('/api')"}), "web") is None
    assert front_end(library({"web/package.json": VITE["web/package.json"]}), "web") is None


def test_a_configuration_that_cannot_be_seen_through_is_unknown() -> None:
    config = "import base from './base'\nexport default mergeConfig(base, make())"
    assert not app("fetch('/api')", **{"web/vite.config.ts": config}).settings.known
    spread = "export default { ...base, server: { proxy: { '/a': 'http://b:1' } } }"
    told = app("fetch('/api')", **{"web/vite.config.ts": spread}).settings
    assert not told.known
    assert [said(p.target) for p in told.proxies] == ["http://b:1"]


def test_the_facts_of_a_file_without_a_word_are_none() -> None:
    assert frontend.facts(Text.of_file("a.ts", b"const a = `unclosed")) == frontend.FrontFacts()


REQUEST = """
const BASE = '/api'
export async function request(path, options = {}) {
  const res = await fetch(`${BASE}${path}`, { ...options })
  return res.json()
}
"""
OBJECT = """
async function request(method, path, body) {
  return fetch('/api' + path, { method, body })
}
export const http = {
  get: (path) => request('GET', path),
  del(path) { return request('DELETE', path) },
}
"""
CLIENT = """
import axios from 'axios'
const service = axios.create({ baseURL: '/api' })
export default service
"""
CLASS = """
class Api {
  base = '/api'
  get(path) { return fetch(this.base + path) }
}
export default new Api()
"""
WHOLE = "export const call = (path) => fetch(path.startsWith('http') ? path : '/api' + path)\n"
HANDED = {
    "a function": (
        REQUEST, "import { request } from './client'\nrequest('/a'); request('/b', { method: 'POST' })\n",
        [("/api/a", "GET"), ("/api/b", "POST")],
    ),
    "functions of an object that go through another": (
        OBJECT, "import { http } from './client'\nhttp.get('/a'); http.del('/b')\n", [("/api/a", None), ("/api/b", None)],
    ),
    "a client under another name": (
        CLIENT, "import request from './client'\nrequest({ url: '/a', method: 'get' }); request.put('/b', {})\n",
        [("/api/a", "GET"), ("/api/b", "PUT")],
    ),
    "a class": (CLASS, "import api from './client'\napi.get('/a')\n", [("/api/a", "GET")]),
    "a function that gives the address": (
        "export const url = (path) => `/api${path}`\n",
        "import { url } from './client'\nfetch(url('/a'), { method: 'DELETE' })\n", [("/api/a", "DELETE")],
    ),
    "an address that goes as it is": (
        WHOLE, "import { call } from './client'\ncall('/a'); call('https://other.example.com/b')\n",
        [("/api/a", "GET"), ("/b", "GET")],
    ),
    "no request": (
        "export const go = (path) => router.push('/app' + path)\n", "import { go } from './client'\ngo('/a')\n", [],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("client", "user", "expected"), HANDED.values(), ids=HANDED.keys())
def test_a_path_that_is_handed_on(client: str, user: str, expected: list[tuple[str, str | None]]) -> None:
    files = {"package.json": '{"devDependencies": {"vite": "5"}}', "src/client.js": client, "src/z.js": user}
    found = front_end(library(files), "")
    assert found is not None
    asked = [p for p in found.api_paths if p.location.path.endswith("z.js")]
    assert [(p.path, p.method) for p in asked] == expected
