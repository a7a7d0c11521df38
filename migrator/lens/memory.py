"""Pair memory: what both sides last agreed on, per key, for a group whose values do not survive the way there and back.

If a side still says what memory knows of it, the other side has what memory knows of that; else it is computed and
remembered. So nothing changes on one side when nothing changed on the other (GetPut), and what was written is what is
read (PutGet), by construction. The rule is that of a symmetric lens with a complement (Hofmann, Pierce, Wagner 2011);
the table is the auxiliary table of InVerDa (SIGMOD 2017).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import ColumnElement, FromClause, Table, Text, and_, case, false, not_, or_

from migrator.lens.group import Group
from migrator.lens.pair import Pair
from migrator.lens.rows import Condition
from migrator.lens.schema import named
from migrator.lens.scope import Cell, Row, Values
from migrator.lens.side import Side, Way
from migrator.lens.sql.canonical import canonical, same, typed

PLACE = Side.NEW
"""The side in whose database memories lie: what is written there and what is remembered commit together."""


def identity_name(tables: Mapping[Side, Sequence[str]], rows: Mapping[Side, Mapping[str, Condition]]) -> str:
    """The name of the memory that says which row is which, for a pair of these tables and row conditions."""
    return f"migrator_identity_{_digest(_said(tables, rows))}"


@dataclass(frozen=True)
class Memory:
    """The memory of one group of a pair: a table `migrator_memory_...` with keys and values of both sides as texts."""

    pair: Pair
    group: Group

    @cached_property
    def name(self) -> str:
        """The table's name: the same for the same pair and columns."""
        faces = self.pair.faces
        tables, rows = {s: [t.name for t in faces[s].tables] for s in Side}, {s: faces[s].rows for s in Side}
        if self.group.always:
            return identity_name(tables, rows)
        return f"migrator_memory_{_digest([_said(tables, rows), self.group.operation, self.group.name])}"

    def keys(self, side: Side) -> list[str]:
        """The columns that hold a side's key."""
        return [f"{side}_key_{n}" for n, _ in enumerate(self.pair.faces[side].key, 1)]

    def values(self, side: Side) -> list[str]:
        """The columns that hold a side's values."""
        return [f"{side}_{n}" for n, _ in enumerate(self.group.ends[side].types, 1)]

    def twice(self, side: Side) -> dict[str, str]:
        """In an identity map, the columns for values that repeat a side's key, each with the key's column."""
        if not self.group.always:
            return {}
        key = dict(zip(self.pair.faces[side].key, self.keys(side), strict=True))
        return {value: key[name] for value, name in zip(self.values(side), self.group.ends[side].columns, strict=False)
                if name in key}

    @property
    def clause(self) -> Table:
        """The table as statements name it."""
        names = [*self.keys(Side.OLD), *self.keys(Side.NEW), *self.values(Side.OLD), *self.values(Side.NEW)]
        return named(self.name, dict.fromkeys(names, Text()), PLACE)

    def key_texts(self, way: Way, row: Row) -> dict[str, Cell]:
        """The source's key in a row, as memory writes it."""
        face = self.pair.faces[way.source]
        return {name: canonical(row[column], face.type(column))
                for name, column in zip(self.keys(way.source), face.key, strict=True)}

    def value_texts(self, side: Side, values: Values) -> dict[str, Cell]:
        """The group's values of a side, as memory writes them."""
        return {name: canonical(value, type_)
                for name, value, type_ in zip(self.values(side), values, self.group.ends[side].types, strict=True)}

    def known(self, way: Way, row: Row) -> FromClause:
        """What memory knows of a row of the source, joined to it; all NULL where it knows nothing."""
        return row.scope.join((self.name,), self.key_texts(way, row), lambda: row.scope.tables(PLACE, self.name))

    def unchanged(self, way: Way, row: Row, known: FromClause) -> ColumnElement[bool]:
        """Whether memory knows the row, and the source still says what memory knows of it."""
        said = self.value_texts(way.source, self.group.ends[way.source].values(row))
        return and_(known.c[self.keys(way.source)[0]].is_not(None),
                    *(known.c[name].is_not_distinct_from(text) for name, text in said.items()))

    def over(self, way: Way, row: Row) -> Values:
        """The target's values for a row of the source: what memory knows if the source still says the same."""
        known = self.known(way, row)
        unchanged = self.unchanged(way, row, known)
        types = self.group.ends[way.target].types
        return tuple(case((unchanged, typed(known.c[name], type_)), else_=value) for name, value, type_ in zip(
            self.values(way.target), self.group.over(way, row), types, strict=True))


def lost(group: Group, way: Way, row: Row) -> Cell:
    """The condition under which a row's values of the source do not survive the way there and back."""
    end = group.ends[way.source]
    pairs = zip(end.values(row), group.there_and_back(way, row), end.types, strict=True)
    return or_(false(), *(not_(same(before, after, type_)) for before, after, type_ in pairs))


def _said(tables: Mapping[Side, Sequence[str]], rows: Mapping[Side, Mapping[str, Condition]]) -> list[object]:
    return [[list(tables[side]), dict(rows.get(side, {}))] for side in Side]


def _digest(said: object) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]
