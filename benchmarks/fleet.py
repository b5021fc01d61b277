"""How fast a fleet is: many small local repositories with a fault each, on one worker and on two.

    python benchmarks/fleet.py [--count 1000] [--workers 1 2] [--concurrency 1] [--database URL]

Prints for each number of workers the repositories per minute and the most memory that all processes took together.
Everything happens in a folder that goes away; with --database the queue is there instead (it must be empty).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

FILES = {
    "compose.yaml": "services:\n  web:\n    build: web\n    ports: ['80:80']\n  api:\n    build: api\n",
    "web/Dockerfile": "FROM nginx:1.27\nCOPY nginx.conf /etc/nginx/conf.d/default.conf\n",
    "web/nginx.conf": "server {\n  listen 80;\n  location /api/ {\n    proxy_pass http://api:5000;\n  }\n}\n",
    "api/Dockerfile": "FROM python:3.12\nCOPY . .\nCMD uvicorn main:app --host 0.0.0.0 --port 8000\n",
    "api/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
}


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--concurrency", type=int, default=1)
    parser.add_argument("--database")
    words = parser.parse_args()
    print(f"{words.count} repositories, {words.concurrency} at once on each worker, {os.cpu_count()} cores")
    print("workers  minutes  repositories/minute  most memory, MB  failed")
    for workers in words.workers:
        with tempfile.TemporaryDirectory(prefix="stackfix-fleet-") as scratch:
            seconds, memory, failed = measured(Path(scratch), words.count, workers, words.concurrency, words.database)
        rate = words.count / seconds * 60
        print(f"{workers:7}  {seconds / 60:7.2f}  {rate:19.0f}  {memory / 1_000_000:15.0f}  {failed:6}", flush=True)


def measured(scratch: Path, count: int, workers: int, concurrency: int, database: str | None) -> tuple[float, int, int]:
    """Seconds from the first worker's start to the last repository's end, the most bytes, and what failed."""
    file = scratch / "repositories"
    file.write_text("".join(f"{place}\n" for place in repositories(scratch / "remotes", count)))
    url = database or f"sqlite:///{scratch}/fleet.sqlite"
    more = ["--database", url, "--concurrency", str(concurrency)]
    began = time.monotonic()
    first = start(scratch / "1", "run", "--repos", str(file), *more)
    assert first.stdout is not None
    run = first.stdout.readline().strip()
    # What it tells in the end is more than a pipe holds.
    threading.Thread(target=first.stdout.read, daemon=True).start()
    others = [start(scratch / str(number), "worker", *more) for number in range(2, workers + 1)]
    most = 0
    while first.poll() is None:
        most = max(most, sum(taken(process.pid) for process in (first, *others)))
        time.sleep(0.5)
    seconds = time.monotonic() - began
    for other in others:
        other.send_signal(signal.SIGTERM)
        other.wait()
    status = start(scratch / "1", "status", run, "--database", url, "--output-format", "json")
    said, _ = status.communicate()
    return seconds, most, sum(one["state"] != "done" for one in json.loads(said)["repositories"])


def repositories(folder: Path, count: int) -> list[Path]:
    """Bare repositories, each its own."""
    folder.mkdir()
    stream = [b"commit refs/heads/main\ncommitter A <a@x> 1700000000 +0000\ndata 1\nx\n"]
    for path, text in FILES.items():
        stream.append(f"M 100644 inline {path}\ndata {len(text)}\n{text}\n".encode())
    first = folder / "0.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", "--template=", str(first)], check=True)
    subprocess.run(["git", "-C", str(first), "fast-import", "--quiet"], input=b"".join(stream), check=True)
    made = [first]
    for number in range(1, count):
        made.append(folder / f"{number}.git")
        shutil.copytree(first, made[-1])
    return made


def start(home: Path, *words: str) -> subprocess.Popen[str]:
    """The command on a machine of its own: other folders."""
    folders = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("STATE", "CACHE", "CONFIG")}
    command = [sys.executable, "-m", "stackfix", "fleet", *words]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, text=True, env={**os.environ, **folders}, **pipes)


def taken(process: int) -> int:
    """Bytes of memory of a process and all that it started, shared pages counted in part."""
    total = 0
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) * 1024
        children = Path(f"/proc/{process}/task").glob("*/children")
        total += sum(taken(int(child)) for path in children for child in path.read_text("ascii").split())
    except OSError:
        return total
    return total


if __name__ == "__main__":
    main()
