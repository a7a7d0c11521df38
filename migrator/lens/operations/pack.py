"""pack: several old columns are members of one new JSON object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field, field_validator

from migrator.lens.declared.operation import Args, Binding, Operation, register
from migrator.lens.group import End, Group
from migrator.lens.pieces.json_object import JsonObject
from migrator.lens.pieces.landing import landed
from migrator.lens.pieces.member import MEMBERS, BooleanMember, Member
from migrator.lens.side import Side, Way
from migrator.lens.types import Family, Type
from migrator.playbook.nearest import unknown
from migrator.text import _


class MembersArgs(Args):
    booleans: list[str] = Field(default_factory=list, description="number columns that are true or false in the object")


class PackArgs(MembersArgs):
    old: dict[str, str] = Field(description="column of the old row: its key in the object; or a list of columns",
                                min_length=1)
    new: str = Field(description="column of the new row that holds the object")

    @field_validator("old", mode="before")
    @classmethod
    def _keyed(cls, value: Any) -> Any:
        return keyed(value)


@register
class Pack(Operation[PackArgs]):
    """Several old columns are members of one new JSON object.

    Texts are strings, numbers and booleans are what JSON has of them, NULL is null. Members that no column stands for,
    and the way in which the object was written, are kept in memory. A member that does not fit its column is refused
    on the way back.

        - pack: {old: {phone: tel, mail: mail, age: age}, new: contact}
        - pack: {old: [width, height], new: size}
    """

    name = "pack"
    Args = PackArgs
    verbs = ("convert_to_company_dependent",)

    def bind(self, args: PackArgs, binding: Binding) -> Iterable[Group]:
        yield packed("pack", args, binding, Side.NEW, args.new, args.old)


def keyed(value: Any) -> Any:
    """Columns and their keys, where a list of columns means that they are their own keys."""
    listed = isinstance(value, list) and all(isinstance(name, str) for name in value)
    return {name: name for name in value} if listed else value


def packed(operation: str, args: MembersArgs, binding: Binding, side: Side, document: str,
           columns: Mapping[str, str]) -> Group:
    """The group of a JSON object on one side and its members in columns on the other.

    Raises PlaybookError where a type does not fit.
    """
    type_ = binding.type(side, document)
    # PostgreSQL cannot say whether a text is JSON without failing on one that is not
    known = (Family.JSON,) if binding.schemas[side].make == "postgresql" else (Family.JSON, Family.TEXT)
    if type_.family not in known:
        raise binding.error(side, _("{column} is {type}, not JSON").format(column=document, type=type_))
    for column in args.booleans:
        if column not in columns:
            raise binding.error("booleans", unknown(_("column"), column, columns))
    whole = JsonObject(type_, {column: _member(binding, side.other, column, key, column in args.booleans)
                               for column, key in columns.items()})
    types = tuple(member.type for member in whole.members.values())
    there, back = Way.out_of(side.other), Way.out_of(side)
    group = Group(operation, {side: End((document,), (type_,)), side.other: End(tuple(columns), types)},
                  {there: whole.together, back: whole.apart}, frozenset({side.other} if whole.keeps_columns else ()),
                  {there: whole.unwritable, back: whole.misfits}, meets=side.other, where=binding.where)
    return landed(group, binding, {side: [_any(type_)], side.other: [_any(one) for one in types]})


def _member(binding: Binding, side: Side, column: str, key: str, boolean: bool) -> Member:
    type_ = binding.type(side, column)
    if type_.family not in MEMBERS:
        raise binding.error(f"{side}.{column}", _("{column} is {type}, which JSON has no values for").format(
            column=column, type=type_), hint=_("keep it as a text inside of JSON"))
    if not key or any(sign in '"\\' or not sign.isprintable() for sign in key):
        raise binding.error(f"{side}.{column}", _("a key is a word without quotes and backslashes"))
    if boolean and type_.family not in (Family.INTEGER, Family.BOOLEAN):
        raise binding.error("booleans", _("{column} is {type}, neither true nor false").format(
            column=column, type=type_))
    return (BooleanMember if boolean else MEMBERS[type_.family])(key, type_, binding.nullable(side, column))


def _any(type_: Type) -> Type:
    """What the values are before anybody asks whether a text is too long."""
    return Type(Family.TEXT, "text") if type_.family is Family.TEXT else type_
