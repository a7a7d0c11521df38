"""Kinds that look at no value: `constant` and `null`."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.mask.kinds.maker import Maker


class Fixed(Maker):
    """Every value becomes the same one, None for NULL."""

    unique = False

    def __init__(self, value: str | None) -> None:
        self._value = value

    def masked(self, values: Sequence[str]) -> list[str | None]:
        return [self._value] * len(values)
