"""join: several old columns are one new text."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from migrator.lens.declared.operation import Binding, Operation, register
from migrator.lens.group import Group
from migrator.lens.operations.split import PartsArgs, parted
from migrator.lens.side import Side


class JoinArgs(PartsArgs):
    old: list[str] = Field(description="columns of the old row, in the order of the parts", min_length=2)
    new: str = Field(description="column of the new row")


@register
class Join(Operation[JoinArgs]):
    """Several old columns are one new text, with a separator between them, or one right behind the other.

    It is `split` seen from the other side, and takes the same arguments: `by`, `trim`, `missing`, or `at` and `unless`,
    which say how the text falls into the old columns again. Empty parts at the end leave no separator.

        - join: {old: [first_name, last_name], new: full_name, by: " "}
    """

    name = "join"
    Args = JoinArgs

    def bind(self, args: JoinArgs, binding: Binding) -> Iterable[Group]:
        yield parted("join", args, binding, Side.NEW, args.new, args.old)
