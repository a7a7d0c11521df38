"""Rows of the other side that a batch looks up: asked for by what they are looked up by, and no others come."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from sqlalchemy import Select, select, tuple_

from migrator.lens.copy.session import Session
from migrator.lens.scope import Cell
from migrator.lens.types import Family
from migrator.sync.across.far import Far
from migrator.sync.across.post import Post
from migrator.sync.across.stop import Stop
from migrator.sync.batch.temporary import Kind, Temporary
from migrator.sync.watch.reach import columns_in


class Narrowed(Stop):
    """`by` says what of a row (over columns of its table) equals what is sought, by the labels of the query `sought` at
    the source.
    """

    def __init__(self, far: Far, number: int, by: Mapping[str, Cell], sought: Select[Any]) -> None:
        super().__init__(far, number)
        self._by = by
        self._rows = sought

    def create(self, here: Session, there: Session) -> None:
        """See `Stop`."""
        super().create(here, there)
        self._here = here
        self._ask = Post(here, there, lambda: self._rows, self._sought)
        self._sought.create(there)
        self._ask.create()

    def run(self) -> None:
        """See `Stop`."""
        if self._ask.run():
            self._post.run()
        else:
            self.copy.empty(self._here)

    def rows(self) -> Select[Any]:
        """See `Stop`."""
        mine, sought = list(self._by.values()), select(*(self._sought.clause.c[label] for label in self._by))
        return select(*self.cells()).where(mine[0].in_(sought) if len(mine) == 1 else tuple_(*mine).in_(sought))

    @property
    def index(self) -> tuple[str, ...]:
        """See `Stop`: columns that are compared as they are, if they are numbers or keys of a memory."""
        columns = [self._column(label) for label in self._by]
        return tuple(name for name in columns if name) if all(
            name and (self.far.kinds.get(name) is Kind.KEY or self.far.types[name].family is Family.INTEGER)
            for name in columns) else ()

    @cached_property
    def _sought(self) -> Temporary:
        ours, like = {}, {}
        for label in self._by:
            column = self._column(label)
            if column and self.far.known and not self._whole_number(column):
                like[label] = (self.far.known, self.far.known.columns[column])
            elif column:
                ours[label] = self.far.kinds.get(column, Kind.NUMBER)
            else:
                ours[label] = Kind.TEXT
        return Temporary(f"migrator_sought_{self.number}", self.far.side, ours, like,
                         () if like else tuple(self._by), numbered=False)

    def _column(self, label: str) -> str | None:
        """The column of the table that a row is found by; None where something is made of it."""
        cell = self._by[label]
        return next((column.name for column in self.far.table.columns if column is cell), None)

    def _whole_number(self, column: str) -> bool:
        type_ = self.far.types[column]
        return type_.family is Family.INTEGER and not (type_.unsigned and type_.bits == 64)


def found_by(far: Far, cells: Mapping[str, Cell]) -> bool:
    """Whether what rows are looked up by is made of nothing but their own table."""
    return all(set(columns_in(cell)) == {far.table} for cell in cells.values())
