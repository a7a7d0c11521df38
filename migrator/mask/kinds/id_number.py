"""Identity numbers of China (GB 11643): area, day of birth, sequence, and since 1999 a check digit."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, timedelta
from functools import cache, lru_cache
from operator import mul

from migrator.mask.kinds.domain import Domain, Place

AREA, YEAR, SEX = "area", "year", "sex"
PROVINCES = tuple(map(str, (
    *range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82)))
"""First two digits of an area (GB/T 2260)."""
NOWHERE = tuple(str(number) for number in range(10, 100) if str(number) not in PROVINCES)
"""Those that were never given out, as samples have them: they are exchanged among themselves."""
_COUNTIES = 10**4
_BANDS = (1800, 1900, 1940, 2000, 2010, 2025, 2200)
"""Years of birth are exchanged within these, so that no mask is of somebody unborn or of great age who was not."""
_FORM = re.compile(r"(\d{2})(\d{4})(\d{8})(\d{3})([\dXx])|(\d{2})(\d{4})(\d{6})(\d{3})", re.ASCII)
_WEIGHTS = tuple(2 ** (17 - place) % 11 for place in range(17))
_CHECKS = "10X98765432"


class IdNumber(Domain):
    """Masks are valid numbers of the same length. `keep` may name area, year and sex, which then stay."""

    def __init__(self, keep: Collection[str] = ()) -> None:
        self._keep = frozenset(keep)

    def place(self, value: str) -> Place | None:
        found = _FORM.fullmatch(value)
        if not found:
            return None
        long = found[5] is not None
        province, county, birth, sequence = found.group(1, 2, 3, 4) if long else found.group(6, 7, 8, 9)
        born = _day(birth if long else f"19{birth}")
        known = PROVINCES if province in PROVINCES else NOWHERE
        if province < NOWHERE[0] or born is None or (long and check_digit(value[:17]) != value[17].upper()):
            return None
        first, days = _band(born.year, self._keep, long)
        number, size = (born - first).days, days
        if AREA not in self._keep:
            number = (number * len(known) + known.index(province)) * _COUNTIES + int(county)
            size *= _COUNTIES * len(known)
        step = 2 if SEX in self._keep else 1
        number, size = number * (1000 // step) + int(sequence) // step, size * (1000 // step)
        area = province + county if AREA in self._keep else known
        return Place(number, size, (area, first, int(sequence) % step, long, value[-1] == "x"))

    def value(self, number: int, frame: tuple[str | tuple[str, ...], date, int, bool, bool]) -> str:
        area, first, odd, long, small = frame
        step = 2 if SEX in self._keep else 1
        number, sequence = divmod(number, 1000 // step)
        if not isinstance(area, str):
            number, rest = divmod(number, _COUNTIES * len(area))
            area = f"{area[rest // _COUNTIES]}{rest % _COUNTIES:04}"
        born = _written(first, number)
        digits = f"{area}{born if long else born[2:]}{sequence * step + odd:03}"
        checked = digits + check_digit(digits) if long else digits
        return checked.lower() if small else checked


def check_digit(digits: str) -> str:
    """The eighteenth sign of a number, by its seventeen digits (ISO 7064, MOD 11-2)."""
    return _CHECKS[sum(map(mul, _WEIGHTS, map(int, digits))) % 11]


@cache
def _band(year: int, keep: frozenset[str], long: bool) -> tuple[date, int]:
    """First day and number of days among which a birth may move; old numbers know the last century only."""
    begin, end = max(b for b in _BANDS if b <= year), min(b for b in _BANDS if b > year)
    if YEAR in keep:
        begin, end = year, year + 1
    elif long and 1940 <= year < 2010:
        begin, end = 1940, 2010
    return date(begin, 1, 1), (date(end, 1, 1) - date(begin, 1, 1)).days


@lru_cache(maxsize=65536)
def _written(first: date, days: int) -> str:
    return (first + timedelta(days=days)).strftime("%Y%m%d")


@lru_cache(maxsize=65536)
def _day(text: str) -> date | None:
    try:
        found = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
    return found if _BANDS[0] <= found.year < _BANDS[-1] else None
