"""Passages that are put together from what a mapping file declares of both sides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from migrator.lens.passages.clocks import Clock, of_ticks, over, to_ticks
from migrator.lens.passages.numbers import NUMBERS, to_boolean, to_number
from migrator.lens.passages.passage import Kind, Passage
from migrator.lens.passages.units import times
from migrator.lens.passages.written import Writing, into
from migrator.lens.pieces.conversion import between
from migrator.lens.sql.zone import Zone
from migrator.lens.types import Family, Type

_TICKS = Type(Family.INTEGER, "bigint", bits=64)
_DATED = frozenset({Family.DATE, Family.MOMENT})


@dataclass(frozen=True)
class Declared:
    """A column, and what is said of its values.

    writing: what a text means. ticks: how many of them a number counts in a second since 1970. zone: whose local time a
    moment tells; None is UTC where the other side has one. at: the second of the day that stands for a date. scale: to
    how many digits behind the point numbers are rounded that are written here.
    """

    column: Kind
    writing: Writing | None = None
    ticks: int | None = None
    zone: Zone | None = None
    at: int = 0
    scale: int | None = None

    @property
    def meaning(self) -> Kind:
        """The kind of what a value means."""
        if self.writing is not None:
            return replace(self.column, type=replace(self.writing.meaning, loose=self.column.type.loose))
        if self.ticks is not None:
            fraction = len(str(self.ticks)) - 1
            return replace(self.column, type=Type(Family.MOMENT, "timestamp", fraction=fraction,
                                                  loose=self.column.type.loose))
        return self.column

    def read(self) -> Passage:
        """From the column to what its value means."""
        if self.writing is not None:
            return self.writing.read()
        return Passage() if self.ticks is None else of_ticks(self.ticks)

    def write(self, meant: Kind) -> Passage:
        """From what a value means, which came out of such a kind, to the column."""
        if self.writing is not None:
            return self.writing.write(self.meaning.type).then(into(self.column, self.writing.length(meant.type)))
        if self.ticks is not None:
            return to_ticks(self.ticks).then(to_number(replace(self.column, type=_TICKS), self.column))
        return Passage()


def declared(source: Declared, target: Declared, factor: Fraction) -> Passage | None:
    """The passage from one column to the other; None where what is declared does not tell how.

    factor: the target's number is so many times the source's.
    """
    core = _core(source, target, factor)
    return core and source.read().then(core).then(target.write(source.meaning))


def _core(source: Declared, target: Declared, factor: Fraction) -> Passage | None:
    here, there = source.meaning, target.meaning
    families = {here.type.family, there.type.family}
    if families <= NUMBERS:
        return _number(source, target, factor)
    if families == {Family.BOOLEAN, Family.INTEGER}:
        return to_boolean(here, there) if there.type.family is Family.BOOLEAN else to_number(here, there)
    in_utc = any(side.zone is not None or side.ticks is not None for side in (source, target))
    if families <= _DATED and (in_utc or (here.type.zoned == there.type.zoned and (source.at or target.at))):
        return over(Clock(here, source.zone, source.at), Clock(there, target.zone, target.at))
    return between(here, there)


def _number(source: Declared, target: Declared, factor: Fraction) -> Passage:
    here, there = source.meaning, target.meaning
    coarse = there if target.scale is None else replace(there, type=Type(Family.DECIMAL, "decimal", scale=target.scale))
    same = Passage() if here == coarse else to_number(here, coarse)
    found = same if factor == 1 else times(here, coarse, factor)
    found = found if coarse == there else found.then(to_number(coarse, there))
    return replace(found, exact=found.exact and source.scale is None)
