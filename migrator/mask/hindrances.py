"""What stands in the way of changing a table: triggers that would act on it, foreign keys that are judged too soon."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, bindparam, text

_PG_TRIGGERS = text("""
select c.relname, t.tgname, t.tgenabled from pg_trigger t join pg_class c on c.oid = t.tgrelid
where not t.tgisinternal and t.tgenabled in ('O', 'A') and c.relname in :tables
  and c.relnamespace = current_schema()::regnamespace order by 1, 2
""").bindparams(bindparam("tables", expanding=True))
_PG_KEYS = text("""
select c.relname, k.conname, pg_get_constraintdef(k.oid) as said
from pg_constraint k join pg_class c on c.oid = k.conrelid
where k.contype = 'f' and k.conparentid = 0 and k.connamespace = current_schema()::regnamespace order by 1, 2
""")
_LITE_TRIGGERS = text("""
select name, sql from sqlite_master where type = 'trigger' and tbl_name in :tables order by name
""").bindparams(bindparam("tables", expanding=True))
_MY_TRIGGERS = text("""
select event_object_table, trigger_name from information_schema.triggers
where trigger_schema = database() and event_manipulation = :event and event_object_table in :tables order by 1, 2
""").bindparams(bindparam("tables", expanding=True))
Key = tuple[str, str]
"""A declared foreign key: its table and its name."""


@contextmanager
def lifting(make: str, connection: Connection, tables: Collection[str], keys: Collection[Key]) -> Iterator[None]:
    """Within a transaction: triggers of the tables do not act, and the foreign keys are judged when this ends.

    It takes no more than owning the tables, and is undone with the transaction: PostgreSQL's keys are dropped and made
    again. On SQLite and MariaDB foreign keys are
    off in our sessions anyway; MariaDB's triggers need `TriggersAside`.
    """
    ways = {"postgresql": _postgresql, "sqlite": _sqlite, "mariadb": _nothing}
    with ways[make](connection, tables, keys):
        yield


def update_triggers(connection: Connection, tables: Collection[str]) -> list[tuple[str, str]]:
    """MariaDB's triggers that act on changes of these tables: table and name."""
    found = connection.execute(_MY_TRIGGERS, {"event": "UPDATE", "tables": list(tables)})
    return [(str(table), str(name)) for table, name in found]


def triggers_on_delete(connection: Connection, tables: Collection[str]) -> list[str]:
    """Names of MariaDB's triggers that act on what is removed from these tables."""
    return [str(name) for _table, name in connection.execute(_MY_TRIGGERS, {"event": "DELETE", "tables": list(tables)})]


def run(connection: Connection, words: str, *names: str, rest: str = "") -> None:
    """Run a statement in which each {} is a name, quoted by the dialect; `rest` is the server's own text."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    text_ = words.format(*map(quote, names)) + rest
    connection.exec_driver_sql(text_, execution_options={"no_parameters": True})


@contextmanager
def _postgresql(connection: Connection, tables: Collection[str], wanted: Collection[Key]) -> Iterator[None]:
    triggers = connection.execute(_PG_TRIGGERS, {"tables": list(tables)}).all()
    keys = [key for key in connection.execute(_PG_KEYS).all() if (key.relname, key.conname) in wanted]
    for trigger in triggers:
        run(connection, "ALTER TABLE {} DISABLE TRIGGER {}", trigger.relname, trigger.tgname)
    for key in keys:
        run(connection, "ALTER TABLE {} DROP CONSTRAINT {}", key.relname, key.conname)
    yield
    for key in keys:  # judged by one join, where deferring it would judge row by row
        run(connection, "ALTER TABLE {} ADD CONSTRAINT {} ", key.relname, key.conname, rest=key.said)
    for trigger in triggers:
        always = "ENABLE ALWAYS" if trigger.tgenabled == "A" else "ENABLE"
        run(connection, f"ALTER TABLE {{}} {always} TRIGGER {{}}", trigger.relname, trigger.tgname)


@contextmanager
def _sqlite(connection: Connection, tables: Collection[str], _keys: Collection[Key]) -> Iterator[None]:
    triggers = connection.execute(_LITE_TRIGGERS, {"tables": list(tables)}).all()
    for trigger in triggers:
        run(connection, "DROP TRIGGER {}", trigger.name)
    yield
    for trigger in triggers:
        connection.exec_driver_sql(trigger.sql, execution_options={"no_parameters": True})


@contextmanager
def _nothing(_connection: Connection, _tables: Collection[str], _keys: Collection[Key]) -> Iterator[None]:
    yield
