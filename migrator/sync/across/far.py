"""A table or a memory that the other side alone has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Column as SqlColumn
from sqlalchemy import MetaData
from sqlalchemy import Table as SqlTable
from sqlalchemy.sql.elements import quoted_name

from migrator.lens.lens import Lens
from migrator.lens.memory import Memory
from migrator.lens.schema import Table
from migrator.lens.side import Side
from migrator.lens.types import Family, Type
from migrator.sync.batch.temporary import Kind

_TEXT = Type(Family.TEXT, "text")


@dataclass(frozen=True)
class Far:
    """The table, as its own side names it."""

    lens: Lens
    side: Side
    table: SqlTable

    @cached_property
    def memory(self) -> Memory | None:
        """The memory that it is, if it is one."""
        return next((memory for memory in self.lens.memories if memory.name == self.table.name), None)

    @property
    def known(self) -> Table | None:
        """What the side's schema says of it; None for a memory."""
        return self.lens.schemas[self.side].tables.get(self.table.name)

    @cached_property
    def types(self) -> Mapping[str, Type]:
        """The types of its columns."""
        if self.known:
            return {column.name: column.type for column in self.known.columns.values()}
        return {column.name: _TEXT for column in self.table.columns}

    @cached_property
    def kinds(self) -> Mapping[str, Kind]:
        """The columns of a memory, which are all texts of ours; none of another table."""
        if self.memory is None:
            return {}
        keys = {*self.memory.keys(Side.OLD), *self.memory.keys(Side.NEW)}
        return {column.name: Kind.KEY if column.name in keys else Kind.TEXT for column in self.table.columns}

    def stand_in(self, name: str) -> SqlTable:
        """What statements elsewhere name in its place."""
        return SqlTable(quoted_name(name, quote=True), MetaData(), *(
            SqlColumn(quoted_name(column.name, quote=True), column.type) for column in self.table.columns))
