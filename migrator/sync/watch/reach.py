"""How a change of a row in one table leads to rows of a pair."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from sqlalchemy import (
    ClauseElement,
    ColumnClause,
    ColumnElement,
    FromClause,
    Select,
    and_,
    not_,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.sql.visitors import iterate, replacement_traverse

from migrator.lens.lens import in_pair
from migrator.lens.pair import Pair
from migrator.lens.schema import Table
from migrator.lens.scope import Cell, Row
from migrator.lens.side import Side
from migrator.lens.sql.canonical import same
from migrator.lens.sql.column import taken
from migrator.lens.types import Family

Reached = Callable[[FromClause], Select[tuple[object, ...]]]
"""The keys of a pair's rows, labelled `key_1`.., that entries of a dirty table (or of a part of it) speak of."""
MOMENTS = ("was", "now")
SHORT = 255
"""Characters or bytes of values that are noted to see whether they have changed; longer ones count as changed."""


@dataclass(frozen=True)
class Use(ABC):
    """How a pair depends on a table: these columns of it must be noted."""

    table: Table
    columns: tuple[str, ...]

    @abstractmethod
    def reached(self, noted: tuple[str, ...]) -> Reached:
        """The way from entries to keys, where all these columns of the table are noted."""

    @abstractmethod
    def same_as(self, other: Use) -> bool:
        """Whether this leads nowhere that the other does not lead."""


@dataclass(frozen=True)
class ByColumns(Use):
    """The columns hold the key of the pair's row themselves."""

    def reached(self, noted: tuple[str, ...]) -> Reached:
        """See `Use`."""
        def of(entries: FromClause) -> Select[tuple[object, ...]]:
            keys = []
            for when in MOMENTS:
                cells = [entries.c[f"{when}_{noted.index(name) + 1}"] for name in self.columns]
                keys.append(select(*(cell.label(f"key_{n}") for n, cell in enumerate(cells, 1)))
                            .where(*(cell.is_not(None) for cell in cells)))
            return select(*union(*keys).subquery().c)

        return of

    def same_as(self, other: Use) -> bool:
        """See `Use`."""
        return isinstance(other, ByColumns) and (other.table, other.columns) == (self.table, self.columns)


@dataclass(frozen=True)
class Lookers:
    """The rows of a pair, as they look other rows up."""

    pair: Pair
    side: Side
    row: Row

    def keys(self) -> Select[tuple[object, ...]]:
        """The keys of all of them."""
        return self._select(self._joined(self._belongs))

    def keys_met(self, entries: FromClause, on: Sequence[tuple[Cell, Cell]]) -> Select[tuple[object, ...]]:
        """The keys of those for whom what is said of an entry equals what they say."""
        source = self._joined(self._belongs, *(theirs for _ours, theirs in on))
        return self._select(source.join(entries, and_(*(ours == theirs for ours, theirs in on))))

    @cached_property
    def _belongs(self) -> ColumnElement[bool]:
        return in_pair(self.pair, self.side, self.row)

    def _select(self, source: FromClause) -> Select[tuple[object, ...]]:
        base = self.row.scope.base
        cells = (base.c[name].label(f"key_{n}") for n, name in enumerate(self.pair.faces[self.side].key, 1))
        return select(*cells).select_from(source).where(self._belongs)

    def _joined(self, *needed: Cell) -> FromClause:
        """The rows, joined to no more than what some expressions need."""
        wanted: list[tuple[Mapping[str, Cell], FromClause]] = []
        for on, found in reversed(self.row.scope.joins):
            if found in columns_in(*needed, *(cell for known, _found in wanted for cell in known.values())):
                wanted.insert(0, (on, found))
        source = self.row.scope.base
        for on, found in wanted:
            source = source.outerjoin(found, and_(*(found.c[name] == cell for name, cell in on.items())))
        return source


def columns_in(*expressions: ClauseElement) -> dict[FromClause, set[str]]:
    """The columns that expressions name, by what they are columns of."""
    found: dict[FromClause, set[str]] = {}
    for element in chain.from_iterable(map(iterate, expressions)):
        if isinstance(element, ColumnClause) and element.table is not None:
            found.setdefault(element.table, set()).add(element.name)
    return found


@dataclass(frozen=True)
class Along(Use):
    """Rows of the pair look the changed row up: `on` says what of it (over columns of `within`) equals what of theirs.

    seen: the columns that they go by and are told of, where all of these are noted; else empty.
    """

    lookers: Lookers
    within: FromClause
    on: Sequence[tuple[Cell, Cell]]
    seen: tuple[str, ...]

    def reached(self, noted: tuple[str, ...]) -> Reached:
        """See `Use`."""
        def of(entries: FromClause) -> Select[tuple[object, ...]]:
            changed = _changed(self.table, self.seen, noted, entries) if self.seen else true()
            keys = [self.lookers.keys_met(entries, self._on(entries, when, noted)).where(changed) for when in MOMENTS]
            return select(*union(*keys).subquery().c)

        return of

    def _on(self, entries: FromClause, when: str, noted: tuple[str, ...]) -> list[tuple[Cell, Cell]]:
        """The condition with the values of an entry in it."""
        values: Mapping[object, Cell] = {
            self.within.c[name]: taken(entries.c[f"{when}_{place}"], self.table.columns[name].type)
            for place, name in enumerate(noted, 1)}
        return [(replacement_traverse(ours, {}, lambda element, **_kw: values.get(element)), theirs)
                for ours, theirs in self.on]

    def same_as(self, other: Use) -> bool:
        """See `Use`."""
        return (isinstance(other, Along) and other.table == self.table and other.seen == self.seen
                and len(other.on) == len(self.on)
                and all(theirs.compare(known) and _same_column(ours, said)
                        for (ours, theirs), (said, known) in zip(self.on, other.on, strict=True)))


@dataclass(frozen=True)
class Everywhere(Use):
    """Who looked the changed row up cannot be told, so every row of the pair is meant.

    additions: a row that is new changes what could be said before; else it only lets more be said.
    """

    lookers: Lookers
    additions: bool

    def reached(self, noted: tuple[str, ...]) -> Reached:
        """See `Use`."""
        def of(entries: FromClause) -> Select[tuple[object, ...]]:
            said = [_changed(self.table, self.columns, noted, entries)]
            if not self.additions:
                said.append(or_(*(entries.c[f"was_{noted.index(name) + 1}"].is_not(None) for name in self.columns)))
            return self.lookers.keys().where(select(entries.c.n).where(*said).exists())

        return of

    def same_as(self, other: Use) -> bool:
        """See `Use`."""
        return (isinstance(other, Everywhere) and other.table == self.table
                and set(self.columns) <= set(other.columns) and self.additions <= other.additions)


def _same_column(one: Cell, other: Cell) -> bool:
    """Whether both are a column as it is, and have one name; of what is made from columns nobody can tell."""
    return isinstance(one, ColumnClause) and isinstance(other, ColumnClause) and one.name == other.name


def bounded(table: Table, names: Sequence[str]) -> bool:
    """Whether all these columns hold no more than is noted for each write of a row."""
    kinds = (table.columns[name].type for name in names)
    return all(kind.family not in (Family.TEXT, Family.BINARY, Family.JSON, Family.OTHER)
               or (kind.length is not None and kind.length <= SHORT) for kind in kinds)


def _changed(table: Table, names: Sequence[str], noted: tuple[str, ...], entries: FromClause) -> ColumnElement[bool]:
    """Whether an entry says that one of the columns is not what it was."""
    def differs(name: str) -> ColumnElement[bool]:
        type_, place = table.columns[name].type, noted.index(name) + 1
        was, now = (taken(entries.c[f"{when}_{place}"], type_) for when in MOMENTS)
        return not_(same(was, now, type_))

    return or_(*map(differs, names))

