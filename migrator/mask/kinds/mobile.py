"""Mobile numbers of mainland China: eleven digits that begin with 13 to 19."""

from __future__ import annotations

import re

from migrator.mask.kinds.domain import Domain, Place

_FORM = re.compile(r"((?:\+?86|0086)?[- ]?)(1[3-9]\d)([- ]?)(\d{4})([- ]?)(\d{4})", re.ASCII)


class Mobile(Domain):
    """Country code and separators stay. `keep_area`: so do the first seven digits, which tell carrier and city."""

    def __init__(self, *, keep_area: bool = False) -> None:
        self._keep_area = keep_area

    def place(self, value: str) -> Place | None:
        found = _FORM.fullmatch(value)
        if not found:
            return None
        country, head, one, middle, two, tail = found.groups()
        if self._keep_area:
            return Place(int(tail), 10**4, (country, one, two, head + middle))
        return Place(int(head + middle + tail) - 13 * 10**9, 7 * 10**9, (country, one, two, ""))

    def value(self, number: int, frame: tuple[str, str, str, str]) -> str:
        country, one, two, area = frame
        digits = f"{area}{number:04}" if area else str(13 * 10**9 + number)
        return f"{country}{digits[:3]}{one}{digits[3:7]}{two}{digits[7:]}"
