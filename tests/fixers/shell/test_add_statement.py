"""A statement put first in a script: after its head, in its own line endings, and nothing else changed."""

from __future__ import annotations

import subprocess

import pytest

from stackfix.edits import Refused, Replace
from stackfix.findings import Anchor
from stackfix.fixers.shell import add_statement
from stackfix.graph.library import Library
from stackfix.repairs.add_statement import AddStatement
from stackfix.tree import Entry, Tree

STRICT = "set -euo pipefail"


class One:
    """One script in memory."""

    def __init__(self, data: bytes) -> None:
        """Take its bytes."""
        self.data = data

    def read(self, path: str) -> bytes | None:
        return self.data if path == "run.sh" else None

    def would_ignore(self, path: str) -> bool:
        return path == ".git"


def repaired(source: str, anchor: Anchor | None = None) -> str:
    data = source.encode()
    library = Library(Tree({"run.sh": Entry("run.sh")}), One(data))
    made = add_statement.edits(AddStatement(anchor or Anchor("run.sh", "shell"), STRICT), library)
    for edit in made:
        assert isinstance(edit, Replace)
        assert len(edit.span) == 0
        data = data[: edit.span.start] + edit.replacement + data[edit.span.end :]
    return data.decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("#!/bin/bash\necho a\n", "#!/bin/bash\nset -euo pipefail\necho a\n"),
        ("#!/bin/bash\n\necho a\n", "#!/bin/bash\n\nset -euo pipefail\n\necho a\n"),
        (
            "#!/bin/bash\n# Deploys.\n# Twice.\n\necho a\n",
            "#!/bin/bash\n# Deploys.\n# Twice.\n\nset -euo pipefail\n\necho a\n",
        ),
        ("#!/bin/bash\n# Deploys.\necho a\n", "#!/bin/bash\n# Deploys.\nset -euo pipefail\necho a\n"),
        (
            "#!/bin/bash\n# Deploys.\n\n# Step 1\necho a",
            "#!/bin/bash\n# Deploys.\n\nset -euo pipefail\n\n# Step 1\necho a",
        ),
        ("#!/bin/bash\r\necho a\r\n", "#!/bin/bash\r\nset -euo pipefail\r\necho a\r\n"),
        ("\ufeffecho a\n", "\ufeffset -euo pipefail\necho a\n"),
        ("echo ä\n", "set -euo pipefail\necho ä\n"),
        ("#!/bin/bash\n\nset -x\necho a\n", "#!/bin/bash\n\nset -euo pipefail\nset -x\necho a\n"),
        ("#!/bin/bash\nset -euo pipefail\necho a\n", "#!/bin/bash\nset -euo pipefail\necho a\n"),
    ],
)
def test_it_stands_after_the_head(before: str, after: str) -> None:
    assert repaired(before) == after
    assert repaired(after) == after


def test_the_repaired_script_is_one_to_bash() -> None:
    script = repaired("#!/bin/bash\n# x\n\nif true; then echo a; fi\n")
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=True, text=True)
    assert done.stdout == "a\n"
    failed = subprocess.run(["bash", "-c", repaired("#!/bin/bash\nfalse\necho a\n")], capture_output=True, check=False)
    assert (failed.returncode, failed.stdout) == (1, b"")


@pytest.mark.parametrize("source", ["", "if then\n", "cat <<E\n"])
def test_what_cannot_be_read_is_refused(source: str) -> None:
    with pytest.raises(Refused):
        repaired(source)


def test_a_script_inside_another_document_is_refused() -> None:
    with pytest.raises(Refused):
        repaired("echo a\n", Anchor("run.sh", "yaml", (0,), Anchor("run.sh", "shell")))
