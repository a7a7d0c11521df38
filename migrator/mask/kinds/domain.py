"""Kinds whose values can be counted: a value is its number among all valid ones, and its mask another number."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple

from migrator.mask.kinds.maker import Maker
from migrator.mask.kinds.permutation import Permutation


class Place(NamedTuple):
    """The `number` of a value among `size` values that share a `frame`: what of it stays as it is."""

    number: int
    size: int
    frame: Any


class Domain(ABC):
    """Counts the valid values of a kind, both ways: `value` gives back what `place` was asked for."""

    ambiguous = False
    """Whether a value that was made for one frame can be read with another."""

    telling = True
    """Whether a value tells who somebody is; else it stands in every text."""

    @abstractmethod
    def place(self, value: str) -> Place | None:
        """Where a value stands; None when it is no valid one of this kind."""

    @abstractmethod
    def value(self, number: int, frame: Any) -> str:
        """The valid value with this number and frame."""


class Permuted(Maker):
    """Valid values get valid masks, and what is not valid is left to another maker.

    Unique where that maker is: what it masks then stays invalid, so that no two values meet.
    """

    def __init__(self, domain: Domain, permutation: Permutation, others: Maker) -> None:
        self._domain = domain
        self._permutation = permutation
        self._others = others
        self.unique = others.unique
        self.telling = domain.telling

    def masked(self, values: Sequence[str]) -> list[str | None]:
        places = [self._domain.place(value) for value in values]
        inside = iter(self._inside([place for place in places if place]))
        outside = iter(self._outside([value for value, place in zip(values, places, strict=True) if not place]))
        return [next(inside) if place else next(outside) for place in places]

    def _inside(self, places: list[Place]) -> list[str]:
        """Masks with the same frame: a number whose value would be read with another frame is walked over."""
        numbers = [place.number for place in places]
        sizes = [place.size for place in places]
        found = [""] * len(places)
        todo = list(range(len(places)))
        while todo:
            again = self._permutation.permuted([numbers[i] for i in todo], [sizes[i] for i in todo])
            for i, number in zip(todo, again, strict=True):
                numbers[i] = number
                found[i] = self._domain.value(number, places[i].frame)
            todo = [i for i in todo if self._domain.ambiguous
                    and self._domain.place(found[i]) != (numbers[i], sizes[i], places[i].frame)]
        return found

    def _outside(self, values: list[str]) -> list[str | None]:
        """Masks of what is not valid; one that happens to be valid is masked again, as it is some valid one's."""
        found = self._others.masked(values)
        todo = [i for i, mask in enumerate(found) if self.unique and self._domain.place(mask or "")]
        while todo:
            again = self._others.masked([found[i] or "" for i in todo])
            for i, mask in zip(todo, again, strict=True):
                found[i] = mask
            todo = [i for i in todo if self._domain.place(found[i] or "")]
        return found
