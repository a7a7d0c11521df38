"""One side of a pair under comparison: what is asked of its database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import func, select

from migrator.errors import DatabaseError
from migrator.lens.sql.hash import UNHASHED, row_hash
from migrator.lens.verify.ranges import Cuts, Range, inside, slot
from migrator.lens.verify.reader import Reader
from migrator.lens.verify.view import Key, View
from migrator.text import _


@dataclass(frozen=True)
class Listed:
    """The rows that have a key (one, as long as keys are keys): hashes of what they say, and of what is agreed on."""

    key: Key
    said: list[int]
    agreed: list[int]


@dataclass(frozen=True)
class Eye:
    """`view` is quick; `close` asks memories too, and is for the few rows that differ. `alike`: see `row_hash`."""

    reader: Reader
    view: View
    close: View
    alike: bool

    def digests(self, within: Range, cuts: Cuts) -> Future[list[Any]]:
        """Slot, rows, and sum of hashes, for each slot of a range that has rows; later."""
        rows = self.view.select(slot(self.view, cuts, alike=self.alike).label("slot"),
                                row_hash(self.view.texts, alike=self.alike).label("hash"))
        found = rows.where(inside(self.view, within)).subquery()
        return self.reader.ask(select(found.c.slot, func.count(), func.sum(found.c.hash)).group_by(found.c.slot))

    def require_hashes(self, table: str, digests: Sequence[Any]) -> None:
        """Raise DatabaseError when a row had no hash: MariaDB has none for what is longer than it may send."""
        without = sum(round(int(total) / UNHASHED) for _slot, _rows, total in digests)
        if without:
            raise DatabaseError(_("{count} rows of {table} are too long to be compared").format(
                count=without, table=table), where=self.reader.name, hint=_(
                    "raise max_allowed_packet of the server above the longest row, then verify again"))

    def listed(self, within: Range, cuts: Cuts, slots: Sequence[int]) -> Iterator[Listed]:
        """The rows of some slots, in the order of their keys' bytes; to be read to the end."""
        query = self._hashes().where(inside(self.close, within))
        if cuts.slots > 1:
            query = query.where(slot(self.close, cuts, alike=self.alike).in_(slots))
        return self._by_key(self.reader.stream(query.order_by(*self._in_bytes())))

    def looked_up(self, keys: Sequence[Key]) -> dict[Key, Listed]:
        """The rows that have these keys."""
        query = self._hashes().where(self.close.is_one_of(keys)).order_by(*self._in_bytes())
        return {found.key: found for found in self._by_key(self.reader.stream(query))}

    def cells(self, keys: Sequence[Key]) -> dict[Key, list[list[tuple[str | None, str | None]]]]:
        """The rows that have these keys, each as its cells: what it says, and what is agreed on."""
        width = len(self.close.key)
        found: dict[Key, list[list[tuple[str | None, str | None]]]] = {}
        query = self.close.select(*self.close.key, *self.close.texts, *self.close.agreed)
        for row in self.reader.ask(query.where(self.close.is_one_of(keys))).result():
            texts = [read(text) for text in row]
            half = width + len(self.close.texts)
            found.setdefault(tuple(texts[:width]), []).append(list(zip(texts[width:half], texts[half:], strict=True)))
        return found

    def _hashes(self) -> Any:
        return self.close.select(*self.close.key, row_hash(self.close.texts, alike=self.alike),
                                 row_hash(self.close.agreed, alike=self.alike))

    def _in_bytes(self) -> list[Any]:
        return [part for text in self.close.key for part in (text.is_(None), text)]

    def _by_key(self, rows: Iterator[Any]) -> Iterator[Listed]:
        for key, same in groupby(rows, lambda row: tuple(map(read, row[:-2]))):
            hashes = [(int(row[-2]), int(row[-1])) for row in same]
            yield Listed(key, sorted(said for said, _agreed in hashes), sorted(agreed for _said, agreed in hashes))


def read(text: Any) -> str | None:
    """A canonical text as it comes from any make: MariaDB has bytes."""
    return text.decode(errors="surrogateescape") if isinstance(text, bytes) else text
