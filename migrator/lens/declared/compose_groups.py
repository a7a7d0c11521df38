"""Chain lens groups over the columns that they share in the version between."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import ColumnElement, FromClause, Select, literal, null, or_, select, table

from migrator.lens.group import Doubt, End, Group, Satellite
from migrator.lens.pair import Pair, Private
from migrator.lens.scope import Cell, Row, Scope, Tables, Values
from migrator.lens.side import Side, Way
from migrator.lens.sql.naming import upon

Rows = Callable[[Scope, Values, Values], Select[tuple[object, ...]]]
MiddleTables = Callable[[str, Tables], FromClause]


def chained(one: Pair, two: Pair, middle: MiddleTables) -> tuple[tuple[Group, ...], tuple[Private, ...]]:
    """The groups of two pairs as groups from the first's old row to the second's new row.

    Also the columns of either outer side that lead nowhere, since the version between has them for itself only.
    """
    links = [_Link(firsts, seconds, one, two, middle) for firsts, seconds in _components(one.groups, two.groups)]
    through = [link for link in links if link.firsts and link.seconds]
    return (tuple(link.group for link in through),
            tuple(private for link in links if link not in through for private in link.private))


def _components(firsts: Sequence[Group], seconds: Sequence[Group]) -> Iterable[tuple[list[Group], list[Group]]]:
    """Groups that hang together by columns of the version between."""
    left, right = list(firsts), list(seconds)
    while left or right:
        ours, theirs = ([left.pop(0)], []) if left else ([], [right.pop(0)])
        grown = True
        while grown:
            middle = {c for g in ours for c in g.ends[Side.NEW].columns} | {
                c for g in theirs for c in g.ends[Side.OLD].columns}
            more = [g for g in left if middle & set(g.ends[Side.NEW].columns)]
            further = [g for g in right if middle & set(g.ends[Side.OLD].columns)]
            ours, theirs = ours + more, theirs + further
            left = [g for g in left if g not in more]
            right = [g for g in right if g not in further]
            grown = bool(more or further)
        yield ours, theirs


@dataclass(frozen=True)
class _Link:
    """A few groups of the first pair and those of the second that go on from them."""

    firsts: list[Group]
    seconds: list[Group]
    one: Pair
    two: Pair
    middle: MiddleTables

    @property
    def group(self) -> Group:
        """The link as one group."""
        complete = self._columns(self.firsts, Side.NEW) == self._columns(self.seconds, Side.OLD)
        faithful = {side for side in Side if complete and all(side in g.faithful for g in self._all)}
        said = next((g.meets for g in self._all if g.meets is Side.OLD), Side.NEW)
        return Group(" + ".join(dict.fromkeys(g.operation for g in self._all)),
                     {Side.OLD: _joined(self.firsts, Side.OLD), Side.NEW: _joined(self.seconds, Side.NEW)},
                     {Way.FORWARD: lambda values, scope: self._over(Way.FORWARD, values, scope),
                      Way.BACKWARD: lambda values, scope: self._over(Way.BACKWARD, values, scope)},
                     frozenset(faithful),
                     {Way.FORWARD: lambda values, scope: self._doubts(Way.FORWARD, values, scope),
                      Way.BACKWARD: lambda values, scope: self._doubts(Way.BACKWARD, values, scope)},
                     (*self._satellites(self.firsts, Side.OLD), *self._satellites(self.seconds, Side.NEW)),
                     meets=said, always=any(g.always for g in self._all),
                     waits={way: partial(self._waits, way) for way in Way if any(way in g.waits for g in self._all)},
                     where=next((g.where for g in self._all if g.where), None))

    @property
    def private(self) -> Iterator[Private]:
        """Columns that lead nowhere, with what the version between has there for rows that come to it."""
        way = Way.FORWARD if self.seconds else Way.BACKWARD
        scope = Scope(select(literal(1)).subquery(), _no_tables)
        known = self._middle(way, (), scope)
        for group in self._all:
            told = set(group.ends[way.source].columns) <= known.keys()
            made = group.conversions[way](_taken(group, way.source, known), scope) if told else ()
            values = made if told and not scope.joined else [None] * len(group.ends[way.target].columns)
            for column, value in zip(group.ends[way.target].columns, values, strict=False):
                yield Private(way.target, column, value)

    @property
    def _all(self) -> list[Group]:
        return [*self.firsts, *self.seconds]

    @staticmethod
    def _columns(groups: Iterable[Group], side: Side) -> set[str]:
        return {column for group in groups for column in group.ends[side].columns}

    def _legs(self, way: Way) -> tuple[list[Group], list[Group]]:
        """The groups to go by first, and those to go by then."""
        return (self.firsts, self.seconds) if way is Way.FORWARD else (self.seconds, self.firsts)

    def _over(self, way: Way, values: Values, scope: Scope) -> Values:
        _near, far = self._legs(way)
        reached = self._middle(way, values, scope)
        return tuple(value for group in far for value in upon(
            _taken(group, way.source, reached), group.conversions[way], self._scope(scope, group)))

    def _middle(self, way: Way, values: Values, scope: Scope) -> dict[str, Cell]:
        """What the row says in the version between, by column."""
        near, _far = self._legs(way)
        reached: dict[str, Cell] = {}
        for group, own in _shared_out(near, way.source, values):
            reached.update(zip(group.ends[way.target].columns, group.conversions[way](own, self._scope(scope, group)),
                               strict=True))
        here, there = (self.one, Side.NEW) if way is Way.FORWARD else (self.two, Side.OLD)
        defaults = {p.column: p.default for p in here.private if p.side is there and p.default is not None}
        return {**defaults, **reached}

    def _doubts(self, way: Way, values: Values, scope: Scope) -> list[Doubt]:
        near, far = self._legs(way)
        found = [doubt for group, own in _shared_out(near, way.source, values) if way in group.doubts
                 for doubt in group.doubts[way](own, self._scope(scope, group))]
        reached = self._middle(way, values, scope)
        return found + [doubt for group in far if way in group.doubts for doubt in group.doubts[way](
            _taken(group, way.source, reached), self._scope(scope, group))]

    def _waits(self, way: Way, values: Values, scope: Scope) -> ColumnElement[bool]:
        near, far = self._legs(way)
        reached = self._middle(way, values, scope)
        asked = [*_shared_out(near, way.source, values),
                 *((group, _taken(group, way.source, reached)) for group in far)]
        return or_(*(group.waits[way](own, self._scope(scope, group)) for group, own in asked if way in group.waits))

    def _scope(self, scope: Scope, group: Group) -> Scope:
        """The scope as a group of either pair sees it: its inner side is the version between."""
        inner = Side.NEW if group in self.firsts else Side.OLD
        outer = scope.tables

        def tables(side: Side, name: str) -> FromClause:
            return self.middle(name, outer) if side is inner else outer(side, name)

        return scope.seen_with(tables, f"between {inner}")

    def _satellites(self, groups: list[Group], side: Side) -> Iterable[Satellite]:
        for group in groups:
            for satellite in group.satellites:
                if satellite.side is side:
                    yield replace(satellite, rows=self._rows(satellite, group, groups))

    @staticmethod
    def _rows(satellite: Satellite, group: Group, groups: list[Group]) -> Rows:
        def rows(scope: Scope, key: Values, values: Values) -> Select[tuple[object, ...]]:
            own, = (part for one, part in _shared_out(groups, satellite.side, values) if one is group)
            return satellite.rows(scope, key, own)

        return rows


def _no_tables(side: Side, name: str) -> FromClause:
    return table(name, schema=side)


def _joined(groups: Sequence[Group], side: Side) -> End:
    ends = [group.ends[side] for group in groups]
    columns, types = tuple(c for end in ends for c in end.columns), tuple(t for end in ends for t in end.types)
    if not any(end.read or end.write for end in ends):
        return End(columns, types)

    def read(row: Row) -> Values:
        return tuple(value for end in ends for value in end.values(row))

    def write(values: Values, scope: Scope) -> Values:
        return tuple(cell for group, own in _shared_out(groups, side, values)
                     for cell in group.ends[side].written(own, scope).values())

    return End(columns, types, read, write)


def _shared_out(groups: Sequence[Group], side: Side, values: Values) -> Iterable[tuple[Group, Values]]:
    """Each group with its part of the values."""
    begin = 0
    for group in groups:
        count = len(group.ends[side].types)
        yield group, values[begin:begin + count]
        begin += count


def _taken(group: Group, side: Side, reached: Mapping[str, Cell]) -> Values:
    return tuple(reached.get(column, null()) for column in group.ends[side].columns)
