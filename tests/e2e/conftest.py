"""Copies of the examples as stackfix leaves them, made once: nobody may change them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.command import Repaired, repaired

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="session")
def safe(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Repaired]:
    """An example after `--apply`."""
    made: dict[str, Repaired] = {}

    def after(example: str) -> Repaired:
        if example not in made:
            made[example] = repaired(example, tmp_path_factory.mktemp("safe"))
        return made[example]

    return after


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Repaired]:
    """An example after `--apply --unsafe-fixes`."""
    made: dict[str, Repaired] = {}

    def after(example: str) -> Repaired:
        if example not in made:
            made[example] = repaired(example, tmp_path_factory.mktemp("everything"), "--unsafe-fixes")
        return made[example]

    return after
