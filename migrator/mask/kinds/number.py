"""Whole numbers that keep how many digits they have and fit every type of column that the original fits."""

from __future__ import annotations

import re
from bisect import bisect_right

from migrator.mask.kinds.domain import Domain, Place

_FORM = re.compile(r"(-?)(0|[1-9]\d{0,27})", re.ASCII)
_LIMITS = sorted({0, *(10**n for n in range(1, 29)), *(2**bits for bits in (7, 8, 15, 16, 23, 24, 31, 32, 63, 64)), 1})
"""Where a number gets another digit, or needs a larger type; it moves only between two of these."""


class Number(Domain):
    """A number moves within its digits and its type; the sign stays, and so does zero."""

    def place(self, value: str) -> Place | None:
        found = _FORM.fullmatch(value)
        if not found or value == "-0":
            return None
        number = int(found[2])
        band = bisect_right(_LIMITS, number)
        if band == len(_LIMITS):
            return None
        low = _LIMITS[band - 1]
        return Place(number - low, _LIMITS[band] - low, (found[1], low))

    def value(self, number: int, frame: tuple[str, int]) -> str:
        sign, low = frame
        return f"{sign}{low + number}"
