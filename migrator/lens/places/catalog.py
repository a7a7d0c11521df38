"""What a server's own catalogue says of columns and triggers, and SQLAlchemy does not tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, text

from migrator.database.base import OURS
from migrator.lens.types import Family

Facts = Mapping[str, Any]
"""Fields of `Type` by their names, as far as the catalogue knows better."""


def facts_of_columns(connection: Connection, make: str, space: str) -> dict[tuple[str, str], Facts]:
    """What there is to add to the types of columns, by table and column; columns without such facts are left out."""
    if make == "postgresql":
        found = connection.execute(_SPELLED, {"space": space})
        return {(table, column): {"shown": spelled, "spelled": spelled, "own": own}
                for table, column, spelled, own in found}
    if make != "mariadb":
        return {}
    found = connection.execute(_TYPES, {"space": space})
    facts: dict[tuple[str, str], Facts] = {(table, column): {"shown": shown, "charset": charset, "collation": collation}
                                           for table, column, shown, charset, collation in found}
    for key, fact in facts.items():  # a shape is carried as the bytes that the server keeps of it
        if fact["shown"] in _SHAPES:
            facts[key] = {**fact, "family": Family.BINARY}
    if getattr(connection.dialect, "is_mariadb", False):  # its JSON is text with a check
        for table, column in connection.execute(_JSON, {"space": space}):
            facts[table, column] = {**facts[table, column], "family": Family.JSON, "shown": "json"}
    return facts


def triggers(connection: Connection, make: str, space: str) -> dict[str, list[str]]:
    """The names of the triggers of each table, ours left out."""
    found: dict[str, list[str]] = {}
    for table, trigger in connection.execute(_TRIGGERS[make], {"space": space}):
        if not trigger.startswith(OURS) and trigger not in found.get(table, []):
            found.setdefault(table, []).append(trigger)
    return found


# A domain counts as what it is made of: values of that are taken for it. Its elements make an array's own.
_SPELLED = text("""
    select c.relname, a.attname, format_type(b.oid, nullif(greatest(a.atttypmod, t.typtypmod), -1)),
           b.typnamespace <> 'pg_catalog'::regnamespace
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p')
    join pg_namespace n on n.oid = c.relnamespace and n.nspname = :space
    join pg_type t on t.oid = a.atttypid
    join pg_type b on b.oid = case when t.typtype = 'd' then t.typbasetype else t.oid end
    where a.attnum > 0 and not a.attisdropped""")

_TYPES = text("""
    select table_name, column_name, column_type, character_set_name, collation_name from information_schema.columns
    where table_schema = :space""")

_SHAPES = {"geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon",
           "geometrycollection"}

_JSON = text("""
    select c.table_name, c.column_name from information_schema.columns c
    join information_schema.check_constraints k on k.constraint_schema = c.table_schema and k.table_name = c.table_name
     and replace(k.check_clause, ' ', '') = concat('json_valid(`', replace(c.column_name, '`', '``'), '`)')
    where c.table_schema = :space and c.data_type = 'longtext'""")

_TRIGGERS = {
    "postgresql": text("select event_object_table, trigger_name from information_schema.triggers "
                       "where event_object_schema = :space"),
    "mariadb": text("select event_object_table, trigger_name from information_schema.triggers "
                    "where event_object_schema = :space"),
    "sqlite": text("select tbl_name, name from sqlite_master where type = 'trigger' and :space is not null"),
}
