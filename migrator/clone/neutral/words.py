"""Reading and changing cells by names from a catalogue or a product's file: quoted by the make's own rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, TableClause, and_, column, func, or_, select, table, update
from sqlalchemy.dialects.mysql.base import MySQLDialect
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.sql.expression import ClauseElement

from migrator.clone.neutral.model import InColumn

Statement = tuple[str, Mapping[str, Any]]
"""Text with `:named` parameters, and their values."""

_DIALECTS = {"postgresql": PGDialect, "mariadb": MySQLDialect, "sqlite": SQLiteDialect}
"""Without a driver's own habits, such as casts of parameters, which would not be read as text."""


def set_cells(make: str, rule: InColumn) -> Statement:
    """Give the column its value wherever it has another one."""
    cells = _table(make, rule.table, rule.column)
    return _written(make, update(cells).where(_unlike(cells.c[rule.column], rule)).values({rule.column: rule.value}))


def unlike_cells(make: str, rule: InColumn) -> Statement:
    """How many rows do not have the value."""
    cells = _table(make, rule.table, rule.column)
    return _written(make, select(func.count()).select_from(cells).where(_unlike(cells.c[rule.column], rule)))


def values_of(make: str, name: str, of: str, most: int) -> Statement:
    """The different values of a column, at most so many."""
    cells = _table(make, name, of)
    asked = select(cells.c[of]).distinct().where(cells.c[of].is_not(None)).limit(most)
    return _written(make, asked)


def rows_of(make: str, name: str) -> Statement:
    """How many rows a table has."""
    return _written(make, select(func.count()).select_from(_table(make, name)))


def _unlike(cell: ColumnElement[Any], rule: InColumn) -> ColumnElement[bool]:
    other = cell.is_not(None) if rule.value is None else or_(cell != rule.value, cell.is_(None))
    return and_(other, *(column(name) == value for name, value in rule.where.items()))


def _table(make: str, name: str, *columns: str) -> TableClause:
    """The table; on PostgreSQL a dot parts the schema's name, as in the schema that is read from it."""
    schema, dot, plain = name.rpartition(".")
    if make != "postgresql" or not dot:
        return table(name, *map(column, columns))
    return table(plain, *map(column, columns), schema=schema)


def _written(make: str, clause: ClauseElement) -> Statement:
    compiled = clause.compile(dialect=_DIALECTS[make](paramstyle="named"))
    return str(compiled), dict(compiled.params)
