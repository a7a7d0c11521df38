"""convert: a value is said in another type, format, unit or time zone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import time
from fractions import Fraction
from typing import Literal

from pydantic import Field

from migrator.lens.declared.operation import Args, Binding, Operation, register
from migrator.lens.group import Group
from migrator.lens.passages.declared import Declared, declared
from migrator.lens.passages.format import WIDTHS, Format
from migrator.lens.passages.numbers import NUMBERS
from migrator.lens.passages.passage import Kind
from migrator.lens.passages.written import Choice, Moment, Number, Writing
from migrator.lens.pieces.conversion import checked, kinds_of, one_to_one
from migrator.lens.side import Side, Way
from migrator.lens.sql.zone import Zone, zone_of
from migrator.lens.types import Family, Type
from migrator.text import _

Ticks = Literal["seconds", "milliseconds"]


class ConvertArgs(Args):
    old: str = Field(description="column of the old row")
    new: str = Field(description="column of the new row")
    format: str | None = Field(None, description="how a text writes a date or time: %Y %m %d %H %M %S %f")
    decimal: str | None = Field(None, description="what a text writes for the decimal point; . if left out")
    thousands: str | None = Field(None, description="what a text may write between thousands")
    true: str | int | None = Field(None, description="what a text says for true")
    false: str | int | None = Field(None, description="what a text says for false")
    times: str | int | None = Field(None, description="the new number is so many times the old one: 10000, 0.001, 1/3")
    scale: int | None = Field(None, description="round the new number to so many digits after the point", ge=0, le=30)
    zone: str | dict[Literal["old", "new"], str] | None = Field(None, description=(
        "whose local time it is: +08:00 or Asia/Shanghai, of the side that does not keep UTC; of the old side if both "
        "could; or {old: ..., new: ...}"))
    at: str | None = Field(None, description="the hour that stands for a date: 00:00 if left out")
    epoch: Ticks | None = Field(None, description="what a whole number counts from the beginning of 1970 in UTC")


@register
class Convert(Operation[ConvertArgs]):
    """A value is said in another type, format, unit or time zone. NULL stays NULL.

        - convert: {old: amount, new: amount}
        - convert: {old: price, new: price, decimal: ",", thousands: "."}
        - convert: {old: due, new: due_on, format: "%Y%m%d"}
        - convert: {old: active, new: active, "true": Y, "false": N}
        - convert: {old: budget_wan, new: budget, times: 10000}
        - convert: {old: created_at, new: created_at, zone: Asia/Shanghai}
        - convert: {old: day, new: starts_at, at: "09:00", zone: "+08:00"}
        - convert: {old: changed, new: changed_at, epoch: seconds}

    Local times that never were or were twice (when clocks change), spellings of a number, digits that are rounded away:
    what the other side cannot tell is kept in memory. What is not in the format is refused by the census. The rules of
    zones come from the machine that runs this, so servers need no tables of zones.
    """

    name = "convert"
    Args = ConvertArgs
    verbs = ("float_to_integer", "date_to_datetime_tz")

    def bind(self, args: ConvertArgs, binding: Binding) -> Iterable[Group]:
        kinds = kinds_of(binding, args.old, args.new)
        said = Said(args, binding)
        ends = {side: said.of(side, kinds) for side in Side}
        said.refuse_unused(kinds)
        passages = {}
        for way in Way:
            found = declared(ends[way.source], ends[way.target], said.factor(way))
            if found is None:
                raise binding.error("old", _("nobody can say how {old_type} becomes {new_type}").format(
                    old_type=kinds[way.source].type, new_type=kinds[way.target].type),
                    hint=_("a local time needs its zone, like zone: Asia/Shanghai"))
            passages[way] = checked(kinds[way.source], kinds[way.target], found)
        yield one_to_one("convert", binding, {Side.OLD: args.old, Side.NEW: args.new}, passages)


class Said:
    """What the arguments say of either side; remembers which of them meant something."""

    def __init__(self, args: ConvertArgs, binding: Binding) -> None:
        self._args = args
        self._binding = binding
        self._given = set(args.model_fields_set) - {"old", "new"}

    def of(self, side: Side, kinds: Mapping[Side, Kind]) -> Declared:
        """What is said of the column of a side. Raises PlaybookError where it makes no sense."""
        column, other = kinds[side], kinds[side.other]
        found = Declared(column, zone=self._zone(side, kinds), scale=self._scale(side, kinds))
        if column.type.family is Family.TEXT and other.type.family is not Family.TEXT:
            return replace(found, writing=self._writing(other.type))
        if column.type.family is Family.INTEGER and other.type.family is Family.MOMENT and self._use("epoch"):
            return replace(found, ticks=_PER_SECOND[str(self._args.epoch)])
        if column.type.family is Family.DATE and other.type.family is Family.MOMENT and self._use("at"):
            return replace(found, at=self._seconds())
        return found

    def factor(self, way: Way) -> Fraction:
        """How many times as large numbers get on a way."""
        try:
            factor = Fraction(str(1 if self._args.times is None else self._args.times))
            return factor if way is Way.FORWARD else 1 / factor
        except (ValueError, ZeroDivisionError):
            raise self._binding.error("times", _("{value} is no number to multiply with").format(
                value=self._args.times)) from None

    def refuse_unused(self, kinds: Mapping[Side, Kind]) -> None:
        """Raises PlaybookError at an argument that means nothing between such columns."""
        if {kind.type.family for kind in kinds.values()} <= NUMBERS | {Family.TEXT}:
            self._use("times")
        for name in sorted(self._given):
            raise self._binding.error(name, _("{argument} means nothing between {old_type} and {new_type}").format(
                argument=name, old_type=kinds[Side.OLD].type, new_type=kinds[Side.NEW].type))

    def _use(self, name: str) -> bool:
        self._given.discard(name)
        return getattr(self._args, name) is not None

    def _writing(self, meant: Type) -> Writing:
        if self._args.true is not None and self._args.false is not None:
            self._given -= {"true", "false"}
            return Choice(str(self._args.true), str(self._args.false))
        if meant.family in NUMBERS:
            return self._number(meant)
        return Moment(self._format(meant.family))

    def _number(self, meant: Type) -> Number:
        self._given -= {"decimal", "thousands"}
        point, thousands = self._args.decimal or ".", self._args.thousands or ""
        for name, sign in (("decimal", point), ("thousands", thousands)):
            if (sign and (len(sign) > 1 or sign not in _SIGNS)) or point == thousands:
                raise self._binding.error(name, _("{sign} cannot stand there in a number").format(sign=sign), hint=_(
                    "one of {signs}, and different ones").format(signs=" ".join(_SIGNS)))
        if meant.family is Family.REAL:
            return Number(Type(Family.REAL, "double", bits=64), point, thousands)
        return Number(Type(Family.DECIMAL, "decimal", scale=0 if meant.family is Family.INTEGER else None), point,
                      thousands)

    def _format(self, family: Family) -> Format:
        self._use("format")
        said = self._args.format or _FORMATS.get(family)
        if said is None:
            raise self._binding.error("old", _("a text cannot be converted to {family}").format(family=family))
        try:
            return Format.parse(said)
        except ValueError as error:
            raise self._binding.error("format", _("{word} is not understood in {format}").format(
                word=error, format=said), hint=_("a date needs all of {day}, a time at least {time}; {all} are known"
                                                 ).format(day="%Y %m %d", time="%H %M", all=" ".join(WIDTHS))) from None

    def _zone(self, side: Side, kinds: Mapping[Side, Kind]) -> Zone | None:
        said = self._args.zone
        if said is None or not {kind.type.family for kind in kinds.values()} & _IN_TIME:
            return None
        self._use("zone")
        names = {_local(kinds).value: said} if isinstance(said, str) else dict(said)
        if side.value not in names:
            return None
        if kinds[side].type.zoned:
            raise self._binding.error("zone", _("{type} is kept in UTC and has no zone of its own").format(
                type=kinds[side].type))
        try:
            return zone_of(names[side.value])
        except ValueError:
            raise self._binding.error("zone", _("{zone} is neither a known zone nor an offset").format(
                zone=names[side.value]), hint=_("like {zone} or {offset}").format(zone="Asia/Shanghai",
                                                                                   offset="+08:00")) from None

    def _scale(self, side: Side, kinds: Mapping[Side, Kind]) -> int | None:
        if side is Side.OLD or kinds[side].type.family not in NUMBERS or not self._use("scale"):
            return None
        return self._args.scale

    def _seconds(self) -> int:
        try:
            at = time.fromisoformat(str(self._args.at))
        except ValueError:
            raise self._binding.error("at", _("{at} is no time of day like 09:00").format(at=self._args.at)) from None
        return at.hour * 3600 + at.minute * 60 + at.second


def _local(kinds: Mapping[Side, Kind]) -> Side:
    """The side that a zone without a side is for: the one that does not keep UTC, the old one if both could."""
    return Side.NEW if kinds[Side.OLD].type.zoned and not kinds[Side.NEW].type.zoned else Side.OLD


_PER_SECOND = {"seconds": 1, "milliseconds": 1000}
_SIGNS = ".,' _"
_IN_TIME = frozenset({Family.DATE, Family.MOMENT})
_FORMATS = {Family.DATE: "%Y-%m-%d", Family.TIME: "%H:%M:%S", Family.MOMENT: "%Y-%m-%d %H:%M:%S"}
"""How a text writes a date or time when nothing is said of that."""
