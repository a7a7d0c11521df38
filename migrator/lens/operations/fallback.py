"""fallback: the first of several old columns that says something is the new one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pydantic import Field
from sqlalchemy import and_, func, null

from migrator.lens.declared.operation import Args, Binding, Operation, register
from migrator.lens.group import Doubt, End, Group, cell
from migrator.lens.pieces.conversion import plain
from migrator.lens.scope import Scope, Values
from migrator.lens.side import Side, Way


class FallbackArgs(Args):
    old: list[str] = Field(description="columns of the old row, each before those that stand in for it", min_length=2)
    new: str = Field(description="column of the new row")


@register
class Fallback(Operation[FallbackArgs]):
    """The first of several old columns that is not NULL is the new one.

    A changed new value goes back to the first old column and empties the others; memory keeps what each of them said
    as long as the new value stays.

        - fallback: {old: [mobile, office_phone, home_phone], new: phone}
    """

    name = "fallback"
    Args = FallbackArgs

    def bind(self, args: FallbackArgs, binding: Binding) -> Iterable[Group]:
        choices = [plain(binding, column, args.new) for column in args.old]
        first = choices[0]

        def forward(values: Values, scope: Scope) -> Values:
            return (func.coalesce(*(cell(one.conversions[Way.FORWARD]((value,), scope))
                                    for one, value in zip(choices, values, strict=True))),)

        def back(values: Values, scope: Scope) -> Values:
            return (*first.conversions[Way.BACKWARD](values, scope), *(null() for _one in choices[1:]))

        def doubts(values: Values, scope: Scope) -> Sequence[Doubt]:
            return [replace(doubt, condition=and_(*(before.is_(None) for before in values[:n]), doubt.condition))
                    for n, one in enumerate(choices) if (ask := one.doubts.get(Way.FORWARD))
                    for doubt in ask((values[n],), scope)]

        back_doubts = {Way.BACKWARD: first.doubts[Way.BACKWARD]} if Way.BACKWARD in first.doubts else {}
        types = tuple(binding.type(Side.OLD, column) for column in args.old)
        yield Group("fallback", {Side.OLD: End(tuple(args.old), types), Side.NEW: first.ends[Side.NEW]},
                    {Way.FORWARD: forward, Way.BACKWARD: back}, first.faithful & {Side.NEW},
                    {Way.FORWARD: doubts, **back_doubts}, where=binding.where)
