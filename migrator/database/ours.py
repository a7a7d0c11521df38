"""Tables of our own in a database."""

from __future__ import annotations

from migrator.database.base import Database

_NAMED = {"sqlite": "select 1 from sqlite_master where name = :name",
          "postgresql": "select 1 from pg_tables where tablename = :name and schemaname = current_schema()",
          "mariadb": "select 1 from information_schema.tables where table_name = :name and table_schema = database()"}


def there(database: Database, table: str) -> bool:
    """Whether the database has this table, where a statement without a schema would find it."""
    return bool(database.query(_NAMED[database.make], {"name": table}))
