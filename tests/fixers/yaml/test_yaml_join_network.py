from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stackfix.edits import Refused
from stackfix.findings import Anchor
from stackfix.repairs.join_network import JoinNetwork

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackfix.findings import Repair

    Repaired = Callable[[bytes, Repair], bytes]

WEB = Anchor("file.yaml", "yaml", (0, "services", "web"))
HEAD = "services:\n  web:\n    image: x\n"

JOINED: dict[str, tuple[str, bool, str]] = {
    "a list": (
        HEAD + "    networks:\n      - front # c\n  db: {}\n", False,
        HEAD + "    networks:\n      - front # c\n      - back\n  db: {}\n",
    ),
    "a list in brackets": (HEAD + "    networks: [front]\n", False, HEAD + "    networks: [front, back]\n"),
    "quoted names": (HEAD + '    networks: ["front"]\n', False, HEAD + '    networks: ["front", "back"]\n'),
    "a list at its key's column": (
        HEAD + "    networks:\n    - front\n", False, HEAD + "    networks:\n    - front\n    - back\n",
    ),
    "no networks, on the default one": (
        HEAD, True, HEAD + "    networks:\n      - default\n      - back\n",
    ),
    "no networks": (HEAD, False, HEAD + "    networks:\n      - back\n"),
    "carriage returns": (
        (HEAD + "    networks:\n      - front\n").replace("\n", "\r\n"), False,
        (HEAD + "    networks:\n      - front\n      - back\n").replace("\n", "\r\n"),
    ),
    "no end of line": (HEAD + "    networks:\n      - front", False, HEAD + "    networks:\n      - front\n      - back"),
}  # fmt: skip


@pytest.mark.parametrize(("before", "keeps", "after"), JOINED.values(), ids=JOINED.keys())
def test_a_service_joins_a_network(repaired: Repaired, before: str, keeps: bool, after: str) -> None:
    assert repaired(before.encode(), JoinNetwork(WEB, "back", keeps)).decode() == after


@pytest.mark.parametrize(
    "networks",
    [
        "    networks:\n      front:\n",
        "    networks:\n      front:\n        aliases: [w]\n",
        "    networks: {front: {}}\n",
    ],
)
def test_in_a_mapping_it_is_one_more_key(
    repaired: Repaired,
    judged: Callable[[bytes], list[dict[str, dict[str, dict[str, dict[str, object]]]]]],
    networks: str,
) -> None:
    before = (HEAD + networks).encode()
    after = repaired(before, JoinNetwork(WEB, "back"))
    (document,) = judged(after)
    found = document["services"]["web"]["networks"]
    assert list(found) == ["front", "back"]
    assert not found["back"]
    assert after.startswith(before.rstrip(b"\n}"))


def test_networks_that_are_merged_in_are_left_alone(repaired: Repaired) -> None:
    source = "x: &x\n  networks: [front]\nservices:\n  web:\n    <<: *x\n    image: y\n"
    with pytest.raises(Refused):
        repaired(source.encode(), JoinNetwork(WEB, "back"))
