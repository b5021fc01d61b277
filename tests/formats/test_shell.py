"""Shell: every command with its blocks, every word at its bytes; judged by bash, dash and shlex."""

from __future__ import annotations

import shlex
import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stackfix.edits import Refused
from stackfix.formats import shell
from stackfix.text import Text, Unreadable

BLOCKS = """#!/bin/bash
# Deploys it.
set -euo pipefail
if [ "$1" = x ]; then echo yes; elif maybe; then perhaps; else exec "$@"; fi
for f in a.yaml b.yaml; do kubectl apply -f $f; done
case "$1" in
  start|run) uvicorn a:b ;;
  *) echo no
esac
build() { local x=1; docker build .; }
until nc -z db 5432; do sleep 1; done
(cd web && npm ci) &
[[ $a == b && ( -f x ) ]] && ok || failed
"""


def text(source: str) -> Text:
    return Text.of_file("run.sh", source.encode())


def commands(source: str) -> dict[str, shell.Command]:
    return {c.text.value: c for c in shell.read(text(source)).commands}


def kinds(command: shell.Command) -> list[str]:
    return [block.kind for block in command.blocks]


def literal(word: shell.Word) -> str:
    assert word.literal is not None
    return word.literal.value


def values(source: str) -> list[str]:
    return [literal(w) for w in shell.words(text(source))]


def test_every_command_knows_the_blocks_around_it() -> None:
    found = commands(BLOCKS)
    assert kinds(found["set -euo pipefail"]) == []
    assert kinds(found['[ "$1" = x ]']) == ["condition"]
    assert kinds(found["echo yes"]) == ["then"]
    assert kinds(found["maybe"]) == ["condition"]
    assert kinds(found["perhaps"]) == ["then"]
    assert kinds(found['exec "$@"']) == ["else"]
    assert kinds(found["kubectl apply -f $f"]) == ["for"]
    assert kinds(found["uvicorn a:b"]) == ["case"]
    assert kinds(found["docker build ."]) == ["function", "group"]
    assert kinds(found["nc -z db 5432"]) == ["condition"]
    assert kinds(found["sleep 1"]) == ["loop"]
    assert kinds(found["npm ci"]) == ["subshell", "background"]


def test_a_loop_and_a_case_keep_their_words() -> None:
    found = commands(BLOCKS)
    loop = found["kubectl apply -f $f"].blocks[0]
    assert loop.name == "f"
    assert [literal(w) for w in loop.words] == ["a.yaml", "b.yaml"]
    case = found["uvicorn a:b"].blocks[0]
    assert [w.text.value for w in case.words] == ['"$1"', "start", "run"]
    assert found["docker build ."].blocks[0].name == "build"


def test_operators_beside_a_command_are_told() -> None:
    found = commands("a && b || c | d & e; f\n")
    assert [(c.lead, c.follow) for c in found.values()] == [
        ("", "&&"),
        ("&&", "||"),
        ("||", "|"),
        ("|", "&"),
        ("&", ";"),
        (";", ""),
    ]


def test_a_double_bracket_holds_no_operators() -> None:
    found = commands(BLOCKS)
    test = found["[[ $a == b && ( -f x ) ]]"]
    assert test.follow == "&&"
    assert found["ok"].lead == "&&"
    assert found["failed"].conditional


def test_what_stands_in_a_substitution_is_a_command_too() -> None:
    found = commands('echo "a$(basename "$(pwd)")"')
    assert kinds(found['basename "$(pwd)"']) == ["substitution"]
    assert kinds(found["pwd"]) == ["substitution", "substitution"]


def test_parameters_keep_their_defaults() -> None:
    (word,) = shell.words(text('"${PORT:-8000}"'))
    (parameter,) = word.parts
    assert isinstance(parameter, shell.Parameter)
    assert (parameter.name, parameter.operator, parameter.quoted) == ("PORT", ":-", True)
    (default,) = parameter.operand
    assert isinstance(default, Text)
    assert default.value == "8000"
    assert default.place is not None
    assert (default.place[1].start, default.place[1].end) == (9, 13)


@pytest.mark.parametrize(
    "written",
    ["${#A}", "${A%%.*}", "${A/x/y}", "${!A}", "${A[0]}", "${A:0:3}", "$((1 + 2))", "`date`", "$'a\\n'", "$(date)"],
)
def test_what_only_a_running_shell_knows_is_dynamic(written: str) -> None:
    (word,) = shell.words(text(written))
    assert [type(p) for p in word.parts] == [shell.Dynamic]
    assert word.literal is None


def test_heredocs_belong_to_their_command() -> None:
    found = shell.read(text("cat <<EOF >a <<-'RAW'\nhost $NAME \\$host\nEOF\n\t\traw $x\n\tRAW\necho after\n")).commands
    first, second = found[0].heredocs
    assert [p.value if isinstance(p, Text) else p.text.value for p in first.parts] == ["host ", "$NAME", " $host\n"]
    assert second.literal is not None
    assert second.literal.value == "raw $x\n"
    assert [c.name for c in found] == ["cat", "echo"]


def test_a_here_string_is_no_heredoc() -> None:
    found = shell.read(text('read -r a <<< "$line"\necho b\n')).commands
    assert [c.name for c in found] == ["read", "echo"]
    assert found[0].redirects[0].operator == "<<<"


def test_an_unreadable_heredoc_body_leaves_the_script_readable() -> None:
    found = shell.read(text("cat <<EOF\n$( | )\nEOF\necho b\n")).commands
    assert [c.name for c in found] == ["cat", "echo"]
    assert found[0].heredocs[0].literal is None


def test_assignments_stand_before_the_words() -> None:
    (found,) = shell.read(text('A=1 B+="x $C" cmd D=2')).commands
    assert [(a.name.value, a.append) for a in found.assignments] == [("A", False), ("B", True)]
    assert [literal(w) for w in found.words] == ["cmd", "D=2"]
    inner = shell.assignment(found.words[1])
    assert inner is not None
    assert (inner.name.value, literal(inner.value)) == ("D", "2")


def test_a_comment_ends_no_word_that_holds_its_sign() -> None:
    assert values("curl host/#top # comment") == ["curl", "host/#top"]


def test_lines_go_on_after_a_backslash_whatever_the_line_ending() -> None:
    for feed in ("\n", "\r\n"):
        found = shell.read(text(f"uvicorn a:b \\{feed}  --port 80{feed}echo b{feed}")).commands
        assert [[literal(w) for w in c.words] for c in found] == [["uvicorn", "a:b", "--port", "80"], ["echo", "b"]]


@pytest.mark.parametrize(
    "broken",
    [
        "if x; then y",
        "echo 'a",
        'echo "a',
        "a )",
        "do x",
        "( a",
        "$(a",
        "cat <<E\nx\n",
        "case x in a) b",
        "&& a",
        "${a",
        "[[ a",
    ],
)
def test_half_a_script_is_unreadable(broken: str) -> None:
    with pytest.raises(Unreadable):
        shell.read(text(broken))


def test_globs_braces_and_tildes_are_patterns() -> None:
    patterns = [w.pattern for w in shell.words(text("kubectl k8s/*.yaml {a,b} ~/x '*' \"{a,b}\" a\\* plain"))]
    assert patterns == [False, True, True, True, False, False, False, False]


def test_split_knows_no_shell() -> None:
    found = shell.split(text('sh -c \'a && b\' "c \\" $d" && e\\ f'))
    assert [w.value for w in found] == ["sh", "-c", "a && b", 'c " $d', "&&", "e f"]


def test_steps_lead_to_nodes() -> None:
    document = shell.read(text("A=b cmd x\n"))
    assert shell.resolve(document, ()) is document
    command = shell.resolve(document, (0,))
    assert isinstance(command, shell.Command)
    assert shell.resolve(document, (0, 1)) is command.words[1]
    assert shell.resolve(document, (0, "A")) is command.assignments[0]
    assert shell.resolve(document, (1,)) is None
    assert shell.resolve(document, (0, 7)) is None


def test_the_shebang_is_kept_apart() -> None:
    found = shell.read(text("#!/usr/bin/env bash\necho a\n"))
    assert found.shebang is not None
    assert found.shebang.value == "/usr/bin/env bash"
    assert shell.read(text("echo a\n")).shebang is None


NO_NUL = st.characters(exclude_characters="\0\r", exclude_categories=["Cs"])
PLAIN = st.text(st.sampled_from("abc/.-:=@%+,_ '\"\\$`*?[]{}()<>|&;#!~^\t\n8é"), max_size=12)


def sh(argument: str, program: str = "sh") -> list[str]:
    """The words that a real shell makes of them."""
    done = subprocess.run([program, "-c", f"printf '%s\\0' {argument}"], capture_output=True, check=True)
    return done.stdout.decode().split("\0")[:-1]


@given(PLAIN)
@settings(max_examples=150, deadline=None)
def test_what_is_encoded_reads_as_it_was(new: str) -> None:
    for quoting, written in (("shell:single", "'{}'"), ("shell:double", '"{}"'), ("shell:plain", "{}")):
        try:
            word = written.format(shell.encode(quoting, new))
        except Refused:
            assert "\n" in new
            continue
        if not new and quoting == "shell:plain":
            continue
        assert values("echo " + word) == ["echo", new]
        assert sh(word) == [new]


@given(st.text(st.sampled_from("abc/.-: 8"), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_a_default_is_encoded_as_the_shell_reads_it(new: str) -> None:
    assert sh('"${UNSET_NAME:-' + shell.encode("shell:double_operand", new) + '}"') == [new]
    assert sh("${UNSET_NAME:-" + shell.encode("shell:operand", new) + "}") == [new]


@given(st.lists(PLAIN, min_size=1, max_size=4))
@settings(max_examples=100, deadline=None)
def test_words_agree_with_shlex(parts: list[str]) -> None:
    joined = shlex.join(["cmd", *parts])
    assert values(joined) == shlex.split(joined)
    assert [t.value for t in shell.split(text(joined))] == shlex.split(joined)


@given(st.text(st.sampled_from("ab '\"\\\n$(){};&|<>#=if then fi do done 1"), max_size=24))
@example("(1)1")
@example("if a;then b;fi fi")
@example("{ a;} b")
@settings(max_examples=250, deadline=None)
def test_what_is_read_is_a_script_to_bash_too(source: str) -> None:
    """A script that is read must be one; the opposite mistake is only silence."""
    try:
        found = shell.read(text(source)).commands
    except Unreadable:
        return
    judged = [subprocess.run([p, "-n", "-c", source], capture_output=True, check=False) for p in ("bash", "dash")]
    assert any(j.returncode == 0 for j in judged), [c.text.value for c in found]


@given(st.text(NO_NUL, max_size=30))
@settings(max_examples=200, deadline=None)
def test_nothing_else_is_ever_raised(source: str) -> None:
    try:
        document = shell.read(text(source))
    except Unreadable:
        return
    for command in document.commands:
        for word in command.words:
            assert source[word.start : word.end] == word.text.value


def test_pieces_remember_the_quoting_around_them() -> None:
    (_, word) = shell.words(text("echo a'b c'\\ \"d\""))
    assert word.literal is not None
    assert [(p.quoting, p.exact) for p in word.literal.pieces] == [
        (("shell:plain",), True),
        (("shell:single",), True),
        (("shell:plain",), False),
        (("shell:double",), True),
    ]
