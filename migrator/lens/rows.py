"""Which rows of a table a pair is about: the discriminator of a horizontal split, or a filter."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, and_, or_, true

from migrator.lens.constant import Constant, constant
from migrator.lens.scope import Cell, Row
from migrator.lens.types import Type

Condition = Constant | list[Constant]


def matches(row: Row, conditions: Mapping[str, Condition], types: Mapping[str, Type]) -> ColumnElement[bool]:
    """Whether a row meets all conditions: a column equals its constant, or one of several."""
    return and_(true(), *(_meets(row[name], condition, types[name]) for name, condition in conditions.items()))


def constants(conditions: Mapping[str, Condition]) -> dict[str, Constant]:
    """What the conditions say of a fresh row: those columns that have one constant."""
    return {name: condition for name, condition in conditions.items()
            if not isinstance(condition, list)}


def _meets(value: Cell, condition: Condition, type_: Type) -> ColumnElement[bool]:
    if isinstance(condition, list):
        return or_(*(_meets(value, one, type_) for one in condition))
    return value == constant(condition, type_)


