"""Layers: rows that look things up in tables of the target are made after these have got what the batch has for them.

Else a word of a list that is as new as the list itself would stand for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migrator.lens.copy.order import asked_of
from migrator.sync.batch.part import Part


class Layers:
    """What each part of one way looks at in tables that others fill."""

    def __init__(self, parts: Iterable[Part]) -> None:
        self._asked = {part: asked_of(part.shape.lens, part.pair, part.shape.way) for part in parts}

    def of(self, parts: Iterable[Part]) -> Iterator[list[Part]]:
        """The parts of a batch in their order, cut before each that looks at what one since the last cut fills."""
        layer: list[Part] = []
        for part in parts:
            if any(self._asked[part] & {table.name for table in other.shape.target.tables} for other in layer):
                yield layer
                layer = []
            layer.append(part)
        if layer:
            yield layer
