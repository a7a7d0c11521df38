"""SQLite: the copy is attached; triggers are taken out and put in again, which here belongs to the transaction."""

# ruff: noqa: S608 - names come from the catalogue and are quoted
from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrator.backup.client.base import Client
from migrator.backup.client.sqlite import SqliteClient
from migrator.commands.quoting import listed, quoted
from migrator.database.base import OURS, Database
from migrator.playbook.inventory import Database as Entry
from migrator.reach import file_of

COPY = f"{OURS}copy"
_ORPHANS = f"temp.{OURS}orphans"
_COUNT = "(select count(*) from pragma_foreign_key_check)"


def replace(client: Client, live: Database, copy: Entry, tables: Sequence[str]) -> None:
    """See `rows.Replace`; rows without parent that were there before are no reason to refuse."""
    assert isinstance(client, SqliteClient)
    triggers = live.query("select name, sql, tbl_name from sqlite_master where type = 'trigger' order by rowid")
    mine = [(name, sql) for name, sql, table in triggers if table in tables]
    columns = {table: [str(row[0]) for row in live.query(
        "select name from pragma_table_xinfo(:named) where hidden = 0 order by cid", {"named": table})]
        for table in tables}
    live.execute([f"attach database :copy as {COPY}",
                  f'create table {_ORPHANS} (more integer, constraint "rows without their parent" check (more <= 0))',
                  f"insert into {_ORPHANS} select -{_COUNT}",
                  *(f"drop trigger main.{quoted(name)}" for name, _sql in mine),
                  *_moved(columns),
                  *(sql for _name, sql in mine),
                  f"update {_ORPHANS} set more = more + {_COUNT}"], {"copy": file_of(copy, client.host)})


def _moved(columns: dict[str, list[str]]) -> Iterator[str]:
    for table, names in columns.items():
        yield f"delete from main.{quoted(table)}"
        yield (f"insert into main.{quoted(table)} ({listed(names)}) "
               f"select {listed(names)} from {COPY}.{quoted(table)}")
