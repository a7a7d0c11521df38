"""The masks of one column's values, in a temporary table of the database that is being masked."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, Text, case, column, literal, null, select, table

from migrator.database.base import OURS
from migrator.mask.dialect import KEY, LONG, Cell, back, key_of, read, text_of
from migrator.mask.errors import Misfit
from migrator.mask.kinds.catalogue import TEXT, WHOLE
from migrator.mask.kinds.fixed import Fixed
from migrator.mask.kinds.maker import Maker
from migrator.mask.plan import Work
from migrator.text import _

BATCH = 10_000
"""Distinct values that are masked at once; that many are in memory."""
PARKED = "\x1a"
"""Begins a text that stands in for a value for a moment: the control character SUBSTITUTE, in every encoding."""


class Mapping:
    """Looks up masks by values; `number` tells the tables of one connection apart.

    Where values must stay unique, a mask may be what another row holds still. Rows that are in the way so are parked
    under values that nobody has, before all are masked.
    """

    def __init__(self, connection: Connection, make: str, number: int, work: Work, maker: Maker) -> None:
        self._connection, self._make, self._work, self._maker = connection, make, work, maker
        self._map = _temporary(f"{OURS}map_{number}", make, Column("mask", LONG), Column("mask_key", KEY[make]))
        self._parked = _temporary(f"{OURS}parked_{number}", make, Column("stand_in", LONG))
        self.values = 0
        self.nulls = False
        """Whether the mask of some value is NULL."""

    def fill(self, reader: Connection) -> None:
        """Mask every distinct value that another connection reads. Raises Misfit for a mask that is too long."""
        if isinstance(self._maker, Fixed):
            self.nulls = self._maker.masked([""]) == [None]
            return
        with self._connection.begin():
            self._map.create(self._connection)
        cell: Cell = column(self._work.column.name)
        query = select(text_of(cell, self._make)).distinct().select_from(table(self._work.table)).where(
            cell.is_not(None))
        for rows in reader.execution_options(yield_per=BATCH).execute(query).partitions():
            self._fill([read(row[0]) for row in rows])

    def _fill(self, values: list[str]) -> None:
        masks = self._maker.masked(values)
        self._require_room(masks)
        self.values += len(values)
        self.nulls = self.nulls or None in masks
        unique = self._work.unique
        rows = [(self._key(value), mask, self._key(mask) if unique and mask is not None else None)
                for value, mask in zip(values, masks, strict=True)]
        with self._connection.begin():
            _insert(self._connection, self._map, rows)

    def clear_the_way(self) -> None:
        """Park the rows whose value is the mask of another one, within the transaction that masks them."""
        if not self._work.unique or isinstance(self._maker, Fixed):
            return
        found = self._map.alias("found")
        taken = select(found.c.value_key, found.c.mask).where(found.c.value_key.in_(select(self._map.c.mask_key)))
        held = self._connection.execute(taken).all()
        if not held:
            return
        stand_ins = [self._stand_in(number) for number in range(1, len(held) + 1)]
        self._parked.create(self._connection)
        _insert(self._connection, self._parked,
                [(row.value_key, stand_in) for row, stand_in in zip(held, stand_ins, strict=True)])
        _insert(self._connection, self._map, [(self._key(stand_in), row.mask, None)
                                              for row, stand_in in zip(held, stand_ins, strict=True)])
        cell = column(self._work.column.name, Text())
        key = key_of(cell, self._make)
        stand_in = select(self._parked.c.stand_in).where(self._parked.c.value_key == key).scalar_subquery()
        self._connection.execute(
            table(self._work.table, cell).update()
            .values({cell: back(stand_in, cell, self._work.column, self._make)})
            .where(key.in_(select(self._parked.c.value_key))))

    def mask_of(self, cell: Cell) -> Any:
        """The mask of a cell as SQL; NULL stays NULL."""
        if isinstance(self._maker, Fixed):
            mask: Any = literal(self._maker.masked([""])[0], LONG) if not self.nulls else null()
            return case((cell.is_not(None), back(mask, cell, self._work.column, self._make)), else_=null())
        mask = select(self._map.c.mask).where(self._map.c.value_key == key_of(cell, self._make)).scalar_subquery()
        return back(mask, cell, self._work.column, self._make)

    def drop(self) -> None:
        """Take the tables away."""
        with self._connection.begin():
            for temporary in (self._map, self._parked):
                temporary.drop(self._connection, checkfirst=True)

    def _key(self, text: str) -> Any:
        return text if self._make == "sqlite" else hashlib.sha256(text.encode()).digest()

    def _stand_in(self, number: int) -> str:
        holds = self._work.column.holds
        text = str(-number) if holds == WHOLE else f"{PARKED}{number:x}"
        if holds not in (TEXT, WHOLE) or len(text) > (self._work.column.length or len(text)):
            raise Misfit(_("values of {column} would have to be exchanged, and it has no room for that").format(
                column=self._work.name), hint=_("keep it, or take another kind"))
        return text

    def _require_room(self, masks: Sequence[str | None]) -> None:
        longest = max((len(mask) for mask in masks if mask is not None), default=0)
        if self._work.column.length and longest > self._work.column.length:
            raise Misfit(_("a mask of {column} has {longest} characters, and {length} fit").format(
                column=self._work.name, longest=longest, length=self._work.column.length),
                hint=_("take a kind that keeps lengths; for email: domain: shape"))


def _temporary(name: str, make: str, *columns: Column[Any]) -> Table:
    return Table(name, MetaData(), Column("value_key", KEY[make], primary_key=True), *columns,
                 prefixes=["TEMPORARY"], mysql_charset="utf8mb4", mariadb_charset="utf8mb4")


def _insert(connection: Connection, into: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    names = list(into.columns.keys())
    if connection.dialect.name != "postgresql":
        by_place: Any = type(connection.dialect)
        style = "qmark" if connection.dialect.name == "sqlite" else "format"
        connection.exec_driver_sql(str(into.insert().compile(dialect=by_place(paramstyle=style))), list(rows))
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor().copy(f"COPY {into.name} ({', '.join(names)}) FROM STDIN") as copy:  # names of our own
        for row in rows:
            copy.write_row(row)
