"""A PostgreSQL cluster of a test's own: in a folder that goes away, on a port of this machine, as an ordinary user."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD = "pa55w0rd-of-the-database"
_SETTINGS = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "shared_buffers=16MB", "max_connections=60")


class _Who(TypedDict):
    user: int | None
    group: int | None
    extra_groups: list[int] | None


@contextmanager
def cluster() -> Iterator[str]:
    """The address of an empty database."""
    folder = Path(tempfile.mkdtemp(prefix="stackfix-postgres-"))
    who = _ordinary(folder)
    (folder / "password").write_text(PASSWORD)
    words: list[str | Path] = [
        "-D",
        folder / "data",
        "-U",
        "fleet",
        "-A",
        "scram-sha-256",
        "--pwfile",
        folder / "password",
        "--no-sync",
    ]
    subprocess.run([_program("initdb"), *words], check=True, stdout=subprocess.DEVNULL, cwd=folder, **who)
    port = _free()
    server = subprocess.Popen(
        [
            _program("postgres"),
            *("-D", folder / "data", "-h", "127.0.0.1", "-p", str(port), "-k", folder),
            *(word for setting in _SETTINGS for word in ("-c", setting)),
        ],
        stderr=subprocess.DEVNULL,
        cwd=folder,
        **who,
    )
    try:
        _wait(port)
        yield f"postgresql://fleet:{PASSWORD}@127.0.0.1:{port}/fleet"
    finally:
        # Not SIGTERM: that waits for whoever a failed test has left connected.
        server.send_signal(signal.SIGINT)
        server.wait()
        shutil.rmtree(folder)


def _ordinary(folder: Path) -> _Who:
    """PostgreSQL refuses to run as root: then it is its own user."""
    if os.getuid() != 0:
        return {"user": None, "group": None, "extra_groups": None}
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _program(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    program = str(found[-1]) if found else shutil.which(name)
    assert program is not None, f"{name} is missing: scripts/test-needs installs it"
    return program


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    import psycopg  # noqa: PLC0415 - only here

    deadline = time.monotonic() + 20
    while True:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="fleet", password=PASSWORD, dbname="postgres").close()
        except psycopg.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return
