"""split: one old text is several new columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from migrator.lens.declared.operation import Args, Binding, Operation, register
from migrator.lens.group import End, Group
from migrator.lens.pieces.landing import landed
from migrator.lens.pieces.parts import Cut, Parts, Separated
from migrator.lens.side import Side, Way
from migrator.lens.types import Family, Type
from migrator.text import _


class PartsArgs(Args):
    by: str | None = Field(None, description="what stands between the parts", min_length=1)
    trim: bool = Field(False, description="take white space off around the parts")
    missing: Literal["empty", "null"] = Field("empty", description="what a part is that the text does not have")
    at: int | list[int] | None = Field(None, description="after how many letters the next part begins")
    unless: dict[int, list[str]] = Field(default_factory=dict,
                                         description="other places for texts that begin with these words")


class SplitArgs(PartsArgs):
    old: str = Field(description="column of the old row")
    new: list[str] = Field(description="columns of the new row, in the order of the parts", min_length=2)


@register
class Split(Operation[SplitArgs]):
    """One old text is several new columns: told apart by a separator, or after so many letters.

    The last part holds the rest, further separators included. What does not come back by itself (white space that was
    trimmed, separators behind the last part) is kept in memory; a part that holds the separator is refused on the way
    back. NULL is NULL in all parts, and empty where one of their columns must hold something.

        - split: {old: address, new: [province, city, street], by: "|", trim: true}
        - split: {old: full_name, new: [surname, given_name], at: 1, unless: {2: [欧阳, 司马, 上官, 诸葛]}}
    """

    name = "split"
    Args = SplitArgs

    def bind(self, args: SplitArgs, binding: Binding) -> Iterable[Group]:
        yield parted("split", args, binding, Side.OLD, args.old, args.new)


def parted(operation: str, args: PartsArgs, binding: Binding, side: Side, text: str, columns: list[str]) -> Group:
    """The group of a text on one side and its parts on the other. Raises PlaybookError where they do not fit."""
    for where, name in ((side, text), *((side.other, column) for column in columns)):
        type_ = binding.type(where, name)
        if type_.family is not Family.TEXT:
            raise binding.error(where, _("{column} is {type}, and only texts have parts").format(
                column=name, type=type_))
    how = _how(args, binding, side, text, columns)
    there, back = Way.out_of(side), Way.out_of(side.other)
    group = Group(operation, {side: End((text,), (binding.type(side, text),)),
                              side.other: End(tuple(columns), tuple(binding.type(side.other, c) for c in columns))},
                  {there: how.apart, back: how.together},
                  frozenset(kept for kept, keeps in ((side, how.keeps_text), (side.other, how.keeps_parts)) if keeps),
                  {back: how.doubts}, meets=side.other, where=binding.where)
    part = Type(Family.TEXT, "text", length=None if how.text.loose else how.text.length)
    return landed(group, binding, {side: [Type(Family.TEXT, "text")], side.other: [part for _column in columns]})


def _how(args: PartsArgs, binding: Binding, side: Side, text: str, columns: list[str]) -> Parts:
    optional = [binding.nullable(side.other, column) for column in columns]
    type_, text_optional = binding.type(side, text), binding.nullable(side, text)
    if (args.by is None) == (args.at is None):
        raise binding.error("by", _("say either by, what stands between the parts, or at, where the next one begins"))
    if args.by is not None:
        if args.missing == "null" and not all(optional[1:]):
            raise binding.error("missing", _("{column} cannot be NULL").format(
                column=columns[optional.index(False, 1)]), hint=_("leave missing out: such a part is empty then"))
        return Separated(type_, text_optional, optional, args.by, args.trim, args.missing == "empty")
    at = [args.at] if isinstance(args.at, int) else list(args.at or ())
    places = [[first, *at[1:]] for first in (at[0] if at else 0, *args.unless)]
    if len(at) != len(columns) - 1 or any(sorted({0, *one}) != [0, *one] for one in places):
        raise binding.error("at", _("{count} parts begin after {places} growing numbers of letters").format(
            count=len(columns), places=len(columns) - 1))
    return Cut(type_, text_optional, optional, at, args.unless)
