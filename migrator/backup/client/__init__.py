"""Databases taken and brought back by their own client programs, on the host where they are reached from."""

from __future__ import annotations

from migrator.backup.client.base import Client, beside
from migrator.database.open import make_of
from migrator.site import Site

__all__ = ["Client", "beside", "client_of"]


def client_of(site: Site, name: str) -> Client:
    """The client of one of the site's databases."""
    from migrator.backup.client.mariadb import MariadbClient
    from migrator.backup.client.postgres import PostgresClient
    from migrator.backup.client.sqlite import SqliteClient

    makes: dict[str, type[PostgresClient] | type[MariadbClient] | type[SqliteClient]] = {
        "postgresql": PostgresClient, "mariadb": MariadbClient, "sqlite": SqliteClient}
    return makes[make_of(site.database_entry(name).url)](site, name)
