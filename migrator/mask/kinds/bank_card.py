"""Card numbers with the check digit of ISO/IEC 7812-1 (Luhn)."""

from __future__ import annotations

import re

from migrator.mask.kinds.domain import Domain, Place

_FORM = re.compile(r"\d(?:[ -]?\d){12,18}", re.ASCII)
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
ISSUER = 6


class BankCard(Domain):
    """Length, first digit and separators stay. `keep_issuer`: so do the first six digits, which tell the bank."""

    def __init__(self, *, keep_issuer: bool = False) -> None:
        self._kept = ISSUER if keep_issuer else 1

    def place(self, value: str) -> Place | None:
        if not _FORM.fullmatch(value):
            return None
        digits = value.replace(" ", "").replace("-", "")
        if luhn(digits[:-1]) != digits[-1]:
            return None
        body = digits[self._kept:-1]
        signs = tuple((place, sign) for place, sign in enumerate(value) if sign in " -")
        return Place(int(body), 10 ** len(body), (digits[:self._kept], len(body), signs))

    def value(self, number: int, frame: tuple[str, int, tuple[tuple[int, str], ...]]) -> str:
        head, length, signs = frame
        digits = f"{head}{number:0{length}}"
        digits += luhn(digits)
        for place, sign in signs:
            digits = digits[:place] + sign + digits[place:]
        return digits


def luhn(digits: str) -> str:
    """The check digit that belongs behind these digits."""
    total = sum(map(int, digits[-2::-2])) + sum(map(_DOUBLED.__getitem__, map(int, digits[::-2])))
    return str(-total % 10)
