"""Followers: rows that name a row which is renamed say something new then, though nobody has changed them.

What their side is agreed to have said is brought up to date, else it would count as a change of theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, FromClause, and_, exists, false, literal, or_, select, update
from sqlalchemy import Table as SqlTable

from migrator.lens.copy.keys import Key
from migrator.lens.copy.session import Session
from migrator.lens.schema import Table
from migrator.lens.scope import Cell
from migrator.lens.sql.canonical import canonical, typed
from migrator.sync.agreed import Agreed
from migrator.sync.batch.order.company import Company
from migrator.sync.batch.shape import Shape

Naming = tuple[Table, Sequence[str]]
"""A table, and its columns that hold the key of the row that is named."""
Follower = tuple[Shape, Key]
"""A row of a pair, by its key at the target."""


@dataclass(frozen=True)
class Followers:
    """Rows of mapped tables that name a row of the target."""

    company: Company
    session: Session

    def as_agreed(self, naming: Sequence[Naming], key: Key) -> list[Follower]:
        """Those that name the row of a key, and say what they are agreed to say."""
        found = []
        for shape in self.company.shapes:
            rows = self._rows(shape)
            for own, said in self._saying(shape, rows, self._names(shape, rows, naming, key)):
                if said == self._agreed(shape, own):
                    found.append((shape, own))
        return found

    def agree(self, followers: Sequence[Follower]) -> None:
        """Have them be agreed to say what they say now."""
        for shape, own in followers:
            half, rows = shape.half(self.company.side), self._rows(shape)
            for _own, said in self._saying(shape, rows, at(rows, shape.target.main, shape.target.key, own)):
                self.session.run(self.session.rendered(
                    update(half.clause).values(said=literal(said)).where(_half_of(half, own))))

    def _saying(self, shape: Shape, rows: SqlTable, which: ColumnElement[bool]) -> list[tuple[Key, str]]:
        """The keys of rows of a pair, with what these say now."""
        face = shape.target
        row = face.read(shape.lens.tables, main=select(*rows.c).where(which).subquery())
        cells: list[Cell] = [canonical(row[name], face.type(name)).label(f"k_{n}") for n, name in enumerate(face.key)]
        found = self.session.ask(row.scope.select(*cells, shape.half(self.company.side).said(row).label("said"))).all()
        texts = [[text.decode() if isinstance(text, bytes) else text for text in one] for one in found]
        return [(tuple(own), said) for *own, said in texts]

    def _agreed(self, shape: Shape, own: Key) -> str | None:
        half = shape.half(self.company.side)
        said = self.session.ask(select(half.clause.c.said).where(_half_of(half, own))).scalar()
        return said.decode() if isinstance(said, bytes) else said

    def _names(self, shape: Shape, rows: SqlTable, naming: Sequence[Naming], key: Key) -> ColumnElement[bool]:
        """Whether a row of a pair names the row of a key, itself or by a link of its own."""
        found: list[ColumnElement[bool]] = [false()]
        for table, columns in naming:
            if table is shape.target.main:
                found.append(at(rows, table, columns, key))
            for one in self.company.links_of(shape):
                if one.table is table:
                    links = table.clause(self.company.side).alias("links")
                    own = (links.c[ours] == rows.c[theirs] for ours, theirs
                           in zip(one.satellite.owner, shape.target.key, strict=True))
                    found.append(exists().where(at(links, table, columns, key), *own))
        return or_(*found)

    def _rows(self, shape: Shape) -> SqlTable:
        return shape.target.main.clause(self.company.side)


def at(rows: FromClause, table: Table, columns: Sequence[str], key: Key) -> ColumnElement[bool]:
    """Whether columns of a table hold a key."""
    return and_(*(rows.c[name] == value for name, value in values(table, columns, key).items()))


def values(table: Table, columns: Sequence[str], key: Key) -> dict[str, Cell]:
    """A key as columns of a table hold it."""
    return {name: typed(literal(text), table.columns[name].type) for name, text in zip(columns, key, strict=True)}


def _half_of(half: Agreed, own: Key) -> ColumnElement[bool]:
    return and_(*(half.clause.c[name] == text for name, text in zip(half.keys(half.side), own, strict=True)))
