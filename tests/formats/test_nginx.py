"""nginx is cut into words as nginx cuts them, and every word knows its bytes."""

from __future__ import annotations

import io
import re

import pytest
from crossplane.lexer import _lex_file_object
from hypothesis import example, given
from hypothesis import strategies as st

from stackfix.edits import Refused, splice
from stackfix.fixers.any.set_text import spelled
from stackfix.formats import nginx, yaml
from stackfix.text import Text, Unreadable

CONFIGURATION = """\
# front door
upstream api { server api:8000 max_fails=3; }  # one
server {
    listen 80 default_server;
    server_name "example.com" 'www.example.com';
    location ~* \\.(jpg|png)$ { expires 30d; }
    location / {
        if ($request_method = OPTIONS) { return 204; }
        proxy_set_header Host $host; proxy_pass http://${BACKEND}/;
        return 200 "a \\"word\\" \\n";
    }
}
"""


def read(source: str) -> nginx.Document:
    return nginx.read(Text.of_file("nginx.conf", source.encode()))


def first(source: str) -> nginx.Directive:
    return read(source).directives[0]


def test_reads_names_arguments_and_blocks() -> None:
    upstream, server = read(CONFIGURATION).directives
    assert (upstream.name.value, upstream.values) == ("upstream", ("api",))
    assert upstream.block is not None
    assert upstream.block[0].values == ("api:8000", "max_fails=3")
    assert server.block is not None
    assert [d.keyword for d in server.block] == ["listen", "server_name", "location", "location"]
    assert server.block[1].values == ("example.com", "www.example.com")
    assert server.block[2].values == ("~*", r"\.(jpg|png)$")


def test_reads_conditions_variables_and_escapes() -> None:
    location = nginx.resolve(read(CONFIGURATION), (1, 3))
    assert isinstance(location, nginx.Directive)
    assert location.block is not None
    condition, header, passed, answer = location.block
    assert condition.values == ("($request_method", "=", "OPTIONS)")
    assert header.values == ("Host", "$host")
    assert passed.values == ("http://${BACKEND}/",)
    assert answer.values == ("200", 'a "word" \n')
    assert [raw.value for raw in answer.raw_args] == ["200", r'"a \"word\" \n"']


def test_keeps_every_comment_where_it_stands() -> None:
    found = read("a b; # one\n# two\r\nc {\n# three\n}\n# four").comments
    assert [c.value for c in found] == ["# one", "# two", "# three", "# four"]
    assert found[1].start == 11


@pytest.mark.parametrize(
    ("source", "values"),
    [
        ("a b#c;", ("b#c",)),
        ("a b}c;", ("b}c",)),
        ("a b\\;c;", ("b\\;c",)),
        ("a b\\ c;", ("b\\ c",)),
        ('a \\"b;', ('"b',)),
        ("a ${b};", ("${b}",)),
        ("a x${b}y$c;", ("x${b}y$c",)),
        ("a 'b\\'c' \"d\\\\e\";", ("b'c", "d\\e")),
        ("a '\n # ; { }';", ("\n # ; { }",)),
        ("a b'c'd;", ("b'c'd",)),
        ("a '';", ("",)),
        ("a\r\n\tb\r\n;", ("b",)),
        ('a ("b");', ('("b")',)),
        ('a "b");', ("b", ")")),
    ],
)
def test_cuts_words_as_nginx_does(source: str, values: tuple[str, ...]) -> None:
    assert first(source).values == values
    assert tuple(arg.value for arg in first(source).args) == values


def test_skips_lua_whole() -> None:
    source = """\
location / {
    content_by_lua_block {
        -- a brace in a comment }
        local t = { a = "}", b = '\\'}', c = [==[ } ]] } ]==] } --[[ } ]]
        if t.a then ngx.say("{") end
    }
    set_by_lua_block $x { return "a" }
    return 200;
}
"""
    location = first(source)
    assert location.block is not None
    content, assigned, answer = location.block
    assert content.block is None
    assert content.code is not None
    assert content.code.value.strip().endswith('ngx.say("{") end')
    assert (assigned.values, assigned.code and assigned.code.value) == (("$x",), ' return "a" ')
    assert answer.values == ("200",)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("server { listen 80;", "a '{' without its '}'"),
        ("server { } }", "unexpected '}'"),
        ("server { listen 80 }", "unexpected '}'"),
        ("listen 80", "a directive without its ';' at the end of the file"),
        ("{ a b; }", "unexpected '{'"),
        ("a b;;", "unexpected ';'"),
        ('a "b', "a quote or backslash without its end"),
        ('a "b"c;', "unexpected 'c' after a quoted word"),
        ("a { content_by_lua_block { ", "a Lua block without its '}'"),
        ("a {" * 200 + "}" * 200, "nested too deeply"),
        ("server_name {{ domain }};", "a template of another language"),
        ("{% if tls %}\nlisten 443;\n{% endif %}", "a template of another language"),
        ("listen 443; {{- end }}", "a template of another language"),
        ("location {{ path }} { return 200; }", "a template of another language"),
        ('server_name "{{ .Values.host }}";', "a template of another language"),
        ("<% if tls %>\nlisten 443;", "a template of another language"),
    ],
)
def test_says_why_it_cannot_read(source: str, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(source)
    assert caught.value.reason == reason


def test_takes_braces_in_comments_and_strings_for_no_template() -> None:
    assert len(read("# {{ old }}\nlog_format j '{{\"a\": 1';\n").directives) == 1


def test_addresses_by_child_indexes() -> None:
    document = read(CONFIGURATION)
    for directive in nginx.walk(document.directives):
        assert nginx.resolve(document, directive.steps) is directive
    assert nginx.resolve(document, ()) is document
    assert nginx.resolve(document, (1, 9)) is None
    assert nginx.resolve(document, (1, 0, 0)) is None
    assert nginx.resolve(document, ("server",)) is None


def test_spans_are_the_directives_bytes_behind_a_bom_and_other_letters() -> None:
    data = "\ufeff# größe\nserver {\n  return 200 'grün';\n}\n".encode()
    server = nginx.read(Text.of_file("a.conf", data)).directives[0]
    assert server.block is not None
    assert server.span is not None
    assert data[server.span.start : server.span.end].startswith(b"server {")
    place = server.block[0].args[1].place
    assert place is not None
    assert data[place[1].start : place[1].end] == "grün".encode()
    assert server.block[0].head.value == "return 200 'grün'"


def test_reads_a_document_inside_yaml_with_outer_bytes() -> None:
    data = b"data:\n  nginx.conf: |\n    server {\n      proxy_pass http://api:8000;\n    }\n"
    scalar = yaml.resolve(yaml.read(Text.of_file("cm.yaml", data)), (0, "data", "nginx.conf"))
    assert isinstance(scalar, yaml.Scalar)
    directive = nginx.read(scalar.text).directives[0].block
    assert directive is not None
    address = directive[0].args[0]
    assert {p.quoting[-1] for p in address.pieces} == {"nginx:word", "nginx:tail"}
    edit = spelled(address.slice(11, 15), "9000")
    assert splice(data, [edit]) == data.replace(b"8000", b"9000")


@pytest.mark.parametrize(
    "source",
    [
        "server {\n  listen 80;\n}\n",
        "upstream app {\n  server app:1;\n}\n",
        "map $http_upgrade $connection_upgrade {\n default upgrade;\n '' close;\n}\n",
        "proxy_set_header Host $host;\nproxy_http_version 1.1;\n",
        "# only tls\nssl_protocols TLSv1.2;\n",
        "location /api {\n return 200;\n}",
    ],
)
def test_recognises_configurations(source: str) -> None:
    assert nginx.looks_like_nginx(Text.unwritten(source))


@pytest.mark.parametrize(
    "source",
    [
        "",
        "[mysqld]\nport=3306\n",
        "listen_addresses = '*'\n",
        "subnet 10.0.0.0 netmask 255.0.0.0 {\n  option routers 10.0.0.1;\n}\n",
        'options {\n  directory "/var/named";\n};\n',
        "<VirtualHost *:80>\n  ServerName a;\n</VirtualHost>\n",
        "server { broken\n",
        "key value;\n",
    ],
)
def test_leaves_other_files_alone(source: str) -> None:
    assert not nginx.looks_like_nginx(Text.unwritten(source))


PRINTABLE = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)
AWKWARD = st.text(st.sampled_from("ab \t\n\r\\\"'$;{}#/:.<%>"), max_size=10)
TEMPLATE_MARKS = re.compile(r"\{\{.*\}\}|\{%.*%\}|<%.*%>|\A<%", re.DOTALL)


@given(PRINTABLE | AWKWARD)
@example("{{}}")
@example("<% a")
@example("a{% b %}")
def test_what_is_spelled_is_read_again(new: str) -> None:
    if TEMPLATE_MARKS.search(new):
        with pytest.raises(Refused):
            nginx.spell(new)
        return
    for quote in "\"'":
        document = read(f"name {nginx.spell(new, quote)} end;")
        assert document.directives[0].values == (new, "end")
        always = read(f"name {nginx.spell(new, quote, bare=False)};")
        assert always.directives[0].values == (new,)


@given(
    st.sampled_from(["a/b.c:1", "'a\\'b'", '"a b\\\\"', "\\'x", "a\\.b", "http://h:80/"]),
    AWKWARD | PRINTABLE,
    st.data(),
)
def test_a_slice_of_a_word_is_replaced_exactly_or_refused(word: str, new: str, data: st.DataObject) -> None:
    source = f"x {{ name {word} end; }}\n"
    block = first(source).block
    assert block is not None
    text = block[0].args[0]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    try:
        edit = spelled(text.slice(start, end), new)
    except Refused:
        return
    after = splice(source.encode(), [edit]).decode()
    wanted = text.value[:start] + new + text.value[end:]
    read_again = first(after).block
    assert read_again is not None
    assert read_again[0].values == (wanted, "end")


@pytest.mark.parametrize(
    ("quoting", "new"),
    [
        ("nginx:word", ""),
        ("nginx:word", "#a"),
        ("nginx:word", "}a"),
        ("nginx:tail", "a b"),
        ("nginx:tail", "a;b"),
        ("nginx:tail", "a{b"),
        ("nginx:double", "a\0"),
    ],
)
def test_refuses_what_would_be_read_otherwise(quoting: str, new: str) -> None:
    with pytest.raises(Refused):
        nginx.encode(quoting, new)


def test_an_escape_is_not_cut_apart() -> None:
    text = first(r"a b\.c;").args[0]
    with pytest.raises(Refused):
        spelled(text.slice(2, 3), "n")


WORDS = st.from_regex(r"[a-z$/][a-z0-9_/.:$]{0,8}", fullmatch=True) | st.sampled_from(
    ['"a b"', "'x;{}#'", '"q\\"q"', "${H}x", "~*", r"\.php$"]
)
COMMENTS = st.sampled_from(["", " # note", "\n# { } ; '"])
LINES = st.builds(
    lambda words, note: f"name {' '.join(words)};{note}", st.lists(WORDS, min_size=1, max_size=4), COMMENTS
)
TREES = st.recursive(
    LINES,
    lambda inner: st.builds(
        lambda name, body, one: f"{name} {{" + ("\n" if not one else " # c\n") + "\n".join(body) + "\n}",
        st.from_regex(r"[a-z]{1,6}( /[a-z]{0,4})?", fullmatch=True),
        st.lists(inner, max_size=3),
        st.booleans(),
    ),
    max_leaves=8,
)


@given(st.lists(TREES, max_size=4), st.sampled_from(["\n", "\r\n"]))
def test_generated_files_are_read_as_crossplane_reads_them_and_rebuilt_from_spans(parts: list[str], feed: str) -> None:
    source = "\n".join(parts).replace("\n", feed)
    document = read(source)
    found = list(nginx.walk(document.directives))
    for directive in found:
        assert source[directive.start : directive.end] == directive.text.value
        assert directive.span is not None
        assert source.encode()[directive.span.start : directive.span.end].decode() == directive.text.value
    tokens = [
        token
        for token, _, quoted in _lex_file_object(io.StringIO(source + "\n", newline=""))
        if quoted or token not in {";", "{", "}"}
    ]
    comments = [t for t in tokens if t.startswith("#")]
    assert len(tokens) - len(comments) == sum(len(d.words) for d in found)
    assert [c.rstrip("\r") for c in comments] == [c.value for c in document.comments]


@given(st.text(st.sampled_from("ab {};\"'#\\$\n\r\t%<"), max_size=40))
def test_never_fails_otherwise_than_unreadable(source: str) -> None:
    try:
        document = read(source)
    except Unreadable:
        return
    assert all(d.words for d in nginx.walk(document.directives))
    for directive in nginx.walk(document.directives):
        assert directive.name.value == directive.keyword
        assert tuple(a.value for a in directive.args) == directive.values
