"""MariaDB and MySQL: dumps as SQL.

These servers cannot rename a database, and tables with triggers cannot be moved to another one. So a dump is first
loaded beside the live database and compared; only then is the live one emptied and the same dump loaded into it. The
proven copy stays until that has ended, so that at every moment one whole database is on the server.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from migrator.backup.client.base import Source
from migrator.backup.client.server import ServerClient, database_of
from migrator.commands import mariadb
from migrator.playbook.inventory import Database as Entry

_PROPERTIES = """
select default_character_set_name, default_collation_name from information_schema.schemata
where schema_name = database()
"""
_SIZE = """
select coalesce(sum(data_length + index_length), 0) from information_schema.tables where table_schema = database()
"""


class MariadbClient(ServerClient):
    """A MariaDB or MySQL database."""

    make = "mariadb"
    extension = "sql"
    port = 3306
    loads = 2
    where = "select @@datadir"

    def properties(self) -> dict[str, str]:
        charset, collation = self._live.query(_PROPERTIES)[0]
        return {"charset": charset, "collation": collation, "user": self.user.user}

    def size(self) -> int:
        return int(self._live.query(_SIZE)[0][0])

    def dump(self, sink: BinaryIO, snapshot: str | None = None) -> None:
        self.pull(mariadb.dump(self.admin, self.database), sink)

    def load(self, source: Source, copy: Entry, properties: Mapping[str, str]) -> None:
        self._fill(database_of(copy), source, properties)

    def put_live(self, copy: Entry, source: Source, properties: Mapping[str, str]) -> None:
        self._live.close()
        self._fill(self.database, source, properties)
        self.drop(copy)

    def _fill(self, database: str, source: Source, properties: Mapping[str, str]) -> None:
        """Make the database anew from the dump; privileges on it are kept by the server."""
        self.admin_sql(mariadb.drop_database(database) + mariadb.create_database(database, properties))
        self._push(mariadb.restore(self.admin, database), source)

    def _there(self, database: str) -> bool:
        return bool(self.admin_sql(mariadb.database_exists(database), changes=False))

    def _remove(self, database: str) -> None:
        self.admin_sql(mariadb.drop_database(database))

    def admin_sql(self, sql: str, *, changes: bool = True) -> str:
        return self._as_admin(mariadb.run_sql(self.admin), sql, changes=changes)
