"""Keys that are whole numbers, the same on both sides, and that a server counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from migrator.lens.copy.session import Session
from migrator.lens.lens import Lens
from migrator.lens.pair import Pair
from migrator.lens.schema import Column, Table
from migrator.lens.side import Side
from migrator.lens.verify.view import number_of

EXACT = 2**53 - 1
"""The highest whole number up to which JavaScript tells each from the next."""


@dataclass(frozen=True)
class Counted:
    """The number of a pair's rows."""

    pair: Pair
    names: Mapping[Side, str]

    def table(self, side: Side) -> Table:
        """The table that has it."""
        return self.pair.faces[side].main

    def column(self, side: Side) -> Column:
        """The column that has it."""
        return self.table(side).columns[self.names[side]]

    def name(self, side: Side) -> str:
        """`item.id`."""
        return f"{self.table(side).name}.{self.names[side]}"

    def highest(self, session: Session, side: Side) -> int:
        """The highest number of a row that is there; 0 without any."""
        clause = self.table(side).clause(side)
        found = session.connection.scalar(select(func.coalesce(func.max(clause.c[self.names[side]]), 0)))
        return int(found or 0)

    @property
    def limit(self) -> int:
        """The highest number that both sides' types hold, and programs that hold numbers as floating point too."""
        types = [self.column(side).type for side in Side]
        return min(EXACT, *((1 << ((type_.bits or 64) - (0 if type_.unsigned else 1))) - 1 for type_ in types))

    def counts(self, side: Side) -> bool:
        """Whether the side's server counts it: where it does not, the application does, or nobody."""
        return self.column(side).counted


def counted(lens: Lens) -> list[Counted]:
    """The numbers of a lens that a server counts on at least one side."""
    found = [Counted(pair, dict(zip(Side, names, strict=True))) for pair in lens.pairs if (names := number_of(pair))]
    return [one for one in found if any(one.counts(side) for side in Side)]
