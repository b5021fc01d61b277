"""How many references of one service come to another."""

from __future__ import annotations

import pytest

from stackfix.graph.wires import wires
from tests.graph.compose_world import graph


def counted(*addresses: str) -> dict[tuple[str, str], int]:
    """The wires between the services of a project, by service, where one has these addresses."""
    variables = "".join(f"      URL_{number}: {address}\n" for number, address in enumerate(addresses))
    text = (
        "name: kiosk\n"
        "services:\n"
        "  till:\n"
        "    image: example/till:1\n"
        "    environment:\n"
        f'      KEEP: "1"\n{variables}'
        "  prices:\n"
        "    image: example/prices:1\n"
        "  stamps:\n"
        "    image: example/stamps:1\n"
    )
    found = wires(graph({"compose.yml": text}))
    return {(one.rpartition(" ")[2], other.rpartition(" ")[2]): count for (one, other), count in found.items()}


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        ((), {}),
        (("http://nobody:80",), {}),
        (("http://prices:80",), {("till", "prices"): 1}),
        (("http://prices:80", "http://prices:9000/x"), {("till", "prices"): 2}),
        (("http://prices:80", "http://stamps:80"), {("till", "prices"): 1, ("till", "stamps"): 1}),
        (("http://till:80",), {("till", "till"): 1}),
        (("https://prices.example.org",), {}),
    ],
)
def test_references_that_meet_are_counted(addresses: tuple[str, ...], expected: dict[tuple[str, str], int]) -> None:
    assert counted(*addresses) == expected
