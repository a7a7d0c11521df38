"""What can be wrong inside a MariaDB database although it answers: asked set by set, in the server."""

# ruff: noqa: S608 - names come from the catalogue and are quoted
from __future__ import annotations

from collections import defaultdict

from migrator.commands.quoting import listed, quoted
from migrator.database.base import OURS
from migrator.database.served import Ask
from migrator.text import _

_TABLES = """
select table_name from information_schema.tables where table_schema = database() and table_type = 'BASE TABLE'
"""
_SOUND = ("OK", "Table is already up to date")
_FOREIGN_KEYS = """
select constraint_name, table_name, referenced_table_schema, referenced_table_name, column_name, referenced_column_name
from information_schema.key_column_usage
where constraint_schema = database() and referenced_table_name is not null
order by table_name, constraint_name, ordinal_position
"""


def complaints(ask: Ask) -> list[str]:
    """Sentences; empty when nothing is wrong. CHECK TABLE ends the transaction, so it comes last."""
    return [*_orphans(ask), *_broken(ask)]


def _orphans(ask: Ask) -> list[str]:
    """Rows without parent: they come from loads with foreign_key_checks = 0."""
    keys: defaultdict[tuple[str, str, str, str], list[tuple[str, str]]] = defaultdict(list)
    for name, table, space, parent, column, other in ask(_FOREIGN_KEYS):
        keys[name, table, space, parent].append((column, other))
    found = []
    for (name, table, space, parent), pairs in keys.items():
        given = " and ".join(f"c.{quoted(column, '`')} is not null" for column, _other in pairs)
        same = " and ".join(f"p.{quoted(other, '`')} = c.{quoted(column, '`')}" for column, other in pairs)
        rows = ask(f"select count(*) from {quoted(table, '`')} c where {given} and not exists "
                   f"(select 1 from {quoted(space, '`')}.{quoted(parent, '`')} p where {same})")[0][0]
        if rows:
            found.append(_("{table}: {rows} rows point to no row of {parent} ({name})").format(
                table=table, rows=rows, parent=parent, name=name))
    return found


def _broken(ask: Ask) -> list[str]:
    names = sorted(row[0] for row in ask(_TABLES) if not row[0].startswith(OURS))
    if not names:
        return []
    results = ask(f"check table {listed(names, '`')}")
    return [f"{table}: {text}" for table, _op, kind, text in results
            if kind.lower() in ("error", "warning") or (kind.lower() == "status" and text not in _SOUND)]
