"""How a command ends that works on a durable queue.

May not import anything of stackfix.
"""

from __future__ import annotations

import os
import sys
import threading
import time

_PATIENCE = 1.0


def leave_sleepers(code: int) -> int:
    """Work that waits for a forge is in the database: the process ends without its threads, which sleep on.

    A code is given back where there are none.
    """
    deadline = time.monotonic() + _PATIENCE
    while any(thread.name.startswith("dbos-executor") for thread in threading.enumerate()):
        if time.monotonic() > deadline:
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            os._exit(code)
        time.sleep(0.01)
    return code
