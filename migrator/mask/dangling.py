"""Rows that refer to nothing."""

from __future__ import annotations

from sqlalchemy import Connection, and_, column, exists, func, select, table

from migrator.mask.rules import Reference


def dangling(connection: Connection, reference: Reference) -> int:
    """How many rows have a complete reference that leads to no row."""
    child = table(reference.table, *map(column, reference.columns)).alias("child")
    parent = table(reference.parent, *map(column, reference.parent_columns)).alias("parent")
    pairs = zip(reference.columns, reference.parent_columns, strict=True)
    there = exists().where(and_(*(child.c[mine] == parent.c[other] for mine, other in pairs)))
    query = select(func.count()).select_from(child).where(*(c.is_not(None) for c in child.c), ~there)
    return int(connection.execute(query).scalar() or 0)
