"""default: where one side says nothing, the other says a default."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from pydantic import Field
from sqlalchemy import and_, case

from migrator.lens.constant import Constant
from migrator.lens.declared.operation import Args, Binding, Operation, register
from migrator.lens.group import Conversion, Doubt, Group, cell
from migrator.lens.pieces.conversion import plain
from migrator.lens.scope import Cell, Scope, Values
from migrator.lens.side import Side, Way


class DefaultArgs(Args):
    old: str = Field(description="column of the old row")
    new: str = Field(description="column of the new row")
    value: Constant = Field(description="what the new row says where the old one is NULL")
    back: Constant | None = Field(None, description="what the old row says where the new one is NULL; NULL if left out")


@register
class Default(Operation[DefaultArgs]):
    """Where the old row is NULL the new one has a default; other values stay what they are.

    Which of the defaults stands for NULL is kept in memory.

        - default: {old: priority, new: priority, value: 3}
    """

    name = "default"
    Args = DefaultArgs
    verbs = ("set_defaults",)

    def bind(self, args: DefaultArgs, binding: Binding) -> Iterable[Group]:
        same = plain(binding, args.old, args.new)
        value = binding.constant(args.value, binding.type(Side.NEW, args.new), "value")
        forward = _filled(same.conversions[Way.FORWARD], value)
        back = same.conversions[Way.BACKWARD]
        if args.back is not None:
            back = _filled(back, binding.constant(args.back, binding.type(Side.OLD, args.old), "back"))
        doubts = {way: _but_null(ask) if way is Way.FORWARD or args.back is not None else ask
                  for way, ask in same.doubts.items()}
        never_null = {side for side, name in ((Side.OLD, args.old), (Side.NEW, args.new))
                      if not binding.nullable(side, name)}
        yield replace(same, operation="default", conversions={Way.FORWARD: forward, Way.BACKWARD: back},
                      faithful=same.faithful & never_null, doubts=doubts)


Doubting = Callable[[Values, Scope], Sequence[Doubt]]


def _but_null(ask: Doubting) -> Doubting:
    def doubts(values: Values, scope: Scope) -> Sequence[Doubt]:
        said = cell(values).is_not(None)
        return [replace(doubt, condition=and_(said, doubt.condition)) for doubt in ask(values, scope)]

    return doubts


def _filled(conversion: Conversion, value: Cell) -> Conversion:
    def convert(values: Values, scope: Scope) -> Values:
        return (case((cell(values).is_(None), value), else_=cell(conversion(values, scope))),)

    return convert
