"""A value that does not exist: the server ends the statement with an error when it comes to it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case, null
from sqlalchemy.ext.compiler import compiles

from migrator.lens.scope import Cell, Scope
from migrator.lens.sql import canonical_postgresql
from migrator.lens.sql.construct import Construct, make_in
from migrator.lens.types import Type


class Refuse(Construct):
    """Raises when it is evaluated, and is not evaluated in a branch that is not taken."""

    name = "refuse"

    def __init__(self, type_: Type) -> None:
        super().__init__()
        self.of = type_
        self.type = type_.in_statements


def only_if(fits: ColumnElement[bool], value: Cell, type_: Type, scope: Scope) -> Cell:
    """The value where it fits; elsewhere NULL in a lenient scope, and an error of the server in a strict one.

    `fits` must be true for NULL that stays NULL.
    """
    return case((fits, value), else_=no_value(type_, scope))


def no_value(type_: Type, scope: Scope) -> Cell:
    """What stands where there is no value: NULL in a lenient scope, and an error of the server in a strict one."""
    return null() if scope.lenient else Refuse(type_)


def unless(wrong: ColumnElement[bool], value: Cell, type_: Type, scope: Scope) -> Cell:
    """The value, but where a condition is true NULL in a lenient scope, and an error of the server in a strict one."""
    return case((wrong, no_value(type_, scope)), else_=value)


@compiles(Refuse)
def _refuse(element: Refuse, compiler: Any, **_kw: Any) -> str:
    make = make_in(compiler)
    if make == "postgresql":
        # The clock keeps the planner from asking beforehand, which it does with what is constant, and a query beside
        # the row would be run before all rows when they are read in parallel.
        fails = "cast(cast(clock_timestamp() as text) || ' is no value' as boolean)"
        return f"(case when {fails} then {canonical_postgresql.value_of('null', element.of)} end)"
    # A scalar query with two rows is an error when it is run, and is run only where its branch is taken.
    return "json('{')" if make == "sqlite" else "(select null from (select 1 as x union all select 2) as two)"
