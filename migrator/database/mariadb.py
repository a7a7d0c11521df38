"""MariaDB and MySQL, through PyMySQL."""

# ruff: noqa: S608 - names come from the catalogue and are quoted
from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from migrator.commands.quoting import quoted
from migrator.database.base import OURS, Schema, TableFacts
from migrator.database.mariadb_integrity import complaints
from migrator.database.mariadb_schema import schema
from migrator.database.served import Ask, ServedDatabase
from migrator.errors import DatabaseError
from migrator.text import _

_SERVER = """
select version(), @@character_set_database, @@collation_database, @@sql_mode,
       if(@@time_zone = 'SYSTEM', @@system_time_zone, @@time_zone)
"""
_COLUMNS = f"""
select t.table_name, c.column_name, c.data_type
from information_schema.tables t
join information_schema.columns c on c.table_schema = t.table_schema and c.table_name = t.table_name
where t.table_schema = database() and t.table_type in ('BASE TABLE', 'SYSTEM VERSIONED')
  and left(t.table_name, {len(OURS)}) <> '{OURS}'
order by binary t.table_name, binary c.column_name
"""
_SIZES = """
select table_name, coalesce(data_length + index_length, 0)
from information_schema.tables where table_schema = database()
"""
_LOG_POSITION = "Innodb_lsn_current"
_COUNTERS = f"""
show global status where variable_name in ('{_LOG_POSITION}', 'Handler_write', 'Handler_update', 'Handler_delete',
                                           'Com_truncate', 'Com_drop_table', 'Com_alter_table', 'Com_rename_table')
"""
LONGEST_ROW = 1024 * 1024
"""Bytes that the text of a row without its long cells cannot exceed: the row itself has 65,535 at most."""
_CANONICAL_TYPES = {
    **dict.fromkeys(("float", "double"), "quote({} + 0e0)"),  # the bare text of a FLOAT is rounded to six digits
    "bit": "quote({} + 0)",
    **dict.fromkeys(("char", "varchar", "enum", "set", "binary", "varbinary"), "quote(cast({} as binary))"),
    **dict.fromkeys(("tinytext", "text", "mediumtext", "longtext", "tinyblob", "blob", "mediumblob", "longblob"),
                    "coalesce(md5({}), 'NULL')"),  # of any length, where a row's text has a limit
    "json": "coalesce(md5(cast({} as char)), 'NULL')",
    **dict.fromkeys(("geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon",
                     "geometrycollection"), "coalesce(md5(st_aswkb({})), 'NULL')"),
}
"""How a cell becomes text that is the same on every server; text is compared as bytes, whatever its collation."""


class MariadbDatabase(ServedDatabase):
    """One MariaDB or MySQL database. Tables without transactions (MyISAM, Aria) are not part of its snapshots.

    A table's digest is the sum of half the MD5 of each row's text, so 64 bits of every row count.
    """

    make = "mariadb"
    # DDL ends a transaction and would then run: only a session that is read-only as a whole refuses it.
    begin_reading = ("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ", "SET SESSION TRANSACTION READ ONLY",
                     "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
    canonical = ("SET time_zone = '+00:00'", "SET sql_mode = ''")

    def server(self) -> dict[str, str]:
        """Version, encoding, collation, time zone of the server and the database."""
        keys = ("version", "encoding", "collation", "sql_mode", "time_zone")
        return dict(zip(keys, map(str, self.query(_SERVER)[0]), strict=True))

    def _tables(self, ask: Ask, names: Sequence[str] | None,
                without: Mapping[str, Collection[str]]) -> dict[str, TableFacts]:
        columns: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for table, column, type_ in ask(_COLUMNS):
            columns[table] += [(column, type_.lower())] * (column not in without.get(table, ()))
        sizes: dict[str, int] = dict(ask(_SIZES))
        self._refuse_small_packets(ask)
        return {table: _facts(ask, table, int(sizes[table]), columns[table])
                for table in columns if names is None or table in names}

    def _mark(self) -> str | None:
        """Where InnoDB's log stands, to which every change is written, and counters for tables without transactions."""
        counters: dict[str, str] = dict(self.query(_COUNTERS))
        return str(sorted(counters.items())) if _LOG_POSITION in counters else None

    def schema(self) -> Schema:
        """The real structure."""
        with self.snapshot() as ask:
            return schema(ask)

    def integrity(self) -> list[str]:
        """What CHECK TABLE finds, and rows without parent."""
        with self.snapshot() as ask:
            return complaints(ask)

    def _refuse_small_packets(self, ask: Ask) -> None:
        """A row's text that is longer than max_allowed_packet would be NULL and the row would not count."""
        longest = int(ask("select @@max_allowed_packet")[0][0])
        if longest < LONGEST_ROW:
            raise DatabaseError(_("max_allowed_packet is {bytes} bytes, too few for a digest").format(bytes=longest),
                                where=self.name, hint=f"set global max_allowed_packet = {LONGEST_ROW};")


def _facts(ask: Ask, table: str, size: int, columns: list[tuple[str, str]]) -> TableFacts:
    cells = ", ".join(_CANONICAL_TYPES.get(type_, "quote({})").format(quoted(name, "`")) for name, type_ in columns)
    half = f"conv(left(md5(concat_ws(',', {cells or 'null'})), 16), 16, 10)"
    rows, total = ask(f"select count(*), coalesce(sum(cast({half} as unsigned)), 0) from {quoted(table, '`')}")[0]
    return TableFacts.summed(rows, size, str(total))
