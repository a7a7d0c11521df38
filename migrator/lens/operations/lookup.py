"""lookup: one side writes a code, the other names the row of a table that has this code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import Field
from sqlalchemy import and_, func, or_

from migrator.lens.constant import Constant
from migrator.lens.declared.operation import Args, Binding, Operation, register
from migrator.lens.group import Doubt, End, Group, cell
from migrator.lens.pieces.code_table import CodeTable
from migrator.lens.pieces.landing import landed
from migrator.lens.scope import Cell, Scope, Values
from migrator.lens.side import Side, Way
from migrator.lens.sql.refuse import unless
from migrator.lens.types import Type
from migrator.text import _


class LookupArgs(Args):
    old: str = Field(description="column of the old row")
    new: str = Field(description="column of the new row")
    table: str = Field(description="table in which one is found by the other")
    key: str = Field("id", description="its column that the row on the table's own side holds")
    value: str = Field(description="its column that the row on the other side holds")
    where: dict[str, Constant] = Field(default_factory=dict, description="only rows of the table with these constants")
    side: Side = Field(Side.NEW, description="the side that has the table")


@register
class Lookup(Operation[LookupArgs]):
    """One side writes a code, the other names the row of a table that has this code; NULL stays NULL.

    The table lies on the new side, or on the `side` that is said; there the row holds its `key`, on the other side its
    `value`. The key must be unique in the table, together with the columns of `where`; a value that two of its rows
    have is refused, as are codes and keys that it does not have. Codes are compared to the last byte.

        - lookup: {old: dept_code, new: department_id, table: department, key: id, value: code}
        - lookup: {old: status, new: status_code, table: code_label, key: code, value: label, where: {kind: task}}
        - lookup: {old: unit_id, new: unit, table: unit, value: symbol, side: old}
    """

    name = "lookup"
    Args = LookupArgs

    def bind(self, args: LookupArgs, binding: Binding) -> Iterable[Group]:
        types = {Side.OLD: binding.type(Side.OLD, args.old), Side.NEW: binding.type(Side.NEW, args.new)}
        table = binding.table(args.side, args.table, "table")
        here, there = args.side, args.side.other
        for at, side in (("key", here), ("value", there)):
            said = binding.column(table, getattr(args, at), at)
            if said.family is not types[side].family:
                raise binding.error(at, _("{column} is {type} and {other} is {other_type}: neither names the other"
                                          ).format(column=f"{table.name}.{getattr(args, at)}", type=said,
                                                   other=getattr(args, side), other_type=types[side]))
        for name, value in args.where.items():
            binding.constant(value, binding.column(table, name, f"where.{name}"), f"where.{name}")
        rows = CodeTable(here, table, args.where)
        if not rows.identifies(args.key):
            raise binding.error("key", _("several rows of {table} may have the same {key}").format(
                table=table.name, key=args.key), hint=_("take a unique column, or add to where what makes it unique"))
        to_key = _Found(rows, args.value, args.key, "no-such-code", types[here])
        to_value = _Found(rows, args.key, args.value, "no-such-row", types[there])
        group = Group("lookup", {Side.OLD: End((args.old,), (types[Side.OLD],)),
                                 Side.NEW: End((args.new,), (types[Side.NEW],))},
                      {Way.out_of(there): to_key.convert, Way.out_of(here): to_value.convert}, frozenset(Side),
                      {Way.out_of(there): to_key.doubts, Way.out_of(here): to_value.doubts},
                      meets=there, where=binding.where)
        yield landed(group, binding, {here: [table.columns[args.key].type], there: [table.columns[args.value].type]})


@dataclass(frozen=True)
class _Found:
    """The way over: a value of the column `by` becomes what its row has in the column `tells`."""

    rows: CodeTable
    by: str
    tells: str
    missing: str
    target: Type

    def convert(self, values: Values, scope: Scope) -> Values:
        """The one value as the other side writes it."""
        told, _times = self.rows.found(self.by, cell(values), self.tells, scope)
        wrong = or_(*(doubt.condition for doubt in self.doubts(values, scope)))
        return (unless(wrong, told, self.target, scope),)

    def doubts(self, values: Values, scope: Scope) -> Sequence[Doubt]:
        """There is no row with this value, or nobody can say which of several is meant."""
        value, table = cell(values), self.rows.table.name
        told, times = self.rows.found(self.by, value, self.tells, scope)
        found = [Doubt(self.missing, _("{table} has no {wanted} for this {column}").format(
            table=table, wanted=self.tells, column=self.by), and_(value.is_not(None), told.is_(None)))]
        if not self.rows.identifies(self.by):
            found.append(_ambiguous(table, self.by, times))
        if not self.rows.identifies(self.tells):
            found.append(_ambiguous(table, self.tells, self.rows.found(self.tells, told, self.by, scope)[1]))
        return found


def _ambiguous(table: str, column: str, times: Cell) -> Doubt:
    return Doubt("ambiguous", _("several rows of {table} have the same {column}").format(table=table, column=column),
                 func.coalesce(times, 0) > 1)
