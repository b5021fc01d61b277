"""Commands in comments."""

from __future__ import annotations

import pytest

from stackfix.bot.commands import USAGE, Command, Verb, commands

REBASE, UNSAFE, UNKNOWN = Command(Verb.REBASE), Command(Verb.APPLY_UNSAFE), Command(Verb.UNKNOWN)


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("/stackfix rebase", (REBASE,)),
        ("Thanks!\r\n\r\n  /stackfix   rebase  \r\n", (REBASE,)),
        ("/stackfix ignore proxy-port", (Command(Verb.IGNORE, "proxy-port"),)),
        ("/stackfix ignore `proxy-port`", (Command(Verb.IGNORE, "proxy-port"),)),
        ("/stackfix apply-unsafe\n/stackfix rebase\n/stackfix rebase", (UNSAFE, REBASE)),
        ("```\n/stackfix rebase\n```\n/stackfix apply-unsafe", (UNSAFE,)),
        ("~~~\n```\n/stackfix rebase\n~~~\n/stackfix rebase", (REBASE,)),
        ("````\n```\n/stackfix rebase\n````", ()),
        ("```\n/stackfix rebase", ()),
        ("> /stackfix rebase", ()),
        ("    /stackfix rebase", ()),
        ("please /stackfix rebase", ()),
        ("/stackfixrebase", ()),
        ("/stackfix", (UNKNOWN,)),
        ("/stackfix ignore", (UNKNOWN,)),
        ("/stackfix ignore a b", (UNKNOWN,)),
        ("/stackfix ignore $(reboot)", (UNKNOWN,)),
        ("/stackfix merge", (UNKNOWN,)),
    ],
)
def test_a_command_is_a_line_of_its_own(comment: str, expected: tuple[Command, ...]) -> None:
    assert commands(comment) == expected


def test_a_comment_has_a_limit() -> None:
    assert len(commands("\n".join(f"/stackfix ignore rule-{number}" for number in range(100)))) == 10


def test_the_answer_to_what_is_unknown_commands_nothing() -> None:
    assert commands(USAGE) == ()
