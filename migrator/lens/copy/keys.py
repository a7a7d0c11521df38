"""Ranges of a pair's source key: where a chunk begins and ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CHAR, ColumnElement, Select, and_, cast, func, literal, or_, select, tuple_

from migrator.lens.lens import Narrow, in_pair, source_row
from migrator.lens.pair import Pair
from migrator.lens.scope import Cell, Row, Tables
from migrator.lens.side import Way
from migrator.lens.sql.canonical import canonical, typed
from migrator.lens.types import Family, Type

WAY = Way.FORWARD
Key = tuple[str, ...]
"""A key as canonical texts."""


@dataclass(frozen=True)
class Keys:
    """The source key of a pair, as the source's server orders it."""

    pair: Pair
    tables: Tables
    make: str
    """Of the source's server: MariaDB finds no index range in a comparison of rows."""
    way: Way = WAY

    def all(self) -> Select[Any]:
        """How many rows the source has."""
        row = source_row(self.pair, self.way, self.tables)
        return row.scope.select(func.count()).where(in_pair(self.pair, self.way.source, row))

    def last_of(self, low: Key | None, rows: int) -> Select[Any]:
        """The key of the last of so many rows above `low`; nothing where there are fewer."""
        return self._texts(self._above(low, descending=False).offset(rows - 1))

    def highest(self, low: Key | None) -> Select[Any]:
        """The highest key above `low`."""
        return self._texts(self._above(low, descending=True))

    def next(self, low: Key | None, rows: int) -> Select[Any]:
        """The next so many keys above `low` in their order, as `key_1`.."""
        return self._above(low, descending=False).limit(rows)

    def between(self, low: Key | None, high: Key) -> Narrow:
        """Rows above `low` up to `high`."""
        def narrow(row: Row) -> ColumnElement[bool]:
            below = self._compared(row, high, upwards=False)
            return below if low is None else and_(self._compared(row, low, upwards=True), below)

        return narrow

    def _above(self, low: Key | None, *, descending: bool) -> Select[Any]:
        row = source_row(self.pair, self.way, self.tables)
        cells = self._ordered(row)
        keys = (cell.label(f"key_{n}") for n, cell in enumerate(cells, 1))
        query = row.scope.select(*keys).where(in_pair(self.pair, self.way.source, row)).limit(1)
        query = query.order_by(*(cell.desc() if descending else cell for cell in cells))
        return query if low is None else query.where(self._compared(row, low, upwards=True))

    def _texts(self, keys: Select[Any]) -> Select[Any]:
        """Keys as texts, made of those alone that come out: a server makes them for every row that it skips."""
        found = keys.subquery()
        return select(*(canonical(cell, type_) for cell, type_ in zip(found.columns, self._types, strict=True)))

    def _compared(self, row: Row, key: Key, *, upwards: bool) -> ColumnElement[bool]:
        """Whether the row's key is above the given one, or else not above it."""
        cells = self._ordered(row)
        bounds = [_bound(text, type_) for text, type_ in zip(key, self._types, strict=True)]
        if len(cells) == 1:
            return cells[0] > bounds[0] if upwards else cells[0] <= bounds[0]
        if self.make != "mariadb":
            mine, given = tuple_(*cells), tuple_(*bounds)
            return mine > given if upwards else mine <= given
        steps = list(_steps(cells, bounds, upwards))
        if upwards:
            return and_(cells[0] >= bounds[0], or_(*steps))
        same = and_(*(cell == bound for cell, bound in zip(cells, bounds, strict=True)))
        return and_(cells[0] <= bounds[0], or_(*steps, same))

    def _ordered(self, row: Row) -> list[Cell]:
        """The key's columns; MariaDB puts labels in the order of their numbers and compares them as texts."""
        cells = zip(row(*self.pair.faces[self.way.source].key), self._types, strict=True)
        return [cast(cell, CHAR) if self.make == "mariadb" and _labelled(type_) else cell for cell, type_ in cells]

    @property
    def _types(self) -> list[Type]:
        face = self.pair.faces[self.way.source]
        return [face.type(name) for name in face.key]


def _steps(cells: Sequence[Cell], bounds: Sequence[Cell], upwards: bool) -> Iterator[ColumnElement[bool]]:
    for n, (cell, bound) in enumerate(zip(cells, bounds, strict=True)):
        further = cell > bound if upwards else cell < bound
        yield and_(*(cells[i] == bounds[i] for i in range(n)), further)


def _labelled(type_: Type) -> bool:
    return type_.shown.startswith(("enum", "set"))


def _bound(text: str, type_: Type) -> Cell:
    """A canonical text to compare a key with. Texts stay bare, so that the column's own collation orders them."""
    bare = type_.family in (Family.TEXT, Family.OTHER)
    return literal(text, type_.in_statements) if bare else typed(literal(text), type_)
