"""What a statement reads from: one row source, and the tables that are looked up beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from typing import Any, Protocol, runtime_checkable

from sqlalchemy import ColumnElement, FromClause, Select, and_, select

from migrator.lens.side import Side

Cell = ColumnElement[Any]
Values = tuple[Cell, ...]


class Tables(Protocol):
    """Says what stands for a table of a side: the table itself, a carried copy of it, or a query that makes it."""

    def __call__(self, side: Side, name: str) -> FromClause: ...


@runtime_checkable
class Narrowing(Tables, Protocol):
    """Tables that fetch no more rows than are looked up, so that they must be told by what."""

    def looked_up(self, scope: Scope, on: Mapping[str, Cell], what: Callable[[], FromClause]) -> FromClause:
        """What `what` would give, for rows whose columns equal `on` and no others."""


class Scope:
    """Collects what a statement must join while its expressions are put together.

    `lenient` is true when a value that cannot be said on the other side becomes NULL (a census counts it); false when
    the server must refuse the statement. `trusting` is true when a census has just found none, and the server that
    evaluates the statement refuses by itself what is no value of a type.
    """

    def __init__(self, base: FromClause, tables: Tables, *, lenient: bool = False, trusting: bool = False) -> None:
        self.base = base
        self.tables = tables
        self.lenient = lenient
        self.trusting = trusting
        self._joins = _Joins(base)
        self._place = ""

    def seen_with(self, tables: Tables, place: str) -> Scope:
        """The same statement for expressions that know other tables by the same names; `place` tells them apart."""
        other = copy(self)
        other.tables, other._place = tables, place
        return other

    def leniently(self) -> Scope:
        """The same statement for expressions that may come to nothing."""
        other = copy(self)
        other.lenient = True
        return other

    def apart(self) -> Scope:
        """A scope that sees the same and joins nothing to this statement: to find out what an expression would join."""
        other = copy(self)
        other._joins = _Joins(self.base)
        return other

    @property
    def joined(self) -> bool:
        """Whether anything has been joined."""
        return self._joins.source is not self.base

    @property
    def joins(self) -> Sequence[tuple[Mapping[str, Cell], FromClause]]:
        """What has been joined so far: its columns, each with what it equals, and the thing itself."""
        return [(on, found) for _, on, found in self._joins.joined]

    def lookup(self, side: Side, name: str, on: Mapping[str, Cell], want: str) -> Cell:
        """The column `want` of the row of a table whose columns equal `on`; NULL where there is none.

        `on` must name a unique key of that table, else rows would be doubled.
        """
        return self.join((side, name), on, lambda: self.tables(side, name)).c[want]

    def join(self, mark: tuple[str, ...], on: Mapping[str, Cell], what: Callable[[], FromClause]) -> FromClause:
        """Join something to the row where its columns equal `on`, once; rows that find nothing stay."""
        tables = self.tables
        if isinstance(tables, Narrowing):
            return self._joins.join((self._place, *mark), on, lambda: tables.looked_up(self, on, what))
        return self._joins.join((self._place, *mark), on, what)

    def select(self, *columns: Cell) -> Select[Any]:
        """The statement over everything that was joined."""
        return select(*columns).select_from(self._joins.source)


class _Joins:
    """What has been joined to a statement's base so far."""

    def __init__(self, base: FromClause) -> None:
        self.source = base
        self.joined: list[tuple[tuple[str, ...], Mapping[str, Cell], FromClause]] = []

    def join(self, mark: tuple[str, ...], on: Mapping[str, Cell], what: Callable[[], FromClause]) -> FromClause:
        for known, on_known, found in self.joined:
            if known == mark and on_known.keys() == on.keys() and all(on_known[k].compare(on[k]) for k in on):
                return found
        found = what().alias(f"j{len(self.joined) + 1}")
        self.joined.append((mark, on, found))
        self.source = self.source.outerjoin(found, and_(*(found.c[key] == value for key, value in on.items())))
        return found


class Row:
    """One row of a pair's side: its columns by the names that the mapping gives them."""

    def __init__(self, cells: Callable[[str], Cell], scope: Scope) -> None:
        self._cells = cells
        self.scope = scope

    def __getitem__(self, column: str) -> Cell:
        return self._cells(column)

    def leniently(self) -> Row:
        """The same row for expressions that may come to nothing."""
        return Row(self._cells, self.scope.leniently())

    def __call__(self, *columns: str) -> Values:
        """Several columns at once."""
        return tuple(self._cells(column) for column in columns)
