"""Whole numbers that keep how many digits they have and fit every type of column that the original fits."""

from __future__ import annotations

import re
from bisect import bisect_right

from migrator.mask.kinds.domain import Domain, Place

_FORM = re.compile(r"(-?)(0|[1-9]\d{0,27})", re.ASCII)
_TYPES = tuple(2**bits for bits in (7, 8, 15, 16, 23, 24, 31, 32, 63, 64))
_DIGITS = (0, 1, *(10**length for length in range(1, 29)))
_LIMITS = {"": sorted({*_DIGITS, *_TYPES}), "-": sorted({*_DIGITS, *(largest + 1 for largest in _TYPES)})}
"""By the sign, where a number gets another digit or needs a larger type; it moves only between two of these."""


class Number(Domain):
    """A number moves within its digits and its type; the sign stays, and so does zero."""

    def place(self, value: str) -> Place | None:
        found = _FORM.fullmatch(value)
        if not found or value == "-0":
            return None
        number = int(found[2])
        limits = _LIMITS[found[1]]
        band = bisect_right(limits, number)
        if band == len(limits):
            return None
        low = limits[band - 1]
        return Place(number - low, limits[band] - low, (found[1], low))

    def value(self, number: int, frame: tuple[str, int]) -> str:
        sign, low = frame
        return f"{sign}{low + number}"
