"""What proposals are looked for in: both schemas, their samples, and which tables are pairs or still spare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from migrator.errors import PlaybookError, Position
from migrator.lens.declared.operation import Binding
from migrator.lens.pair import Face, Pair
from migrator.lens.pieces.conversion import plain
from migrator.lens.schema import Column, ForeignKey, Schema, Table
from migrator.lens.side import Side
from migrator.lens.suggest.evidence import Seen, Together, together
from migrator.lens.suggest.likeness import likeness
from migrator.lens.suggest.sample import Record, Samples
from migrator.playbook.tree import Tree


@dataclass(frozen=True)
class Ground:
    """Both schemas and their samples. `spare` are the tables of each side that no pair has."""

    schemas: Mapping[Side, Schema]
    samples: Samples
    spare: Mapping[Side, frozenset[str]]

    def without(self, used: frozenset[tuple[Side, str]]) -> Ground:
        """The ground when these tables are spare no more."""
        spare = {side: self.spare[side] - {name for at, name in used if at is side} for side in Side}
        return replace(self, spare=spare)

    def table(self, side: Side, name: str) -> Table:
        """A table of a side."""
        return self.schemas[side].tables[name]

    def records(self, side: Side, table: str) -> list[Record]:
        """The sampled rows of a table that has a key; none for one without."""
        return list(self.samples.rows(side, table).records.values()) if self.table(side, table).key else []


@dataclass(frozen=True)
class Place:
    """A pair that proposals are looked for in: its faces, and the rows that both have."""

    faces: Mapping[Side, Face]
    ground: Ground
    rows: Together

    @classmethod
    def of(cls, faces: Mapping[Side, Face], ground: Ground) -> Place:
        """The place of two faces, with rows of equal keys sampled."""
        return cls(faces, ground, together(ground.samples, faces[Side.OLD], faces[Side.NEW]))

    @property
    def name(self) -> str:
        """`task -> work_item`, or the one name that both sides have."""
        return Pair(self.faces, ()).name

    def column(self, side: Side, name: str) -> Column:
        """A column of the pair by the name that its face gives it."""
        found = self.faces[side].find(name)
        if found is None:
            raise KeyError(name)
        return replace(found[0].columns[found[1]], name=name)

    def columns(self, side: Side) -> Iterator[Column]:
        """All columns of a side that data is written to."""
        found = (self.column(side, name) for name in self.faces[side].names())
        return (column for column in found if not column.generated)

    def seen(self, old: Column, new: Column) -> Seen:
        """An old column and a new one side by side."""
        return Seen(old, new, self.rows.pairs(old.name, new.name), likeness(old.name, new.name),
                    partial(self.by_itself, old, new))

    def by_itself(self, old: Column, new: Column) -> bool:
        """Whether the types of two columns speak for themselves."""
        nowhere = Tree("", {}, {}, {(): Position("", 1, 1)})
        try:
            plain(Binding(self.faces, self.ground.schemas, nowhere, ()), old.name, new.name)
        except PlaybookError:
            return False
        return True

    def foreign(self, side: Side) -> Iterator[tuple[str, ForeignKey]]:
        """Each column of a side that names a row of another table by itself, with its foreign key."""
        for table in self.faces[side].tables:
            for key in table.foreign:
                if len(key.columns) == 1 and key.table in self.ground.schemas[side].tables:
                    yield self.faces[side].columns_of(table)[key.columns[0]], key
