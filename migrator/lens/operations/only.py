"""only-old, only-new: a column that one side has for itself."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from migrator.lens.constant import Constant
from migrator.lens.declared.operation import Args, Binding, Operation, register
from migrator.lens.pair import Private
from migrator.lens.side import Side


class OnlyArgs(Args):
    column: str = Field(description="the column")
    default: Constant | None = Field(None, description="what rows get that come from the other side")


class _Only(Operation[OnlyArgs]):
    side: Side
    Args = OnlyArgs

    def bind(self, args: OnlyArgs, binding: Binding) -> Iterable[Private]:
        type_ = binding.type(self.side, args.column, "column")
        default = None if args.default is None else binding.constant(args.default, type_, "default")
        yield Private(self.side, args.column, default)


@register
class OnlyOld(_Only):
    """A column that the new version has no place for. It stays in the old system as it is.

        - only-old: {column: fax, default: ""}
    """

    name = "only-old"
    side = Side.OLD
    verbs = ("drop_columns", "copy_columns")


@register
class OnlyNew(_Only):
    """A column that the old version did not have. Rows that come from the old side get the default.

        - only-new: {column: priority, default: 3}
    """

    name = "only-new"
    side = Side.NEW
    verbs = ("add_fields", "set_defaults")
