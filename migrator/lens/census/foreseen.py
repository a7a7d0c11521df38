"""Identity maps and tables of the new side as a copy will fill them: a census is taken before there are any rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import FromClause, Select, null, select, union_all

from migrator.lens.lens import Lens, rows_for
from migrator.lens.pair import Pair
from migrator.lens.put.remember import pairs_worth
from migrator.lens.schema import Table
from migrator.lens.scope import Tables
from migrator.lens.side import Side, Way


class Foreseen:
    """Tells what stands for a table as others do, and for what a copy will fill the query that will fill it."""

    def __init__(self, lens: Lens, tables: Tables) -> None:
        self._lens = lens
        self._maps = {memory.name: memory for memory in lens.memories if memory.group.always}
        self._tables = tables
        self._within: set[str] = set()
        """Tables whose queries are being put together: one that looks itself up is seen as it is."""

    def __call__(self, side: Side, name: str) -> FromClause:
        if name in self._maps:
            return pairs_worth(self._maps[name], Way.FORWARD, self._before_copy, fresh=True).subquery()
        pairs = self._lens.pairs_of(Side.NEW, name) if side is Side.NEW and name not in self._within else []
        if not pairs:
            return self._tables(side, name)
        self._within.add(name)
        try:
            return union_all(*(self._rows(pair, self._lens.schemas[Side.NEW].tables[name]) for pair in pairs)
                             ).subquery()
        finally:
            self._within.discard(name)

    def _before_copy(self, side: Side, name: str) -> FromClause:
        """Tables as they are: a map goes on from the numbers that they and the maps before it have."""
        return self(side, name) if name in self._maps else self._tables(side, name)

    def _rows(self, pair: Pair, table: Table) -> Select[Any]:
        """The rows that a pair brings into a table, with NULL in the columns that it does not fill."""
        made = rows_for(pair, Way.FORWARD, table, self, lenient=True).subquery()
        return select(*((made.c[name] if name in made.c else null()).label(name) for name in table.columns))
