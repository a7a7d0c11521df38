"""A database behind a server: what PostgreSQL and MariaDB have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Self

from migrator.database.base import NOTHING, Held, Schema, TableFacts
from migrator.database.door import Door
from migrator.errors import DatabaseError, MigratorError, ReadOnly
from migrator.text import _

if TYPE_CHECKING:
    from sqlalchemy import Connection

Rows = list[tuple[Any, ...]]
Ask = Callable[[str], Rows]
"""Rows of a reading statement, inside a transaction that is open."""


class ServedDatabase(ABC):
    """Reads in read-only snapshots, writes in one transaction per call."""

    make: str
    begin_reading: ClassVar[tuple[str, ...]]
    """Statements that begin a snapshot which cannot write."""
    canonical: ClassVar[tuple[str, ...]]
    """Settings under which every value has one text, whoever asks and wherever the server stands."""

    def __init__(self, name: str, door: Door, *, read_only: bool = False) -> None:
        self.name = name
        self.door = door
        self._read_only = read_only

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Rows:
        """Rows of a reading statement; parameters are `:named`."""
        with self.door.connect() as connection:
            self._begin(connection)
            return _rows(connection, sql, parameters)

    def execute(self, statements: Sequence[str], parameters: Mapping[str, Any] | None = None) -> list[int]:
        """Run statements in one transaction where the make allows it; rows touched by each."""
        if self._read_only:
            raise ReadOnly(_("a database that was handed out for reading was asked to write"), where=self.name)
        touched: list[int] = []
        try:
            with self.door.connect() as connection:
                _run(connection, "START TRANSACTION")
                touched.extend(max(0, _run(connection, statement, parameters)) for statement in statements)
                _run(connection, "COMMIT")
        except DatabaseError as error:
            raise _numbered(error, len(touched) + 1, len(statements)) from None
        return touched

    @contextmanager
    def snapshot(self) -> Iterator[Ask]:
        """Ask within one consistent state of the whole database, with values in canonical text."""
        with self.door.connect() as connection:
            self._begin(connection, *self.canonical)
            yield lambda sql: _rows(connection, sql, None)

    @abstractmethod
    def server(self) -> dict[str, str]:
        """Version, encoding, collation, time zone."""

    def tables(self, names: Sequence[str] | None = None, *,
               without: Mapping[str, Collection[str]] = NOTHING) -> dict[str, TableFacts]:
        """Facts of every table (or of those named), all from one consistent snapshot, computed in the server."""
        with self.snapshot() as ask:
            return self._tables(ask, names, without)

    @contextmanager
    def held(self) -> Iterator[Held]:
        """A snapshot that stays open."""
        before = self._mark()
        with self.snapshot() as ask:
            yield Held(self._exported(ask), lambda: self._tables(ask, None, NOTHING),
                       lambda: before is not None and self._mark() == before)

    @abstractmethod
    def _tables(self, ask: Ask, names: Sequence[str] | None,
                without: Mapping[str, Collection[str]]) -> dict[str, TableFacts]:
        """Facts of tables as a snapshot sees them."""

    @abstractmethod
    def _mark(self) -> str | None:
        """A text that is another one as soon as anything was written on the server; None where it has none."""

    def _exported(self, ask: Ask) -> str | None:
        """The name under which other sessions can join the snapshot."""
        return None

    @abstractmethod
    def schema(self) -> Schema:
        """The real structure."""

    @abstractmethod
    def integrity(self) -> list[str]:
        """Complaints; empty when sound."""

    def reading(self) -> Self:
        """The same database, unable to write."""
        return type(self)(self.name, self.door, read_only=True)

    def close(self) -> None:
        """Close the tunnel, if there is one; the next question opens it again."""
        self.door.close()

    def _begin(self, connection: Connection, *settings: str) -> None:
        for statement in (*self.begin_reading, *settings):
            _run(connection, statement)


def _run(connection: Connection, statement: str, parameters: Mapping[str, Any] | None = None) -> int:
    """Run text; without parameters as it stands: no sign in it is one."""
    if parameters:
        from sqlalchemy import text

        return connection.execute(text(statement), dict(parameters)).rowcount
    return connection.exec_driver_sql(statement, execution_options={"no_parameters": True}).rowcount


def _rows(connection: Connection, sql: str, parameters: Mapping[str, Any] | None) -> Rows:
    from sqlalchemy import text

    result = (connection.execute(text(sql), dict(parameters)) if parameters
              else connection.exec_driver_sql(sql, execution_options={"no_parameters": True}))
    return [tuple(row) for row in result] if result.returns_rows else []


def _numbered(error: MigratorError, number: int, of: int) -> DatabaseError:
    if number > of:
        return DatabaseError(error.message, where=error.where, hint=error.hint)
    return DatabaseError(_("statement {number} of {of}: {message}").format(number=number, of=of, message=error.message),
                         where=error.where, hint=error.hint)
