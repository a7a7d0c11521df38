"""reference: a foreign key to rows that have another key on the other side."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pydantic import Field
from sqlalchemy import and_, or_

from migrator.lens.declared.operation import Args, Binding, DeclaredPair, Names, Operation, register
from migrator.lens.group import Conversion, Doubt, End, Group
from migrator.lens.memory import identity_name
from migrator.lens.pieces.identity import IdentityMap
from migrator.lens.schema import Table
from migrator.lens.scope import Scope, Values
from migrator.lens.side import Side, Way
from migrator.lens.sql.refuse import only_if
from migrator.lens.types import Type
from migrator.text import _


class ReferenceArgs(Args):
    old: Names = Field(description="columns of the old row that name the other row, in the order of its key")
    new: Names = Field(description="columns of the new row that name it")
    to: str = Field(description="the new table of the rows that are named; they have the operation `key`")


@register
class Reference(Operation[ReferenceArgs]):
    """A foreign key to rows that have another key on the other side: it goes through their identity map.

    NULL stays NULL; a value that names no row is refused.

        - reference: {old: dept_code, new: department_id, to: department}
    """

    name = "reference"
    Args = ReferenceArgs

    def bind(self, args: ReferenceArgs, binding: Binding) -> Iterable[Group]:
        named = {Side.OLD: args.old, Side.NEW: args.new}
        types = {side: tuple(binding.type(side, name) for name in columns) for side, columns in named.items()}
        pair = _keyed_pair(args, binding)
        keys = {side: binding.schemas[side].tables[pair.tables[side][0]] for side in Side}
        for side, table in keys.items():
            if len(table.key) != len(named[side]):
                raise binding.error(side, _("the key of {table} is {columns}").format(
                    table=table.name, columns=", ".join(table.key)))
        known = IdentityMap(identity_name(pair.tables, pair.rows), {
            side: tuple(table.columns[name].type for name in table.key) for side, table in keys.items()})
        yield Group("reference", {side: End(tuple(named[side]), types[side]) for side in Side},
                    {way: _looked_up(known, way, types) for way in Way}, frozenset(Side),
                    {way: _unknown(way.source, keys[way.source]) for way in Way}, where=binding.where)


def _keyed_pair(args: ReferenceArgs, binding: Binding) -> DeclaredPair:
    """The pair whose rows are named."""
    found = [pair for pair in binding.declared if pair.tables[Side.NEW][0] == args.to and "key" in pair.operations]
    if len(found) != 1:
        raise binding.error("to", _("{table} needs one pair of tables with the operation key, and has {n}").format(
            table=args.to, n=len(found)))
    return found[0]


def _looked_up(known: IdentityMap, way: Way, types: dict[Side, tuple[Type, ...]]) -> Conversion:
    def convert(values: Values, scope: Scope) -> Values:
        found = known.other(way, values, types[way.source], scope)
        fits = or_(found[0].is_not(None), *(value.is_(None) for value in values))
        return tuple(only_if(fits, value, type_, scope)
                     for value, type_ in zip(found, types[way.target], strict=True))

    return convert


def _unknown(side: Side, table: Table) -> Callable[[Values, Scope], list[Doubt]]:
    def doubts(values: Values, scope: Scope) -> list[Doubt]:
        found = scope.lookup(side, table.name, dict(zip(table.key, values, strict=True)), table.key[0])
        return [Doubt("no-such-row", _("the row that is named does not exist"),
                      and_(found.is_(None), *(value.is_not(None) for value in values)))]

    return doubts
