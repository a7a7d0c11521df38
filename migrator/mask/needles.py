"""Very many values looked for in very much text at once.

Text is read as UTF-16. The first four units of each value (of shorter ones the first two) are kept as numbers in a
set, and all overlapping groups of units of a text are compared with that set by the interpreter's own loops; only
where one meets, the whole value is looked at. The idea is that of Rabin and Karp (1987), with the units themselves in
place of a rolling hash.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

_WIDTHS: dict[Literal["Q", "I"], int] = {"Q": 4, "I": 2}
"""Units of UTF-16 in a group, by the letter of its type for `memoryview`."""
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
SHORTEST = 2
"""Characters of the shortest value that can be looked for."""


class Match(NamedTuple):
    begin: int
    value: str


class Needles:
    """Finds values in text: a value that begins or ends with an ASCII letter or a digit is not found within a longer
    word or number, others are found wherever they stand.
    """

    def __init__(self, values: Iterable[str]) -> None:
        self._values = {plain(value) for value in values if len(value) >= SHORTEST}
        self._groups: dict[Literal["Q", "I"], set[int]] = {letter: set() for letter in _WIDTHS}
        self._lengths: defaultdict[str, set[int]] = defaultdict(set)
        for value in self._values:
            letter: Literal["Q", "I"] = "Q" if len(value) >= _WIDTHS["Q"] else "I"
            head = value[:_WIDTHS[letter]]
            self._groups[letter].add(int.from_bytes(_units(head), "little"))
            self._lengths[head].add(len(value))

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, value: str) -> bool:
        return plain(value) in self._values

    @property
    def longest(self) -> int:
        """Characters of the longest value."""
        return max((length for lengths in self._lengths.values() for length in lengths), default=0)

    def matches(self, text: str) -> list[Match]:
        """Every value that stands in the text, in order of place, the longest first; they may overlap."""
        text = plain(text)
        found = [match for head in self._heads(text) for match in self._at(text, head)]
        return sorted(found, key=lambda match: (match.begin, -len(match.value)))

    def replaced(self, text: str, masks: Mapping[str, str]) -> str:
        """The text with every value replaced by its mask; of those that overlap the first and longest."""
        parts, end = [], 0
        for begin, value in self.matches(text):
            if begin >= end:
                parts += [text[end:begin], masks[value]]
                end = begin + len(value)
        return "".join([*parts, text[end:]])

    def _heads(self, text: str) -> Iterator[str]:
        data = memoryview(_units(text))
        for letter, groups in self._groups.items():
            size = 2 * _WIDTHS[letter]
            for begin in range(0, size, 2) if groups else ():
                end = len(data) - (len(data) - begin) % size
                hits = groups.intersection(data[begin:end].cast(letter)) if end > begin else ()
                yield from {hit.to_bytes(size, "little").decode("utf-16-le", "surrogatepass") for hit in hits}

    def _at(self, text: str, head: str) -> Iterator[Match]:
        begin = text.find(head)
        while begin >= 0:
            for length in self._lengths[head]:
                value = text[begin:begin + length]
                if value in self._values and _apart(text, begin, begin + length):
                    yield Match(begin, value)
            begin = text.find(head, begin + 1)


def plain(text: str) -> str:
    """The text with one unit of UTF-16 for each character."""
    return _ASTRAL.sub("\ufffd", text) if not text.isascii() else text


def _units(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def _apart(text: str, begin: int, end: int) -> bool:
    return not (begin and _same(text[begin - 1], text[begin])) and not (end < len(text) and
                                                                         _same(text[end - 1], text[end]))


def _same(one: str, other: str) -> bool:
    """Whether two neighbours belong to one word or one number."""
    return one.isascii() and other.isascii() and ((one.isalpha() and other.isalpha()) or (one.isdigit() and
                                                  other.isdigit()))
