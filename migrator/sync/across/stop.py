"""Stops of a journey: what values are made from at the source is fetched from the other side first."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import Any

from sqlalchemy import Alias, Select
from sqlalchemy import Table as SqlTable

from migrator.lens.copy.session import Session
from migrator.lens.scope import Cell
from migrator.lens.sql.column import taken
from migrator.sync.across.far import Far
from migrator.sync.across.post import Post
from migrator.sync.batch.temporary import Temporary
from migrator.sync.watch.reach import columns_in


class Stop(ABC):
    """One table of the other side, as one statement at the source sees it; `number` tells it from all others."""

    def __init__(self, far: Far, number: int) -> None:
        self.far = far
        self.number = number
        self.used = list(far.types)
        self.fresh = False
        """Whether what was fetched last is still here: a transaction that is taken back takes it along."""

    @cached_property
    def stand_in(self) -> SqlTable:
        """What the statement names in place of the table."""
        found = self.far.stand_in(f"migrator_there_{self.number}")
        return found

    def settle(self, statement: Select[Any]) -> None:
        """Learn from the whole statement which columns it wants."""
        wanted = {name for place, names in columns_in(statement).items()
                  if self.stand_in is (place.element if isinstance(place, Alias) else place) for name in names}
        self.used = [name for name in self.used if name in wanted] or self.used

    def create(self, here: Session, there: Session) -> None:
        """Make what it needs at the source (here) and at the other side (there)."""
        self._post = Post(there, here, self.rows, self.copy)
        self.copy.create(here)
        self._post.create()

    @abstractmethod
    def run(self) -> None:
        """Fetch what a batch needs."""

    @abstractmethod
    def rows(self) -> Select[Any]:
        """What is fetched, as a query at the other side."""

    @property
    def index(self) -> tuple[str, ...]:
        """The columns by which rows are found in what was fetched."""
        return ()

    @cached_property
    def copy(self) -> Temporary:
        """The table at the source that holds what was fetched."""
        kinds = {name: kind for name, kind in self.far.kinds.items() if name in self.used}
        return Temporary(self.stand_in.name, self.far.side.other, kinds, index=self.index, numbered=False, held={
            name: type_ for name, type_ in self.far.types.items() if name in self.used and name not in kinds})

    def cells(self) -> list[Cell]:
        """The columns that are wanted, labelled, over the table itself."""
        return [taken(self.far.table.c[name], self.far.types[name]).label(name) for name in self.used]
