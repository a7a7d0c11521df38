"""Dates and times: made of each other, cut, and moved, in the same way by every make."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import BigInteger, Date, DateTime

from migrator.lens.scope import Cell
from migrator.lens.sql.construct import Construct, make_in
from migrator.lens.types import Family, Type

MICROSECONDS = 1_000_000


class Cut(Construct):
    """A time or moment without what lies behind so many digits of its second."""

    name = "cut"

    def __init__(self, value: Cell, digits: int, type_: Type) -> None:
        super().__init__(value)
        self.digits = digits
        self.of = type_
        self.type = type_.in_statements


class DayOf(Construct):
    """The date of a moment."""

    name = "day_of"

    def __init__(self, moment: Cell) -> None:
        super().__init__(moment)
        self.type = Date()


class StartOf(Construct):
    """The moment at which a date begins, so many seconds later."""

    name = "start_of"

    def __init__(self, day: Cell, seconds: int = 0) -> None:
        super().__init__(day)
        self.seconds = seconds
        self.type = DateTime()


class AsMoment(Construct):
    """A moment as a column keeps it: `zoned` or not, in UTC."""

    name = "as_moment"

    def __init__(self, value: Cell, zoned: bool) -> None:
        super().__init__(value)
        self.zoned = zoned
        self.type = DateTime()


class OfEpoch(Construct):
    """The moment so many ticks after the beginning of 1970 in UTC; NULL beyond what the make knows."""

    name = "of_epoch"

    def __init__(self, ticks: Cell, per_second: int) -> None:
        super().__init__(ticks)
        self.per_second = per_second
        self.type = DateTime()


class Epoch(Construct):
    """The whole ticks between the beginning of 1970 in UTC and a moment; earlier moments are below zero."""

    name = "epoch"

    def __init__(self, moment: Cell, per_second: int) -> None:
        super().__init__(moment)
        self.per_second = per_second
        self.type = BigInteger()


@compiles(Cut)
def _cut(element: Cut, compiler: Any, **kw: Any) -> str:
    value, make = compiler.process(element.parts[0], **kw), make_in(compiler)
    step = 10 ** (6 - element.digits)
    if make == "sqlite":
        return f"migrator_cut({value}, {element.digits}, {int(element.of.family is Family.TIME)})"
    if make == "mariadb":
        return f"cast({value} as {'time' if element.of.family is Family.TIME else 'datetime'}({element.digits}))"
    rest = f"make_interval(secs => mod(cast(extract(microseconds from {value}) as bigint), {step}) / 1e6)"
    if element.of.family is Family.TIME:  # calculating makes 00:00 of 24:00
        return f"(case when {value} < '24:00:00' then {value} - {rest} else {value} end)"
    return f"(case when isfinite({value}) then {value} - {rest} else {value} end)"


@compiles(DayOf)
def _day_of(element: DayOf, compiler: Any, **kw: Any) -> str:
    value, make = compiler.process(element.parts[0], **kw), make_in(compiler)
    return f"substr(migrator_moment_text({value}, 0), 1, 10)" if make == "sqlite" else f"cast({value} as date)"


@compiles(StartOf)
def _start_of(element: StartOf, compiler: Any, **kw: Any) -> str:
    value = compiler.process(element.parts[0], **kw)
    minutes, seconds = divmod(element.seconds, 60)
    clock = f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    return {"postgresql": f"(cast({value} as date) + time '{clock}')",
            "mariadb": f"cast(concat({value}, ' {clock}') as datetime)",
            "sqlite": f"({value} || ' {clock}')"}[make_in(compiler)]


@compiles(AsMoment)
def _as_moment(element: AsMoment, compiler: Any, **kw: Any) -> Any:
    value = compiler.process(element.parts[0], **kw)
    if make_in(compiler) != "postgresql":
        return value
    return f"cast({value} as {'timestamptz' if element.zoned else 'timestamp'})"  # the session's zone is UTC


@compiles(OfEpoch)
def _of_epoch(element: OfEpoch, compiler: Any, **kw: Any) -> str:
    value, per_second = compiler.process(element.parts[0], **kw), element.per_second
    micros = MICROSECONDS // per_second
    # PostgreSQL multiplies intervals as floats: whole seconds and the rest apart stay exact
    rest = f" + mod({value}, {per_second}) * interval '{micros} microseconds'" if per_second > 1 else ""
    return {"postgresql": f"(timestamp '1970-01-01' + {value} / {per_second} * interval '1 second'{rest})",
            "mariadb": f"timestampadd(microsecond, {value} * {micros}, timestamp'1970-01-01 00:00:00')",
            "sqlite": f"migrator_of_epoch({value}, {micros})"}[make_in(compiler)]


@compiles(Epoch)
def _epoch(element: Epoch, compiler: Any, **kw: Any) -> str:
    value, per_second = compiler.process(element.parts[0], **kw), element.per_second
    since = f"timestampdiff(microsecond, timestamp'1970-01-01 00:00:00', {value})"
    return {"postgresql": f"cast(floor(extract(epoch from {value}) * {per_second}) as bigint)",
            "mariadb": f"cast(floor({since} / {MICROSECONDS // per_second}) as signed)",
            "sqlite": f"migrator_epoch({value}, {MICROSECONDS // per_second})"}[make_in(compiler)]
