"""What must be there before rows of the target can be made: identities, and records that several rows share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Insert, Select, and_, func, insert, select

from migrator.lens.group import Group, Satellite
from migrator.lens.memory import PLACE, Memory
from migrator.lens.put.remember import pairs_worth
from migrator.lens.satellites import missing, satellite_rows
from migrator.lens.schema import Table
from migrator.lens.scope import Tables
from migrator.lens.side import Side
from migrator.lens.sql.canonical import typed
from migrator.sync.batch.make import dirty_rows
from migrator.sync.batch.shape import Shape
from migrator.sync.batch.temporary import Kind, Temporary


@dataclass(frozen=True)
class Identities:
    """Rows of the batch that an identity map does not know yet; their numbers are made in one statement."""

    shape: Shape
    memory: Memory

    @property
    def side(self) -> Side:
        """Where they are entered."""
        return PLACE

    @property
    def table(self) -> Table:
        """The table of the target whose rows get numbers."""
        return self.shape.target.main

    @cached_property
    def found(self) -> Temporary:
        """What is to be entered."""
        keys = [*self.memory.keys(Side.OLD), *self.memory.keys(Side.NEW)]
        names = [column.name for column in self.memory.clause.columns]
        return Temporary(f"migrator_unknown_{self.shape.number}", PLACE,
                         {name: Kind.KEY if name in keys else Kind.TEXT for name in names})

    def rows(self, tables: Tables) -> Select[Any]:
        """The rows, as the map has them."""
        return pairs_worth(self.memory, self.shape.way, tables, main=dirty_rows(self.shape))

    def entered(self) -> Insert:
        """The statement that enters them."""
        names = [column.name for column in self.memory.clause.columns]
        return insert(self.memory.clause).from_select(names, select(*(self.found.clause.c[name] for name in names)))

    @property
    def counted(self) -> str | None:
        """The column that the target's server counts by itself, if it does."""
        key = self.table.columns[self.table.key[0]]
        return key.name if key.counted else None

    def highest(self) -> Select[Any]:
        """The highest number that was given."""
        target = self.shape.way.target
        text = self.found.clause.c[self.memory.keys(target)[0]]
        return select(func.max(typed(text, self.shape.target.type(self.table.key[0]))))

    def taken(self) -> Select[Any]:
        """At the target, once the batch has looked: a number that was given here, and that a row has meanwhile."""
        seen, stage, found = self.shape.seen.clause, self.shape.stage.clause, self.found.clause
        source = self.shape.way.source
        keys = zip(self.memory.keys(source), self.shape.key_texts(source), strict=True)
        return select(stage.c.id).select_from(seen.join(stage, stage.c.id == seen.c.stage).join(
            found, and_(*(found.c[theirs] == stage.c[ours] for theirs, ours in keys)))).limit(1)


@dataclass(frozen=True)
class Records:
    """Records that rows of the batch need; those that are missing get the next numbers."""

    shape: Shape
    group: Group
    satellite: Satellite
    number: int

    @property
    def side(self) -> Side:
        """Where they are entered."""
        return self.shape.way.target

    @property
    def table(self) -> Table:
        """The table of the records."""
        return self.shape.lens.schemas[self.side].tables[self.satellite.table]

    @cached_property
    def found(self) -> Temporary:
        """The records that are needed, whether they are there or not."""
        return Temporary(f"migrator_needed_{self.shape.number}_{self.number}", self.side, {},
                         {name: (self.table, self.table.columns[name]) for name in self._names}, numbered=False)

    def rows(self, tables: Tables) -> Select[Any]:
        """Each different record that rows of the batch need."""
        memory = self.shape.lens.memories_of(self.shape.pair).get(self.group.name)
        return satellite_rows(self.shape.pair, self.group, self.satellite, self.shape.way, tables, memory=memory,
                              main=dirty_rows(self.shape))

    def entered(self) -> Insert:
        """The statement that enters those that are missing."""
        found = select(*(self.found.clause.c[name] for name in self._names)).subquery()
        return missing(found, self.satellite, self.shape.lens.tables)

    @property
    def counted(self) -> str | None:
        """The column that the target's server counts by itself, if it does."""
        number = self.satellite.number
        return number if number and self.table.columns[number].counted else None

    def highest(self) -> Select[Any]:
        """The highest number that a record has."""
        return select(func.max(self.table.clause(self.side).c[self.counted or self.table.key[0]]))

    @cached_property
    def _names(self) -> list[str]:
        return [column.name for column in self.rows(self.shape.lens.tables).selected_columns]


def identities(shape: Shape) -> Iterator[Identities]:
    """The pair's identity map, where numbers can be made for the target."""
    for memory in shape.lens.memories_of(shape.pair).values():
        if memory.group.always and shape.way in memory.group.fresh:
            yield Identities(shape, memory)


def records(shape: Shape) -> Iterator[Records]:
    """The records that rows of the pair name at the target."""
    number = 0
    for group in shape.pair.groups:
        for satellite in group.satellites:
            if satellite.side is shape.way.target and not satellite.owner:
                number += 1
                yield Records(shape, group, satellite, number)
