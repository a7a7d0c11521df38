"""What every maker of masks promises."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence


class Maker(ABC):
    """Makes masks of values of one kind. The same value gets the same mask, whenever it is asked for."""

    unique: bool = True
    """Whether different values always get different masks."""
    telling: bool = True
    """Whether a value of this kind tells who somebody is, so that a leak scan looks for it."""

    @abstractmethod
    def masked(self, values: Sequence[str]) -> list[str | None]:
        """The mask of each value; None is no value at all (NULL)."""

    def told(self, values: Sequence[str]) -> Iterable[tuple[Maker, Sequence[str]]]:
        """What of the values tells who somebody is, they themselves or parts of them, and what masks that."""
        return [(self, values)] if self.telling else []
