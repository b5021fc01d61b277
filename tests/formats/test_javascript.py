from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackfix.edits import Refused, splice
from stackfix.fixers.any.set_text import spelled
from stackfix.formats import javascript as js
from stackfix.formats import javascript_bindings as declared
from stackfix.text import Text, Unreadable

MARKS = {"single": "'", "double": '"', "template": "`"}


def of(source: str | bytes, path: str = "m.ts") -> js.Module:
    return js.read(Text.of_file(path, source if isinstance(source, bytes) else source.encode()))


def literals(module: js.Module) -> list[js.Literal]:
    kinds = {"string", "number", "jsx-string"}
    nodes = [
        module.expressions.operand(i) for i, t in enumerate(module.tokens.all) if t.kind in kinds or t.value == "`"
    ]
    return [n for n in nodes if isinstance(n, js.Literal)]


def values(source: str, path: str = "m.ts") -> list[str]:
    return [n.text.value for n in literals(of(source, path))]


def bytes_of(data: bytes, text: Text) -> str:
    place = text.place
    assert place is not None
    return data[place[1].start : place[1].end].decode()


def calls(source: str, path: str = "m.ts") -> list[str | None]:
    return [js.dotted(c.function) for c in of(source, path).calls()]


def expression(source: str) -> js.Node:
    module = of(f"const it = {source};")
    node = declared.bindings(module)[0].value
    assert node is not None
    return node


def set_to(source: str, new: str, path: str = "m.ts") -> str:
    """The source with its one literal replaced."""
    data = source.encode()
    (node,) = literals(of(data, path))
    return splice(data, [spelled(node.text, new)]).decode()


# --- tokens ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_string_knows_its_bytes_behind_non_ascii_and_any_line_ending(ending: str) -> None:
    data = ending.join(["// é", "const ä = 'ü', url = 'http://b:1/é'", ""]).encode()
    found = next(n.text for n in literals(of(data)) if n.text.value.startswith("http"))
    assert bytes_of(data, found) == "http://b:1/é"
    assert bytes_of(data, found.slice(7, 8)) == "b"


def test_comments_hold_no_strings() -> None:
    assert values("// const a = 'x'\n/* 'y' */ const b = 'z' // it's\n") == ["z"]


def test_a_slash_is_a_regular_expression_only_where_an_operand_may_stand() -> None:
    assert values("const a = b / c / 'x'; const d = /'/g.test(e); if (f) /\"/.test('y')") == ["x", "y"]
    assert values("const a = x[0] / 2, b = (1) / 3, c = '/'") == ["0", "2", "1", "3", "/"]
    assert values("const a = s.split(/[/'\"]/), b = 'z'") == ["z"]


def test_a_regular_expression_stands_behind_a_block_and_a_return() -> None:
    assert values("function f() {}\n/'/.test('a')\nfunction g() { return /\"/ }\nconst c = 'd'") == ["a", "d"]


def test_templates_hold_templates() -> None:
    module = of("const a = `x${b ? `y${'z'}` : ''}w`")
    node = declared.bindings(module)[0].value
    assert isinstance(node, js.Joined)
    texts = [p.value for p in node.parts if isinstance(p, Text)]
    assert texts == ["x", "w"]
    assert values("const a = `x${b ? `y${'z'}` : ''}w`") == ["z", ""]


def test_an_object_in_a_template_does_not_end_it() -> None:
    assert values("const a = `${f({ b: { c: 'd' } })}` + 'e'") == ["d", "e"]


def test_jsx_text_is_no_code() -> None:
    source = """const a = <p title="it's">Don't go to http://x.y/`z {b ? <b>'q'</b> : 'c'} // no </p>; const d = 'e';"""
    assert values(source, "m.tsx") == ["it's", "c", "e"]
    assert values(source, "m.js") == ["it's", "c", "e"]


def test_jsx_fragments_self_closing_elements_and_spreads() -> None:
    source = "const a = <><A.B {...p} c='d' /><E f={() => <g/>}>h'</E></>; const i = 'j'"
    assert values(source, "m.jsx") == ["d", "j"]


def test_type_parameters_are_no_jsx() -> None:
    assert values(
        "const f = <T,>(a: T) => 'b'; type G = <T>(x: T) => void; const h = <U extends V>(x: U) => 'i'", "m.tsx"
    ) == ["b", "i"]
    assert calls("const f = <any>window; g<A<B>, C>('x')") == ["g"]
    assert values("const a = <b>(it's)</b>; const c = 'd'", "m.tsx") == ["d"]


def test_a_less_than_is_no_element() -> None:
    assert values("for (let i = 0; i < n.length; i++) { if (a < b) c('d') }", "m.jsx") == ["0", "d"]


def test_a_hash_bang_a_bom_and_private_names_are_read() -> None:
    assert values("#!/usr/bin/env node\nclass A { #b = 'c'; d() { return this.#b } }") == ["c"]
    data = b"\xef\xbb\xbfconst a = 'b'"
    (found,) = literals(of(data))
    assert bytes_of(data, found.text) == "b"


@pytest.mark.parametrize(
    "source", ["const a = {", "f(]", "const a = `x", "const a = 'x\ny'", "a = /x", "<p>", "<<<<<<< HEAD\n'"]
)
def test_what_does_not_close_is_unreadable(source: str) -> None:
    with pytest.raises(Unreadable) as caught:
        of(source, "m.jsx")
    assert caught.value.offset is not None


def test_only_the_scripts_of_a_component_are_read() -> None:
    source = "<template><a :b=\"c('d')\">it's</a></template>\n<!-- <script>const x = 'no'</script> -->\n"
    source += "<script setup lang=\"ts\">\nconst e: string = 'f'\n</script>\n<style>a { b: 'c' }</style>\n"
    data = source.encode()
    (found,) = literals(of(data, "a.vue"))
    assert bytes_of(data, found.text) == "f"


def test_a_component_in_another_language_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        of('<script lang="coffee">a = 1</script>', "a.svelte")


def test_declarations_and_minified_files_are_no_source() -> None:
    assert js.is_script("a/b.tsx")
    assert not js.is_script("a/b.d.ts")
    assert not js.is_script("a/b.min.js")
    assert not js.is_script("a/b.json")


def test_the_prefilter_knows_what_could_tell_and_no_icon() -> None:
    assert js.prefilter(b"const a = 'http://x'")
    assert js.prefilter(b"const a = import.meta.env.VITE_X")
    assert not js.prefilter(b'<svg xmlns="http://www.w3.org/2000/svg"/>')


# --- expressions -----------------------------------------------------------------------------------------------------


def test_calls_are_found_wherever_they_stand() -> None:
    source = "a(b(c)).d(); new E.F(g()); if (h) { i?.j!.k(1) } const l = () => m(); (async () => { await n() })()"
    assert calls(source) == ["a", None, "b", "E.F", "g", "i.j.k", "m", None, "n"]


def test_a_declaration_and_a_condition_are_no_calls() -> None:
    assert calls("function f(a) {} if (b) {} while (c) {} switch (d) {} class G { h() {} }") == []


def test_types_do_not_hide_arguments() -> None:
    module = of("const r = axios.get<Array<User>>(`${A}/x` as string, { b: 1 } satisfies C)!")
    (call,) = module.calls()
    assert js.dotted(call.function) == "axios.get"
    assert isinstance(call.arguments[0], js.Joined)
    assert isinstance(call.arguments[1], js.Object)


def test_operators_bind_as_in_the_language() -> None:
    node = expression("a || b + 'c' ? d ?? e : f")
    assert isinstance(node, js.Conditional)
    assert isinstance(node.test, js.Binary)
    assert node.test.operator == "||"
    assert isinstance(node.test.right, js.Binary)
    assert node.test.right.operator == "+"
    assert isinstance(node.yes, js.Binary)
    assert node.yes.operator == "??"


def test_sums_are_taken_from_the_left() -> None:
    node = expression("a + 'b' + c")
    assert isinstance(node, js.Binary)
    assert isinstance(node.left, js.Binary)
    assert js.dotted(node.right) == "c"


def test_arrows_with_types_are_functions() -> None:
    node = expression("async (a: { b: string }, c = 1): Promise<[D, E]> => { f() }")
    assert isinstance(node, js.Function)
    assert node.body is not None
    assert "a" in node.parameters
    assert "c" in node.parameters
    short = expression("a => a + 1")
    assert isinstance(short, js.Function)
    assert isinstance(short.value, js.Binary)


def test_objects_know_their_keys_and_whether_there_may_be_more() -> None:
    node = expression("{ a: 1, 'b-c': 'd', e, f() { return 1 }, async g() {}, get h() { return 2 } }")
    assert isinstance(node, js.Object)
    assert [p.key for p in node.properties] == ["a", "b-c", "e", "f", "g"]
    assert not node.whole
    spread = expression("{ ...x, a: 1 }")
    assert isinstance(spread, js.Object)
    assert not spread.whole
    assert expression("{ a: 1 }").whole  # type: ignore[union-attr]


def test_an_index_by_a_string_is_a_name() -> None:
    assert js.dotted(expression("process.env['PORT']")) == "process.env.PORT"
    assert js.dotted(expression("process.env[name]")) is None


def test_a_tagged_template_is_not_its_text() -> None:
    assert isinstance(expression("gql`a`"), js.Unread)


def test_deep_nesting_is_no_crash() -> None:
    assert of("a = " + "(" * 3000 + "1" + ")" * 3000).calls() == ()
    assert of("f(" * 500 + ")" * 500).calls()


def test_numbers_are_their_decimal_digits() -> None:
    assert values("[3000, 3_000, 0xBB8, 3000n, 1.5]") == ["3000", "3000", "3000", "3000", "1.5"]


# --- bindings --------------------------------------------------------------------------------------------------------


def test_declared_names_and_patterns() -> None:
    module = of("const a: string = 'b', { c, d: e = 1, f: { g } } = h; let i; for (const j of k) {} function l() {}")
    found = {b.name: b for b in declared.bindings(module)}
    assert list(found) == ["a", "c", "e", "g", "i", "j", "l"]
    assert found["e"].path == ("d",)
    assert found["g"].path == ("f", "g")
    assert isinstance(found["e"].default, js.Literal)
    assert found["j"].scope >= 0
    assert found["i"].value is None


def test_imports_of_both_kinds() -> None:
    source = (
        "import a, { b as c, type D } from './e'\nimport * as f from 'g'\nimport 'h'\nimport type { I } from './i'\n"
        "const j = require('./k'), { l, m: n } = require('o')\nrequire('p')(q)\nconst r = await import('./s')\n"
    )
    found = [(i.alias, i.specifier, i.name) for i in declared.imports(of(source))]
    assert found == [
        ("a", "./e", "default"), ("c", "./e", "b"), ("f", "g", "*"), ("", "h", "*"), ("j", "./k", "*"),
        ("l", "o", "l"), ("n", "o", "m"), ("", "p", "*"), ("", "./s", "*"),
    ]  # fmt: skip


def test_exports_of_both_kinds() -> None:
    source = "export const a = 1\nexport default b\nexport { c as d, e } from './f'\nexport * from './g'\nmodule.exports = { h }"
    found = [(e.name, e.local, e.specifier) for e in declared.exports(of(source))]
    assert found == [
        ("a", "a", None), ("default", "b", None), ("d", "c", "./f"), ("e", "e", "./f"), ("*", "*", "./g"),
        ("default", "=", None),
    ]  # fmt: skip


# --- addresses -------------------------------------------------------------------------------------------------------


def test_every_literal_is_found_again_by_its_address() -> None:
    source = "const a = f('x', { b: 'y', c: ['z', 'z'] }); g('x'); class H { i = 'j'; k() { return `l` } }"
    module = of(source)
    found = literals(module)
    assert len(found) == 7
    assert all(js.resolve(module, module.anchor(n).steps) is n for n in found)
    assert len({module.anchor(n).steps for n in found}) == len(found)


def test_an_address_outlives_lines_put_before_it() -> None:
    before, after = (
        of("const API = f({ baseURL: 'x' })"),
        of("// new\nconst b = 'x'\n\nconst API = f({\n  baseURL: 'x' })"),
    )
    node = next(n for n in literals(before) if n.text.value == "x")
    again = js.resolve(after, before.anchor(node).steps)
    assert isinstance(again, js.Literal)
    assert after.anchor(again).steps == before.anchor(node).steps
    assert again is literals(after)[1]


def test_a_lost_address_leads_nowhere() -> None:
    module = of("const a = f('x')")
    steps = module.anchor(literals(module)[0]).steps
    assert js.resolve(of("const b = 1"), steps) is None
    assert js.resolve(module, ()) is None


# --- spelling --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "new", "expected"),
    [
        ("const a = 'http://x:1'", "it's", "const a = 'it\\'s'"),
        ('const a = "x"', 'say "hi" it\'s', 'const a = "say \\"hi\\" it\'s"'),
        ("const a = `x`", "`${b}` $", "const a = `\\`\\${b}\\` \\$`"),
        ("const a = 'x'", "a\\b\nc", "const a = 'a\\\\b\\nc'"),
        ("const a = 3000", "8000", "const a = 8000"),
        ("const a = <b c='d'/>", "e", "const a = <b c='e'/>"),
    ],
)
def test_new_characters_are_spelled_as_the_literal_is(source: str, new: str, expected: str) -> None:
    assert set_to(source, new, "m.tsx") == expected


@pytest.mark.parametrize(
    ("source", "new"),
    [
        ("const a = 3000", "eight"),
        ("const a = 3000", "08"),
        ("const a = <b c='d'/>", "it's"),
        ("const a = '\\101'", "x"),
    ],
)
def test_what_cannot_be_spelled_is_refused(source: str, new: str) -> None:
    with pytest.raises(Refused):
        set_to(source, new, "m.tsx")


def test_a_part_of_a_template_is_replaced_beside_its_expressions() -> None:
    data = b"const a = `http://${host}:8000/x`"
    node = declared.bindings(of(data))[0].value
    assert isinstance(node, js.Joined)
    tail = node.parts[2]
    assert isinstance(tail, Text)
    port = tail.slice(1, 5)
    assert splice(data, [spelled(port, "9000")]) == b"const a = `http://${host}:9000/x`"


def test_escapes_mean_what_they_say_and_are_not_cut() -> None:
    data = b"const a = 'a\\x41\\u0042\\u{43}\\n\\'\\\\b\\ud83d\\ude00'"
    (node,) = literals(of(data))
    assert node.text.value == "aABC\n'\\b\U0001f600"
    assert splice(data, [spelled(node.text.slice(0, 1), "z")]).startswith(b"const a = 'z\\x41")


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(kind=st.sampled_from(sorted(MARKS)), old=TEXTS, new=TEXTS)
def test_what_is_written_into_a_literal_is_read_back(kind: str, old: str, new: str) -> None:
    mark = MARKS[kind]
    source = f"const a = {mark}{js.encode(f'javascript:{kind}', old)}{mark}; const b = 1;"
    data = source.encode()
    node = literals(of(data))[0]
    assert node.text.value == old
    if old == new or not old:
        return
    after = splice(data, [spelled(node.text, new)])
    assert [n.text.value for n in literals(of(after))] == [new, "1"]


@given(before=TEXTS, part=TEXTS.filter(bool), after=TEXTS, new=TEXTS)
def test_a_part_written_into_a_template_stays_within_it(before: str, part: str, after: str, new: str) -> None:
    spelled_old = "".join(js.encode("javascript:template", t) for t in (before, part, after))
    data = f"const a = `{spelled_old}`".encode()
    (node,) = literals(of(data))
    place = node.text.slice(len(before), len(before) + len(part))
    if place.value == new:
        return
    again = literals(of(splice(data, [spelled(place, new)])))
    assert [n.text.value for n in again] == [before + new + after]


@given(st.text("'\"`/\\${}()<>=ab \n*", max_size=30))
def test_any_text_is_read_or_unreadable(source: str) -> None:
    try:
        module = of(source, "m.jsx")
    except Unreadable:
        return
    starts = [t.start for t in module.tokens.all]
    assert starts == sorted(starts)
    assert all(source[t.start : t.end] == t.value for t in module.tokens.all if t.kind not in {"open", "close"})
    module.calls()
