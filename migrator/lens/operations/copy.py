"""copy: one old column is several new ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import Field

from migrator.lens.declared.operation import Args, Binding, Operation, register
from migrator.lens.group import Doubt, End, Group
from migrator.lens.pieces.conversion import plain
from migrator.lens.scope import Scope, Values
from migrator.lens.side import Side, Way


class CopyArgs(Args):
    old: str = Field(description="column of the old row")
    new: list[str] = Field(description="columns of the new row; the first one is what goes back", min_length=2)


@register
class Copy(Operation[CopyArgs]):
    """Several new columns begin as one old column.

    The first of them is what goes back; memory keeps what became of the others.

        - copy: {old: name, new: [name, display_name]}
    """

    name = "copy"
    Args = CopyArgs
    verbs = ("copy_columns", "copy_fields_multilang")

    def bind(self, args: CopyArgs, binding: Binding) -> Iterable[Group]:
        copies = [plain(binding, args.old, column) for column in args.new]
        first = copies[0]

        def forward(values: Values, scope: Scope) -> Values:
            return tuple(cell for one in copies for cell in one.conversions[Way.FORWARD](values, scope))

        def back(values: Values, scope: Scope) -> Values:
            return first.conversions[Way.BACKWARD](values[:1], scope)

        def doubts(values: Values, scope: Scope) -> Sequence[Doubt]:
            return [doubt for one in copies if (ask := one.doubts.get(Way.FORWARD)) for doubt in ask(values, scope)]

        def doubts_back(values: Values, scope: Scope) -> Sequence[Doubt]:
            ask = first.doubts.get(Way.BACKWARD)
            return ask(values[:1], scope) if ask else ()

        types = tuple(binding.type(Side.NEW, column) for column in args.new)
        yield Group("copy", {Side.OLD: first.ends[Side.OLD], Side.NEW: End(tuple(args.new), types)},
                    {Way.FORWARD: forward, Way.BACKWARD: back}, first.faithful & {Side.OLD},
                    {Way.FORWARD: doubts, Way.BACKWARD: doubts_back}, where=binding.where)
