"""PostgreSQL: rows go from the copy to the live database by COPY, on the host, in one transaction; foreign keys are
taken out and made anew, which checks every row of them.
"""

# ruff: noqa: S608 - names come from the catalogue and are quoted
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from migrator.backup.client.base import Client
from migrator.backup.client.postgres import PostgresClient
from migrator.backup.client.server import database_of
from migrator.commands import postgres
from migrator.commands.quoting import listed, quoted
from migrator.database.base import Database
from migrator.playbook.inventory import Database as Entry

_TABLE = """
select n.nspname::text, c.relname::text, c.relkind = 'p', c.oid::bigint
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p')
  and case n.nspname when 'public' then c.relname::text else n.nspname || '.' || c.relname end = :named
"""
_COLUMNS = """
select attname::text from pg_attribute
where attrelid = :table and attnum > 0 and not attisdropped and attgenerated = '' order by attnum
"""
_KEYS = """
select k.oid::bigint, n.nspname::text, c.relname::text, k.conname::text, pg_get_constraintdef(k.oid)
from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
where k.contype = 'f' and k.conparentid = 0 and (k.conrelid = :table or k.confrelid = :table) order by k.oid
"""
_TRIGGERS = """
select tgname::text, tgenabled::text from pg_trigger where tgrelid = :table and not tgisinternal order by tgname
"""
_NUMBERS = """
select pg_get_serial_sequence(quote_ident(n.nspname) || '.' || quote_ident(c.relname), a.attname), a.attname::text
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
where a.attrelid = :table and a.attnum > 0 and not a.attisdropped
  and pg_get_serial_sequence(quote_ident(n.nspname) || '.' || quote_ident(c.relname), a.attname) is not null
"""
_ENABLE = {"O": "enable", "A": "enable always", "R": "enable replica"}


@dataclass(frozen=True)
class _Table:
    """A table of the live database, as its catalogue has it."""

    live: Database
    space: str
    name: str
    partitioned: bool
    oid: int

    @property
    def full(self) -> str:
        return f"{quoted(self.space)}.{quoted(self.name)}"

    @property
    def only(self) -> str:
        """The table without those that inherit from it; partitions are the table itself."""
        return self.full if self.partitioned else f"only {self.full}"

    def ask(self, sql: str) -> list[tuple[str, ...]]:
        return [tuple(map(str, row)) for row in self.live.query(sql, {"table": self.oid})]

    @property
    def columns(self) -> str:
        return listed([name for (name,) in self.ask(_COLUMNS)])

    def paused(self) -> str:
        return f"alter table {self.full} disable trigger user;"

    def resumed(self) -> Iterator[str]:
        for name, mode in self.ask(_TRIGGERS):
            if mode in _ENABLE:
                yield f"alter table {self.full} {_ENABLE[mode]} trigger {quoted(name)};"

    def numbered(self) -> Iterator[str]:
        """Sequences go up to what the rows need, and never down: a number that was given is not given again."""
        for sequence, column in self.ask(_NUMBERS):
            yield (f"select setval({postgres.literal(sequence)}, most) from "
                   f"(select max({quoted(column)}) as most from {self.full}) t where most > "
                   f"(select last_value from {sequence});")


def replace(client: Client, live: Database, copy: Entry, tables: Sequence[str]) -> None:
    """See `migrator.backup.restoring.rows.Replace`."""
    assert isinstance(client, PostgresClient)
    found = [_Table(live, *row) for name in tables for row in live.query(_TABLE, {"named": name})]
    keys = {oid: key for table in found for oid, *key in table.ask(_KEYS)}
    before = ["begin;", *(f"alter table {quoted(space)}.{quoted(table)} drop constraint {quoted(name)};"
                          for space, table, name, _text in keys.values()),
              *(table.paused() for table in found), *(f"truncate {table.only};" for table in found)]
    rows = [(f"copy {table.full} ({table.columns}) from stdin;",
             f"copy (select {table.columns} from {table.only}) to stdout") for table in found]
    after = ["set constraints all immediate;", *(line for table in found for line in table.numbered()),
             *(line for table in found for line in table.resumed()),
             *(f"alter table {quoted(space)}.{quoted(table)} add constraint {quoted(name)} {text};"
               for space, table, name, text in keys.values()), "commit;"]
    client.act(postgres.move_rows(client.admin, database_of(copy), client.database, "\n".join(before), rows,
                                  "\n".join(after)))
