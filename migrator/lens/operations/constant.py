"""constant: one side always says the same, and the other nothing."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from migrator.lens.constant import Constant
from migrator.lens.declared.operation import Args, Binding, Operation, register
from migrator.lens.group import End, Group
from migrator.lens.scope import Scope, Values
from migrator.lens.side import Side, Way
from migrator.text import _


class ConstantArgs(Args):
    old: str | None = Field(None, description="column of the old row")
    new: str | None = Field(None, description="column of the new row, where the old side has none")
    value: Constant = Field(description="what it says in every row that comes from the other side")


@register
class Fixed(Operation[ConstantArgs]):
    """A column of one side says the same in every row. What a row says otherwise is kept in memory.

    Unlike a default of `only-new`, the value belongs to what both sides agree on, so a comparison reports other values.

        - constant: {new: source, value: "6.1"}
    """

    name = "constant"
    Args = ConstantArgs
    verbs = ("set_defaults",)

    def bind(self, args: ConstantArgs, binding: Binding) -> Iterable[Group]:
        if (args.old is None) == (args.new is None):
            raise binding.error("value", _("say either old or new: the one column that has this value"))
        side, column = (Side.NEW, args.new) if args.new is not None else (Side.OLD, args.old or "")
        type_ = binding.type(side, column)
        value = binding.constant(args.value, type_, "value")

        def said(_values: Values, _scope: Scope) -> Values:
            return (value,)

        def unsaid(_values: Values, _scope: Scope) -> Values:
            return ()

        yield Group("constant", {side: End((column,), (type_,)), side.other: End((), ())},
                    {Way.out_of(side.other): said, Way.out_of(side): unsaid}, frozenset({side.other}), meets=side,
                    where=binding.where)
