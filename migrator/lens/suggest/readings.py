"""Canonical texts read as what they mean, so that equal values are equal whatever their types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from migrator.lens.schema import Column
from migrator.lens.types import Family

Reading = Callable[[str], object]
T = TypeVar("T")

NUMBERS = frozenset({Family.INTEGER, Family.DECIMAL, Family.REAL, Family.BOOLEAN})


def number(text: str) -> Decimal | None:
    """A canonical text as a number, yes and no as 1 and 0."""
    try:
        found = Decimal({"true": "1", "t": "1", "false": "0", "f": "0"}.get(text, text))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def moment(text: str) -> datetime | None:
    """A canonical text as a point in time, in UTC where it has a zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found


def read_all(pairs: Sequence[tuple[str, str]], read: Callable[[str], T | None]) -> list[tuple[T, T]]:
    """All pairs as they are read; none at all where one of them cannot be."""
    found = []
    for old, new in pairs:
        a, b = read(old), read(new)
        if a is None or b is None:
            return []
        found.append((a, b))
    return found


def reading(old: Column, new: Column) -> Reading:
    """How texts of two columns are read, so that equal values are equal whatever their types."""
    families = {old.type.family, new.type.family}
    if families & NUMBERS:
        return number
    return moment if families & {Family.MOMENT, Family.DATE} else str
