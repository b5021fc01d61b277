"""An operator with folders of their own, a server of git, a database for many machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fleet.nursery import Nursery
from tests.fleet.operating import Operator, end_all
from tests.fleet.postgres import cluster
from tests.fleet.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.fleet.serving import Remote


@pytest.fixture(autouse=True)
def _nothing_goes_on() -> Iterator[None]:
    yield
    end_all()


@pytest.fixture(scope="session")
def _nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


@pytest.fixture
def operator(tmp_path: Path, _nursery: Nursery) -> Operator:
    return Operator(tmp_path / "home", _nursery)


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[Remote]:
    (tmp_path / "served").mkdir(exist_ok=True)
    with serving(tmp_path / "served") as server:
        yield server


@pytest.fixture(scope="session")
def _cluster() -> Iterator[str]:
    with cluster() as url:
        yield url


@pytest.fixture
def postgres(_cluster: str, tmp_path: Path) -> str:
    """The address of an empty database."""
    return f"{_cluster}_{abs(hash(str(tmp_path)))}"
