"""What comes over as a whole: tables in which nobody can tell which rows a batch looks up, and highest numbers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, func, select

from migrator.lens.copy.session import Session
from migrator.lens.scope import Cell
from migrator.lens.sql.canonical import canonical, typed
from migrator.lens.sql.hash import row_hash
from migrator.sync.across.far import Far
from migrator.sync.across.stop import Stop


class Whole(Stop):
    """All rows of a table, fetched again when one of them is another."""

    def __init__(self, far: Far, number: int) -> None:
        super().__init__(far, number)
        self._known: Row[Any] | None = None

    def create(self, here: Session, there: Session) -> None:
        """See `Stop`."""
        super().create(here, there)
        self._there = there
        self._asked = there.rendered(self._digest())

    def run(self) -> None:
        """See `Stop`."""
        found = self._there.run(self._asked).one()
        if not self.fresh or found != self._known:
            self._post.run()
            self._known, self.fresh = found, True

    def rows(self) -> Select[Any]:
        """See `Stop`."""
        return select(*self.cells())

    def _digest(self) -> Select[Any]:
        texts = [canonical(cell, self.far.types[name]) for name, cell in zip(self.used, self.cells(), strict=True)]
        return select(func.count(), func.sum(row_hash(texts, alike=self._there.make == "postgresql"))).select_from(
            self.far.table)


class Highest(Stop):
    """The highest number of a table or of an identity map, as its only row."""

    def __init__(self, far: Far, number: int) -> None:
        super().__init__(far, number)
        self.used = [far.known.key[0]] if far.known else self._memorized()

    def run(self) -> None:
        """See `Stop`."""
        self._post.run()

    def settle(self, statement: Select[Any]) -> None:
        """See `Stop`: the number is known."""

    def rows(self) -> Select[Any]:
        """See `Stop`."""
        return select(*(self._highest(name).label(name) for name in self.used))

    def _memorized(self) -> list[str]:
        assert self.far.memory is not None
        return self.far.memory.keys(self.far.side)[:1]

    def _highest(self, name: str) -> Cell:
        column, memory = self.far.table.c[name], self.far.memory
        if memory is None:
            return func.max(column)
        face = memory.pair.faces[self.far.side]
        type_ = face.type(face.key[0])
        return canonical(func.max(typed(column, type_)), type_)
