"""Characters replaced one by one within their classes: the kinds `text`, `letters` and `digits`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from typing import NamedTuple

from migrator.mask.kinds.alphabets import DIGITS
from migrator.mask.kinds.maker import Maker
from migrator.mask.kinds.permutation import LARGEST, Permutation

_ROOM = LARGEST >> 16
"""A block is full at this size: one more character of any alphabet then still fits."""
_STAYS = "\0"
_SHAPES = 20_000
"""Shapes that are remembered; of texts that all differ it would be one for each."""


class Step(NamedTuple):
    """One character of a value that is replaced, or several digits beside each other, which count as one number."""

    begin: int
    end: int
    size: int
    alphabet: str
    ranks: dict[str, int]


class Block(NamedTuple):
    """Neighbouring steps as one number; `begin` is where the block before it ends."""

    begin: int
    size: int
    steps: tuple[Step, ...]

    def number(self, value: str) -> int:
        number = 0
        for begin, end, size, _alphabet, ranks in self.steps:
            number = number * size + (ranks[value[begin]] if end - begin == 1 else int(value[begin:end]))
        return number

    def put(self, number: int, characters: list[str]) -> None:
        for begin, end, size, alphabet, _ranks in reversed(self.steps):
            number, rank = divmod(number, size)
            characters[begin:end] = alphabet[rank] if end - begin == 1 else f"{rank:0{end - begin}}"


class Characters(Maker):
    """Length, layout and class of every character are kept, and different values get different masks.

    `alphabet` gives the class of a character, None for one that stays; the first and last so many stay too. A long
    value is cut into blocks, and what stands before a block decides how that is permuted.
    """

    def __init__(self, permutation: Permutation, alphabet: Callable[[str], str | None], *, first: int = 0,
                 last: int = 0) -> None:
        self._permutation = permutation
        self._classes = _Classes(alphabet)
        self._first, self._last = first, last
        self._shapes: dict[str, tuple[Block, ...]] = {}

    def masked(self, values: Sequence[str]) -> list[str | None]:
        shapes = [self._shape(value.translate(self._classes)) for value in values]
        pairs = [(value, block) for value, shape in zip(values, shapes, strict=True) for block in shape]
        numbers = iter(self._permutation.permuted([block.number(value) for value, block in pairs],
                                                  [block.size for _value, block in pairs],
                                                  [_tweak(value[:block.begin]) for value, block in pairs]))
        return [_filled(value, shape, numbers) for value, shape in zip(values, shapes, strict=True)]

    def _shape(self, classes: str) -> tuple[Block, ...]:
        if classes not in self._shapes:
            if len(self._shapes) >= _SHAPES:
                self._shapes.clear()
            self._shapes[classes] = tuple(self._blocks(classes))
        return self._shapes[classes]

    def _blocks(self, classes: str) -> Iterator[Block]:
        """The blocks of every value whose characters have these classes."""
        begin, size, steps = 0, 1, list[Step]()
        for place in range(self._first, len(classes) - self._last):
            if classes[place] != _STAYS:
                alphabet, ranks = self._classes.alphabets[classes[place]], self._classes.ranks[classes[place]]
                size *= len(alphabet)
                if alphabet == DIGITS and steps and steps[-1].alphabet == DIGITS and steps[-1].end == place:
                    steps[-1] = steps[-1]._replace(end=place + 1, size=steps[-1].size * len(alphabet))
                else:
                    steps.append(Step(place, place + 1, len(alphabet), alphabet, ranks))
                if size > _ROOM:
                    yield Block(begin, size, tuple(steps))
                    begin, size, steps = place + 1, 1, []
        if steps:
            yield Block(begin, size, tuple(steps))


class _Classes(dict[int, str]):
    """For `str.translate`: one character for each class, in place of those that belong to it."""

    def __init__(self, alphabet: Callable[[str], str | None]) -> None:
        super().__init__()
        self._alphabet = alphabet
        self._marks: dict[str, str] = {}
        self.alphabets: dict[str, str] = {}
        self.ranks: dict[str, dict[str, int]] = {}

    def __missing__(self, code: int) -> str:
        alphabet = self._alphabet(chr(code))
        self[code] = self._mark(alphabet) if alphabet else _STAYS
        return self[code]

    def _mark(self, alphabet: str) -> str:
        if alphabet not in self._marks:
            mark = chr(1 + len(self._marks))
            self._marks[alphabet], self.alphabets[mark] = mark, alphabet
            self.ranks[mark] = {character: rank for rank, character in enumerate(alphabet)}
        return self._marks[alphabet]


def _filled(value: str, shape: Sequence[Block], numbers: Iterator[int]) -> str:
    characters = list(value)
    for block in shape:
        block.put(next(numbers), characters)
    return "".join(characters)


def _tweak(before: str) -> int:
    return int.from_bytes(blake2b(before.encode("utf-8", "surrogatepass"), digest_size=7).digest()) if before else 0
