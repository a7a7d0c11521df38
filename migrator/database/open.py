"""Open a database of the inventory, whatever its make and wherever it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.database.base import Database
from migrator.errors import WrongUse
from migrator.secret import Secret
from migrator.text import _

if TYPE_CHECKING:
    from sqlalchemy import URL

    from migrator.database.door import Reach
    from migrator.database.sqlite import Runner
    from migrator.playbook.inventory import Database as Entry

_MAKES = {"sqlite": "sqlite", "postgresql": "postgresql", "postgres": "postgresql", "mysql": "mariadb",
          "mariadb": "mariadb"}


def make_of(url: str) -> str:
    """`sqlite`, `postgresql` or `mariadb`. Raises WrongUse for another make."""
    backend = url.partition(":")[0].partition("+")[0].lower()
    if backend not in _MAKES:
        raise WrongUse(_("{backend} is no make of database that is known here").format(backend=backend or "-"),
                       hint=_("write a URL that begins with sqlite:, postgresql:, mariadb: or mysql:"))
    return _MAKES[backend]


def open_database(name: str, entry: Entry, *, reach: Reach | None = None, on_host: Runner | None = None,
                  password: Secret | None = None) -> Database:
    """The database behind an inventory entry; nothing is connected before the first question.

    `reach` and `on_host` are given when the database is on another machine: `reach` leads to servers that only that
    machine can see, `on_host` runs commands there for SQLite. Raises WrongUse when the URL is no URL.
    """
    make = make_of(entry.url)
    url = parsed(name, entry.url, password)
    if make == "sqlite":
        from migrator.database.sqlite import SqliteDatabase

        if not url.database or url.database == ":memory:":
            raise WrongUse(_("the URL names no file"), where=name, hint="sqlite:////srv/app/data.db")
        return SqliteDatabase(name, url.database, on_host)
    from migrator.database.door import Door

    if make == "postgresql":
        from migrator.database.postgresql import PostgresqlDatabase

        url = url.set(drivername="postgresql+psycopg")
        return PostgresqlDatabase(name, Door(name, url, reach, application_name="migrator"))
    from migrator.database.mariadb import MariadbDatabase

    return MariadbDatabase(name, Door(name, url.set(drivername="mysql+pymysql"), reach, charset="utf8mb4"))


def parsed(name: str, text: str, password: Secret | None) -> URL:
    """The URL with the password in it, known as a secret; raises WrongUse when the text is no URL."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise WrongUse(_("the database's URL cannot be read"), where=name,
                       hint="postgresql://user@127.0.0.1:5432/app") from None
    if url.password:
        Secret(str(url.password))  # known from here on, so that it is scrubbed wherever it might appear
    return url.set(password=password.reveal()) if password else url
