"""A network of containers without containers: real processes with real names, addresses and ports, and no privilege.

Debian's socket_wrapper gives every process an address of its own (127.0.0.N) and keeps all ports inside a folder;
nss_wrapper gives names to addresses. So configurations run as they are written: nothing in them is rewritten, and no
port of the machine is used.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

PATIENCE = 20.0
"""Seconds until a process that says nothing counts as broken."""
NGINX = "using the"
UVICORN = "Uvicorn running on"
VISITOR = 250
_WRAPPERS = ("libnss_wrapper.so", "libsocket_wrapper.so")
_MAIN = """\
daemon off;
master_process off;
pid {folder}/pid;
error_log stderr notice;
env SOCKET_WRAPPER_DIR;
env SOCKET_WRAPPER_DEFAULT_IFACE;
env NSS_WRAPPER_HOSTS;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {conf};
}}
"""


@dataclass(frozen=True)
class Answer:
    """What a visitor got: the status, or None and why."""

    status: int | None
    said: str


@dataclass(frozen=True)
class Ended:
    """A process that ended by itself."""

    code: int
    said: str


class Network:
    """Names and the processes behind them. `hosts` says which of the addresses 127.0.0.N has a name."""

    def __init__(self, folder: Path, hosts: Mapping[str, int]) -> None:
        """Make the network's folder below another."""
        self.folder = folder
        self.hosts = hosts
        (folder / "sockets").mkdir(parents=True)
        lines = [f"127.0.0.{number} {name}\n" for name, number in hosts.items()]
        (folder / "hosts").write_text("".join(lines), "utf-8")
        self._begun = 0

    @contextmanager
    def running(self, number: int, words: Sequence[str], ready: str, cwd: Path, **env: str) -> Iterator[None]:
        """A process at an address, from when it has said that it is ready."""
        self._begun += 1
        log = self.folder / f"{self._begun}.log"
        with log.open("wb") as out, self._process(number, words, cwd, env, out.fileno()) as process:
            try:
                _until(lambda: ready in _read(log) or process.poll() is not None)
                assert process.poll() is None, f"{words[0]} ended:\n{_read(log)}"
                yield
            finally:
                process.terminate()
                process.wait(PATIENCE)

    @contextmanager
    def nginx(self, number: int, conf: Path) -> Iterator[None]:
        """Real nginx with a configuration of `conf.d`."""
        with self.running(number, self._nginx(conf), NGINX, self.folder):
            yield

    def tested(self, conf: Path) -> Ended:
        """What `nginx -t` says of a configuration of `conf.d`."""
        return self.ended(VISITOR, [*self._nginx(conf), "-t"], self.folder)

    def tested_whole(self, conf: Path, names: Sequence[str]) -> Ended:
        """What `nginx -t` says of a whole `nginx.conf` where these names are known.

        What a person must bring is brought: a certificate in place of each that is named, the image's own folder, and
        snippets that nobody has are left out. Its own process, log and user give way to those of the test.
        """
        folder = self.folder / "whole"
        folder.mkdir(exist_ok=True)
        words = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test")
        made = ["openssl", *words, "-keyout", str(folder / "own.key"), "-out", str(folder / "own.crt")]
        subprocess.run(made, capture_output=True, check=True)
        text = re.sub(
            r"(?m)^\s*(?:user|pid|worker_processes|error_log|access_log)\s[^;]*;", "", conf.read_text("utf-8")
        )
        text = re.sub(r"(?m)^\s*include\s+/etc/nginx/snippets/[^;]*;", "", text)
        text = re.sub(r"(ssl_certificate)\s+[^;]*;", rf"\1 {folder}/own.crt;", text)
        text = re.sub(r"(ssl_certificate_key)\s+[^;]*;", rf"\1 {folder}/own.key;", text)
        head, http = _MAIN.split("events {{}}\nhttp {{\n")
        paths = http.partition("    include")[0]
        whole = head.format(folder=folder) + text.replace("http {", "http {\n" + paths.format(folder=folder), 1)
        (folder / "nginx.conf").write_text(whole, "utf-8")
        (folder / "hosts").write_text("".join(f"127.0.0.1 {name}\n" for name in names), "utf-8")
        command = ["nginx", "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf"), "-t"]
        return self.ended(VISITOR, command, self.folder, NSS_WRAPPER_HOSTS=str(folder / "hosts"))

    def ended(self, number: int, words: Sequence[str], cwd: Path, **env: str) -> Ended:
        """A process that is expected to end."""
        with self._process(number, words, cwd, env, subprocess.PIPE) as process:
            said, _ = process.communicate(timeout=PATIENCE)
        return Ended(process.returncode, said.decode())

    def get(self, url: str) -> Answer:
        """What a visitor at another address gets."""
        return self._visit("get", url)

    def socket(self, url: str) -> Answer:
        """What a visitor hears on a WebSocket after a greeting; else the status that refused the handshake."""
        return self._visit("socket", url)

    def _visit(self, what: str, url: str) -> Answer:
        visitor = Path(__file__).parent / "visitor.py"
        ended = self.ended(VISITOR, [sys.executable, str(visitor), what, url], self.folder)
        assert ended.code == 0, ended.said
        answer = json.loads(ended.said)
        return Answer(answer["status"], answer["said"])

    def _nginx(self, conf: Path) -> list[str]:
        folder = self.folder / f"nginx{self._begun}"
        folder.mkdir(exist_ok=True)
        main = folder / "main.conf"
        main.write_text(_MAIN.format(folder=folder, conf=conf), "utf-8")
        return ["nginx", "-p", str(folder), "-e", "stderr", "-c", str(main)]

    def _process(
        self, number: int, words: Sequence[str], cwd: Path, env: Mapping[str, str], out: int
    ) -> subprocess.Popen[bytes]:
        own = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}:/usr/sbin",
            "LD_PRELOAD": ":".join(_wrapper(name) for name in _WRAPPERS),
            "SOCKET_WRAPPER_DIR": str(self.folder / "sockets"),
            "SOCKET_WRAPPER_DEFAULT_IFACE": str(number),
            "NSS_WRAPPER_HOSTS": str(self.folder / "hosts"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return subprocess.Popen(words, cwd=cwd, env={**own, **env}, stdout=out, stderr=subprocess.STDOUT)


def _wrapper(name: str) -> str:
    found = next(Path("/usr/lib").glob(f"*/{name}"), None)
    assert found is not None, f"{name} is missing: scripts/test-needs installs it"
    return str(found)


def _read(log: Path) -> str:
    return log.read_text("utf-8", "replace")


def _until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.02)
