from __future__ import annotations

import sys

import pytest

from stackfix import catalogue
from stackfix.findings import Family


def test_every_module_of_detectors_is_a_rule_of_its_name() -> None:
    assert [d.rule.id for d in catalogue.detectors()] == list(catalogue.ids())


def test_names_are_known_without_importing_a_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("stackfix.detectors.")]:
        monkeypatch.delitem(sys.modules, name)
    assert catalogue.ids()
    assert not [name for name in sys.modules if name.startswith("stackfix.detectors.")]


def test_names_and_families_may_be_listed_and_repeated() -> None:
    first, second = catalogue.ids()[:2]
    assert catalogue.checked([f"{first}, ports", second]) == {first, "ports", second}
    assert catalogue.checked([]) == frozenset()


def test_a_mistyped_name_is_told_the_nearest() -> None:
    with pytest.raises(
        catalogue.UnknownRule, match="no rule or family is called 'enviroment'; did you mean 'environment'"
    ):
        catalogue.checked(["enviroment"])
    with pytest.raises(catalogue.UnknownRule, match="`stackfix rules` names them all"):
        catalogue.checked(["zzzzzz"])


def test_a_family_is_no_rule_to_explain() -> None:
    with pytest.raises(catalogue.UnknownRule):
        catalogue.detector(Family.PORTS.value)


def test_sections_are_read_by_their_headings() -> None:
    text = """A summary
    over two lines.

    What it finds
        A port.

        And another.
    Why it breaks: nobody answers.
    Which side is right
    -------------------
    the listener
    **Limits** unknown images.
    """
    assert catalogue.read_sections(text) == {
        "": "A summary\nover two lines.",
        "What it finds": "A port.\n\nAnd another.",
        "Why it breaks": "nobody answers.",
        "Which side is right": "the listener",
        "Limits": "unknown images.",
    }


@pytest.mark.parametrize("name", catalogue.ids())
def test_every_rule_says_what_why_which_side_and_its_limits(name: str) -> None:
    detector = catalogue.detector(name)
    sections = detector.sections
    assert sections[""], "a summary comes first"
    assert [heading for heading in catalogue.SECTIONS if not sections.get(heading)] == []
