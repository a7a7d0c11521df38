"""unpack: members of an old JSON object are new columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import Field, field_validator

from migrator.lens.declared.operation import Binding, Operation, register
from migrator.lens.group import Group
from migrator.lens.operations.pack import MembersArgs, keyed, packed
from migrator.lens.side import Side


class UnpackArgs(MembersArgs):
    old: str = Field(description="column of the old row that holds the object")
    new: dict[str, str] = Field(description="column of the new row: its key in the object; or a list of columns",
                                min_length=1)

    @field_validator("new", mode="before")
    @classmethod
    def _keyed(cls, value: Any) -> Any:
        return keyed(value)


@register
class Unpack(Operation[UnpackArgs]):
    """Members of an old JSON object are new columns: `pack` seen from the other side.

        - unpack: {old: settings, new: {theme: theme, page_size: rows}}
    """

    name = "unpack"
    Args = UnpackArgs

    def bind(self, args: UnpackArgs, binding: Binding) -> Iterable[Group]:
        yield packed("unpack", args, binding, Side.OLD, args.old, args.new)
