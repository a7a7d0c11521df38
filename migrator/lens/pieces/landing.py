"""What a conversion has made comes into columns: it must fit there as any other value must."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement

from migrator.lens.declared.operation import Binding
from migrator.lens.group import Conversion, Doubt, Group
from migrator.lens.passages.passage import Flaw, Kind, Passage
from migrator.lens.pieces.conversion import between
from migrator.lens.scope import Cell, Scope, Values
from migrator.lens.side import Side, Way
from migrator.lens.sql.naming import upon
from migrator.lens.types import Type
from migrator.text import _


def landed(group: Group, binding: Binding, made: Mapping[Side, Sequence[Type]]) -> Group:
    """The group, of which nothing comes into a column that is too narrow or has no letters for it.

    made: for each side, the types that its values can have when they are made; of those sides that are left out, every
    value fits. Raises PlaybookError where a value of such a type can never come into the column.
    """
    conversions, doubts = dict(group.conversions), dict(group.doubts)
    for side, types in made.items():
        way = Way.out_of(side.other)
        passages = [_passage(binding, side, *both) for both in zip(types, group.ends[side].types, strict=True)]
        conversions[way] = _over(group.conversions[way], passages, group.ends[side].types)
        doubts[way] = _doubting(group, way, passages)
    return replace(group, conversions=conversions, doubts=doubts)


def _passage(binding: Binding, side: Side, made: Type, type_: Type) -> Passage:
    passage = between(Kind(made, binding.schemas[side].make), Kind(type_, binding.schemas[side].make))
    if passage is None:
        raise binding.error(side, _("{made} does not become {type} by itself").format(made=made, type=type_))
    return passage


def _over(conversion: Conversion, passages: Sequence[Passage], types: Sequence[Type]) -> Conversion:
    def convert(values: Values, scope: Scope) -> Values:
        found: Values = ()
        for value, passage, type_ in zip(conversion(values, scope), passages, types, strict=True):
            found += upon((value,), passage.conversion(type_), scope)
        return found

    return convert


def _doubting(group: Group, way: Way, passages: Sequence[Passage]) -> Callable[[Values, Scope], Sequence[Doubt]]:
    def doubts(values: Values, scope: Scope) -> Sequence[Doubt]:
        own = group.doubts.get(way)
        made = group.conversions[way](values, scope)
        return [*(own(values, scope) if own else ()),
                *(Doubt(flaw.code, flaw.sentence, _of(flaw, value, scope))
                  for value, passage in zip(made, passages, strict=True) for flaw in passage.flaws)]

    return doubts


def _of(flaw: Flaw, value: Cell, scope: Scope) -> ColumnElement[bool]:
    """Whether a made value has a flaw."""
    has, = upon((value,), lambda named, _scope: (flaw.condition(*named),), scope)
    return has
