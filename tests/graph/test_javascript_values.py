"""What JavaScript expressions come to, in one module and across several."""

from __future__ import annotations

import pytest

from stackfix.formats import javascript as js
from stackfix.graph.javascript_names import Modules, json, names
from stackfix.graph.javascript_values import Source
from stackfix.graph.value import EMPTY, Environment, Symbol, Template
from stackfix.text import Text
from tests.graph.script_world import library, said


def source(text: str) -> Source:
    return Source(js.read(Text.of_file("m.ts", text.encode())))


def value(expression: str, before: str = "") -> str | None:
    module = source(f"{before}\nconst it = {expression};")
    binding = module.bindings["it"][0]
    return said(module.evaluate(binding.value))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("process.env.PORT || 3000", "${PORT:-3000}"),
        ("process.env.PORT ?? '3000'", "${PORT-3000}"),
        ("process.env['PORT']", "${PORT}"),
        ("import.meta.env.VITE_URL || ''", "${VITE_URL:-}"),
        ("Number(process.env.PORT) || 3000", "${PORT:-3000}"),
        ("Number(process.env.PORT ?? 3000)", "${PORT-3000}"),
        ("parseInt(process.env.PORT || '3000', 10)", "${PORT:-3000}"),
        ("+(process.env.PORT || 3000)", "${PORT:-3000}"),
        ("process.env.A || process.env.B || 'c'", "${A:-${B:-c}}"),
        ("process.env.A ? process.env.A : 'b'", "${A:-b}"),
        ("process.env.A || undefined", "${A}"),
        ("Deno.env.get('A') ?? 'b'", "${A-b}"),
        ("Bun.env.A", "${A}"),
        ("'http://' + host + ':8000'", "http://?:8000"),
        ("`http://${process.env.H}:8000/${x}`", "http://${H}:8000/?"),
        ("1 + 2", "?"),
        ("window.location.origin + '/api'", "<location.origin>/api"),
        ("`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`", "?://<location.host>/ws"),
        ("new URL('/ws', window.location.href)", "<location.origin>/ws"),
        ("window.location.origin.replace(/^http/, 'ws') + '/ws'", "<location.origin>/ws"),
        ("'http://a/'.replace(/\\/$/, '')", "http://a"),
        ("flag ? 'a' : 'b'", "?"),
        ("import.meta.env.MODE", "?"),
        ("process.env[name]", "?"),
        ("f('a')", "?"),
    ],
)
def test_expressions(expression: str, expected: str) -> None:
    assert value(expression) == expected


def test_a_number_that_is_not_one_has_no_nullish_default() -> None:
    assert value("parseInt(process.env.PORT) ?? 3000") == "?${PORT}"


def test_a_value_with_two_defaults_by_emptiness_is_unknown() -> None:
    assert value("(process.env.A ?? 'b') || 'c'") == "?${A}"


@pytest.mark.parametrize(
    ("before", "expression", "expected"),
    [
        ("const HOST = 'a';", "`${HOST}/b`", "a/b"),
        ("let HOST = 'a'; HOST = 'b';", "HOST", "?"),
        ("let HOST = 'a';", "HOST", "a"),
        ("const c = { d: { e: process.env.E || 'f' } };", "c.d.e", "${E:-f}"),
        ("const { PORT = 3000, HOST: host } = process.env;", "`${host}:${PORT}`", "${HOST}:${PORT-3000}"),
        ("const env = process.env;", "env.A", "${A}"),
        ("const A = A;", "A", "?"),
        ("import { env } from '$env/dynamic/public';", "env.PUBLIC_A", "${PUBLIC_A}"),
        ("import { PUBLIC_A } from '$env/static/public';", "PUBLIC_A", "${PUBLIC_A}"),
        ("import { A } from './a';", "A + '/b'", "<A>/b"),
        ("import * as c from './c';", "c.d.e", "<c.d.e>"),
    ],
)
def test_names(before: str, expression: str, expected: str) -> None:
    assert value(expression, before) == expected


def test_a_parameter_hides_the_constant_of_its_name() -> None:
    module = source("const url = 'a'; function f(url) { const it = url; } const g = (x) => { const also = url; };")
    assert said(module.evaluate(module.bindings["it"][0].value)) == "?"
    assert said(module.evaluate(module.bindings["also"][0].value)) == "a"


def test_an_inner_constant_hides_the_outer_one() -> None:
    module = source("const a = 'x'; if (b) { const a = 'y'; const it = a; } const also = a;")
    assert said(module.evaluate(module.bindings["it"][0].value)) == "y"
    assert said(module.evaluate(module.bindings["also"][0].value)) == "x"


def test_reads_know_what_stands_behind_them() -> None:
    module = source(
        "const a = parseInt(process.env.PORT || '3000', 10);\n"
        "// process.env.COMMENTED\n"
        "const { HOST = '0.0.0.0', B } = process.env;\n"
        "f(import.meta.env.VITE_A ?? `b`, import.meta.env.MODE, env.NO, process.env.C);\n"
        "const d = 'process.env.STRING';\n"
    )
    found = [(r.name, said(r.default), r.empty_is_unset, r.build) for r in module.reads()]
    assert found == [
        ("PORT", "3000", True, False),
        ("VITE_A", "b", False, True),
        ("C", None, False, False),
        ("HOST", "0.0.0.0", False, False),
        ("B", None, False, False),
    ]


def test_a_default_keeps_its_bytes() -> None:
    text = "const a = process.env.URL || 'http://b:1';"
    module = source(text)
    template = module.evaluate(module.bindings["a"][0].value)
    filled = template.fill(EMPTY)
    assert filled is not None
    place = filled.text.place
    assert place is not None
    assert text[place[1].start : place[1].end] == "http://b:1"
    assert template.fill(Environment(complete=False)) is None


# --- modules ---------------------------------------------------------------------------------------------------------

APP = {
    "web/tsconfig.json": '{ // paths\n"compilerOptions": { "baseUrl": ".", "paths": { "@/*": ["./src/*"], }, }, }',
    "web/src/config.ts": "export const API = import.meta.env.VITE_API ?? 'http://a';\nconst hidden = 'no';",
    "web/src/env/index.ts": "export default { port: 3000, deep: { url: '/x' } };",
    "web/src/again.ts": "export { API as BASE } from './config';\nexport * from './more';",
    "web/src/more.js": "export const MORE = 'more';",
    "web/src/old.cjs": "const inner = 5;\nmodule.exports = { port: 4000, inner: 6 };",
    "web/src/main.ts": (
        "import { API } from '@/config';\nimport env from './env';\nimport { BASE, MORE } from './again.js';\n"
        "import { hidden } from './config';\nconst old = require('./old.cjs');\nimport { z } from 'zod';\n"
        "import { gone } from './gone';\nimport { cycle } from './cycle';\n"
    ),
    "web/src/cycle.ts": "import { other } from './other';\nexport const cycle = other;",
    "web/src/other.ts": "import { cycle } from './cycle';\nexport const other = cycle;",
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("API", "${VITE_API-http://a}"),
        ("env.port", "3000"),
        ("env.deep.url", "/x"),
        ("BASE", "${VITE_API-http://a}"),
        ("MORE", "more"),
        ("hidden", "?"),
        ("old.port", "4000"),
        ("old.inner", "6"),
        ("z.a", "?"),
        ("gone", "?"),
        ("cycle", "?"),
        ("location.host", "<location.host>"),
    ],
)
def test_constants_are_followed_to_other_files(name: str, expected: str) -> None:
    modules = Modules(library(APP), "web")
    assert said(modules.value("web/src/main.ts", Template((Symbol(name),)))) == expected


def test_imports_mean_files() -> None:
    modules = Modules(library(APP), "web")
    found = {s: modules.resolve("web/src/main.ts", s) for s in ("./env", "./again.js", "@/more", "zod", "./gone", "..")}
    assert found == {
        "./env": "web/src/env/index.ts", "./again.js": "web/src/again.ts", "@/more": "web/src/more.js", "zod": None,
        "./gone": None, "..": None,
    }  # fmt: skip
    assert modules.is_own("@/x")
    assert not modules.is_own("zod")


def test_json_with_comments_keeps_its_places() -> None:
    files = {"a.json": '{\n\t// é "x\n\t"a": "//b", /* c */ "d": [1,],\n}'}
    root = json(library(files), "a.json")
    assert root is not None
    assert json(library(files), "b.json") is None


def test_names_of_one_file() -> None:
    known = names(Text.of_file("m.ts", b"import a from './b';\nconst c = { d: 'e' };\nfunction f() { const g = 'h'; }"))
    assert known.constants.keys() == {"c.d"}
    assert known.loads == ("./b",)
