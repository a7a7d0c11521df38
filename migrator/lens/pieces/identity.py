"""Identity maps: which row of the one side is which of the other, where both have keys of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Select, func, select, union_all

from migrator.lens.declared.operation import Binding, DeclaredPair
from migrator.lens.memory import PLACE, identity_name
from migrator.lens.schema import Table
from migrator.lens.scope import Cell, Scope, Values
from migrator.lens.side import Side, Way
from migrator.lens.sql.canonical import canonical, typed
from migrator.lens.types import Type


@dataclass(frozen=True)
class IdentityMap:
    """The memory of a pair's key group, as whoever refers to the pair's rows looks it up. `types` are of the keys."""

    name: str
    types: Mapping[Side, tuple[Type, ...]]

    def other(self, way: Way, key: Values, types: Iterable[Type], scope: Scope) -> Values:
        """The key on the target's side; NULL where the map does not know the row.

        types: of the columns that hold the key in the source, which may be wider than the key's own.
        """
        on = {f"{way.source}_key_{n}": canonical(value, type_)
              for n, (value, type_) in enumerate(zip(key, types, strict=True), 1)}
        known = scope.join((self.name,), on, lambda: scope.tables(PLACE, self.name))
        return tuple(typed(known.c[f"{way.target}_key_{n}"], type_)
                     for n, type_ in enumerate(self.types[way.target], 1))

    def highest(self, side: Side, scope: Scope) -> Select[tuple[int]]:
        """The highest number that a key of one column has on a side, as a query of one row."""
        known = scope.tables(PLACE, self.name).alias()
        return select(func.max(typed(known.c[f"{side}_key_1"], self.types[side][0])).label("number"))


@dataclass(frozen=True)
class Numbers:
    """The numbers of a table's rows, also of those that other pairs are about to make in it."""

    binding: Binding

    def highest(self, way: Way, scope: Scope) -> Cell:
        """The highest number that a row of the target's table has, or is about to get from a pair that comes first."""
        face = self.binding.faces[way.target]
        queries = [_highest(scope, way.target, face.main)]
        for number, pair in enumerate(self.binding.declared):
            if pair.tables[way.target][0] != face.main.name or self._own(pair):
                continue
            if "key" not in pair.operations:
                queries.append(_highest(scope, way.source, self._main(pair, way.source)))
            elif self._order(number, pair) < min(self._order(n, one) for n, one in enumerate(self.binding.declared)
                                                 if self._own(one)):
                types = tuple(face.type(name) for name in face.key)
                known = IdentityMap(identity_name(pair.tables, pair.rows), {way.target: types})
                queries.append(known.highest(way.target, scope))
        found = union_all(*queries).subquery()
        return select(func.coalesce(func.max(found.c.number), 0)).scalar_subquery()

    def _own(self, pair: DeclaredPair) -> bool:
        faces = self.binding.faces
        return all(list(pair.tables[side]) == [table.name for table in faces[side].tables]
                   and pair.rows.get(side, {}) == faces[side].rows for side in Side)

    def _main(self, pair: DeclaredPair, side: Side) -> Table:
        return self.binding.schemas[side].tables[pair.tables[side][0]]

    def _order(self, number: int, pair: DeclaredPair) -> tuple[int, int]:
        """Which pair of those that share a table comes first, whichever way data goes."""
        order = [table.name for table in self.binding.schemas[Side.NEW].parents_first()]
        return order.index(pair.tables[Side.NEW][0]), number


def _highest(scope: Scope, side: Side, table: Table) -> Select[tuple[int]]:
    rows = scope.tables(side, table.name).alias()
    return select(func.max(rows.c[table.key[0]]).label("number"))
