"""Parts of Chinese names where a system keeps them apart: surnames, and given names."""

from __future__ import annotations

from migrator.mask.kinds.chinese_words import COMPOUND, GIVEN, SURNAMES
from migrator.mask.kinds.domain import Domain, Place

_RANKS = {character: rank for rank, character in enumerate(GIVEN)}


class Surname(Domain):
    """A usual surname becomes another one of the same length."""

    telling = False

    def place(self, value: str) -> Place | None:
        known = COMPOUND if len(value) == 2 else tuple(SURNAMES)
        return Place(known.index(value), len(known), len(value)) if value in known else None

    def value(self, number: int, frame: int) -> str:
        return COMPOUND[number] if frame == 2 else SURNAMES[number]


class GivenName(Domain):
    """A given name of one or two usual characters becomes another one."""

    telling = False

    def place(self, value: str) -> Place | None:
        ranks = [_RANKS.get(character) for character in value]
        if not 1 <= len(ranks) <= 2:
            return None
        number = 0
        for rank in ranks:
            if rank is None:
                return None
            number = number * len(GIVEN) + rank
        return Place(number, len(GIVEN) ** len(ranks), len(ranks))

    def value(self, number: int, frame: int) -> str:
        first, last = divmod(number, len(GIVEN))
        return GIVEN[first] + GIVEN[last] if frame == 2 else GIVEN[last]
