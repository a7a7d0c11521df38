"""values: each value of a short list has its counterpart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from pydantic import Field
from sqlalchemy import and_, case, not_, or_

from migrator.lens.constant import Constant, constant
from migrator.lens.group import Conversion, Doubt, End, Group, cell
from migrator.lens.operation import Args, Binding, Operation, register
from migrator.lens.scope import Cell, Scope, Values
from migrator.lens.side import Side, Way
from migrator.lens.sql.canonical import same
from migrator.lens.sql.refuse import only_if
from migrator.lens.types import Type
from migrator.text import _


class ValuesArgs(Args):
    old: str = Field(description="column of the old row")
    new: str = Field(description="column of the new row")
    map: dict[str, Constant] = Field(description="old value: new value", min_length=1)
    else_new: Constant | None = Field(None, alias="else-new", description="new value of every old one not in the map")
    else_old: Constant | None = Field(None, alias="else-old", description="old value of every new one not in the map")


@register
class MapValues(Operation[ValuesArgs]):
    """Each value of a short list has its counterpart; NULL stays NULL.

    Without `else-new` and `else-old` the map must be total: a value that it does not hold is refused by the census.
    Several old values may share a new one: the first of them is what comes back, and memory keeps the others.

        - values: {old: status, new: status_code, map: {筹备: PLAN, 在建: BUILD, 停工: HOLD, 竣工: DONE}}
    """

    name = "values"
    Args = ValuesArgs
    verbs = ("map_values",)

    def bind(self, args: ValuesArgs, binding: Binding) -> Iterable[Group]:
        types = {Side.OLD: binding.type(Side.OLD, args.old), Side.NEW: binding.type(Side.NEW, args.new)}
        forward = _as_cells(args.map.items(), types[Side.OLD], types[Side.NEW])
        back = _as_cells(((new, old) for old, new in reversed(args.map.items())), types[Side.NEW], types[Side.OLD])
        one_to_one = len(back) == len(args.map)
        faithful = {Side.OLD} if one_to_one and args.else_new is None else set()
        faithful |= {Side.NEW} if args.else_old is None else set()
        yield Group("values", {Side.OLD: End((args.old,), (types[Side.OLD],)),
                               Side.NEW: End((args.new,), (types[Side.NEW],))},
                    {Way.FORWARD: _mapped(forward, args.else_new, types[Side.OLD], types[Side.NEW]),
                     Way.BACKWARD: _mapped(back, args.else_old, types[Side.NEW], types[Side.OLD])},
                    frozenset(faithful),
                    {Way.FORWARD: _unknown(forward, types[Side.OLD], args.else_new),
                     Way.BACKWARD: _unknown(back, types[Side.NEW], args.else_old)},
                    where=binding.where)


Known = Mapping[Constant, tuple[Cell, Cell]]
"""By the value as written: what it is on the one side, and what on the other."""


def _as_cells(pairs: Iterable[tuple[Constant, Constant]], source: Type, target: Type) -> Known:
    return {here: (constant(here, source), constant(there, target)) for here, there in pairs}


def _mapped(known: Known, otherwise: Constant | None, source: Type, target: Type) -> Conversion:
    def convert(values: Values, scope: Scope) -> Values:
        value = cell(values)
        found = case(*((same(value, here, source), there) for here, there in known.values()),
                     else_=None if otherwise is None else case((value.is_not(None), constant(otherwise, target))))
        if otherwise is not None:
            return (found,)
        return (only_if(or_(value.is_(None), *(same(value, here, source) for here, _there in known.values())), found,
                        target, scope),)

    return convert


def _unknown(known: Known, source: Type, otherwise: Constant | None) -> Callable[[Values, Scope], list[Doubt]]:
    def doubts(values: Values, _scope: Scope) -> list[Doubt]:
        value = cell(values)
        if otherwise is not None:
            return []
        in_map = or_(*(same(value, here, source) for here, _there in known.values()))
        return [Doubt("not-in-map", _("the value is not in the map"), and_(value.is_not(None), not_(in_map)))]

    return doubts
