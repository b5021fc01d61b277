"""Dockerfiles: the same instructions as BuildKit's own parser, and every word at its bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import dockerfile as buildkit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stackfix.edits import Refused
from stackfix.formats import dockerfile
from stackfix.formats.dockerfile import Form, Instruction, Stage
from stackfix.text import Text, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable


def read(source: str | bytes) -> dockerfile.Document:
    data = source if isinstance(source, bytes) else source.encode()
    return dockerfile.read(Text.of_file("Dockerfile", data))


def bytes_of(text: Text, data: bytes) -> bytes:
    assert text.place is not None
    return data[text.place[1].start : text.place[1].end]


# --- against BuildKit's parser ---------------------------------------------------------------------------------------

REAL = """\
# syntax=docker/dockerfile:1.7
ARG PYTHON=3.12
FROM python:${PYTHON}-slim AS build
WORKDIR /src
ENV PIP_NO_CACHE_DIR=1 \\
    # why it is there

    PATH="/opt/venv/bin:$PATH"
RUN --mount=type=cache,target=/root/.cache \\
    apt-get update && \\
    # a comment between
    apt-get install -y --no-install-recommends curl \\
      && rm -rf /var/lib/apt/lists/*
COPY --chown=app:app requirements.txt ./
RUN <<EOF
set -e
FROM is no instruction here
EOF
COPY <<-"END" /etc/motd
\thello $USER
\tEND

from python:3.12-slim
copy --from=build /opt/venv /opt/venv
LABEL org.opencontainers.image.title="A b" maintainer='x y'
EXPOSE 8000/tcp 9000
HEALTHCHECK --interval=5s --timeout=3s CMD curl -f http://localhost:8000/health || exit 1
ONBUILD RUN echo built
VOLUME ["/data", "/logs"]
STOPSIGNAL SIGTERM
SHELL ["/bin/bash", "-c"]
ENTRYPOINT [ "tini" ,"--" ]
CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0"]
"""

ODD = [
    "RUN a \\\n   # c\n b\n",
    "RUN a \\\\\nRUN b\n",
    "RUN a \\  \n b\n",
    "RUN a \\",
    "ENV a b c\n",
    "ENV a=\"b c\" d='e f' g=h\\ i\n",
    'ENV a ="x"\n',
    "ENV a=b\\\n c=d\n",
    'ENV a="x\\\ny"\n',
    "ARG a b=c\n",
    "COPY -- a b\n",
    "COPY --from x a b\n",
    'COPY ["a b","c"]\n',
    "COPY a\\ b c\n",
    "# escape=`\nRUN a `\n b\n",
    "# hello\n# escape=`\nRUN a `\n",
    "RUN a\r\nRUN b \\\r\n c\r\n",
    "RUN <<-EOF\n\tx\n\tEOF\n",
    "RUN <<A <<B\na\nA\nb\nB\n",
    "COPY <<a <<b /x/\n1\na\n2\nb\n",
    "RUN 3<<EOF cat\nx\nEOF\n",
    "RUN echo $((1<<2))\n",
    'RUN cat <<<"x"\n',
    "RUN echo '<<EOF' <<EOF\nx\nEOF\n",
    "RUN cat <<EOF > x\na\nEOF \nEOF\n",
    "RUN echo it's <<EOF\n",
    'CMD ["a",]\n',
    "CMD ['a']\n",
    'CMD ["\\d"]\n',
    "CMD []\n",
    'CMD [ "a"\n',
    'CMD ["a", "é", "\\u00e9", "\\ud83d\\ude00"]\n',
    "WORKDIR  /a b \n",
    "HEALTHCHECK NONE\n",
    "  FROM x\n\tRUN y\n",
    "RUN a \\\n#x \\\n b\n",
    "RUN <<EOF\r\nx\r\nEOF\r\n",
]


def values(found: Instruction) -> tuple[str, ...]:
    """An instruction's arguments as BuildKit's parser gives them."""
    if found.name == "HEALTHCHECK":
        return ("NONE",) if found.inner is None else ("CMD", *values(found.inner))
    if found.name == "ONBUILD":
        assert found.inner is not None
        return values(found.inner)
    if found.form is Form.EXEC:
        return tuple(str(json.loads(w.raw.value)) for w in found.words)
    if found.form is Form.WORDS and found.name not in {"WORKDIR", "USER", "STOPSIGNAL"}:
        return tuple(w.raw.value for w in found.words)
    if found.name == "ARG":
        return tuple(p.raw.value for p in found.pairs)
    if found.pairs:
        return tuple(w.raw.value for p in found.pairs for w in (p.name, p.value) if w is not None)
    return (found.rest.value,) if found.rest.value else ()


def assert_same(source: str) -> None:
    theirs = buildkit.parse_string(source)
    ours = read(source).instructions
    assert [x.cmd.upper() for x in theirs] == [x.name for x in ours]
    for their, our in zip(theirs, ours, strict=True):
        assert tuple(their.value) == values(our)
        assert tuple((h.name, h.content) for h in their.heredocs) == tuple((h.name, h.body.value) for h in our.heredocs)
        assert their.start_line == source.count("\n", 0, our.start) + 1
        assert their.end_line == source.count("\n", 0, our.end) + 1


@pytest.mark.parametrize("source", ODD)
def test_odd_lines_read_as_buildkit_reads_them(source: str) -> None:
    assert_same(source)


@pytest.mark.parametrize("dress", [lambda s: s, lambda s: s.replace("\n", "\r\n"), lambda s: s.rstrip("\n")])
def test_a_real_file_reads_as_buildkit_reads_it(dress: Callable[[str], str]) -> None:
    assert_same(dress(REAL))


WORDS = st.text("ab$\"' =\\é#<[]{},./-", max_size=8)
LINES = st.builds(
    lambda name, gap, rest: f"{name}{gap}x{rest}",
    st.sampled_from(["RUN", "CMD", "COPY", "EXPOSE", "run", "WORKDIR", "ENTRYPOINT", "USER"]),
    st.sampled_from([" ", "\t", " \\\n  ", " \\\n# c\n\n "]),
    WORDS,
)


@given(st.lists(LINES, min_size=1, max_size=5), st.sampled_from(["\n", "\r\n", "\n\n", "\n# c\n"]))
@settings(deadline=None)
def test_generated_files_read_as_buildkit_reads_them(lines: list[str], end: str) -> None:
    source = end.join(lines) + end
    try:
        theirs = buildkit.parse_string(source)
    except buildkit.GoParseError:
        return
    if any(x.cmd.upper() not in dockerfile.KEYWORDS for x in theirs):
        return
    ours = read(source).instructions
    assert [(x.cmd.upper(), tuple(x.value)) for x in theirs] == [(x.name, values(x)) for x in ours]


# --- places ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("feed", ["\n", "\r\n"])
def test_every_word_lies_at_its_bytes(bom: bytes, feed: str) -> None:
    data = bom + REAL.replace("hello", "grüß").replace("\n", feed).encode()
    document = read(data)
    for found in document.instructions:
        assert bytes_of(found.text, data).decode() == found.text.value
        for word in (*found.words, *(f.value for f in found.flags if f.value)):
            assert bytes_of(word.raw, data).decode() == word.raw.value
        for pair in found.pairs:
            assert bytes_of(pair.raw, data).decode() == pair.raw.value
    assert bytes_of(document.stages[1].instructions[-1].words[1].text, data) == b"app.main:app"


def test_quotes_and_escapes_are_taken_off_and_dollars_told_apart() -> None:
    pairs = read('FROM a\nENV A=b"c d"e\\ f$X B=\'$Y\' C="\\$Z$W" D=\n').stages[0].instructions[1].pairs
    shown = [(p.name.value, p.value.value, p.value.dollars) for p in pairs if p.value]
    assert shown == [("A", "bc de f$X", (7,)), ("B", "$Y", ()), ("C", "$Z$W", (2,)), ("D", "", ())]


def test_stages_and_globals_are_parted() -> None:
    document = read(REAL)
    assert [x.name for x in document.globals] == ["ARG"]
    assert [(s.image.value, s.name and s.name.value) for s in document.stages] == [
        ("python:${PYTHON}-slim", "build"),
        ("python:3.12-slim", None),
    ]


def test_an_address_leads_back_to_its_node() -> None:
    document = read(REAL)
    for found in document.instructions:
        assert dockerfile.resolve(document, dockerfile.steps(document, found)) is found
    stage = dockerfile.resolve(document, (1,))
    assert isinstance(stage, Stage)
    assert stage.image.value == "python:3.12-slim"
    expose = dockerfile.resolve(document, (1, "EXPOSE", 0, 1))
    assert isinstance(expose, dockerfile.Word)
    assert expose.value == "9000"
    check = dockerfile.resolve(document, (1, "HEALTHCHECK", 0, "inner"))
    assert isinstance(check, Instruction)
    assert check.name == "CMD"
    env = dockerfile.resolve(document, (0, "ENV", 0, "PATH"))
    assert isinstance(env, dockerfile.Pair)
    assert dockerfile.resolve(document, (1, "EXPOSE", 1)) is None
    assert dockerfile.resolve(document, (5,)) is None


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("FROM a\nFOO b\n", "FOO is no instruction"),
        ("FROM a b\n", "FROM needs an image"),
        ("FROM a\nRUN <<EOF\nx\n", "doesn't end"),
        ("FROM a\nCMD [1]\n", "strings only"),
        ("# escape=x\nFROM a\n", "escape character"),
        ("FROM a\nENV a\n", "name=value"),
        ("FROM a\nHEALTHCHECK\n", "without arguments"),
    ],
)
def test_what_the_builder_refuses_is_unreadable(source: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read(source)


# --- spelling --------------------------------------------------------------------------------------------------------

HOLDERS = {
    "word": "FROM a\nENV A={}\n",
    "double": 'FROM a\nENV A="{}"\n',
    "single": "FROM a\nENV A='{}'\n",
    "rest": "FROM a\nWORKDIR {}\n",
    "path": "FROM a\nCOPY {} /x\n",
    "json": 'FROM a\nCMD ["{}"]\n',
    "shell": "FROM a\nRUN true {}\n",
}


@pytest.mark.parametrize("name", HOLDERS)
@pytest.mark.parametrize("escape", ["\\", "`"])
@given(new=st.text("aZ0$\"'\\` =#é/.-<{}\t", max_size=10))
@settings(deadline=None, max_examples=60)
def test_what_is_spelled_reads_as_it_was_meant(name: str, escape: str, new: str) -> None:
    head = "# escape=`\n" if escape == "`" else ""
    tick = ":tick" if escape == "`" and name != "json" else ""
    if name == "shell" and (new != new.strip() or not new):
        return
    try:
        spelled = dockerfile.encode(f"dockerfile:{name}{tick}", new)
    except Refused:
        return
    try:
        found = read(head + HOLDERS[name].replace("{}", spelled, 1)).stages[0].instructions[1]
    except Unreadable:
        assert "<<" in new
        return
    if found.pairs:
        assert found.pairs[0].value is not None
        word = found.pairs[0].value
        assert (word.value, word.dollars) == (new, ())
    elif found.words:
        start = next(w for w in found.words)
        assert (start.value, start.dollars) == (new, ())
    else:
        assert found.rest.value == "true " + new


@pytest.mark.parametrize(
    ("quoting", "new"),
    [
        ("dockerfile:path", "a b"),
        ("dockerfile:path", ""),
        ("dockerfile:single", "it's"),
        ("dockerfile:word", "a\nb"),
        ("dockerfile:word", "a "),
        ("dockerfile:shell", "a \\ "),
        ("dockerfile:bare", "a b"),
        ("dockerfile:heredoc:EOF", "a\nEOF\nb"),
        ("dockerfile:other", "a"),
    ],
)
def test_what_can_not_be_spelled_is_refused(quoting: str, new: str) -> None:
    with pytest.raises(Refused):
        dockerfile.encode(quoting, new)
