"""key: rows have another key on the other side, and a map remembers which is which."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pydantic import Field
from sqlalchemy import func, literal

from migrator.lens.declared.operation import Args, Binding, Names, Operation, register
from migrator.lens.group import Conversion, Doubt, End, Group
from migrator.lens.memory import identity_name
from migrator.lens.pieces.identity import IdentityMap, Numbers
from migrator.lens.scope import Cell, Scope, Values
from migrator.lens.side import Side, Way
from migrator.lens.sql.canonical import canonical
from migrator.lens.sql.refuse import only_if
from migrator.lens.types import Family, Type
from migrator.text import _


class KeyArgs(Args):
    old: Names = Field(description="the key of the old row")
    new: Names = Field(description="the key of the new row")
    prefix: str = Field("", description="what a text key that is made from the other side's key begins with")


@register
class Key(Operation[KeyArgs]):
    """Rows have another key on the other side, and an identity map remembers which is which.

    A whole number that has to be made is the next one after all that the table has, in the order of the other side's
    keys. A text that has to be made is the prefix and the other side's key. Rows that need a key of several columns
    are refused: nobody can make one. Foreign keys to such a table go through its map: see `reference`.

        - key: {old: code, new: id, prefix: N}
    """

    name = "key"
    Args = KeyArgs

    def bind(self, args: KeyArgs, binding: Binding) -> Iterable[Group]:
        keys = {Side.OLD: args.old, Side.NEW: args.new}
        for side, columns in keys.items():
            if tuple(columns) != binding.faces[side].key:
                raise binding.error(side, _("the key of {table} is {columns}").format(
                    table=binding.faces[side].main.name, columns=", ".join(binding.faces[side].key)))
        types = {side: tuple(binding.type(side, name) for name in columns) for side, columns in keys.items()}
        faces = binding.faces
        known = IdentityMap(identity_name({side: [table.name for table in faces[side].tables] for side in Side},
                                          {side: faces[side].rows for side in Side}), types)
        made = [way for way in Way if _makes(types[way.target])]
        yield Group("key", {side: End(tuple(keys[side]), types[side]) for side in Side},
                    {way: _looked_up(known, way) for way in Way}, frozenset(),
                    {way: _unmade(known, way) for way in Way if way not in made}, always=True,
                    fresh={way: _made(Numbers(binding), way, types, args.prefix) for way in made},
                    where=binding.where)


def _makes(types: tuple[Type, ...]) -> bool:
    """Whether a key of these types can be made."""
    return len(types) == 1 and types[0].family in (Family.INTEGER, Family.TEXT)


def _looked_up(known: IdentityMap, way: Way) -> Conversion:
    def convert(values: Values, scope: Scope) -> Values:
        found = known.other(way, values, known.types[way.source], scope)
        return tuple(only_if(found[0].is_not(None), value, type_, scope)
                     for value, type_ in zip(found, known.types[way.target], strict=True))

    return convert


def _unmade(known: IdentityMap, way: Way) -> Callable[[Values, Scope], list[Doubt]]:
    def doubts(values: Values, scope: Scope) -> list[Doubt]:
        found = known.other(way, values, known.types[way.source], scope)
        return [Doubt("no-key", _("nobody can make a key of several columns for a new row"), found[0].is_(None))]

    return doubts


def _made(numbers: Numbers, way: Way, types: dict[Side, tuple[Type, ...]], prefix: str) -> Conversion:
    """How the keys of rows are made that the map does not know yet."""
    target, = types[way.target]

    def convert(values: Values, scope: Scope) -> Values:
        if target.family is Family.TEXT:
            text: Cell = literal(prefix)
            for value, type_ in zip(values, types[way.source], strict=True):
                text = text.concat(canonical(value, type_))
            return (text,)
        in_order = [value if type_.family is Family.INTEGER else canonical(value, type_)
                    for value, type_ in zip(values, types[way.source], strict=True)]
        return (numbers.highest(way, scope) + func.row_number().over(order_by=in_order),)

    return convert
