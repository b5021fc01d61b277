"""Node programs as they are really written: ports, routes, variables, and what makes them uncertain."""

from __future__ import annotations

import pytest

from stackfix.formats import javascript as js
from stackfix.graph.node_application import NodeProgram, package, program, source_of
from tests.graph.script_world import library, said, written

EXPRESS = {
    "api/package.json": '{"name": "api", "main": "server.js", "scripts": {"start": "node server.js"}, "dependencies": {"express": "4"}, "devDependencies": {"jest": "1"}}',
    "api/server.js": """
require('dotenv').config();
const express = require('express');
const cors = require('cors');
const http = require('http');
const { WebSocketServer } = require('ws');
const config = require('./config');
const users = require('./routes/users');
const auth = require('./middleware/auth');

const app = express();
app.use(cors({ origin: ['http://localhost:5173', process.env.ORIGIN || 'https://a.example'], credentials: true }));
app.use(express.json());
app.use(auth);
app.use((req, res, next) => next());
// app.listen(1234);
app.get('/health', (req, res) => res.send('ok'));
app.set('x', app.get('env'));
app.use('/api/users', auth, users);
app.use('/api/items', require('./routes/items'));

const server = http.createServer(app);
const wss = new WebSocketServer({ server, path: '/ws' });
if (require.main === module) {
  server.listen(config.port, config.host, () => console.log('listening on 9999'));
}
module.exports = app;
""",
    "api/config.js": "module.exports = { port: process.env.PORT || 3000, host: process.env.HOST ?? '0.0.0.0' };",
    "api/middleware/auth.js": "module.exports = function auth(req, res, next) { next(); };",
    "api/routes/users.js": """
const router = require('express').Router();
const other = require('./other');
router.get('/', list);
router.route('/:id').get(one).delete(remove);
router.use('/:id/posts', other);
module.exports = router;
""",
    "api/routes/other.js": "import { Router } from 'express';\nconst r = Router();\nr.post('/new', f);\nexport default r;",
    "api/routes/items.js": "const { Router } = require('express');\nconst router = new Router();\nrouter.all('/all', f);\nmodule.exports = router;",
    "api/dead.js": "const app = require('express')(); app.listen(4444);",
    "api/server.test.js": "require('./server').listen(5555);",
}


def of(files: dict[str, str], path: str = "api/server.js") -> NodeProgram:
    found = program(library(files), path)
    assert found is not None
    return found


def one(source: str, name: str = "api/server.ts", **more: str) -> NodeProgram:
    return of({"api/package.json": "{}", name: source, **more}, name)


def listens(found: NodeProgram) -> list[tuple[str | None, str | None, bool]]:
    return [(said(item.port), said(item.host), item.certain) for item in found.listens]


def routes(found: NodeProgram) -> set[str]:
    return {("ws " if r.websocket else "") + " ".join((*sorted(r.methods), r.path)) for r in found.routes}


# --- Express ---------------------------------------------------------------------------------------------------------


def test_an_express_program_binds_what_its_entry_reaches() -> None:
    found = of(EXPRESS)
    assert listens(found) == [("${PORT:-3000}", "${HOST-0.0.0.0}", True)]
    assert found.listens_known
    assert found.unread == ()
    assert "api/dead.js" not in found.paths
    assert found.dotenv


def test_a_port_s_default_keeps_its_bytes() -> None:
    port = of(EXPRESS).listens[0].port
    assert port is not None
    default = port.holes[0].default
    assert default is not None
    assert written(EXPRESS, default.text) == "3000"


def test_express_routes_stand_behind_their_prefixes() -> None:
    found = of(EXPRESS)
    assert routes(found) == {
        "GET /health", "GET /api/users", "GET /api/users/:id", "DELETE /api/users/:id", "/api/items/all",
        "POST /api/users/:id/posts/new", "ws /ws",
    }  # fmt: skip
    assert found.routes_known
    assert found.routing.serves("/api/users/7") is True
    assert found.routing.serves("/api/users/7/posts/new") is True
    assert found.routing.serves("/users") is False
    assert found.routing.serves("/ws", websocket=True) is True
    assert found.routing.serves("/other", websocket=True) is False


def test_variables_that_the_program_reads() -> None:
    assert of(EXPRESS).variables_read == {"PORT", "HOST", "ORIGIN"}


def test_cross_origin_settings() -> None:
    (found,) = of(EXPRESS).cors
    assert found.origins is not None
    assert [said(o) for o in found.origins] == ["http://localhost:5173", "${ORIGIN:-https://a.example}"]
    assert (found.everything, found.credentials) == (False, True)


@pytest.mark.parametrize(
    ("options", "everything", "credentials"),
    [("", True, False), ("{ origin: '*' }", True, False), ("{ origin: true, credentials: true }", True, True),
     ("{ origin: 'http://a' }", False, False), ("options", False, None)],
)  # fmt: skip
def test_cross_origin_settings_by_kind(options: str, everything: bool, credentials: bool | None) -> None:
    source = f"import express from 'express'; import cors from 'cors'; const app = express(); app.use(cors({options}));"
    (found,) = one(source).cors
    assert (found.everything, found.credentials) == (everything, credentials)


def test_a_folder_is_entered_by_its_manifest() -> None:
    assert of(EXPRESS, "api").entry == "api/server.js"
    assert program(library({"api/package.json": "{}"}), "api") is None
    assert program(library({}), "api/none.js") is None


# --- listening -------------------------------------------------------------------------------------------------------

MADE = "import express from 'express'; import http from 'node:http'; const app = express(); "


@pytest.mark.parametrize(
    ("source", "port", "host"),
    [
        ("app.listen(3000)", "3000", None),
        ("app.listen(3000, '127.0.0.1')", "3000", "127.0.0.1"),
        ("app.listen(3000, 511, () => {})", "3000", None),
        ("const ready = () => {}; app.listen(3000, ready)", "3000", None),
        ("app.listen({ port: 3000, host: '::' })", "3000", "::"),
        ("app.listen(process.env.PORT)", "${PORT}", None),
        ("app.listen()", None, None),
        ("http.createServer(app).listen(+(process.env.PORT ?? 80))", "${PORT-80}", None),
        ("const port = Number(process.env.PORT) || 3000; (async () => { await db(); app.listen(port) })()", "${PORT:-3000}", None),
        ("async function start() { app.listen(3000) }\nstart().catch(console.error)", "3000", None),
        ("const start = async () => { try { await app.listen(3000) } catch (e) { exit() } }; start()", "3000", None),
        ("connect().then(() => app.listen(3000))", "3000", None),
        ("if (process.env.NODE_ENV !== 'test') { app.listen(3000) }", "3000", None),
        ("if (process.env.NODE_ENV !== 'test') app.listen(3000)", "3000", None),
    ],
)  # fmt: skip
def test_listening_for_certain(source: str, port: str | None, host: str | None) -> None:
    assert listens(one(MADE + source)) == [(port, host, True)]


@pytest.mark.parametrize(
    "source",
    [
        "if (process.env.SINGLE) { app.listen(3000) }",
        "function start() { app.listen(3000) }",
        "class Server { run() { app.listen(3000) } }",
        "try { a() } catch (e) { app.listen(3000) }",
        "process.env.A && app.listen(3000)",
        "if (a) {} else { app.listen(3000) }",
        "make().listen(3000)",
    ],
)
def test_listening_under_a_condition_is_not_certain(source: str) -> None:
    found = one(MADE + source)
    assert listens(found) == [("3000", None, False)]
    assert not found.listens_known


@pytest.mark.parametrize(
    "source",
    [
        "// app.listen(3000)",
        "/* app.listen(3000) */",
        "const s = 'app.listen(3000)'",
        "const s = `app.listen(3000)`",
        "store.listen('change', f)",
        "history.listen((l) => f(l))",
    ],
)
def test_what_does_not_listen(source: str) -> None:
    found = one(MADE + source)
    assert found.listens == ()
    assert not found.listens_known


@pytest.mark.parametrize(
    ("source", "port", "framework"),
    [
        ("import Fastify from 'fastify'; const f = Fastify({ logger: true }); f.listen({ port: 3000, host: '0.0.0.0' })", "3000", "fastify"),
        ("import { Hono } from 'hono'; import { serve } from '@hono/node-server'; const a = new Hono(); serve({ fetch: a.fetch, port: 3001 })", "3001", "hono"),
        ("Bun.serve({ port: 3002, fetch() {} })", "3002", "bun"),
        ("Deno.serve({ port: 8001 }, handler)", "8001", "deno"),
        ("import { WebSocketServer } from 'ws'; const w = new WebSocketServer({ port: 8080 })", "8080", "ws"),
        ("import Koa from 'koa'; const a = new Koa(); a.listen(3003)", "3003", "koa"),
        ("import { Elysia } from 'elysia'; new Elysia().get('/', f).listen(3004)", "3004", "elysia"),
        ("const http = require('http'); http.createServer((a, b) => {}).listen(3005)", "3005", "http"),
        ("var server = require('http').Server(app); server.listen(3006)", "3006", "http"),
    ],
)  # fmt: skip
def test_other_servers(source: str, port: str, framework: str) -> None:
    (found,) = one(source).listens
    assert (said(found.port), found.framework, found.certain) == (port, framework, True)


def test_an_application_of_another_file_listens() -> None:
    found = one(
        "import { app } from './app.js'; import { PORT } from './config'; app.listen(PORT);",
        **{
            "api/app.ts": "import express from 'express'; export const app = express(); app.get('/a', f);",
            "api/config.ts": "export const PORT = parseInt(process.env.PORT || '4000', 10);",
        },
    )
    assert listens(found) == [("${PORT:-4000}", None, True)]
    assert routes(found) == {"GET /a"}


def test_a_guarded_listener_of_an_imported_file_does_not_run() -> None:
    found = one(
        "import express from 'express'; import './other'; const app = express(); app.listen(1000);",
        **{
            "api/other.ts": (
                "import express from 'express'; const o = express(); if (require.main === module) { o.listen(2000); }"
            )
        },
    )
    assert listens(found) == [("1000", None, True)]


def test_what_cannot_be_read_makes_listeners_unknown() -> None:
    assert one(MADE + "app.listen(1)", **{"api/b.ts": "x"}).listens_known
    missing = one(MADE + "import './gone'; app.listen(1000)")
    assert missing.unread == ("api/server.ts: ./gone",)
    assert not missing.listens_known
    broken = one(MADE + "import './b'; app.listen(1000)", **{"api/b.ts": "const a = {"})
    assert broken.unread == ("api/b.ts",)


# --- routes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "import x from 'some-package'; app.use(x)",
        "import { make } from 'some-package'; app.use(make(app))",
        "app.get(path, f)",
        "app.use(express.static('public'))",
        "import plug from 'some-package'; plug(app)",
        "require(`./routes/${name}`)(app)",
        "files.forEach((f) => app.use(require(f)))",
    ],
)
def test_routes_that_may_be_served_unseen(source: str) -> None:
    found = one(MADE + "app.get('/a', f); " + source)
    assert "GET /a" in routes(found)
    assert found.routing.serves("/a") is True
    assert found.routing.serves("/b") is None


def test_what_lies_below_an_unknown_prefix_is_unknown() -> None:
    found = one(MADE + "import d from 'swagger-ui-express'; app.get('/a', f); app.use('/docs', d.serve, d.setup(s))")
    assert found.routing.serves("/docs/x") is None
    assert found.routing.serves("/b") is False


def test_harmless_middleware_hides_nothing() -> None:
    found = one(
        MADE + "import helmet from 'helmet'; import morgan from 'morgan'; app.use(helmet()); app.use(morgan('dev'));"
        "app.use(express.json({ limit: '1mb' })); function log(a, b, c) {} app.use(log); app.get('/a', f);"
    )
    assert found.routing.serves("/b") is False


def test_a_function_that_is_given_the_application_adds_routes() -> None:
    found = one(
        MADE + "import { add } from './add'; add(app); require('./more')(app);",
        **{
            "api/add.ts": "export function add(app) { app.get('/added', f); }",
            "api/more.ts": "module.exports = (app) => { app.post('/more', f); };",
        },
    )
    assert routes(found) == {"GET /added", "POST /more"}


def test_socket_io_serves_its_own_path() -> None:
    found = one(
        "import { Server } from 'socket.io'; import http from 'http'; const s = http.createServer(); const io = new Server(s, { cors: {} });"
    )
    assert found.routing.serves("/socket.io/", websocket=True) is True
    moved = one("import { Server } from 'socket.io'; const io = new Server(s, { path: '/live' });")
    assert moved.routing.serves("/live/", websocket=True) is True
    assert routes(moved) == {"ws /live", "/live"}


def test_a_websocket_server_without_a_path_takes_all() -> None:
    found = one("const WebSocket = require('ws'); const w = new WebSocket.Server({ server });")
    assert found.routing.serves("/any/thing", websocket=True) is True
    other = one(
        "import { WebSocketServer } from 'ws'; const w = new WebSocketServer({ noServer: true }); s.on('upgrade', (a, b, c) => w.handleUpgrade(a, b, c, f));"
    )
    assert other.routing.serves("/any/thing", websocket=True) is True
    hidden = one(
        "import { WebSocketServer } from 'ws'; const w = new WebSocketServer({ noServer: true }); s.on('upgrade', (a, b, c) => { if (rooms.test(a.url)) w.handleUpgrade(a, b, c, f); });"
    )
    assert hidden.routes == ()
    assert not other.routes_known


def test_express_ws_routes_are_websockets() -> None:
    found = one(
        "import express from 'express'; import expressWs from 'express-ws'; const app = express(); expressWs(app); app.ws('/echo', f); app.get('/a', f);"
    )
    assert routes(found) == {"ws /echo", "GET /a"}
    assert found.routes_known


def test_fastify_plugins_have_prefixes() -> None:
    found = one(
        "import Fastify from 'fastify'; import cors from '@fastify/cors'; import users from './users'; import ws from '@fastify/websocket';"
        "const app = Fastify(); app.register(cors, { origin: ['http://a'] }); app.register(ws);"
        "app.register(users, { prefix: '/api' }); app.get('/live', { websocket: true }, f);"
        "app.route({ method: ['GET', 'POST'], url: '/both', handler: f }); app.listen({ port: 3000 });",
        **{"api/users.ts": "export default async function users(fastify, opts) { fastify.get('/users', f); }"},
    )
    assert routes(found) == {"GET /api/users", "ws GET /live", "GET POST /both"}
    assert found.routes_known
    assert found.cors[0].origins is not None


def test_koa_routers_have_prefixes() -> None:
    found = one(
        "import Koa from 'koa'; import Router from '@koa/router'; const app = new Koa(); "
        "const router = new Router({ prefix: '/v1' }); router.get('/a', f); "
        "app.use(router.routes()).use(router.allowedMethods()); app.listen(3000);"
    )
    assert routes(found) == {"GET /v1/a"}


NEST = {
    "api/package.json": '{"dependencies": {"@nestjs/core": "10"}}',
    "api/nest-cli.json": '{"sourceRoot": "src"}',
    "api/tsconfig.json": '{"compilerOptions": {"outDir": "./dist", "baseUrl": "./"}}',
    "api/src/main.ts": """
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';
async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  app.setGlobalPrefix('api');
  app.enableCors({ origin: 'http://localhost:4200', credentials: true });
  await app.listen(process.env.PORT ?? 3000);
}
bootstrap();
""",
    "api/src/app.module.ts": "import { Users } from './users.controller'; import { Gate } from './gate';\n@Module({ controllers: [Users] }) export class AppModule {}",
    "api/src/users.controller.ts": """
@Controller('users')
export class Users {
  constructor(private readonly s: S) {}
  @Get() @UseGuards(G) all() {}
  @Get(':id') one(@Param('id') id: string) {}
  @Post('new') make(@Body() b: B) {}
  // @Delete('gone') gone() {}
}
""",
    "api/src/gate.ts": "@WebSocketGateway({ path: '/events', cors: true }) export class Gate {}",
}


def test_nest_is_read_from_its_decorators() -> None:
    found = of(NEST, "api/src/main.ts")
    assert listens(found) == [("${PORT-3000}", None, True)]
    assert routes(found) == {"GET /api/users", "GET /api/users/:id", "POST /api/users/new", "ws /events", "/events"}
    assert found.routes_known
    assert found.cors[0].credentials is True


# --- packages and compiled output ------------------------------------------------------------------------------------


def test_what_a_manifest_says() -> None:
    known = package(library(EXPRESS), "api/package.json")
    assert known is not None
    assert (known.folder, known.name, known.module) == ("api", "api", False)
    assert written(EXPRESS, known.scripts["start"]) == "node server.js"
    assert written(EXPRESS, known.main) == "server.js"
    assert sorted(known.dependencies) == ["express"]
    assert sorted(known.development) == ["jest"]
    spaces = {"package.json": '{"type": "module", "workspaces": ["a", "b/*"]}'}
    whole = package(library(spaces), "package.json")
    assert whole is not None
    assert (whole.workspaces, whole.module) == (("a", "b/*"), True)
    assert package(library({"package.json": "[1]"}), "package.json") is None


@pytest.mark.parametrize(
    ("config", "files", "expected"),
    [
        ('{"compilerOptions": {"outDir": "dist", "rootDir": "src"}}', ("src/main.ts",), "src/main.ts"),
        ('{"compilerOptions": {"outDir": "./dist/", "rootDir": "."}}', ("main.ts", "src/main.ts"), "main.ts"),
        ('{"compilerOptions": {"outDir": "dist"}, "include": ["src/**/*"]}', ("src/main.ts",), "src/main.ts"),
        ('{"compilerOptions": {"outDir": "dist"}}', ("src/main.ts",), None),
        ('{"compilerOptions": {"outDir": "build", "rootDir": "src"}}', ("src/main.ts",), None),
        ("{}", ("src/main.ts",), None),
    ],
)
def test_compiled_output_is_mapped_only_where_it_is_said(
    config: str, files: tuple[str, ...], expected: str | None
) -> None:
    tree = library({"tsconfig.json": config, **dict.fromkeys(files, "a()")})
    assert source_of(tree, "", "dist/main.js") == expected


def test_nest_s_output_is_its_source() -> None:
    assert source_of(library(NEST), "api", "api/dist/main.js") == "api/src/main.ts"
    assert source_of(library(NEST), "api", "api/dist/gone.js") is None


def test_the_anchor_of_a_port_leads_to_it() -> None:
    (listen,) = of(NEST, "api/src/main.ts").listens
    assert listen.port_anchor is not None
    document = library(NEST).get("api/src/main.ts", js.read)
    assert document is not None
    found = js.resolve(document, listen.port_anchor.steps)
    assert js.dotted(found) == "process.env.PORT"
