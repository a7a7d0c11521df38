"""Tables that rows of a pair are looked up in, when data goes out of a side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Alias, ClauseElement, FromClause, Select, Subquery
from sqlalchemy import Table as SqlTable
from sqlalchemy.sql.visitors import iterate

from migrator.lens.group import Group
from migrator.lens.lens import Lens, in_pair, source_row
from migrator.lens.pair import Pair
from migrator.lens.schema import Schema, Table
from migrator.lens.scope import Cell, Row
from migrator.lens.side import Side, Way
from migrator.sync.watch.reach import Along, ByColumns, Everywhere, Lookers, Use, bounded, columns_in


def looked_at(lens: Lens, pair: Pair, side: Side) -> Iterator[Use]:
    """Every use that a pair makes of tables by looking its rows up in them."""
    way = Way.out_of(side)
    row = source_row(pair, way, lens.tables)
    said = [(group, [*group.ends[side].values(row), *group.over(way, row)]) for group in pair.groups]
    spoken = [in_pair(pair, side, row), *(value for _group, values in said for value in values)]
    look = _Look(lens.schemas[side], Lookers(pair, side, row))
    joins = row.scope.joins
    for on, joined in joins:
        told = columns_in(*spoken, *(cell for known, _joined in joins for cell in known.values())).get(joined, set())
        yield from look.joined(on, joined, told)
    for group, values in said:
        doubted = [doubt.condition for doubt in group.doubtful(way, row)]
        for value in values:
            yield from look.inside(value, group, doubted)


class _Look:
    """What the rows of a pair look at, in tables of a schema."""

    def __init__(self, schema: Schema, lookers: Lookers) -> None:
        self._schema = schema
        self._lookers = lookers

    @property
    def _row(self) -> Row:
        return self._lookers.row

    def joined(self, on: Mapping[str, Cell], joined: FromClause, told: set[str]) -> Iterator[Use]:
        """Uses by what is joined to each row where the columns `on` of it equal something; `told` is what it tells."""
        for place, table, used in self._places(joined):
            named = [(_said(joined, label), cell) for label, cell in on.items()]
            if any(set(columns_in(ours)) != {place} for ours, _theirs in named):
                yield Everywhere(table, tuple(sorted(used)), self._lookers, additions=True)
                continue
            by = [name for ours, _theirs in named for name in columns_in(ours)[place]]
            if own := self._own(table, place, on, joined):
                yield ByColumns(table, own)
                continue
            seen = tuple(dict.fromkeys([*by, *sorted(told if place is joined else used)]))
            noted = bounded(table, seen)
            yield Along(table, seen if noted else tuple(by), self._lookers, place, named, seen if noted else ())

    def inside(self, value: Cell, group: Group, doubted: Sequence[ClauseElement]) -> Iterator[Use]:
        """Uses by queries within a value."""
        links = {satellite.table for satellite in group.satellites if satellite.owner}
        known = {table.name for condition in doubted for _place, table, _used in self._places(condition)}
        for _place, table, used in self._places(value):
            if table.name not in links:
                yield Everywhere(table, tuple(sorted(used)), self._lookers, additions=table.name not in known)

    def _own(self, table: Table, place: FromClause, on: Mapping[str, Cell], joined: FromClause
             ) -> tuple[str, ...] | None:
        """The columns of a joined table that are the key of the pair's row itself."""
        base, key = self._row.scope.base, self._lookers.pair.faces[self._lookers.side].key
        if place is not joined or len(on) != len(key):
            return None
        found = [next((label for label, cell in on.items() if cell is base.c[name]), None) for name in key]
        return tuple(filter(None, found)) if all(found) else None

    def _places(self, clause: ClauseElement) -> Iterator[tuple[FromClause, Table, set[str]]]:
        """Where tables of the schema stand in a clause, with the columns that it names of them there."""
        named = columns_in(clause)
        beside = {self._row.scope.base, *(joined for _on, joined in self._row.scope.joins)} - {clause}
        for place in dict.fromkeys([*_tables_in(clause), *named]):
            table = self._table(place)
            if table is not None and place not in beside:
                yield place, table, named.get(place, set()) or set(table.columns)

    def _table(self, place: FromClause) -> Table | None:
        found = place.element if isinstance(place, Alias) else place
        if not isinstance(found, SqlTable) or found.schema != self._lookers.side:
            return None
        return self._schema.tables.get(found.name)


def _tables_in(clause: ClauseElement) -> list[FromClause]:
    """Tables and their aliases; of an aliased table only the alias."""
    found = [element for element in iterate(clause) if isinstance(element, (Alias, SqlTable))]
    aliased = {alias.element for alias in found if isinstance(alias, Alias)}
    return [element for element in found if element not in aliased]


def _said(joined: FromClause, label: str) -> Cell:
    """What a column of something joined is, over the columns of what that is made of."""
    inner = joined.element if isinstance(joined, Alias) else joined
    made = inner.element if isinstance(inner, Subquery) else None
    return made.selected_columns[label] if isinstance(made, Select) else joined.c[label]
