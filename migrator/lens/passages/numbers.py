"""Whole numbers, decimals, reals and booleans."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import ColumnElement, case, func, literal_column, or_

from migrator.lens.passages.passage import Flaw, Kind, Passage, limit
from migrator.lens.scope import Cell
from migrator.lens.sql.canonical import canonical, typed
from migrator.lens.sql.length import Characters
from migrator.lens.sql.numbers import Exactly, Rounded, Single
from migrator.lens.types import Family, Type
from migrator.text import _

NUMBERS = frozenset({Family.INTEGER, Family.DECIMAL, Family.REAL})
CERTAIN = {64: 15, 32: 6}
"""Decimal digits that survive in a float of so many bits."""
SINGLE_TOP = "3.4028235677973366e38"
"""From here on a number is infinite in single precision."""
_WITH_POINT = frozenset({Family.DECIMAL, Family.REAL})


def to_number(source: Kind, target: Kind) -> Passage:
    """From a number or a boolean to a number."""
    if target.type.family is Family.REAL:
        return _to_real(source, target)
    exactly = _as_decimal(source.type)
    scale, rounds = _scale(target.type), _rounds(source, target)

    def shortened(value: Cell) -> Cell:
        return Rounded(exactly(value), scale) if rounds and scale is not None else exactly(value)

    def there(value: Cell) -> Cell:
        found = shortened(value)
        return typed(found, target.type) if target.type.family is Family.INTEGER and rounds else found

    return Passage(there, (*_special(source, target), *_range(source, target, shortened), *_digits(source, target),
                           *_decimals(source, target)), exact=not rounds)


def to_boolean(source: Kind, _target: Kind) -> Passage:
    """From a whole number to a boolean."""
    wrong = Flaw("not-boolean", _("neither 0 nor 1"), lambda value: value.not_in([0, 1]))
    return Passage(lambda value: value == 1, (wrong,))


def _to_real(source: Kind, target: Kind) -> Passage:
    bits = target.type.bits or 64
    if source.type.family is Family.REAL:
        exact = (source.type.bits or 64) <= bits
    elif source.type.family is Family.INTEGER:
        exact = not source.type.loose and (source.type.bits or 64) < {64: 53, 32: 24}[bits]
    else:
        exact = source.type.precision is not None and source.type.precision <= CERTAIN[bits]
    big = Flaw("out-of-range", _("too large for single precision"),
               lambda value: func.abs(value) >= literal_column(SINGLE_TOP))
    promised = source.type.family is Family.INTEGER or exact

    def there(value: Cell) -> Cell:
        found = value if source.type.family is Family.REAL else typed(_as_decimal(source.type)(value), target.type)
        return found if bits == 64 or source.type.bits == 32 else Single(found)

    beyond = limit(big, promised=promised, source=source, target=target) if bits == 32 else ()
    return Passage(there, (*_special(source, target), *beyond), exact)


def _as_decimal(type_: Type) -> Callable[[Cell], Cell]:
    if type_.family is Family.REAL:
        return Exactly
    if type_.family is Family.BOOLEAN:
        return lambda value: case((value.is_(True), 1), (value.is_(False), 0))
    return lambda value: value


def _scale(type_: Type) -> int | None:
    """Digits after the point that a type can have; None for any number of them."""
    return type_.scale if type_.family is Family.DECIMAL else None if type_.family is Family.REAL else 0


def _special(source: Kind, target: Kind) -> tuple[Flaw, ...]:
    missing = sorted(_specials(source) - _specials(target))
    if not missing:
        return ()
    return (Flaw("not-a-number", _("not a number, or infinite"),
                 lambda value: canonical(value, source.type).in_(missing), beyond=True),)


def _specials(kind: Kind) -> frozenset[str]:
    """What is written instead of digits."""
    infinite = kind.type.family is Family.REAL or (kind.type.family is Family.DECIMAL and kind.type.precision is None)
    found = {"Infinity", "-Infinity"} if infinite and kind.make != "mariadb" else set()
    return frozenset(found | ({"NaN"} if kind.make == "postgresql" and kind.type.family in _WITH_POINT else set()))


def _range(source: Kind, target: Kind, shortened: Callable[[Cell], Cell]) -> tuple[Flaw, ...]:
    bounds, promised = target.type.bounds, source.type.bounds
    if bounds is None:
        return ()
    low, high = bounds
    step = 1 if target.type.family is Family.DECIMAL else 0  # 99.99 is above 99 and fits

    def outside(value: Cell) -> ColumnElement[bool]:
        number = shortened(value)
        if step and not source.type.loose:  # the bounds are as far from 0, and the number is made only once
            return func.abs(number) >= literal_column(str(high + step))
        lowest: Cell = literal_column(str(low - step))
        highest: Cell = literal_column(str(high + step))
        return or_(number <= lowest, number >= highest) if step else or_(number < lowest, number > highest)

    served = target.make != "sqlite" and target.type.family is Family.DECIMAL  # others are cast before they are stored
    return limit(Flaw("out-of-range", _("outside of {low} to {high}").format(low=low, high=high), outside,
                      served=served),
                 promised=promised is not None and low <= promised[0] and promised[1] <= high and
                 not _rounds(source, target),  # 99.99 becomes 100
                 source=source, target=target)


def _rounds(source: Kind, target: Kind) -> bool:
    """Whether the source's type has digits after the point that the target's has not."""
    fine, scale = _scale(source.type), _scale(target.type)
    return scale is not None and (fine is None or fine > scale)


def _digits(source: Kind, target: Kind) -> tuple[Flaw, ...]:
    if target.make != "sqlite" or source.make == "sqlite" or source.type.family is not Family.DECIMAL:
        return ()
    if target.type.family is Family.INTEGER or (source.type.precision or CERTAIN[64] + 1) <= CERTAIN[64]:
        return ()

    def long(value: Cell) -> ColumnElement[bool]:
        text = func.replace(canonical(value, source.type), "-", "")
        return Characters(func.replace(text, ".", "")) > CERTAIN[64]

    return (Flaw("too-precise", _("more than {n} digits").format(n=CERTAIN[64]), long),)


def _decimals(source: Kind, target: Kind) -> tuple[Flaw, ...]:
    scale = _scale(target.type)
    promised = source.type.family is Family.DECIMAL and not _rounds(source, target)
    if not promised or scale is None or not source.type.loose or target.type.loose:
        return ()
    return (Flaw("too-precise", _("more than {n} digits after the point").format(n=scale),
                 lambda value: Rounded(value, scale) != value, beyond=True),)
