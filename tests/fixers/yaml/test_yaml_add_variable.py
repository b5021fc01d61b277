from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stackfix.edits import Refused
from stackfix.findings import Anchor
from stackfix.repairs.add_variable import AddVariable

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackfix.findings import Repair

    Repaired = Callable[[bytes, Repair], bytes]

SERVICE = Anchor("file.yaml", "yaml", (0, "services", "web"))
POD = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n"
CONTAINER = Anchor("file.yaml", "yaml", (0, "spec", "containers", 0))


def service(body: str, rest: str = "") -> str:
    return f"services:\n  web:\n    image: x\n{body}{rest}"


COMPOSE: dict[str, tuple[str, str, str | None, str]] = {
    "a map": ("    environment:\n      A: x # a\n", "y z", None, "    environment:\n      A: x # a\n      NEW: y z\n"),
    "a map beside its like": (
        "    environment:\n      A: x\n      B: x\n",
        "v",
        "A",
        "    environment:\n      A: x\n      NEW: v\n      B: x\n",
    ),
    "a map with bare numbers": (
        "    environment:\n      A: 80\n",
        "8000",
        None,
        "    environment:\n      A: 80\n      NEW: 8000\n",
    ),
    "a map with quoted numbers": (
        "    environment:\n      A: '80'\n",
        "8000",
        None,
        "    environment:\n      A: '80'\n      NEW: '8000'\n",
    ),
    "a switch is quoted": (
        "    environment:\n      A: x\n",
        "true",
        None,
        '    environment:\n      A: x\n      NEW: "true"\n',
    ),
    "a dollar is doubled": (
        "    environment:\n      A: x\n",
        "a$b",
        None,
        "    environment:\n      A: x\n      NEW: a$$b\n",
    ),
    "a list": ("    environment:\n      - A=x\n", "8000", None, "    environment:\n      - A=x\n      - NEW=8000\n"),
    "a list beside its like": (
        "    environment:\n    - A=x\n    - B\n",
        "v",
        "A",
        "    environment:\n    - A=x\n    - NEW=v\n    - B\n",
    ),
    "a quoted list": (
        '    environment:\n      - "A=x"\n',
        "v",
        None,
        '    environment:\n      - "A=x"\n      - "NEW=v"\n',
    ),
    "a list in brackets": ("    environment: [A=x]\n", "v", None, "    environment: [A=x, NEW=v]\n"),
    "a map in braces": ("    environment: {A: x}\n", "v", None, "    environment: {A: x, NEW: v}\n"),
    "nothing at all": ("", "v", None, "    environment:\n      NEW: v\n"),
    "nothing under the key": ("    environment:\n", "v", None, "    environment:\n      NEW: v\n"),
    "a variable without value": ("    environment:\n      NEW:\n", "v", None, "    environment:\n      NEW: v\n"),
    "empty brackets": ("    environment: []\n", "v", None, "    environment:\n      - NEW=v\n"),
    "beside the env_file": (
        "    env_file: .env\n    ports: []\n",
        "v",
        None,
        "    env_file: .env\n    environment:\n      NEW: v\n    ports: []\n",
    ),
}


@pytest.mark.parametrize("crlf", [False, True], ids=["LF", "CRLF"])
@pytest.mark.parametrize(("before", "value", "after_key", "after"), COMPOSE.values(), ids=COMPOSE.keys())
def test_a_service_gets_a_variable(  # noqa: PLR0913, PLR0917 - a case is a row
    repaired: Repaired, before: str, value: str, after_key: str | None, after: str, crlf: bool
) -> None:
    old, new = service(before, "networks: {}\n"), service(after, "networks: {}\n")
    if crlf:
        old, new = old.replace("\n", "\r\n"), new.replace("\n", "\r\n")
    assert repaired(old.encode(), AddVariable(SERVICE, "NEW", value, after_key)).decode() == new


def test_other_services_show_the_form(repaired: Repaired) -> None:
    other = "  db:\n    environment:\n      - X=1\n"
    after = repaired(service("", other).encode(), AddVariable(SERVICE, "NEW", "v")).decode()
    assert after == service("    environment:\n      - NEW=v\n", other)


def test_a_map_that_merges_gets_a_key_of_its_own(repaired: Repaired) -> None:
    head = "x-env: &env\n  A: x\n"
    old = head + service("    environment:\n      <<: *env\n      B: y\n")
    assert repaired(old.encode(), AddVariable(SERVICE, "NEW", "v")).decode() == old + "      NEW: v\n"


@pytest.mark.parametrize(
    "source",
    [
        "x: &e\n  A: x\n" + service("    environment: *e\n"),
        "x: &b\n  environment:\n    A: x\n" + service("    <<: *b\n"),
        service("    environment:\n      NEW: old\n"),
        service("    environment:\n      - NEW=old\n"),
        "services:\n  web: &w\n    image: x\n  other: *w\n",
        "services:\n  web: text\n",
    ],
    ids=["alias", "merged", "there as key", "there as item", "shared", "no service"],
)
def test_a_service_is_left_alone(repaired: Repaired, source: str) -> None:
    with pytest.raises(Refused):
        repaired(source.encode(), AddVariable(SERVICE, "NEW", "v"))


KUBERNETES: dict[str, tuple[str, str, str | None, str]] = {
    "a list": (
        '  - name: a\n    env:\n    - name: X\n      value: "1"\n',
        "8000",
        None,
        '  - name: a\n    env:\n    - name: X\n      value: "1"\n    - name: NEW\n      value: "8000"\n',
    ),
    "an indented list": (
        "    - name: a\n      env:\n        - name: X\n          value: x\n        - name: Y\n          value: y z\n",
        "v",
        "X",
        "    - name: a\n      env:\n        - name: X\n          value: x\n        - name: NEW\n          value: v\n        - name: Y\n          value: y z\n",
    ),
    "quotes as beside it": (
        "  - env:\n    - name: X\n      value: 'x'\n",
        "v",
        None,
        "  - env:\n    - name: X\n      value: 'x'\n    - name: NEW\n      value: 'v'\n",
    ),
    "no list yet": (
        "  - name: a\n    image: b\n    ports:\n    - containerPort: 80\n    tty: true\n",
        "v",
        None,
        "  - name: a\n    image: b\n    ports:\n    - containerPort: 80\n    env:\n    - name: NEW\n      value: v\n    tty: true\n",
    ),
    "braces": (
        "  - env: [{name: X, value: x}]\n",
        "1",
        None,
        '  - env: [{name: X, value: x}, {name: NEW, value: "1"}]\n',
    ),
    "a line of braces each": (
        "  - env:\n    - { name: X, value: x }\n",
        "v",
        None,
        "  - env:\n    - { name: X, value: x }\n    - { name: NEW, value: v }\n",
    ),
    "an empty list": (
        "  - env: []\n    name: a\n",
        "v",
        None,
        "  - env:\n    - name: NEW\n      value: v\n    name: a\n",
    ),
}


@pytest.mark.parametrize(("before", "value", "after_key", "after"), KUBERNETES.values(), ids=KUBERNETES.keys())
def test_a_container_gets_a_variable(
    repaired: Repaired, before: str, value: str, after_key: str | None, after: str
) -> None:
    assert repaired((POD + before).encode(), AddVariable(CONTAINER, "NEW", value, after_key)).decode() == POD + after


def test_a_container_that_has_it_is_left_alone(repaired: Repaired) -> None:
    with pytest.raises(Refused, match="NEW is there already"):
        repaired((POD + "  - env:\n    - name: NEW\n      value: x\n").encode(), AddVariable(CONTAINER, "NEW", "v"))
