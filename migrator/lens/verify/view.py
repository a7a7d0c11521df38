"""What one side says of the rows of a pair: keys and values as canonical texts, in the terms of both sides."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_

from migrator.lens.group import Doubt, Group
from migrator.lens.lens import in_pair
from migrator.lens.memory import Memory
from migrator.lens.pair import Pair
from migrator.lens.schema import Table
from migrator.lens.scope import Cell, Tables, Values
from migrator.lens.side import Side, Way
from migrator.lens.sql.canonical import canonical, typed
from migrator.lens.types import Family, Type
from migrator.text import _

Key = tuple[str | None, ...]
"""The key of a row, as canonical texts that both sides agree on."""

THERE = "row"
"""The text of a row that a further table has."""
UNSAID = "\x01"
"""What begins the text of a value that cannot be said in the other side's terms; the reason follows."""
SHORT = 1_000_000
"""Characters or bytes of a value that every server handles."""
HIGHEST = 2**63 - 1
"""The highest number that every make can hold in a column."""


def identifying(pair: Pair) -> tuple[Group, ...]:
    """The groups by which a row of one side is found on the other; none where nothing tells."""
    key = set(pair.faces[Side.OLD].key)
    return pair.key_groups or tuple(g for g in pair.groups if set(g.ends[Side.OLD].columns) & key)


def number_of(pair: Pair) -> tuple[str, str] | None:
    """The old and the new column of a whole number that begins the key on both sides and is the same there; or None."""
    first = {side: pair.faces[side].key[0] for side in Side}
    found = [g for g in identifying(pair) if _kept(g) and g.ends[Side.OLD].types[0].family is Family.INTEGER
             and all(g.ends[side].columns == (first[side],) for side in Side)]
    return (first[Side.OLD], first[Side.NEW]) if found else None


class View:
    """The rows of a pair on one side, ready to be selected.

    memories: memories to be asked, by the name of their group; what they know is `agreed`: what the other side may have
    for this row as well.
    """

    def __init__(self, pair: Pair, side: Side, tables: Tables, memories: Mapping[str, Memory]) -> None:
        self._pair = pair
        self._side = side
        self._tables = tables
        self._row = pair.faces[side].read(tables, lenient=True)
        self._inside = in_pair(pair, side, self._row)
        keys = {id(group) for group in identifying(pair)}
        said = [(group, self._said(group, memories.get(group.name))) for group in pair.groups]
        there = {table.name: self._there(table) for table in pair.faces[Side.NEW].tables[1:]
                 if table.name not in pair.faces[Side.NEW].optional}
        self.names = (*(name for group in pair.groups for name in group.compared_names), *there)
        self.texts: Values = (*(text for _group, (texts, _agreed) in said for text in texts), *there.values())
        self.agreed: Values = (*(text for _group, (_texts, agreed) in said for text in agreed), *there.values())
        self.key: Values = tuple(text for group, (texts, _agreed) in said if id(group) in keys for text in texts)
        self.key_names = tuple(name for group in pair.groups if id(group) in keys for name in group.compared_names)
        self._columns = tuple(_KeyColumn.of(group, side) for group in pair.groups if id(group) in keys
                              for _name in group.compared_names)

    def select(self, *columns: ColumnElement[object]) -> Select[tuple[object, ...]]:
        """The rows that belong to the pair."""
        return self._row.scope.select(*columns).where(self._inside)

    def count(self) -> Select[tuple[object, ...]]:
        """How many rows belong to the pair."""
        row = self._pair.faces[self._side].read(self._tables)
        return row.scope.select(func.count()).where(in_pair(self._pair, self._side, row))

    def bound(self, after: int | None, rows: int) -> Select[tuple[object, ...]] | None:
        """The number before which this many rows lie, counted from the number `after` on.

        None where no such number begins the key on both sides.
        """
        found = number_of(self._pair)
        if not found:
            return None
        row = self._pair.faces[self._side].read(self._tables)
        number = row[found[self._side is Side.NEW]]
        query = row.scope.select(number).where(in_pair(self._pair, self._side, row)).order_by(number)
        return (query.offset(rows) if after is None else query.where(number > after).offset(rows - 1)).limit(1)

    def number(self) -> Cell | None:
        """The column by which the rows lie in ranges, the same on both sides; None where there is none."""
        found = number_of(self._pair)
        return self._row[found[self._side is Side.NEW]] if found else None

    def is_one_of(self, keys: Sequence[Key]) -> ColumnElement[bool]:
        """Whether a row has one of these keys; columns that keep their values are asked themselves, for their index."""
        return or_(*(and_(*(condition for text, said, column in zip(self.key, key, self._columns, strict=True)
                            for condition in self._is(text, said, column))) for key in keys))

    def keys_of(self, keys: Sequence[Key]) -> Select[tuple[object, ...]]:
        """The keys as both sides have them, of rows with these keys as this side alone has them (canonical texts)."""
        face = self._pair.faces[self._side]
        cells = [(self._row[name], face.type(name)) for name in face.key]
        hits = (and_(*(cell == typed(literal(said), type_) for said, (cell, type_) in zip(key, cells, strict=True)
                       if said is not None)) for key in keys)
        return self.select(*self.key).where(or_(*hits))

    def _is(self, text: Cell, said: str | None, column: _KeyColumn | None) -> Iterator[ColumnElement[bool]]:
        if column and said is not None and column.may_hold(said):
            yield self._row[column.name] == typed(literal(said), column.type)
        yield text.is_(None) if said is None else text == literal(said)

    def _there(self, table: Table) -> Cell:
        """A text where the new side's further table has the rest of the row; from the old side always."""
        if self._side is Side.OLD:
            return literal(THERE)
        face, scope = self._pair.faces[Side.NEW], self._row.scope
        on = {theirs: self._row[ours] for theirs, ours in zip(table.key, face.key, strict=True)}
        found = scope.join((Side.NEW, table.name), on, lambda: scope.tables(Side.NEW, table.name))
        return case((found.c[table.key[0]].is_not(None), literal(THERE)), else_=None)

    def _said(self, group: Group, memory: Memory | None) -> tuple[list[Cell], list[Cell]]:
        """What the row says for a group, and what both sides may have agreed on instead."""
        if self._side is group.meets:
            texts = self._texts(group, group.compared(self._row, self._side))
            return texts, texts
        way = Way.out_of(self._side)
        computed = self._texts(group, group.over(way, self._row), group.doubtful(way, self._row))
        if memory is None or group.always:
            return computed, computed  # an identity map is what keys are computed from
        return computed, self._texts(group, memory.over(way, self._row))

    def _texts(self, group: Group, values: Values, doubts: Sequence[Doubt] = ()) -> list[Cell]:
        """Its values as texts; where one has none, a mark that says why: that is another thing than NULL."""
        found = []
        for value, type_ in zip(values, group.ends[group.meets].types, strict=True):
            why: list[tuple[ColumnElement[bool], str]] = [(doubt.condition, doubt.sentence) for doubt in doubts]
            if _may_be_long(type_):
                # MariaDB makes NULL of a text that is longer than max_allowed_packet. The sides' marks differ, so that
                # two such values are never taken for equal.
                why.append((value.is_not(None), _("longer than the server of the {side} side may handle").format(
                    side=self._side.value)))
            text = canonical(value, type_)
            found.append(func.coalesce(text, case(*((condition, literal(UNSAID + said)) for condition, said in why),
                                                  else_=None)) if why else text)
        return found


@dataclass(frozen=True)
class _KeyColumn:
    """A column that holds a part of the key as both sides have it."""

    name: str
    type: Type

    def may_hold(self, text: str) -> bool:
        """Whether the text can be the column's value: that of a side with looser types can be anything."""
        if self.type.family is Family.TEXT:
            return not text.startswith(UNSAID)
        return re.fullmatch(r"-?\d{1,19}", text) is not None and abs(int(text)) <= HIGHEST

    @classmethod
    def of(cls, group: Group, side: Side) -> _KeyColumn | None:
        end = group.ends[side]
        asked = _kept(group) and end.types[0].family in (Family.INTEGER, Family.TEXT)
        return cls(end.columns[0], end.types[0]) if asked else None


def _kept(group: Group) -> bool:
    """Whether a column of each side holds the very same values."""
    return (group.operation == "rename" and all(end.read is None and len(end.columns) == 1
                                                for end in group.ends.values())
            and group.ends[Side.OLD].types[0].family is group.ends[Side.NEW].types[0].family)


def _may_be_long(type_: Type) -> bool:
    most = type_.length or type_.octets
    return (type_.family in (Family.TEXT, Family.BINARY, Family.JSON, Family.OTHER) and not type_.labels
            and (most is None or most > SHORT))
