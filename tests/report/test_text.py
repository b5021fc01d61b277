from __future__ import annotations

from typing import TYPE_CHECKING

from stackfix.edits import Create, Delete, Fix, SetMode
from stackfix.findings import Applicability
from stackfix.outcome import Outcome, Skipped, Status
from stackfix.report import text
from stackfix.report.paint import Paint, Shown, shown, width
from tests.report.conftest import at, fix

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackfix.report.places import Places

PLAIN = Paint(on=False)


def test_both_ends_of_the_wire_are_shown_as_a_compiler_does(outcome: Callable[..., Outcome], places: Places) -> None:
    assert text.render(outcome(), places, PLAIN) == (
        "error[proxy-port]: nginx sends to api:5000, but api binds 8000\n"
        " --> nginx.conf:3:24\n"
        "  |\n"
        "3 |     proxy_pass http://api:5000;\n"
        "  |                           ^^^^ sent to 5000\n"
        " ::: main.py:1:15\n"
        "  |\n"
        "1 | run(app, port=8000)\n"
        "  |               ---- the app binds 8000\n"
        "  = fix: set the port to 8000\n"
        "    nginx.conf:3\n"
        "    -     proxy_pass http://api:5000;\n"
        "    +     proxy_pass http://api:8000;\n"
        "\n"
        "1 finding in 3 files (1 error): 1 for --apply\n"
    )


def test_a_line_with_a_secret_is_named_and_not_shown(outcome: Callable[..., Outcome], places: Places) -> None:
    found = outcome(at(".env", b"hunter2", "used here"), fix=fix(".env", b"hunter2", b"TOKEN2"))
    told = text.render(found, places, PLAIN)
    assert "hunter2" not in told
    assert " --> .env:1:7\n  | (this line is not shown: it holds a secret) used here\n" in told
    assert "    .env:1\n    - (a line with a secret, not shown)\n    + (a line with a secret, not shown)\n" in told


def test_a_withheld_replacement_shows_no_diff(outcome: Callable[..., Outcome], places: Places) -> None:
    told = text.render(outcome(withheld="the new value is a secret"), places, PLAIN)
    assert "not shown: the new value is a secret" in told
    assert "8000;" not in told


def test_fates_and_reasons_are_told(outcome: Callable[..., Outcome], places: Places) -> None:
    told = text.render(outcome(status=Status.LEFT, reason="its grade was not asked for"), places, PLAIN)
    assert "but api binds 8000 [left]\n" in told
    assert "  = left: its grade was not asked for\n" in told
    assert told.endswith("1 finding in 3 files (1 error): 1 left\n")


def test_a_refused_fix_says_why(outcome: Callable[..., Outcome], places: Places) -> None:
    told = text.render(outcome(fix=None, status=Status.REFUSED, reason="an anchor shares it"), places, PLAIN)
    assert "  = no fix: an anchor shares it\n" in told
    assert told.endswith("(1 error): 1 by hand\n")


def test_choices_are_each_shown_with_their_change(outcome: Callable[..., Outcome], places: Places) -> None:
    manual = Fix(Applicability.MANUAL, "two sides disagree", ())
    told = text.render(outcome(fix=manual, choices=(fix("nginx.conf", b"5000", b"8000"),)), places, PLAIN)
    assert "  = by hand: two sides disagree\n  = either: set the port to 8000\n    nginx.conf:3\n" in told


def test_new_removed_and_made_executable(outcome: Callable[..., Outcome], places: Places) -> None:
    edits = (Create("a", b"one\n" * 20), Delete("b"), SetMode("c", executable=True))
    told = text.render(outcome(fix=Fix(Applicability.UNSAFE, "make it", edits)), places, PLAIN)
    assert "    a (a new file)\n    + one\n" in told
    assert told.count("+ one\n") == text.MOST_NEW_LINES
    assert "    + … 8 more lines\n    b is removed\n    c gets mode 755\n" in told
    assert "fix with --unsafe-fixes: make it" in told


def test_files_not_read_are_named_or_counted(places: Places) -> None:
    few = Outcome((), skipped=(Skipped("a", "not UTF-8"),), files=1)
    many = Outcome((), skipped=tuple(Skipped(f"{n}", "not UTF-8") for n in range(6)), files=6)
    assert text.render(few, places, PLAIN) == "not read: a: not UTF-8\nnothing wrong in 1 file\n"
    assert text.render(many, places, PLAIN).startswith("not read: 6 files (--verbose names them)\n")
    assert text.render(many, places, PLAIN, text.Manner(verbose=True)).count("not read: ") == 6
    assert text.render(many, places, PLAIN, text.Manner(quiet=True)) == ""


def test_statistics_count_by_rule(outcome: Callable[..., Outcome]) -> None:
    assert text.statistics(outcome()).split() == ["1", "error", "proxy-port", "1", "with", "a", "safe", "fix"]


def test_colours_only_where_asked(outcome: Callable[..., Outcome], places: Places) -> None:
    assert "\x1b" not in text.render(outcome(), places, PLAIN)
    assert "\x1b[31;1merror[proxy-port]\x1b[0m" in text.render(outcome(), places, Paint(on=True))


def test_a_terminal_is_never_given_orders_by_a_file() -> None:
    assert shown("a\x1b[2Jb\u202ec") == "a\ufffd[2Jb\ufffdc"


def test_carets_stand_under_wide_characters() -> None:
    cut, before, under = Shown.of("名前: 5000").window(4, 8)
    assert (cut, before, under) == ("名前: 5000", 6, 4)
    assert width("e\u0301") == 1


def test_a_line_of_a_minified_file_is_cut_about_the_place() -> None:
    cut, before, under = Shown.of("x" * 500 + "5000" + "y" * 500).window(500, 504)
    assert width(cut) <= 142
    assert cut[before : before + under] == "5000"


def test_a_dry_run_says_what_is_in_the_patch(outcome: Callable[..., Outcome], places: Places) -> None:
    told = text.render(outcome(status=Status.FIXED), places, PLAIN, text.Manner(dry=True))
    assert "but api binds 8000 [in the patch]\n" in told
    assert told.endswith("(1 error): 1 in the patch\n")
