"""Real git remotes over HTTP: git's own http-backend behind a small server that can also misbehave."""

from __future__ import annotations

import os
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BACKEND = os.path.join(subprocess.check_output(["git", "--exec-path"], text=True).strip(), "git-http-backend")  # noqa: PTH118

WHO = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@x", "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@x"}


def git(folder: Path, *words: str, given: str = "") -> str:
    """What git says in a folder, as a person would call it."""
    done = subprocess.run(
        ["git", "-C", str(folder), "-c", "init.defaultBranch=main", *words],
        capture_output=True,
        text=True,
        check=True,
        input=given,
        env={**os.environ, **WHO},
    )
    return done.stdout.strip()


def bare(folder: Path, files: dict[str, str | bytes]) -> Path:
    """A bare repository with one commit on main."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "--bare")
    git(folder, "config", "uploadpack.allowFilter", "true")
    git(folder, "config", "http.receivepack", "true")
    commit(folder, files)
    return folder


def commit(folder: Path, files: dict[str, str | bytes], branch: str = "main") -> str:
    """One more commit on a branch of a bare repository, without a checkout."""
    stream = [f"commit refs/heads/{branch}\ncommitter A <a@x> 1700000000 +0000\ndata 1\nx\n".encode()]
    known = subprocess.run(
        ["git", "-C", str(folder), "rev-parse", "-q", "--verify", f"refs/heads/{branch}"],
        capture_output=True,
        check=False,
    ).stdout
    if known:
        stream.append(b"from " + known.strip() + b"\n")
    for path, text in files.items():
        data = text.encode() if isinstance(text, str) else text
        stream.append(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
    subprocess.run(["git", "-C", str(folder), "fast-import", "--quiet"], input=b"".join(stream), check=True)
    return git(folder, "rev-parse", f"refs/heads/{branch}")


@dataclass
class Remote:
    """A server: what was asked of it, and what it is to do instead of answering well."""

    url: str
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    token: str | None = None
    status: int | None = None
    redirect: str | None = None
    hangs: threading.Event | None = None


@contextmanager
def serving(root: Path) -> Iterator[Remote]:
    """All repositories below a folder, on a port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Backend)
    remote = Remote(f"http://127.0.0.1:{server.server_port}")
    server.root, server.remote = str(root), remote  # type: ignore[attr-defined] # the standard library's way to share
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield remote
    finally:
        if remote.hangs is not None:
            remote.hangs.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Backend(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self) -> None:
        remote: Remote = self.server.remote  # type: ignore[attr-defined] # as in serving
        body = self._body()
        remote.asked.append(f"{self.command} {self.path}")
        remote.headers.append(dict(self.headers))
        remote.bodies.append(body)
        if remote.hangs is not None:
            remote.hangs.wait()
        if remote.token is not None and self.headers.get("Authorization") != remote.token:
            self._say(401, [("WWW-Authenticate", 'Basic realm="git"')], b"")
        elif remote.redirect is not None:
            self._say(302, [("Location", remote.redirect + self.path)], b"")
        elif remote.status is not None:
            self._say(remote.status, [], b"")
        else:
            self._backend(body)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            pieces = []
            while size := int(self.rfile.readline(), 16):
                pieces.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(pieces)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _backend(self, body: bytes) -> None:
        parts = urlsplit(self.path)
        environment = {
            **os.environ,
            "GIT_PROJECT_ROOT": self.server.root,  # type: ignore[attr-defined] # as in serving
            "GIT_HTTP_EXPORT_ALL": "1",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_USER": "somebody",
        }
        said = subprocess.run([BACKEND], input=body, capture_output=True, env=environment, check=False).stdout
        head, _, rest = said.partition(b"\r\n\r\n")
        lines = [line.partition(b": ") for line in head.split(b"\r\n")]
        status = next((int(value[:3]) for name, _, value in lines if name == b"Status"), 200)
        self._say(status, [(n.decode(), v.decode()) for n, _, v in lines if n and n != b"Status"], rest)

    def _say(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
