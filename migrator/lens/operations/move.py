"""move: a column moves along a foreign key, to the row that is named or to the rows that name it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import case, false, not_, or_

from migrator.lens.declared.operation import Args, Binding, Names, Operation, register
from migrator.lens.group import Conversion, Doubt, End, Group
from migrator.lens.pieces.bundle import Bundle
from migrator.lens.pieces.conversion import plain
from migrator.lens.pieces.kin import ANY, Namers
from migrator.lens.scope import Row, Scope, Values
from migrator.lens.side import Side, Way
from migrator.lens.sql.canonical import same
from migrator.lens.sql.refuse import unless
from migrator.text import _

OnSides = Names | Annotated[dict[Side, Names], Field(min_length=len(Side))]
"""Names that both sides have, or those of each side."""
Doubts = Callable[[Values, Scope], list[Doubt]]


class ElsewhereArgs(Args):
    table: OnSides = Field(description="table of the other rows; by sides where its names differ")
    column: str = Field(description="its column")
    through: OnSides | None = Field(None, description="columns of this row that name the other row")
    by: OnSides | None = Field(None, description="or columns of the other rows that name this row")


class MoveArgs(Args):
    old: str | ElsewhereArgs = Field(description="column of the old row, or where else the old side has it")
    new: str | ElsewhereArgs = Field(description="column of the new row, or where else the new side has it")
    disagree: Literal["refuse", "least"] = Field("refuse", description="what is made of rows that do not agree")


@register
class Move(Operation[MoveArgs]):
    """A column moves along a foreign key: to the row that is named, or to all rows that name it.

    It is said twice: at the pair of the rows that name (`through`) and at the pair of the row that is named (`by`).
    Where the rows that name one row do not agree, they are refused, or with `disagree: least` the least value in the
    order of bytes goes over, and memory keeps the others. Memory also keeps the value of a row that nobody names.

        tables:
          - old: sale
            new: sale
            columns:
              - move: {old: customer_phone, new: {table: customer, column: phone, through: customer_id}}
          - old: customer
            new: customer
            columns:
              - move: {old: {table: sale, column: customer_phone, by: customer_id}, new: phone}
    """

    name = "move"
    Args = MoveArgs
    verbs = ("move_field_m2o",)

    def bind(self, args: MoveArgs, binding: Binding) -> Iterable[Group]:
        here = Side.OLD if isinstance(args.old, str) else Side.NEW
        column, elsewhere = (args.old, args.new) if here is Side.OLD else (args.new, args.old)
        if not isinstance(column, str) or isinstance(elsewhere, str):
            raise binding.error("new", _("one side has the column in another table, and the other side in this one"))
        if (elsewhere.through is None) == (elsewhere.by is None):
            raise binding.error(here.other, _("either this row names the other (through), or it is named (by)"))
        bound = _Bound(binding, here, column, elsewhere)
        if elsewhere.through is not None:
            yield bound.naming(elsewhere.through)
        elif elsewhere.by is not None:
            yield bound.named(elsewhere.by, args.disagree)


class _Bound:
    """The arguments met with the tables; `here` is the side that has the column in the row."""

    def __init__(self, binding: Binding, here: Side, column: str, elsewhere: ElsewhereArgs) -> None:
        self._binding = binding
        self._here, self._there = here, here.other
        self._column, self._far = column, elsewhere.column
        tables = _on_sides(elsewhere.table)
        self._table = binding.table(self._there, tables[self._there][0], f"{self._there}.table")
        self._counterpart = tables[here][0]
        binding.column(self._table, self._far, f"{self._there}.column")
        beside = binding.beside(self._there, self._table)
        self._bundle = Bundle((plain(beside, *((column, self._far) if here is Side.OLD else (self._far, column))),))
        self._here_type, = self._bundle.types(here)
        self._there_type, = self._bundle.types(self._there)

    def naming(self, through: OnSides) -> Group:
        """At a row that names: what it says itself and what all say together, against what the named row says."""
        names, face = _on_sides(through), self._binding.faces[self._here]
        for side in Side:
            for name in names[side]:
                self._binding.type(side, name, f"{self._there}.through")
        together = Namers(self._here, face.main, tuple(names[self._here]), self._column)

        def here(row: Row) -> Values:
            return row[self._column], together.least(row(*names[self._here]), row.scope)

        def there(row: Row) -> Values:
            on = dict(zip(self._table.key, row(*names[self._there]), strict=True))
            return (row.scope.lookup(self._there, self._table.name, on, self._far),)

        def over(values: Values, scope: Scope) -> Values:
            return self._over(self._here, values[1:], scope)

        def back(values: Values, scope: Scope) -> Values:
            return self._over(self._there, values, scope) * 2

        doubts = {Way.out_of(self._here): self._doubts(self._here, 0), Way.out_of(self._there):
                  self._doubts(self._there, 0)}
        return self._group(End((self._column,), (self._here_type,) * 2, here), End((), (self._there_type,), there),
                           over, back, doubts, self._bundle.faithful & {self._there}, meets=self._there)

    def named(self, by: OnSides, disagree: str) -> Group:
        """At a row that is named: what it says, what of that can be said, and whether anybody names it; against the
        first and the last of what those say who name it, and whether there are any.
        """
        names = _on_sides(by)
        tables = {self._there: self._table,
                  self._here: self._binding.table(self._here, self._counterpart, f"{self._there}.table")}
        for side, table in tables.items():
            for name in names[side]:
                self._binding.column(table, name, f"{self._there}.by")
        far = Namers(self._there, self._table, tuple(names[self._there]), self._far)
        near = Namers(self._here, tables[self._here], tuple(names[self._here]), names[self._here][0])

        def here(row: Row) -> Values:
            said, any_ = row[self._column], near.any(row(*self._binding.faces[self._here].key), row.scope)
            return said, case((any_ == 1, said)), any_

        def there(row: Row) -> Values:
            key = row(*self._binding.faces[self._there].key)
            return far.least(key, row.scope), far.greatest(key, row.scope), far.any(key, row.scope)

        def over(values: Values, scope: Scope) -> Values:
            return *self._over(self._here, values[1:2], scope) * 2, values[2]

        def back(values: Values, scope: Scope) -> Values:
            said, = self._over(self._there, values[:1], scope)
            wrong = or_(false(), *(doubt.condition for doubt in differ(values, scope)))
            return *(unless(wrong, said, self._here_type, scope),) * 2, values[2]

        def differ(values: Values, _scope: Scope) -> list[Doubt]:
            several = not_(same(values[0], values[1], self._there_type))
            return [Doubt("disagree", _("the rows that name this row do not agree"), several)] \
                if disagree == "refuse" else []

        def back_doubts(values: Values, scope: Scope) -> list[Doubt]:
            return [*differ(values, scope), *self._doubts(self._there, 0)(values, scope)]

        doubts = {Way.out_of(self._here): self._doubts(self._here, 1), Way.out_of(self._there): back_doubts}
        return self._group(End((self._column,), (self._here_type, self._here_type, ANY), here),
                           End((), (self._there_type, self._there_type, ANY), there), over, back, doubts, frozenset(),
                           meets=self._here)

    def _over(self, side: Side, values: Values, scope: Scope) -> Values:
        """A value of a side as the other side says it."""
        return self._bundle.over(Way.out_of(side), values, scope)

    def _doubts(self, side: Side, place: int) -> Doubts:
        """When the value at a place cannot go over."""
        return lambda values, scope: self._bundle.doubts(Way.out_of(side), values[place:place + 1], scope)

    def _group(self, here: End, there: End, over: Conversion, back: Conversion, doubts: Mapping[Way, Doubts],
               faithful: frozenset[Side], meets: Side) -> Group:
        return Group("move", {self._here: here, self._there: there},
                     {Way.out_of(self._here): over, Way.out_of(self._there): back}, faithful, doubts,
                     meets=meets, where=self._binding.where)


def _on_sides(names: OnSides) -> Mapping[Side, list[str]]:
    return names if isinstance(names, dict) else dict.fromkeys(Side, names)
