"""Company: who else in a batch writes a table of the target, and who refers to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import FromClause

from migrator.lens.schema import ForeignKey, Schema, Table
from migrator.lens.side import Side
from migrator.sync.batch.order.rules import Rule, Rules
from migrator.sync.batch.shape import Shape
from migrator.sync.batch.writing.links import Links, links
from migrator.sync.batch.writing.staged import Staged

LEAVES_ROWS = ("NO ACTION", "RESTRICT")


@dataclass(frozen=True)
class Company:
    """All pairs of a lens at the target, whether they have anything in a batch or not."""

    shapes: Sequence[Shape]
    rules: Rules

    @property
    def schema(self) -> Schema:
        """The target's tables."""
        return self.shapes[0].lens.schemas[self.side]

    @property
    def side(self) -> Side:
        """The target."""
        return self.shapes[0].way.target

    def rows(self, table: str, alias: str) -> FromClause:
        """A table of the target under another name."""
        return self.schema.tables[table].clause(self.side).alias(alias)

    def staged(self, table: str) -> list[Staged]:
        """What each pair that writes a table has staged for it, to be asked about rows of other queries."""
        return [Staged(shape, found, f"other_{shape.number}") for shape in self.shapes
                for found in shape.target.tables if found.name == table]

    def links(self, table: str) -> list[Links]:
        """The links that are written into a table."""
        return [one for one in self._links if one.table.name == table]

    def links_of(self, shape: Shape) -> list[Links]:
        """The links that belong to the rows of a pair."""
        return [one for one in self._links if one.shape is shape]

    def writes(self, table: str) -> bool:
        """Whether any pair writes a table."""
        return bool(self.staged(table) or self.links(table))

    def others(self, shape: Shape) -> list[Staged]:
        """What other pairs have staged for the main table of a pair."""
        return [one for one in self.staged(shape.target.main.name) if one.shape is not shape]

    def referring(self, table: str) -> Iterator[tuple[Table, ForeignKey]]:
        """The tables with the foreign keys by which their rows name a table's."""
        for child in self.schema.tables.values():
            for foreign in child.foreign:
                if foreign.table == table:
                    yield child, foreign

    def goes_along(self, child: Table, foreign: ForeignKey) -> bool:
        """Whether rows that no pair knows may follow when what they name is deleted.

        The target's own schema says so: its application would lose them by the same deletion. To hold the deletion
        instead would keep both sides apart for ever. But nothing that a pair writes goes that way.
        """
        rule = self.rules.get((child.name, foreign.columns), Rule())
        if self.writes(child.name) or rule.deletes in LEAVES_ROWS:
            return False
        return rule.deletes != "CASCADE" or all(self.goes_along(further, key) for further, key
                                                in self.referring(child.name) if further is not child)

    @cached_property
    def _links(self) -> list[Links]:
        return [one for shape in self.shapes for one in links(shape)]
