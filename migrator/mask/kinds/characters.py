"""Characters replaced one by one within their classes: the kinds `text`, `letters` and `digits`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from typing import NamedTuple

from migrator.mask.kinds.maker import Maker
from migrator.mask.kinds.permutation import LARGEST, Permutation

_ROOM = LARGEST >> 16
"""A block is full at this size: one more character of any alphabet then still fits."""


class Block(NamedTuple):
    """Neighbouring characters of a value as one number; `places` are the positions in the value."""

    number: int
    size: int
    tweak: int
    places: tuple[int, ...]
    alphabets: tuple[str, ...]


class Characters(Maker):
    """Length, layout and class of every character are kept, and different values get different masks.

    `alphabet` gives the class of a character, None for one that stays; the first and last so many stay too. A long
    value is cut into blocks, and what stands before a block decides how that is permuted.
    """

    def __init__(self, permutation: Permutation, alphabet: Callable[[str], str | None], *, first: int = 0,
                 last: int = 0) -> None:
        self._permutation = permutation
        self._alphabet = alphabet
        self._first, self._last = first, last
        self._ranks: dict[str, tuple[str, int] | None] = {}

    def masked(self, values: Sequence[str]) -> list[str | None]:
        cut = [list(self._blocks(value)) for value in values]
        blocks = [block for each in cut for block in each]
        numbers = iter(self._permutation.permuted([b.number for b in blocks], [b.size for b in blocks],
                                                  [b.tweak for b in blocks]))
        return [_filled(value, each, numbers) for value, each in zip(values, cut, strict=True)]

    def _blocks(self, value: str) -> Iterator[Block]:
        number, size, begin, places, alphabets = 0, 1, 0, [], []
        for place in range(self._first, len(value) - self._last):
            if rank := self._rank(value[place]):
                alphabet, index = rank
                number, size = number * len(alphabet) + index, size * len(alphabet)
                places.append(place)
                alphabets.append(alphabet)
                if size > _ROOM:
                    yield Block(number, size, _tweak(value[:begin]), tuple(places), tuple(alphabets))
                    number, size, begin, places, alphabets = 0, 1, place + 1, [], []
        if places:
            yield Block(number, size, _tweak(value[:begin]), tuple(places), tuple(alphabets))

    def _rank(self, character: str) -> tuple[str, int] | None:
        try:
            return self._ranks[character]
        except KeyError:
            alphabet = self._alphabet(character)
            rank = (alphabet, alphabet.index(character)) if alphabet else None
            self._ranks[character] = rank
            return rank


def _filled(value: str, blocks: list[Block], numbers: Iterator[int]) -> str:
    characters = list(value)
    for block in blocks:
        number = next(numbers)
        for place, alphabet in zip(reversed(block.places), reversed(block.alphabets), strict=True):
            number, index = divmod(number, len(alphabet))
            characters[place] = alphabet[index]
    return "".join(characters)


def _tweak(before: str) -> int:
    return int.from_bytes(blake2b(before.encode("utf-8", "surrogatepass"), digest_size=7).digest()) if before else 0
