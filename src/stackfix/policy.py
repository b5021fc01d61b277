"""What a repository's configuration decides, checked, as values with their places.

May import spans, text and findings.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackfix.findings import Location

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """A configured value and where it is written (None for `--set`)."""

    value: T
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """The keys that decide a disagreement.

    `ports` component = the port inside its container; `published` component = the host's port, of those whose policy
    names it; `names` old = new; `origins` the production origins of browsers; `production` globs of the
    files and folders that describe production.
    """

    ports: Mapping[str, Setting[int]] = field(default_factory=lambda: MappingProxyType({}))
    published: Mapping[str, Setting[int]] = field(default_factory=lambda: MappingProxyType({}))
    names: Mapping[str, Setting[str]] = field(default_factory=lambda: MappingProxyType({}))
    origins: tuple[Setting[str], ...] = ()
    production: tuple[str, ...] = ()
