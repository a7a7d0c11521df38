"""Numbers in another unit: times a constant, exact as decimals are."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import literal_column

from migrator.lens.passages.numbers import to_number
from migrator.lens.passages.passage import Kind, Passage
from migrator.lens.scope import Cell
from migrator.lens.sql.numbers import Divided, Exactly, Rounded
from migrator.lens.types import Family, Type


def times(source: Kind, target: Kind, factor: Fraction) -> Passage:
    """From a number to a number that is so many times as large.

    factor: above or below zero, not zero. What has no end as a decimal is divided, and rounded by the target.
    """
    finite = _decimal(factor)
    result = replace(source, type=_type_of_product(source.type, finite) if finite is not None else _UNBOUNDED)

    def product(value: Cell) -> Cell:
        number = Exactly(value) if source.type.family is Family.REAL else value
        if finite is None:
            return Divided(number * _constant(Decimal(factor.numerator)), factor.denominator)
        found = number * _constant(finite)
        loose = "sqlite" in (source.make, target.make) and result.type.scale is not None
        return Rounded(found, result.type.scale) if loose and result.type.scale is not None else found

    return Passage(product).then(to_number(result, target))


_UNBOUNDED = Type(Family.DECIMAL, "decimal")


def _constant(number: Decimal) -> Cell:
    digits = f"{number:f}"
    return literal_column(digits if "." in digits else f"{digits}.0")  # a whole number would overflow as one


def _decimal(factor: Fraction) -> Decimal | None:
    """The factor as a decimal, None when it has no end."""
    rest = factor.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return Decimal(factor.numerator) / Decimal(factor.denominator) if rest == 1 else None


def _type_of_product(type_: Type, factor: Decimal) -> Type:
    """The decimal type that holds every product exactly."""
    digits = _digits(type_)
    if digits is None:
        return _UNBOUNDED
    whole, scale = digits
    most = (Decimal(10) ** whole * abs(factor)).normalize()
    scale = max(0, scale - int(factor.normalize().as_tuple().exponent))
    whole = max(0, most.adjusted() + (0 if most.as_tuple().digits == (1,) else 1))
    return Type(Family.DECIMAL, "decimal", precision=max(1, whole + scale), scale=scale)


def _digits(type_: Type) -> tuple[int, int] | None:
    """Digits before and after the point; None where there is no limit."""
    if type_.family is Family.DECIMAL and type_.precision is not None:
        return type_.precision - (type_.scale or 0), type_.scale or 0
    return (len(str(type_.bounds[1])), 0) if type_.family is Family.INTEGER and type_.bounds else None
