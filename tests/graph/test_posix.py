"""Scripts that any sh runs as bash does; ShellCheck is the second judge."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from stackfix.graph import posix
from stackfix.text import Text

PLAIN = [
    'set -eu\nexec "$@"',
    'set -e\nif [ -n "$SEED" ]; then\n  node seed.js\nfi\nexec node "${ENTRY:-server.js}"',
    "until nc -z db 5432; do\n  sleep 1\ndone\npython manage.py migrate && exec gunicorn app:app",
    'count=$((count + 1))\necho "$count"',
    'for name in a b c; do\n  printf "%s\\n" "$name"\ndone',
    'case "$1" in\n  web) exec node web.js ;;\n  *) exec "$@" ;;\nesac',
    "cat > /etc/x.conf <<EOF\nport=$PORT\nEOF\nexec nginx -g 'daemon off;'",
    "start() {\n  exec nginx\n}\nstart",
    'export PATH=/venv/bin:$PATH\nread -r line < /tmp/x\necho "${line%%:*}"',
]
BASH = [
    "set -euo pipefail",
    'if [[ -n "$SEED" ]]; then\n  true\nfi',
    'names=(a b)\necho "${names[0]}"',
    "((count++))",
    "source ./env.sh",
    ". ./env.sh",
    "echo ${NAME^^}",
    "echo ${NAME//a/b}",
    "echo ${NAME:0:3}",
    "echo ${!NAME}",
    "diff <(ls a) <(ls b)",
    'cat <<< "$NAME"',
    "node server.js &> /tmp/log",
    "function start {\n  true\n}",
    "local name=x",
    "echo $'a\\tb'",
    "echo {1..3}",
    'if [ "$A" == "b" ]; then\n  true\nfi',
    "wait -n",
    "trap stop ERR",
    'echo "$RANDOM"',
    'NAME+="x"',
    "echo -e 'a\\nb'",
    "read -p 'name? ' name",
    "declare -A map",
    "mapfile -t lines < x",
    'cd "$(dirname "${BASH_SOURCE[0]}")"',
    'eval "$COMMAND"',
    'exec "$@"\r',
]


def script(body: str) -> Text:
    """A script that asks for bash."""
    return Text.of_file("start.sh", f"#!/bin/bash\n{body}\n".encode())


@pytest.mark.parametrize("body", PLAIN)
def test_a_plain_script_is_plain_to_shellcheck_too(body: str) -> None:
    assert posix.is_posix(script(body))
    words = [str(Path(sys.executable).parent / "shellcheck"), "--shell=sh", "--format=json", "-"]
    done = subprocess.run(words, input=body, capture_output=True, text=True, check=False)
    assert not [one for one in json.loads(done.stdout) if one["code"] // 1000 == 3 or one["code"] == 2039]


@pytest.mark.parametrize("body", BASH)
def test_what_only_bash_understands_is_not_plain(body: str) -> None:
    assert not posix.is_posix(script(body))
