"""extract, inline: texts that repeat are records of their own on the other side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pydantic import Field
from sqlalchemy import ColumnElement, and_, case, or_

from migrator.lens.constant import Constant
from migrator.lens.declared.operation import Args, Binding, Names, Operation, register
from migrator.lens.group import Doubt, End, Group, Satellite
from migrator.lens.pieces.bundle import Bundle
from migrator.lens.pieces.conversion import plain
from migrator.lens.pieces.records import NUMBER, Records
from migrator.lens.scope import Row, Scope, Values
from migrator.lens.side import Side, Way
from migrator.lens.types import Family
from migrator.text import _


class RecordArgs(Args):
    table: str = Field(description="table of the records")
    columns: Names = Field(description="its columns, in the order of the other side's")
    reference: str = Field(description="column of the row that names its record")
    key: str = Field("id", description="column of the record that is named; new ones get the next numbers")
    further: dict[str, Constant] = Field(default_factory=dict, description="what new records have in more columns")


class ExtractArgs(Args):
    old: Names = Field(description="columns whose values repeat")
    new: RecordArgs = Field(description="the records: their table, and how the row names one")


class InlineArgs(Args):
    old: RecordArgs = Field(description="the records: their table, and how the row names one")
    new: Names = Field(description="columns whose values repeat")


@register
class Extract(Operation[ExtractArgs]):
    """Columns whose values repeat become records of their own, which the row names.

    Different values, to the last byte, are different records; where all columns are NULL there is none. Records that
    are missing get the next numbers in the order of their bytes; none is ever changed or deleted. Where several records
    say the same, memory keeps which one a row named.

        - extract: {old: partner, new: {table: partner, columns: name, reference: partner_id}}
        - extract:
            old: [partner, partner_phone]
            new: {table: partner, columns: [name, phone], reference: partner_id, further: {kind: supplier}}
    """

    name = "extract"
    Args = ExtractArgs

    def bind(self, args: ExtractArgs, binding: Binding) -> Iterable[Group]:
        yield _group(self.name, binding, args.old, args.new, Side.NEW)


@register
class Inline(Operation[InlineArgs]):
    """Records that rows name become columns of these rows: `extract` with the sides changed over.

        - inline: {old: {table: unit, columns: symbol, reference: unit_id}, new: unit}
    """

    name = "inline"
    Args = InlineArgs

    def bind(self, args: InlineArgs, binding: Binding) -> Iterable[Group]:
        yield _group(self.name, binding, args.new, args.old, Side.OLD)


def _group(operation: str, binding: Binding, columns: list[str], args: RecordArgs, side: Side) -> Group:
    """The group of columns and a record; `side` is that of the record.

    The record's side says what the record says, and its number only where another record says the same.
    """
    there = side.other
    records, bundle = _records(binding, args, side), _bundle(binding, columns, args, side)

    def to_record(values: Values, scope: Scope) -> Values:
        made = bundle.over(Way.out_of(there), values, scope)
        return *(case((_any_said(values), value)) for value in made), *records.not_another

    def to_columns(values: Values, scope: Scope) -> Values:
        return bundle.over(Way.out_of(side), values[:len(columns)], scope)

    def no_record(values: Values, scope: Scope) -> list[Doubt]:
        return [replace(doubt, condition=and_(_any_said(values), doubt.condition))
                for doubt in bundle.doubts(Way.out_of(there), values, scope)]

    def no_columns(values: Values, scope: Scope) -> list[Doubt]:
        return bundle.doubts(Way.out_of(side), values[:len(columns)], scope)

    def read(row: Row) -> Values:
        return records.told(row[args.reference], row.scope)

    def write(values: Values, scope: Scope) -> Values:
        return (records.named(values, scope),)

    types = (*bundle.types(side), *(NUMBER for _none in records.not_another))
    return Group(operation, {side: End((args.reference,), types, read, write),
                             there: End(tuple(columns), bundle.types(there))},
                 {Way.out_of(there): to_record, Way.out_of(side): to_columns},
                 bundle.faithful - (frozenset({side}) if records.not_another else frozenset()),
                 {Way.out_of(there): no_record, Way.out_of(side): no_columns},
                 (Satellite(side, records.table.name, records.rows, records.columns, number=args.key),),
                 meets=there, where=binding.where)


def _any_said(values: Values) -> ColumnElement[bool]:
    """Whether there is anything to make a record of."""
    return or_(*(value.is_not(None) for value in values))


def _records(binding: Binding, args: RecordArgs, side: Side) -> Records:
    table = binding.table(side, args.table, f"{side}.table")
    number = binding.column(table, args.key, f"{side}.key")
    if {number.family, binding.type(side, args.reference, f"{side}.reference").family} != {Family.INTEGER}:
        raise binding.error(f"{side}.key", _("records are named by whole numbers, and {column} is {type}").format(
            column=f"{table.name}.{args.key}", type=number))
    binding.require_filled(table, (args.key, *args.columns, *args.further), f"{side}.table")
    return Records(side, table, tuple(args.columns), args.key, {
        name: binding.constant(value, binding.column(table, name, f"{side}.further.{name}"), f"{side}.further.{name}")
        for name, value in args.further.items()})


def _bundle(binding: Binding, columns: list[str], args: RecordArgs, side: Side) -> Bundle:
    """How each column becomes one of the record's."""
    if len(columns) != len(args.columns):
        raise binding.error(f"{side}.columns", _("the record has {n} columns here, and the row {m}").format(
            n=len(args.columns), m=len(columns)))
    table = binding.table(side, args.table, f"{side}.table")
    beside = binding.beside(side, table)
    for name in args.columns:
        binding.column(table, name, f"{side}.columns")
    for name in columns:
        binding.type(side.other, name)
    named = [(name, own) if side is Side.NEW else (own, name) for name, own in zip(columns, args.columns, strict=True)]
    return Bundle(tuple(plain(beside, old, new) for old, new in named))
