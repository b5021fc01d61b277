"""Calls awaited in threads and tasks kept: the imports in the file's own order, and what can't be done exactly."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from stackfix.edits import Refused, Replace
from stackfix.findings import Anchor
from stackfix.fixers.python import await_call, keep_task
from stackfix.graph.library import Library
from stackfix.repairs.await_call import AwaitCall
from stackfix.repairs.keep_task import KeepTask
from stackfix.tree import Entry, Tree


@dataclass(frozen=True)
class One:
    data: bytes

    def read(self, path: str) -> bytes | None:
        return self.data if path == "m.py" else None

    def would_ignore(self, path: str) -> bool:
        return path != "m.py"


def library(source: str) -> Library:
    return Library(Tree({"m.py": Entry("m.py")}), One(source.encode()))


def applied(source: str, edits: tuple[object, ...]) -> str:
    data = source.encode()
    made = [e for e in edits if isinstance(e, Replace)]
    for edit in sorted(made, key=lambda e: e.span, reverse=True):
        data = data[: edit.span.start] + edit.replacement + data[edit.span.end :]
    return data.decode()


def awaited(source: str, call: str, *, sleeps: bool = False) -> str:
    anchor = Anchor("m.py", "python", ("def:f", 0, f"call:{call}", 0))
    return applied(source, await_call.edits(AwaitCall(anchor, sleeps), library(source)))


def kept(source: str, call: str = "asyncio.create_task") -> str:
    anchor = Anchor("m.py", "python", ("def:f", 0, f"call:{call}", 0))
    return applied(source, keep_task.edits(KeepTask(anchor), library(source)))


HEADS = [
    ("", "import asyncio\n\n"),
    ('"""Docs."""\n', '"""Docs."""\n\nimport asyncio\n'),
    ("import abc\nimport os\n", "import abc\nimport asyncio\nimport os\n"),
    ("import os\nimport abc\n", "import os\nimport abc\nimport asyncio\n"),
    ("import os, sys\n", "import asyncio\nimport os, sys\n"),
    ("# why\nimport os\n", "# why\nimport asyncio\nimport os\n"),
    ("from os import path\n", "import asyncio\nfrom os import path\n"),
    ("import kafka\n", "import asyncio\n\nimport kafka\n"),
    ("from .here import there\n", "import asyncio\n\nfrom .here import there\n"),
    (
        "from __future__ import annotations\n\nimport abc\n\nimport kafka\n",
        "from __future__ import annotations\n\nimport abc\nimport asyncio\n\nimport kafka\n",
    ),
    ("from __future__ import annotations\n", "from __future__ import annotations\n\nimport asyncio\n"),
    ("import asyncio.events\n", "import asyncio\nimport asyncio.events\n"),
]


@pytest.mark.parametrize(("before", "after"), HEADS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_import_stands_where_the_file_s_order_has_it(before: str, after: str, newline: str) -> None:
    old, new = "async def f():\n    x(1)\n", "async def f():\n    await asyncio.to_thread(x, 1)\n"
    source = (before + old).replace("\n", newline)
    assert awaited(source, "x") == (after + new).replace("\n", newline)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x()", "await asyncio.to_thread(x)"),
        ("x( )", "await asyncio.to_thread(x)"),
        ("x(*a, **k)", "await asyncio.to_thread(x, *a, **k)"),
        ("x(1,)", "await asyncio.to_thread(x, 1,)"),
        ("x().y", "(await asyncio.to_thread(x)).y"),
        ("x()[0]", "(await asyncio.to_thread(x))[0]"),
        ("(x()).y", "(await asyncio.to_thread(x)).y"),
        ("-x()", "-await asyncio.to_thread(x)"),
        ("g(x(1))", "g(await asyncio.to_thread(x, 1))"),
        ("x(\n        1,  # é\n    )", "await asyncio.to_thread(\n        x,\n        1,  # é\n    )"),
    ],
)
def test_a_call_goes_to_a_thread_with_all_that_it_is_given(before: str, after: str) -> None:
    head = "import asyncio\nasync def f(a, k, g):\n    "
    assert awaited(f"{head}{before}\n", "x") == f"{head}{after}\n"


@pytest.mark.parametrize(
    "body",
    ["x(a for a in b)", "lambda: x()", "[x(a) for a in b]", "f'{x()}'"],
)
def test_what_cannot_be_awaited_in_place_is_refused(body: str) -> None:
    with pytest.raises(Refused):
        awaited(f"async def f(b):\n    {body}\n", "x")


def test_a_plain_function_cannot_await() -> None:
    with pytest.raises(Refused):
        awaited("def f():\n    x()\n", "x")


def test_an_import_that_is_left_without_use_goes_with_its_last_use() -> None:
    source = "import os\nimport time\n\n\nasync def f():\n    time.sleep(os.nice(0))\n"
    expected = "import asyncio\nimport os\n\n\nasync def f():\n    await asyncio.sleep(os.nice(0))\n"
    assert awaited(source, "time.sleep", sleeps=True) == expected


def test_an_import_that_others_use_stays() -> None:
    source = "import asyncio\nimport time\n\n\nasync def f():\n    time.sleep(1)\n    time.time()\n"
    assert awaited(source, "time.sleep", sleeps=True) == source.replace("time.sleep", "await asyncio.sleep")


def test_a_name_that_means_something_else_is_not_taken() -> None:
    with pytest.raises(Refused, match="_task_done"):
        kept("import asyncio\n\n_task_done = 3\n\n\nasync def f(x):\n    asyncio.create_task(x())\n")


def test_what_was_given_before_is_used_again() -> None:
    once = kept("import asyncio\n\n\nasync def f(x):\n    asyncio.create_task(x())\n    asyncio.create_task(x(2))\n")
    anchor = Anchor("m.py", "python", ("def:f", 0, "call:asyncio.create_task", 1))
    twice = applied(once, keep_task.edits(KeepTask(anchor), library(once)))
    assert twice.startswith(once.partition("    asyncio.create_task")[0])
    assert twice.endswith(
        "    background_task = asyncio.create_task(x(2))\n"
        "    _background_tasks.add(background_task)\n"
        "    background_task.add_done_callback(_task_done)\n"
    )


@pytest.mark.parametrize("body", ["a(); asyncio.create_task(a())", "if a: asyncio.create_task(a())"])
def test_a_statement_that_shares_its_line_is_left_alone(body: str) -> None:
    with pytest.raises(Refused):
        kept(f"import asyncio\n\n\nasync def f(a):\n    {body}\n")
