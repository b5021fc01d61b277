"""Files that only functions import: all may be part of a program, few are seen to be."""

from __future__ import annotations

import pytest

from stackfix.graph import application
from tests.graph.application_world import library


def imported(source: str, *, main: bool = True, attribute: str | None = None, **more: str) -> bool:
    """Whether the file `late` is seen to be imported; that it may be is always known."""
    files = {"entry.py": source, "late.py": "", **{f"{name}.py": text for name, text in more.items()}}
    program = application.program(library(files), "entry.py", ("",), main=main, attribute=attribute)
    assert "late.py" in program.paths
    assert program.imported <= set(program.paths)
    return "late.py" in program.imported


LATE = "\n{decorator}\ndef run(x=None):\n    import late\n"


@pytest.mark.parametrize(
    ("decorator", "expected"),
    [
        ("@app.get('/')", True),
        ("@app.on_event('startup')", True),
        ("@bp.before_request", True),
        ("@bot.message_handler(commands=['start'])", True),
        ("@broker.subscriber('letters')", True),
        ("@app.task", False),
        ("@shared_task(bind=True)", False),
        ("@click.command()", False),
        ("@functools.cache", False),
    ],
)
def test_what_a_framework_calls_runs_and_what_another_process_calls_does_not(decorator: str, *, expected: bool) -> None:
    assert imported(LATE.format(decorator=decorator)) is expected
    assert imported("import tasks", tasks=LATE.format(decorator=decorator)) is expected
    assert imported(LATE.format(decorator=decorator) + "\nrun()")


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        ("run()", True),
        ("Thread(target=run).start()", True),
        ("app.router.add_get('/', run)", True),
        ("try:\n    run()\nfinally:\n    pass", True),
        ("with lock:\n    run()", True),
        ("if __name__ == '__main__':\n    run()", True),
        ("if __name__ == '__main__':\n    if sys.argv[1]:\n        run()", False),
        ("if DEBUG:\n    run()", False),
        ("try:\n    first()\nexcept OSError:\n    run()", False),
        ("parser.set_defaults(func=run)", False),
        ("queue.enqueue(run)", False),
        ("def other():\n    run()", False),
        ("def other():\n    run()\nother()", True),
        ("run.delay()", False),
    ],
)
def test_a_function_runs_where_it_is_called_or_handed_on_for_certain(use: str, *, expected: bool) -> None:
    assert imported(LATE.format(decorator="") + use) is expected


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        ("", False),
        ("Views()", True),
        ("path('/', Views.as_view())", True),
        ("api.add_resource(Views, '/')", True),
    ],
)
def test_methods_run_where_their_class_is_made_or_handed_on(use: str, *, expected: bool) -> None:
    assert imported(f"class Views(Base):\n    def get(self):\n        import late\n{use}\n") is expected


def test_a_condition_around_an_import_of_a_module_is_no_doubt() -> None:
    assert imported("if DEBUG:\n    import late")
    assert imported("try:\n    import fast\nexcept ImportError:\n    import late")


def test_a_condition_around_an_import_of_a_function_is() -> None:
    assert not imported("def run():\n    if DEBUG:\n        import late\nrun()")
    assert not imported("if __name__ == '__main__':\n    if DEBUG:\n        import late")


def test_a_factory_that_a_server_is_named_runs() -> None:
    assert imported(LATE.format(decorator=""), main=False, attribute="run")
    assert imported("import uvicorn\nuvicorn.run('made:run', factory=True)", made=LATE.format(decorator=""))


def test_what_such_a_file_listens_on_is_uncertain() -> None:
    files = {"entry.py": "def run():\n    import late", "late.py": "import uvicorn\nuvicorn.run(app, port=8000)"}
    program = application.program(library(files), "entry.py", ("",))
    assert [listen.certain for listen in program.listens] == [False]
