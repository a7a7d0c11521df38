"""A database's own client as a person types it; it takes the password from where they keep it (.pgpass, .my.cnf)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from migrator.commands.by_hand import both, typed, written_to
from migrator.commands.login import Login
from migrator.commands.quoting import quoted
from migrator.commands.shell import Command

LOGS = ("-wal", "-shm", "-journal")
"""Endings of the files that SQLite keeps beside a database."""


class TypedClient(Protocol):
    """What is typed for one database; `properties` are those that a backup set keeps of it."""

    def remove(self) -> Command:
        """Remove the whole database; fine when it is not there."""

    def empty(self, properties: Mapping[str, str], owner: str) -> list[Command]:
        """Replace the database, if there is one, by an empty one of this owner."""

    def load(self, role: str | None) -> Command:
        """Load a dump from standard input; `role` makes everything belong to that role (None: as it was)."""

    def sql(self, statement: str | None = None) -> Command:
        """Run one statement, else the SQL on standard input; PostgreSQL and SQLite do all of it or nothing."""


@dataclass(frozen=True)
class TypedPostgres:
    login: Login
    database: str

    def remove(self) -> Command:
        return self._program("dropdb", "--if-exists", "--force", self.database)

    def empty(self, properties: Mapping[str, str], owner: str) -> list[Command]:
        made = self._program("createdb", f"--owner={owner}", "--template=template0",
                             f"--encoding={properties['encoding']}", f"--lc-collate={properties['collate']}",
                             f"--lc-ctype={properties['ctype']}", self.database)
        return [self.remove(), made]

    def load(self, role: str | None) -> Command:
        foreign = ["--no-owner", "--no-privileges", f"--role={role}"] if role else []
        return self._program("pg_restore", "--exit-on-error", *foreign, f"--dbname={self.database}")

    def sql(self, statement: str | None = None) -> Command:
        given = [f"--command={statement}"] if statement else []
        return self._program("psql", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--single-transaction", *given,
                             f"--dbname={self.database}")

    def _program(self, name: str, *arguments: str) -> Command:
        return typed(name, f"--host={self.login.address}", f"--port={self.login.port}",
                     f"--username={self.login.user}", *arguments)


@dataclass(frozen=True)
class TypedMariadb:
    login: Login
    database: str

    def remove(self) -> Command:
        return self._client(f"--execute=DROP DATABASE IF EXISTS {quoted(self.database, '`')}")

    def empty(self, properties: Mapping[str, str], owner: str) -> list[Command]:
        made = (f"--execute=CREATE DATABASE {quoted(self.database, '`')} CHARACTER SET {properties['charset']}"
                f" COLLATE {properties['collation']}")
        return [self.remove(), self._client(made)]

    def load(self, role: str | None) -> Command:
        return self.sql()

    def sql(self, statement: str | None = None) -> Command:
        return self._client("--default-character-set=utf8mb4", *([f"--execute={statement}"] if statement else []),
                            self.database)

    def _client(self, *arguments: str) -> Command:
        return typed("mariadb", "--protocol=tcp", f"--host={self.login.address}", f"--port={self.login.port}",
                     f"--user={self.login.user}", *arguments)


@dataclass(frozen=True)
class TypedSqlite:
    """`owner` is the user of the host whom the file belongs to, None the login user."""

    path: str
    owner: str | None

    def remove(self) -> Command:
        return self._without("", *LOGS).as_user(self.owner)

    def empty(self, properties: Mapping[str, str], owner: str) -> list[Command]:
        return []  # loading replaces the file

    def load(self, role: str | None) -> Command:
        return both(self._without(*LOGS), written_to(self.path)).as_user(self.owner)

    def sql(self, statement: str | None = None) -> Command:
        return typed("sqlite3", "-bail", self.path, *([statement] if statement else [])).as_user(self.owner)

    def _without(self, *endings: str) -> Command:
        return typed("rm", "-f", "--", *(f"{self.path}{ending}" for ending in endings))
