"""pack: several old columns are members of one new JSON object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import Field, field_validator
from sqlalchemy import Text, and_, case, false, func, literal, null, or_

from migrator.lens.group import Doubt, End, Group, cell
from migrator.lens.landing import landed
from migrator.lens.member import MEMBERS, BooleanMember, Member
from migrator.lens.operation import Args, Binding, Operation, register
from migrator.lens.scope import Cell, Scope, Values
from migrator.lens.side import Side, Way
from migrator.lens.sql import json
from migrator.lens.sql.canonical import typed
from migrator.lens.sql.refuse import no_value, unless
from migrator.lens.types import Family, Type
from migrator.text import _


class MembersArgs(Args):
    booleans: list[str] = Field(default_factory=list, description="number columns that are true or false in the object")


class PackArgs(MembersArgs):
    old: dict[str, str] = Field(description="column of the old row: its key in the object; or a list of columns")
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
    return {name: name for name in value} if isinstance(value, list) else value


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
    members = [_member(binding, side.other, column, key, column in args.booleans) for column, key in columns.items()]

    def together(values: Values, scope: Scope) -> Values:
        said: Cell = literal("{", Text())
        for n, (member, value) in enumerate(zip(members, values, strict=True)):
            said = said + literal(f'{", " if n else ""}"{member.key}": ', Text()) + member.written(value)
        wrong = or_(*(member.unwritable(value) for member, value in zip(members, values, strict=True)))
        return (unless(wrong, typed(said + literal("}", Text()), type_), type_, scope),)

    def apart(values: Values, scope: Scope) -> Values:
        said = cell(values)
        return tuple(case((said.is_(None), null()), (_is_object(said, type_), unless(
            member.misfits(said), member.read(said), member.type, scope)), else_=no_value(member.type, scope))
            for member in members)

    def unsaid(values: Values, _scope: Scope) -> Sequence[Doubt]:
        return [Doubt("no-json-number", _("JSON has no such number"), or_(
            *(member.unwritable(value) for member, value in zip(members, values, strict=True))))]

    def misfits(values: Values, _scope: Scope) -> Sequence[Doubt]:
        said = cell(values)
        is_object = _is_object(said, type_)
        return [Doubt("not-an-object", _("this is no JSON object"), and_(said.is_not(None), ~is_object)),
                *(Doubt("misfit", _('"{key}" is not what {column} can hold').format(key=key, column=column),
                        case((is_object, member.misfits(said)), else_=false()))
                  for member, (column, key) in zip(members, columns.items(), strict=True))]

    keeps = all(member.type.family is not Family.JSON for member in members)
    group = Group(operation, {side: End((document,), (type_,)),
                              side.other: End(tuple(columns), tuple(member.type for member in members))},
                  {Way.out_of(side.other): together, Way.out_of(side): apart},
                  frozenset({side.other} if keeps else ()),
                  {Way.out_of(side.other): unsaid, Way.out_of(side): misfits}, meets=side.other, where=binding.where)
    return landed(group, binding, {side: [_any(type_)], side.other: [_any(member.type) for member in members]})


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


def _is_object(said: Cell, type_: Type) -> Cell:
    valid = func.json_valid(said) == 1 if type_.family is Family.TEXT else said.is_not(None)
    return case((valid, json.kind(said) == "object"), else_=false())
