"""Makes tests/bot/payloads/github.json.gz anew: the vendor's own examples of webhooks that the tests send.

    npm pack @octokit/webhooks-examples && tar xzf octokit-webhooks-examples-*.tgz
    python scripts/webhook_examples.py package/api.github.com/index.json

Tests can't fetch them: a fresh machine has no npm. The package is MIT-licensed, (c) Gregor Martynus and contributors.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

TARGET = Path(__file__).parent.parent / "tests" / "bot" / "payloads" / "github.json.gz"
EVENTS = {
    "check_run": 9,
    "installation": 9,
    "installation_repositories": 9,
    "issue_comment": 2,
    "issues": 2,
    "ping": 1,
    "pull_request": 29,
    "push": 9,
    "repository": 9,
    "star": 1,
}
"""How many examples of each event at most: the first of each action."""


def main() -> int:
    """Write the file."""
    if len(sys.argv) != 2:  # noqa: PLR2004 - itself and one path
        print(__doc__)
        return 2
    kept = []
    for entry in json.loads(Path(sys.argv[1]).read_text("utf-8")):
        seen: set[str] = set()
        for example in entry["examples"]:
            key = str(example.get("action") or example.get("ref"))
            if key not in seen and len(seen) < EVENTS.get(entry["name"], 0):
                seen.add(key)
                kept.append({"event": entry["name"], "payload": example})
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    packed = json.dumps(kept, sort_keys=True, separators=(",", ":")).encode()
    TARGET.write_bytes(gzip.compress(packed, 9, mtime=0))
    print(f"{TARGET}: {len(kept)} examples, {len(packed):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
