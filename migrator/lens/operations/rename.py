"""rename: a column has another name."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from migrator.lens.declared.operation import Args, Binding, Operation, register
from migrator.lens.group import Group
from migrator.lens.pieces.conversion import plain


class RenameArgs(Args):
    old: str = Field(description="column of the old row")
    new: str = Field(description="column of the new row")


@register
class Rename(Operation[RenameArgs]):
    """A column has another name; its values stay what they are.

        - rename: {old: title, new: subject}
    """

    name = "rename"
    Args = RenameArgs
    verbs = ("rename_columns", "rename_fields")

    def bind(self, args: RenameArgs, binding: Binding) -> Iterable[Group]:
        yield plain(binding, args.old, args.new)
