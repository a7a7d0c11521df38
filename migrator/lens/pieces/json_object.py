"""A JSON object, and the columns that say what its members say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Text, and_, case, false, func, literal, null, or_

from migrator.lens.group import Doubt, cell
from migrator.lens.pieces.member import Member
from migrator.lens.scope import Cell, Scope, Values
from migrator.lens.sql import json
from migrator.lens.sql.canonical import typed
from migrator.lens.sql.refuse import no_value, unless
from migrator.lens.types import Family, Type
from migrator.text import _


@dataclass(frozen=True)
class JsonObject:
    """`type` is that of the column that holds the object: JSON, or a text. `members` are named by their columns."""

    type: Type
    members: Mapping[str, Member]

    @property
    def keeps_columns(self) -> bool:
        """Whether all columns come back from the object as they were: not documents inside, which are written anew."""
        return all(member.type.family is not Family.JSON for member in self.members.values())

    def together(self, values: Values, scope: Scope) -> Values:
        """The object of all columns."""
        said: Cell = literal("{", Text())
        for n, (member, value) in enumerate(zip(self.members.values(), values, strict=True)):
            said = said + literal(f'{", " if n else ""}"{member.key}": ', Text()) + member.written(value)
        return (unless(self._unwritable(values), typed(said + literal("}", Text()), self.type), self.type, scope),)

    def apart(self, values: Values, scope: Scope) -> Values:
        """What each column says of one object; of NULL all NULL."""
        said = cell(values)
        return tuple(case((said.is_(None), null()),
                          (self._is_object(said), unless(member.misfits(said), member.read(said), member.type, scope)),
                          else_=no_value(member.type, scope)) for member in self.members.values())

    def unwritable(self, values: Values, _scope: Scope) -> Sequence[Doubt]:
        """Values of columns that no object can say."""
        return [Doubt("no-json-value", _("JSON has no such value"), self._unwritable(values))]

    def misfits(self, values: Values, _scope: Scope) -> Sequence[Doubt]:
        """What columns cannot hold of an object."""
        said = cell(values)
        is_object = self._is_object(said)
        return [Doubt("not-an-object", _("this is no JSON object"), and_(said.is_not(None), ~is_object)),
                *(Doubt("misfit", _('"{key}" is not what {column} can hold').format(key=member.key, column=column),
                        case((is_object, member.misfits(said)), else_=false()))
                  for column, member in self.members.items())]

    def _unwritable(self, values: Values) -> Cell:
        return or_(*(member.unwritable(value) for member, value in zip(self.members.values(), values, strict=True)))

    def _is_object(self, said: Cell) -> Cell:
        sound = func.json_valid(said) == 1 if self.type.family is Family.TEXT else said.is_not(None)
        return case((sound, json.kind(said) == "object"), else_=false())
