"""Values of a database as sheets and papers hold them, and how two such values are known to be the same."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

Cell = str | int | float | bool | date | datetime | None
LONGEST = 32_000
"""Characters of a text in a sheet; the format ends at 32,767."""
DIGITS = 15
"""Decimal digits that a number of a sheet keeps: it is a binary floating-point number of 64 bits."""
_FIRST = date(1900, 3, 1)
"""Before it, sheets count a day that never was (29 February 1900)."""
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What neither format can hold."""


def on_paper(value: Any) -> str:
    """A value as people read it; signs that cannot be printed are replaced by U+FFFD."""
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return _UNREADABLE.sub("\ufffd", str(value))


def in_sheet(value: Any) -> Cell:
    """A value as a cell: numbers and dates as such where a sheet keeps all of them, everything else as text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal):
        return _number(value)
    if isinstance(value, datetime):
        kept = value.tzinfo is None and value.microsecond == 0 and value.date() >= _FIRST
        return value if kept else on_paper(value)
    if isinstance(value, date):
        return value if value >= _FIRST else on_paper(value)
    text = on_paper(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def essence(cell: Any) -> str:
    """What two cells have in common that mean the same: one that was written, and the one that is read back."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, int | float):
        return format(Decimal(repr(cell)).normalize(), "f")
    if isinstance(cell, datetime):
        return cell.isoformat(" ").removesuffix(" 00:00:00")
    if isinstance(cell, date | time | timedelta):
        return str(cell)
    return f"'{cell}"


def _number(value: int | float | Decimal) -> Cell:
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not exact.is_finite():
        return str(value)
    digits = len(exact.normalize().as_tuple().digits)
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if digits > DIGITS or abs(exact) >= 10 ** DIGITS:
        return str(value)
    return int(exact) if exact == exact.to_integral_value() else float(exact)
