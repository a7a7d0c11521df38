"""Which rows do not allow an index or a foreign key."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, exists, func, not_, select

from migrator.errors import DatabaseError
from migrator.lens.copy.keys import WAY
from migrator.lens.copy.session import Session
from migrator.lens.schema import ForeignKey, Schema, Table, named
from migrator.text import _

NAMED = 5
"""Rows that a message names."""


def require_unique(target: Session, table: Table) -> None:
    """Raise DatabaseError with the keys of rows that share what only one may have."""
    for columns in table.uniques:
        rows = target.connection.execute(_sharing(table, columns)).all()
        if rows:
            raise DatabaseError(_("rows of {table} share the same {columns}, which must be unique: {keys}").format(
                table=table.name, columns=", ".join(columns), keys=_keys(rows)), where=target.endpoint.name,
                hint=_("mend these rows on both sides, then start the copy again: it goes on from here"))


def require_parents(target: Session, table: Table, schema: Schema) -> None:
    """Raise DatabaseError with the keys of rows that refer to rows which are not there."""
    for foreign in table.foreign:
        if foreign.table in schema.tables:
            rows = target.connection.execute(_orphans(table, foreign, schema.tables[foreign.table])).all()
            if rows:
                raise DatabaseError(_("rows of {table} refer to rows of {parent} that are not there: {keys}").format(
                    table=table.name, parent=foreign.table, keys=_keys(rows)), where=target.endpoint.name,
                    hint=_("mend these rows on both sides, then start the copy again: it goes on from here"))


def _sharing(table: Table, columns: tuple[str, ...]) -> Select[Any]:
    rows = table.clause(WAY.target)
    cells = [rows.c[name] for name in columns]
    shared = select(*cells).where(*(cell.is_not(None) for cell in cells)).group_by(*cells).having(func.count() > 1)
    found = shared.subquery()
    both = and_(*(rows.c[name] == found.c[name] for name in columns))
    return select(*(rows.c[name] for name in table.key or columns)).select_from(rows.join(found, both)).limit(NAMED)


def _orphans(table: Table, foreign: ForeignKey, parent: Table) -> Select[Any]:
    rows = table.clause(WAY.target).alias("child")
    parents = named(parent.name, {name: parent.columns[name].type.in_statements for name in foreign.refers},
                    WAY.target).alias("parent")
    mine = [rows.c[name] for name in foreign.columns]
    found = exists().where(*(parents.c[name] == cell for name, cell in zip(foreign.refers, mine, strict=True)))
    wanted = select(*(rows.c[name] for name in table.key or foreign.columns))
    return wanted.where(*(cell.is_not(None) for cell in mine), not_(found.correlate(rows))).limit(NAMED)


def _keys(rows: Any) -> str:
    return ", ".join("/".join(str(cell) for cell in row) for row in rows)
