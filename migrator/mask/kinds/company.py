"""Names of Chinese companies: place, name, trade, legal form (北京 + 宏达 + 建筑 + 有限公司)."""

from __future__ import annotations

from migrator.mask.kinds.alphabets import COMMON
from migrator.mask.kinds.chinese_words import FIRM, FORMS, PLACES, TRADES
from migrator.mask.kinds.domain import Domain, Place

_PLACES = {word: rank for rank, word in enumerate(PLACES)}
_TRADES = {word: rank for rank, word in enumerate(TRADES)}
_FIRM = {character: rank for rank, character in enumerate(FIRM)}
_COMMON = {character: rank for rank, character in enumerate(COMMON)}
_LONGEST = 6
Frame = tuple[bool, tuple[bool, ...], bool, str]
"""Whether it begins with a place, whether each character of the name is one that companies like, whether a trade
follows, and the legal form."""


class Company(Domain):
    """The legal form and the lengths of all parts stay; place, name and trade become others."""

    ambiguous = True  # made characters may spell a place or a trade

    def place(self, value: str) -> Place | None:
        form = next((form for form in FORMS if value.endswith(form)), "")
        stem = value.removesuffix(form)
        city, stem = (stem[:2], stem[2:]) if stem[:2] in _PLACES else ("", stem)
        trade, stem = (stem[-2:], stem[:-2]) if stem[-2:] in _TRADES else ("", stem)
        if not (form and 1 <= len(stem) <= _LONGEST and all(character in _COMMON for character in stem)):
            return None
        likes = tuple(character in _FIRM for character in stem)
        number, size = (_PLACES[city], len(PLACES)) if city else (0, 1)
        for character, liked in zip(stem, likes, strict=True):
            ranks = _FIRM if liked else _COMMON
            number, size = number * len(ranks) + ranks[character], size * len(ranks)
        if trade:
            number, size = number * len(TRADES) + _TRADES[trade], size * len(TRADES)
        return Place(number, size, (bool(city), likes, bool(trade), form))

    def value(self, number: int, frame: Frame) -> str:
        city, likes, trade, form = frame
        end = form
        if trade:
            number, rank = divmod(number, len(TRADES))
            end = TRADES[rank] + end
        for liked in reversed(likes):
            number, rank = divmod(number, len(FIRM if liked else COMMON))
            end = (FIRM if liked else COMMON)[rank] + end
        return (PLACES[number] if city else "") + end
