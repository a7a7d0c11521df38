"""What SQLite is taught beyond spelling: to round, to match a pattern, to tell what a value is. None is NULL."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from datetime import date, time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from migrator.lens.sql.spelling import Stored, decimal, decimal_text, moment_text, time_text


def rounded(value: Stored | None, scale: int) -> Stored | None:
    """A number with so many digits after the point; a half goes away from zero, and a float counts as it is written.

    What is no number, or has no end, stays as it is.
    """
    try:
        number = Decimal(decimal_text(value) or "")
        return decimal(f"{number.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP):f}")
    except InvalidOperation:
        return value


def single(value: float | None) -> float | None:
    """The nearest number of single precision. Raises OverflowError beyond its range."""
    return None if value is None else float(struct.unpack("f", struct.pack("f", value))[0])


def matches(text: Stored | None, pattern: str) -> bool | None:
    """Whether the whole of a text matches."""
    return None if text is None else re.fullmatch(pattern, str(text)) is not None


def rearranged(text: Stored | None, pattern: str, into: str) -> str | None:
    r"""A text whose groups are put where \\1 and so on stand."""
    return None if text is None else re.sub(pattern, into, str(text))


def unlike(value: Stored | None, family: str) -> bool | None:
    """Whether a value is none of a family of types."""
    return None if value is None else not _ALIKE.get(family, _anything)(value)


def _date(value: Stored) -> bool:
    return isinstance(value, str) and len(value) == 10 and _parsed(date.fromisoformat, value)


def _time(value: Stored) -> bool:
    return isinstance(value, str) and _parsed(time.fromisoformat, (time_text(value) or "")[:8])


def _moment(value: Stored) -> bool:
    text = moment_text(value, 1) or ""
    return (isinstance(value, str) and len(text) > 18 and _date(text[:10]) and _parsed(time.fromisoformat, text[11:19])
            and re.fullmatch(r"(?:\.\d+)?", text[19:], re.ASCII) is not None)


def _parsed(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True


def _anything(_value: Stored) -> bool:
    return True


_ALIKE: dict[str, Callable[[Stored], bool]] = {
    "integer": lambda value: isinstance(value, int),
    "boolean": lambda value: value in (0, 1),
    "decimal": lambda value: isinstance(value, (int, float)),
    "real": lambda value: isinstance(value, (int, float)),
    "text": lambda value: isinstance(value, str),
    "binary": lambda value: isinstance(value, bytes),
    "date": _date, "time": _time, "moment": _moment,
}

FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "migrator_rounded": (2, rounded), "migrator_single": (1, single), "migrator_matches": (2, matches),
    "migrator_rearranged": (3, rearranged),
    "migrator_unlike": (2, unlike),
}
"""By the name that SQLite knows them by, with the number of their arguments."""
