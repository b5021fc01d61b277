"""Commands that are run without a start of Python for each; see dying.py."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

_SOURCE = Path(__file__).parents[2] / "src"
_PATIENCE = 240.0


class Nursery:
    """A process that has imported all that a command needs, and forks one after another."""

    def __init__(self) -> None:
        """It is started at once."""
        environment = {**os.environ, "PYTHONPATH": f"{_SOURCE}{os.pathsep}{_SOURCE.parent}"}
        words = [sys.executable, str(Path(__file__).with_name("dying.py"))]
        self._process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def run(
        self, words: list[str], environment: dict[str, str], folder: Path, point: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """What a command comes to, as `subprocess.run` would have it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with tempfile.TemporaryDirectory() as scratch:
            output = [f"{scratch}/out", f"{scratch}/err"]
            told = {"words": words, "environment": environment, "folder": str(folder), "output": output, "point": point}
            late = threading.Timer(_PATIENCE, self._process.kill)
            late.start()
            self._process.stdin.write(json.dumps(told) + "\n")
            self._process.stdin.flush()
            code = self._process.stdout.readline()
            late.cancel()
            assert code, "it took too long"
            out, err = (Path(path).read_text("utf-8") for path in output)
            return subprocess.CompletedProcess(words, int(code), out, err)

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()
