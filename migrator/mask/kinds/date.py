"""Days and moments moved by some days; the time of day stays."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import date, timedelta

from migrator.mask.kinds.maker import Maker

_FORM = re.compile(r"(\d{4})([-/.]?)(\d{2})\2(\d{2})(\D.*)?", re.ASCII | re.DOTALL)


class ShiftedDate(Maker):
    """Moves by up to `days` days, one way or the other. `order`: all by the same number, so that what was earlier
    stays so and spans stay as long; else each value by its own. What is no date (ISO 8601) stays as it is.
    """

    telling = False

    def __init__(self, key: bytes, days: int, *, order: bool = False) -> None:
        self._key, self._days = key, days
        self.unique = order

    def masked(self, values: Sequence[str]) -> list[str | None]:
        return [self._moved(value) for value in values]

    def _moved(self, value: str) -> str:
        found = _FORM.fullmatch(value)
        if not found:
            return value
        year, sign, month, day, rest = found.groups()
        try:
            moved = date(int(year), int(month), int(day)) + timedelta(days=self._shift(value))
        except (ValueError, OverflowError):
            return value
        return f"{moved.year:04}{sign}{moved.month:02}{sign}{moved.day:02}{rest or ''}"

    def _shift(self, value: str) -> int:
        """From -days to days, never 0."""
        drawn = hmac.digest(self._key, b"" if self.unique else value.encode(), hashlib.sha256)
        shift = int.from_bytes(drawn[:8]) % (2 * self._days) - self._days
        return shift if shift < 0 else shift + 1
