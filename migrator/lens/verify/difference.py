"""A row or a cell in which the sides differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a row differs."""

    MISSING = "missing"
    """The old side has it, the new one does not."""
    INVENTED = "invented"
    """The new side has it, the old one does not."""
    DIFFERS = "differs"


@dataclass(frozen=True)
class Difference:
    """A row that only one side has, or a cell of which both sides say different things; NULL is None.

    Texts are canonical, the same for every make of database, and cut where they are very long.
    """

    table: str
    kind: Kind
    key: Mapping[str, str | None]
    column: str | None = None
    old: str | None = None
    new: str | None = None
