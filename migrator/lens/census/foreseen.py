"""Identity maps as a copy will fill them: a census is taken before there are any."""

from __future__ import annotations

from sqlalchemy import FromClause

from migrator.lens.lens import Lens
from migrator.lens.remember import pairs_worth
from migrator.lens.scope import Tables
from migrator.lens.side import Side, Way


class Foreseen:
    """Tells what stands for a table as others do, and for an identity map the query that will fill it."""

    def __init__(self, lens: Lens, tables: Tables) -> None:
        self._maps = {memory.name: memory for memory in lens.memories if memory.group.always}
        self._tables = tables

    def __call__(self, side: Side, name: str) -> FromClause:
        if name in self._maps:
            return pairs_worth(self._maps[name], Way.FORWARD, self, fresh=True).subquery()
        return self._tables(side, name)
