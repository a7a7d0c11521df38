"""PostgreSQL 12 or newer, through psycopg."""

# ruff: noqa: S608 - names come from the catalogue and are quoted
from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from migrator.commands.quoting import quoted
from migrator.database.base import Schema, TableFacts
from migrator.database.postgresql_integrity import complaints
from migrator.database.postgresql_schema import own, schema
from migrator.database.served import Ask, ServedDatabase

_SERVER = """
select current_setting('server_version'), pg_encoding_to_char(encoding), datcollate, datctype,
       current_setting('TimeZone')
from pg_database where datname = current_database()
"""
_TABLES = f"""
select n.nspname, c.relname, c.oid::bigint, c.relkind = 'p',
       coalesce(array_agg(array[a.attname::text, coalesce(b.typname, t.typname)::text]
                          order by a.attname::text collate "C") filter (where a.attname is not null), '{{}}')
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
left join pg_type t on t.oid = a.atttypid
left join pg_type b on b.oid = t.typbasetype
where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence <> 't'
  and {own('n.nspname', 'c.relname', 'pg_class', 'c.oid')}
group by 1, 2, 3, 4 order by 1, 2
"""
_CANONICAL_TYPES = {"float4": "float4send({})", "float8": "float8send({})", "bytea": "md5({})"}
"""Types whose text depends on the server's version or is needlessly long."""


class PostgresqlDatabase(ServedDatabase):
    """One PostgreSQL database; tables of the schema `public` have bare names, others `schema.table`.

    A table's digest is the sum of half the MD5 of each row's text, so 64 bits of every row count.
    """

    make = "postgresql"
    begin_reading = ("SET default_transaction_read_only = on; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",)
    canonical = ("SET LOCAL search_path = pg_catalog", "SET LOCAL timezone = 'UTC'", "SET LOCAL datestyle = 'ISO, YMD'",
                 "SET LOCAL intervalstyle = 'iso_8601'", "SET LOCAL extra_float_digits = 3",
                 "SET LOCAL bytea_output = 'hex'", "SET LOCAL lc_monetary = 'C'",
                 "SET LOCAL row_security = off")  # rows hidden by a policy are an error, not a smaller count

    def server(self) -> dict[str, str]:
        """Version, encoding, collation, time zone of the server and the database."""
        keys = ("version", "encoding", "collation", "character_type", "time_zone")
        return dict(zip(keys, map(str, self.query(_SERVER)[0]), strict=True))

    def _tables(self, ask: Ask, names: Sequence[str] | None,
                without: Mapping[str, Collection[str]]) -> dict[str, TableFacts]:
        """Large objects count as the table `pg_largeobject`."""
        found = {}
        for space, table, oid, partitioned, columns in ask(_TABLES):
            shown = table if space == "public" else f"{space}.{table}"
            if names is None or shown in names:
                kept = [column for column in columns if column[0] not in without.get(shown, ())]
                found[shown] = _facts(ask, f"{quoted(space)}.{quoted(table)}", oid, partitioned, kept)
        return found if names is not None else {**found, **_large_objects(ask)}

    def _mark(self) -> str | None:
        """Every transaction that writes has a number, and a snapshot says which of them it sees."""
        return str(self.query("select txid_current_snapshot()::text")[0][0])

    def _exported(self, ask: Ask) -> str | None:
        return str(ask("select pg_export_snapshot()")[0][0])

    def schema(self) -> Schema:
        """The real structure, with every name written in full."""
        with self.snapshot() as ask:
            return schema(ask)

    def integrity(self) -> list[str]:
        """Rows without parent, sequences behind their column, invalid indexes, and what amcheck finds where it is."""
        return complaints(self)


def _facts(ask: Ask, table: str, oid: int, partitioned: bool, columns: list[tuple[str, str]]) -> TableFacts:
    cells = ", ".join(_CANONICAL_TYPES.get(type_, "{}").format(f"t.{quoted(name)}") for name, type_ in columns)
    size = f"pg_total_relation_size({oid})"
    if partitioned:
        size = f"(select sum(pg_total_relation_size(relid)) from pg_partition_tree({oid}))"
    only = "" if partitioned else "only"  # tables that inherit have facts of their own, partitions have not
    rows, size_, total = ask(f"select count(*), {size}::bigint, {_sum(f'row({cells})::text')} from {only} {table} t")[0]
    return TableFacts.summed(rows, size_, total)


def _large_objects(ask: Ask) -> dict[str, TableFacts]:
    if not ask("select 1 from pg_largeobject_metadata limit 1"):
        return {}
    rows, size, total = ask("select count(*), coalesce(sum(length(lo_get(oid))), 0)::bigint, "
                            f"{_sum('md5(lo_get(oid)) || oid')} from pg_largeobject_metadata")[0]
    return {"pg_largeobject": TableFacts.summed(rows, size, total)}


def _sum(text: str) -> str:
    return f"coalesce(sum(('x' || left(md5({text}), 16))::bit(64)::bigint), 0)::text"
