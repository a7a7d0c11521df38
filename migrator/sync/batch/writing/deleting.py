"""Delete the rows of a table whose keys a query gives, in the form that each server finds by an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Delete, Select, and_, delete, tuple_
from sqlalchemy import Table as SqlTable


def delete_keyed(table: SqlTable, columns: Sequence[str], keys: Select[Any], make: str) -> Delete:
    """The statement; `columns` are those of the table that equal the query's, in their order.

    MariaDB looks at every row of the table where a subquery says which, and joins where the keys stand beside it.
    SQLite knows no joins there, and finds its way without.
    """
    mine = [table.c[name] for name in columns]
    if make == "sqlite":
        return delete(table).where(mine[0].in_(keys) if len(mine) == 1 else tuple_(*mine).in_(keys))
    found = keys.subquery("gone")
    on: list[ColumnElement[bool]] = [cell == key for cell, key in zip(mine, found.columns, strict=True)]
    return delete(table).where(and_(*on))
