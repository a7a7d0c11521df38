"""JSON texts in which the values of named keys are masked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from migrator.mask.kinds.maker import Maker

Slot = tuple[Any, Any, Maker]
"""What holds a value, its key or index there, and what masks it."""


class JsonValues(Maker):
    """Texts and numbers under a key, at any depth, get the mask of the key's kind; what is no JSON becomes NULL."""

    unique = False  # texts that differ in blanks only become the same

    def __init__(self, keys: Mapping[str, Maker]) -> None:
        self._keys = keys

    def masked(self, values: Sequence[str]) -> list[str | None]:
        texts = [_parsed(value) for value in values]
        slots = [slot for text in texts for slot in self._slots({"": text}, None)]
        for maker in self._keys.values():
            mine = [(holder, key) for holder, key, its in slots if its is maker]
            masks = maker.masked([str(holder[key]) for holder, key in mine])
            for (holder, key), mask in zip(mine, masks, strict=True):
                holder[key] = _like(holder[key], mask)
        return [None if text is None else json.dumps(text, ensure_ascii=False) for text in texts]

    def told(self, values: Sequence[str]) -> Iterable[tuple[Maker, Sequence[str]]]:
        slots = [slot for text in map(_parsed, values) for slot in self._slots({"": text}, None)]
        for maker in self._keys.values():
            yield from maker.told([str(holder[key]) for holder, key, its in slots if its is maker])

    def _slots(self, value: Any, maker: Maker | None) -> Iterator[Slot]:
        entries: Iterable[Any] = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in entries:
            mine = self._keys.get(str(key)) or maker
            if isinstance(item, (dict, list)):
                yield from self._slots(item, mine)
            elif mine and isinstance(item, (str, int)) and not isinstance(item, bool):
                yield value, key, mine


def _parsed(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return None


def _like(old: Any, mask: str | None) -> Any:
    """The mask as a number where a number stood."""
    if mask is not None and isinstance(old, int):
        return int(mask) if mask.lstrip("-").isdecimal() else mask
    return mask
