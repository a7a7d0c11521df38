"""MariaDB and MySQL: rows go from one database of the server to the other, and each foreign key is asked at the end."""

# ruff: noqa: S608 - names come from the catalogue and are quoted
from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrator.backup.client.base import Client
from migrator.backup.client.server import database_of
from migrator.commands.quoting import listed, quoted
from migrator.database.base import OURS, Database
from migrator.errors import FindingsBlock
from migrator.playbook.inventory import Database as Entry
from migrator.text import _

_UNFIT = """
select t.table_name from information_schema.tables t
left join information_schema.engines e on e.engine = t.engine
where t.table_schema = database() and t.table_name = :named
  and (t.table_type <> 'BASE TABLE' or coalesce(e.transactions, 'NO') <> 'YES')
"""
_TRIGGERS = """
select trigger_name from information_schema.triggers
where event_object_schema = database() and event_object_table = :named
"""
_COLUMNS = """
select column_name from information_schema.columns
where table_schema = database() and table_name = :named and coalesce(generation_expression, '') = ''
order by ordinal_position
"""
_KEYS = """
select constraint_name, table_name, referenced_table_name, column_name, referenced_column_name
from information_schema.key_column_usage
where table_schema = database() and referenced_table_schema = database()
  and (table_name = :named or referenced_table_name = :named)
order by table_name, constraint_name, ordinal_position
"""
_SESSION = ("set session foreign_key_checks = 0", "set session time_zone = '+00:00'",
            "set session sql_mode = 'NO_AUTO_VALUE_ON_ZERO'")
"""So that nothing cascades, no moment is moved by summer time, and every value is taken as it is."""
_BROKEN = f"{OURS}broken_keys"


def replace(client: Client, live: Database, copy: Entry, tables: Sequence[str]) -> None:
    """See `migrator.backup.restoring.rows.Replace`."""
    for table in tables:
        _require_fit(live, table)
    keys = dict.fromkeys(key for table in tables for key in _keys(live, table))
    live.execute([*_SESSION,
                  f"create temporary table {_BROKEN} (name varchar(200) primary key)",
                  *(statement for table in tables for statement in _moved(live, database_of(copy), table)),
                  *(statement for key in keys for statement in _asked(*key))])


def _require_fit(live: Database, table: str) -> None:
    if live.query(_UNFIT, {"named": table}):
        raise FindingsBlock(_("{table} has no transactions, so its rows cannot be replaced safely").format(table=table),
                            where=live.name, hint=_("restore the whole database"))
    if triggers := [str(row[0]) for row in live.query(_TRIGGERS, {"named": table})]:
        raise FindingsBlock(_("{table} has triggers that this server cannot pause: {names}").format(
            table=table, names=", ".join(triggers)), where=live.name, hint=_("restore the whole database"))


def _moved(live: Database, copy: str, table: str) -> Iterator[str]:
    names = listed([str(row[0]) for row in live.query(_COLUMNS, {"named": table})], "`")
    yield f"delete from {quoted(table, '`')}"
    yield (f"insert into {quoted(table, '`')} ({names}) "
           f"select {names} from {quoted(copy, '`')}.{quoted(table, '`')}")


def _keys(live: Database, table: str) -> Iterator[tuple[str, str, str, tuple[tuple[str, str], ...]]]:
    """Name, child, parent and columns (own, referenced) of every foreign key from or to the table."""
    pairs: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for name, child, parent, own, other in live.query(_KEYS, {"named": table}):
        pairs.setdefault((name, child, parent), []).append((own, other))
    return ((*key, tuple(columns)) for key, columns in pairs.items())


def _asked(name: str, child: str, parent: str, columns: tuple[tuple[str, str], ...]) -> Iterator[str]:
    """A row without its parent writes the key's name a second time, which the table refuses with that name."""
    own = [f"c.{quoted(column, '`')}" for column, _other in columns]
    join = " and ".join(f"p.{quoted(other, '`')} = {mine}" for mine, (_own, other) in zip(own, columns, strict=True))
    lost = " and ".join([*(f"{mine} is not null" for mine in own), f"p.{quoted(columns[0][1], '`')} is null"])
    label = "'" + f"{child}.{name}".replace("\\", "\\\\").replace("'", "''") + "'"
    yield f"insert into {_BROKEN} values ({label})"
    yield (f"insert into {_BROKEN} select {label} from {quoted(child, '`')} c"
           f" left join {quoted(parent, '`')} p on {join} where {lost} limit 1")
