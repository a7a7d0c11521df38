"""What stands for a table at the source: the table itself, or what has been fetched of it from the other side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any

from sqlalchemy import Alias, FromClause, Select, Subquery, and_
from sqlalchemy import Table as SqlTable

from migrator.lens.lens import Lens
from migrator.lens.scope import Cell, Scope
from migrator.lens.side import Side, Way
from migrator.sync.across.far import Far
from migrator.sync.across.narrowed import Narrowed, found_by
from migrator.sync.across.stop import Stop
from migrator.sync.across.whole import Highest, Whole


class Crossed:
    """For one statement: notes the stops that have to be made for it, in the order in which one needs another.

    numbering: tables that are not looked up by anything are asked for their highest number alone.
    """

    def __init__(self, lens: Lens, way: Way, numbers: Iterator[int] | None = None, *, numbering: bool = False) -> None:
        self.stops: list[Stop] = []
        self._lens = lens
        self._way = way
        self._numbers = numbers or count(1)
        self._numbering = numbering
        self._rehearsal: list[SqlTable] | None = None
        self._found: SqlTable | None = None

    def __call__(self, side: Side, name: str) -> FromClause:
        """See `Tables`."""
        table = self._lens.tables(side, name)
        if side is self._way.source or not isinstance(table, SqlTable):
            return table
        if self._rehearsal is not None:
            self._rehearsal.append(table)
            return table
        if self._found is not None:
            return self._found
        far = Far(self._lens, side, table)
        return self._stop(Highest(far, next(self._numbers)) if self._numbering else Whole(far, next(self._numbers)))

    def looked_up(self, scope: Scope, on: Mapping[str, Cell], what: Callable[[], FromClause]) -> FromClause:
        """See `Narrowing`: of one table of the other side only the rows come that are looked up."""
        self._rehearsal = []
        there = what()
        seen, self._rehearsal = self._rehearsal, None
        if len(seen) != 1:
            return what()
        far = Far(self._lens, self._way.target, seen[0])
        by = {label: _made(there, label) for label in on}
        if not found_by(far, by):
            return what()
        sought = scope.select(*(cell.label(label) for label, cell in on.items())).distinct().where(
            and_(*(cell.is_not(None) for cell in on.values())))
        self._found = self._stop(Narrowed(far, next(self._numbers), by, sought))
        found = what()
        self._found = None
        return found

    def _stop(self, stop: Stop) -> SqlTable:
        self.stops.append(stop)
        return stop.stand_in

    def settled(self, statement: Select[Any]) -> Select[Any]:
        """The statement that was put together with these tables, now that it is known which of their columns it wants.
        """
        for stop in self.stops:
            stop.settle(statement)
        return statement


def _made(found: FromClause, label: str) -> Cell:
    """What a column of something is, over the columns of what that is made of."""
    inner = found.element if isinstance(found, Alias) else found
    made = inner.element if isinstance(inner, Subquery) else None
    return made.selected_columns[label] if isinstance(made, Select) else found.c[label]
