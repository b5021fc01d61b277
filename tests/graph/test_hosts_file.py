"""Lines of a hosts file, as readmes and scripts have them."""

from __future__ import annotations

import pytest

from stackfix.graph.hosts_file import _LINE


@pytest.mark.parametrize(
    "written",
    [
        b"127.0.0.1 bus\n",
        b"- 127.0.0.1\tlocalhost bus keeper\n",
        b'grep -q bus /etc/hosts || echo -e "127.0.0.1 bus" >> /etc/hosts\n',
        b"Add `127.0.0.1 bus` to your hosts file.\n",
        b'    line: "127.0.0.1 bus"\n',
    ],
)
def test_a_line_brings_its_names_home(written: bytes) -> None:
    names = [name for match in _LINE.finditer(written) for name in match["names"].split()]
    assert b"bus" in names


@pytest.mark.parametrize(
    "written",
    [b"The broker listens on 127.0.0.1 bus or not.\n", b'ports: ["127.0.0.1:9092:9092"]\n', b"192.168.49.2 bus\n"],
)
def test_a_sentence_and_another_machine_say_nothing(written: bytes) -> None:
    assert not _LINE.search(written)
