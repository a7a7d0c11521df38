"""PostgreSQL: dumps in pg_dump's custom format; a copy takes the live place by two renames in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from migrator.backup.client.base import Source
from migrator.backup.client.server import ServerClient, database_of, foreign
from migrator.commands import postgres
from migrator.playbook.inventory import Database as Entry

_PROPERTIES = """
select pg_encoding_to_char(encoding), datcollate, datctype, pg_get_userbyid(datdba), pg_database_size(oid)
from pg_database where datname = current_database()
"""
_UNLOGGED = "select relname from pg_class where relpersistence = 'u' and relkind = 'r' order by relname"


class PostgresClient(ServerClient):
    """A PostgreSQL database."""

    make = "postgresql"
    extension = "dump"
    port = 5432
    loads = 1
    where = "select setting from pg_settings where name = 'data_directory'"

    def properties(self) -> dict[str, str]:
        encoding, collate, ctype, owner, _size = self._live.query(_PROPERTIES)[0]
        return {"encoding": encoding, "collate": collate, "ctype": ctype, "owner": owner, "user": self.user.user}

    def size(self) -> int:
        return int(self._live.query(_PROPERTIES)[0][4])

    def dump(self, sink: BinaryIO, snapshot: str | None = None) -> None:
        self.pull(postgres.dump(self.admin, self.database, snapshot=snapshot), sink)

    def load(self, source: Source, copy: Entry, properties: Mapping[str, str]) -> None:
        """Owners and privileges are kept where the same role uses the database, else all belongs to this one's role."""
        other = foreign(properties, self.user)
        owner = self.user.user if other else properties["owner"]
        name = database_of(copy)
        self.drop(copy)
        self.admin_sql(postgres.create_database(name, properties, owner))
        self._push(postgres.restore(self.admin, name, role=owner if other else None), source)

    def put_live(self, copy: Entry, source: Source, properties: Mapping[str, str]) -> None:
        self._live.close()
        old = self.beside("old")
        self.admin_sql(postgres.drop_database(old))
        if self.exists():
            self.admin_sql(postgres.swap_databases(database_of(copy), self.database, old))
            self.admin_sql(postgres.drop_database(old))
        else:
            self.admin_sql(postgres.rename_database(database_of(copy), self.database))

    def _there(self, database: str) -> bool:
        return bool(self.admin_sql(postgres.database_exists(database), changes=False))

    def _remove(self, database: str) -> None:
        self.admin_sql(postgres.drop_database(database))

    @property
    def maintenance(self) -> str:
        """The database that the admin role is connected to, so that this one can be renamed or removed."""
        return (self.admin_database if self.admin_database != self.database else "") or "postgres"

    def unlogged(self) -> list[str]:
        """Tables whose content the server keeps out of its log."""
        return [str(row[0]) for row in self._live.query(_UNLOGGED)]

    def admin_sql(self, sql: str, *, changes: bool = True) -> str:
        return self._as_admin(postgres.run_sql(self.admin, self.maintenance), sql, changes=changes)
