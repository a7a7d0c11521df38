"""Kinds that look at no value: `constant` and `null`."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.mask.kinds.maker import Maker


class Fixed(Maker):
    """Every value becomes the same one, None for NULL. `telling`: whether what it replaces is looked for elsewhere."""

    unique = False

    def __init__(self, value: str | None, *, telling: bool = True) -> None:
        self._value = value
        self.telling = telling

    def masked(self, values: Sequence[str]) -> list[str | None]:
        return [self._value] * len(values)
