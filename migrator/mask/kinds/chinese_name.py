"""Chinese names: a surname of one or two characters and a given name of one or two."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from migrator.mask.kinds.alphabets import COMMON, RARE
from migrator.mask.kinds.chinese_words import COMPOUND, GIVEN, SURNAMES
from migrator.mask.kinds.domain import Domain, Place
from migrator.mask.kinds.maker import Maker

_SURNAMES = {surname: rank for rank, surname in enumerate(SURNAMES)}
_COMPOUND = {surname: rank for rank, surname in enumerate(COMPOUND)}
_GIVEN = {character: rank for rank, character in enumerate(GIVEN)}
_CHINESE = frozenset(COMMON + RARE)
Frame = tuple[int, int]
"""Characters of the surname and of the given name."""


class ChineseName(Domain):
    """Names of usual characters; the lengths of surname and given name stay."""

    def place(self, value: str) -> Place | None:
        wide = 2 if value[:2] in _COMPOUND else 1
        surname = _COMPOUND.get(value[:2]) if wide == 2 else _SURNAMES.get(value[:1])
        given = [_GIVEN.get(character) for character in value[wide:]]
        if surname is None or not 1 <= len(given) <= 2:
            return None
        number = surname
        for rank in given:
            if rank is None:
                return None
            number = number * len(_GIVEN) + rank
        return Place(number, _size(wide, len(given)), (wide, len(given)))

    def value(self, number: int, frame: Frame) -> str:
        wide, long = frame
        given = ""
        for _place in range(long):
            number, rank = divmod(number, len(GIVEN))
            given = GIVEN[rank] + given
        return (COMPOUND if wide == 2 else SURNAMES)[number] + given


class DrawnName(Maker):
    """Names with unusual characters get usual ones, drawn by HMAC: two may meet. What is no name goes to `others`."""

    unique = False

    def __init__(self, key: bytes, names: ChineseName, others: Maker) -> None:
        self._key, self._names, self._others = key, names, others

    def masked(self, values: Sequence[str]) -> list[str | None]:
        named = [2 <= len(value) <= 4 and _CHINESE.issuperset(value) for value in values]
        others = iter(self._others.masked([v for v, is_name in zip(values, named, strict=True) if not is_name]))
        return [self._drawn(value) if is_name else next(others) for value, is_name in zip(values, named, strict=True)]

    def _drawn(self, value: str) -> str:
        wide = 2 if len(value) == 4 else 1
        frame = (wide, len(value) - wide)
        bits = int.from_bytes(hmac.digest(self._key, value.encode(), hashlib.sha256)[:16])
        return self._names.value(bits % _size(*frame), frame)


def _size(wide: int, long: int) -> int:
    return len(COMPOUND if wide == 2 else SURNAMES) * int(len(GIVEN) ** long)
