"""Park: rows that give up a unique value which others take stand aside until everything is written.

A server looks at unique values row by row, so that two rows cannot exchange theirs. None of them is deleted for it:
what the batch does not know of a row would be lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from sqlalchemy import Table as SqlTable
from sqlalchemy import Update, and_, bindparam, null, select, update

from migrator.lens.copy.session import Session
from migrator.lens.scope import Cell
from migrator.lens.sql.canonical import typed
from migrator.sync.batch.order.contested import Contested
from migrator.sync.batch.order.spots import spots
from migrator.sync.batch.script import Script
from migrator.sync.batch.temporary import Kind, Temporary


class Park:
    """The rows of one table that stand aside; they come back as they are written. `number` tells parks apart."""

    def __init__(self, number: str, contested: Sequence[Contested]) -> None:
        self._number = number
        self._contested = contested
        self._table = contested[0].writing.table
        self._side = contested[0].company.side

    @cached_property
    def parked(self) -> Temporary:
        """Their keys, and what each has meanwhile."""
        return Temporary(f"migrator_parked_{self._number}", self._side, {"spot": Kind.TEXT}, {
            f"key_{n}": (self._table, self._table.columns[name]) for n, name in enumerate(self._table.key, 1)})

    def fill(self, script: Script, session: Session) -> int:
        """Have all rows stand aside that must; how many."""
        return sum(self._stand_aside(script, session, one, column)
                   for one in self._contested for column in one.spots)

    def _stand_aside(self, script: Script, session: Session, contested: Contested, column: str) -> int:
        keys = contested.holders(column)
        named = [cell.label(f"key_{n}") for n, cell in enumerate(keys.selected_columns, 1)]
        name = f"park {self._number} {','.join(contested.unique)} {column}"
        found = script.fill(self.parked, session, lambda: keys.with_only_columns(*named).distinct(), name)
        if not found:
            return 0
        empty = self._table.columns[column].nullable
        if not empty:
            self._give_spots(session, column)
        value = null() if empty else typed(self.parked.clause.c.spot, self._table.columns[column].type)
        return script.run(f"{name} aside", session, lambda: self._aside(column, value))

    def _give_spots(self, session: Session, column: str) -> None:
        parked = self.parked.clause
        numbers = session.ask(select(parked.c.id)).scalars().all()
        found = spots(session, self._rows, self._table.columns[column], len(numbers))
        given = update(parked).where(parked.c.id == bindparam("number")).values(spot=bindparam("text"))
        with session.refusals():
            session.connection.execute(given, [{"number": number, "text": text}
                                               for number, text in zip(numbers, found, strict=True)])

    def _aside(self, column: str, value: Cell) -> Update:
        parked = self.parked.clause
        return update(self._rows).values({self._rows.c[column]: value}).where(
            and_(*(self._rows.c[name] == parked.c[f"key_{n}"] for n, name in enumerate(self._table.key, 1))))

    @cached_property
    def _rows(self) -> SqlTable:
        return self._table.clause(self._side)
