"""What a list says, as one value: equal for equal rows in the same order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from migrator.records.cells import essence


class Content:
    """Counts and digests rows as they go by."""

    def __init__(self) -> None:
        self.rows = 0
        self._hash = hashlib.sha256()

    def note(self, row: Sequence[Any]) -> None:
        """Take one row of cells into account; empty cells at its end say nothing."""
        texts = [essence(cell) for cell in row]
        while texts and not texts[-1]:
            texts.pop()
        self.rows += 1
        self._hash.update("\x1f".join(texts).encode() + b"\x1e")

    def along(self, rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
        """The rows, noted one by one."""
        for row in rows:
            self.note(row)
            yield row

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()
