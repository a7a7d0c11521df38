"""Empty databases for one test each, with an owner of their own, on a machine that runs PostgreSQL or MariaDB."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rig_host import TestHost

ADMIN_USER = "admin"
ADMIN_PASSWORD = "admin-password"


@dataclass(frozen=True)
class Database:
    """A database as its machine sees it (127.0.0.1 there); SQLAlchemy URLs, the passwords in them are throw-away."""

    host: TestHost
    name: str
    user: str
    password: str
    driver: str
    port: int
    maintenance: str  # the database that an administrator connects to when this one is dropped or renamed

    @property
    def url(self) -> str:
        """For the owner, from the machine itself or through a tunnel."""
        return self._url(self.user, self.password, self.port, self.name)

    @property
    def admin_url(self) -> str:
        """For the server's administrator, from the machine itself or through a tunnel."""
        return self._url(ADMIN_USER, ADMIN_PASSWORD, self.port, self.maintenance)

    @property
    def direct_url(self) -> str:
        """For the owner, from the test process; KeyError unless the machine publishes the database's port."""
        return self._url(self.user, self.password, self.host.published[self.port], self.name)

    @property
    def direct_admin_url(self) -> str:
        """For the administrator, from the test process; KeyError unless the machine publishes the database's port."""
        return self._url(ADMIN_USER, ADMIN_PASSWORD, self.host.published[self.port], self.maintenance)

    def _url(self, user: str, password: str, port: int, name: str) -> str:
        return f"{self.driver}://{user}:{password}@127.0.0.1:{port}/{name}"


@contextmanager
def postgres_database_on(host: TestHost) -> Iterator[Database]:
    """A new PostgreSQL database; dropped at the end with whoever is still connected."""
    name = _new_name()
    database = Database(host, name, name, secrets.token_hex(8), "postgresql+psycopg", 5432, "postgres")
    _psql(host, f"CREATE ROLE {name} LOGIN PASSWORD '{database.password}'", f"CREATE DATABASE {name} OWNER {name}")
    yield database
    _psql(host, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"DROP OWNED BY {name}", f"DROP ROLE {name}")


@contextmanager
def mariadb_database_on(host: TestHost) -> Iterator[Database]:
    """A new MariaDB database; dropped at the end with its owner."""
    name = _new_name()
    database = Database(host, name, name, secrets.token_hex(8), "mysql+pymysql", 3306, "mysql")
    _mariadb(
        host,
        f"CREATE DATABASE {name} CHARACTER SET utf8mb4;"
        f"CREATE USER {name}@'%' IDENTIFIED BY '{database.password}';"
        f"GRANT ALL PRIVILEGES ON {name}.* TO {name}@'%'",
    )
    yield database
    _mariadb(host, f"DROP DATABASE IF EXISTS {name}; DROP USER {name}@'%'")


def _new_name() -> str:
    return f"test_{secrets.token_hex(5)}"


def _psql(host: TestHost, *statements: str) -> None:
    each = [word for statement in statements for word in ("-c", statement)]
    host.must(["psql", "-qX", "-v", "ON_ERROR_STOP=1", *each], user="postgres")


def _mariadb(host: TestHost, statements: str) -> None:
    host.must(["mariadb", "-e", statements])
