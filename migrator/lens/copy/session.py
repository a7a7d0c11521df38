"""A connection at one side, and statements as text where SQLAlchemy has no word: COPY, LOAD DATA, identities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ClauseElement, Connection, CursorResult, Select
from sqlalchemy.dialects.mysql.base import MySQLCompiler
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

from migrator.database.refusals import in_our_words
from migrator.lens.places.endpoint import Endpoint
from migrator.lens.schema import named
from migrator.lens.side import Side


@cache
def _written_out(compiler: Any) -> type[SQLCompiler]:
    """The dialect's compiler, with every constant in the text: some dialects forget the flag for it on the way down."""
    class WrittenOut(compiler):  # type: ignore[misc]
        def visit_bindparam(self, bindparam: Any, **kw: Any) -> str:
            return str(super().visit_bindparam(bindparam, **{**kw, "literal_binds": True}))

    class OtherTablesFirst(WrittenOut):
        """MariaDB locks each row that it passes by. So it must come to the rows of the table that is changed from the
        keys that stand beside it, also where that table is small and reading all of it looks cheaper.
        """

        def update_tables_clause(self, _update: Any, table: Any, others: Sequence[Any], **kw: Any) -> str:
            return self._in_this_order(*others, table, **kw)

        def delete_extra_from_clause(self, _delete: Any, table: Any, others: Sequence[Any], _hints: Any, **kw: Any
                                     ) -> str:
            return f"USING {self._in_this_order(*others, table, **kw)}"

        def _in_this_order(self, *tables: Any, **kw: Any) -> str:
            return " STRAIGHT_JOIN ".join(self.process(table, **{**kw, "asfrom": True}) for table in tables)

    return OtherTablesFirst if issubclass(compiler, MySQLCompiler) else WrittenOut


@dataclass(frozen=True)
class Session:
    """A connection, and the endpoint that it leads to."""

    endpoint: Endpoint
    connection: Connection

    @property
    def make(self) -> str:
        """The make of the database."""
        return self.endpoint.make

    def read_without_locks(self) -> None:
        """Leave alone who writes what is read: MariaDB locks what INSERT..SELECT reads, where its binlog lets it."""
        if self.make == "mariadb":
            with self.connection.begin():
                by_statement = self.run("SELECT @@log_bin AND @@binlog_format = 'STATEMENT'").scalar()
            if not by_statement:
                self.connection.execution_options(isolation_level="READ COMMITTED")

    def rendered(self, statement: ClauseElement) -> str:
        """The text of a statement, constants written out by the dialect.

        Percent signs are doubled where the driver wants it: it must be run with an empty tuple of parameters.
        """
        dialect: Any = self.connection.dialect
        compiler = _written_out(dialect.statement_compiler)
        return str(compiler(dialect, statement, schema_translate_map=self._schemas, render_schema_translate=True))

    def schema(self, side: Side) -> str:
        """The schema or database in which a side lies, as this connection names it."""
        return str(self._schemas[side])

    def table(self, side: Side, name: str) -> str:
        """A table of a side as this connection names it, quoted."""
        table = named(name, {}, side)
        table.schema = self._schemas[side]
        return self.connection.dialect.identifier_preparer.format_table(table)

    def quoted(self, names: Iterable[str]) -> str:
        """Names of columns, quoted, with commas."""
        return ", ".join(self.connection.dialect.identifier_preparer.quote_identifier(name) for name in names)

    def run(self, text: str, **options: Any) -> CursorResult[Any]:
        """Run a statement that was put together from the words of this class, with SQLAlchemy's execution options."""
        with self.refusals():
            return self.connection.exec_driver_sql(text, execution_options=options)

    def ask(self, statement: Select[Any]) -> CursorResult[Any]:
        """Run a query with its constants written out, so that a server finds their types by what they stand beside."""
        return self.run(self.rendered(statement))

    def insert(self, side: Side, table: str, columns: Iterable[str], rows: Select[Any]) -> int:
        """Insert what a query gives, identities as they are given; rows inserted."""
        return self.run(self.insertion(side, table, columns, rows)).rowcount

    def insertion(self, side: Side, table: str, columns: Iterable[str], rows: Select[Any]) -> str:
        """The text of the statement that inserts what a query gives, identities as they are given."""
        identities = " OVERRIDING SYSTEM VALUE" if self.make == "postgresql" else ""
        return (f"INSERT INTO {self.table(side, table)} ({self.quoted(columns)}){identities} "
                f"{self.rendered(rows)}")

    def run_as_told(self, text: str) -> None:
        """Run a statement in the server's own words, in which no sign is a parameter."""
        self.run(text, no_parameters=True)

    @property
    def driver(self) -> Any:
        """The driver's own connection; what is done with it belongs to the open transaction."""
        return self.connection.connection.driver_connection

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Have the server's errors come out in our words, whether SQLAlchemy has seen them or not."""
        try:
            yield
        except DBAPIError as error:
            raise in_our_words(error, self.endpoint.name, self.endpoint.url) from None
        except self.connection.dialect.loaded_dbapi.Error as error:
            raise in_our_words(DBAPIError(None, None, error), self.endpoint.name, self.endpoint.url) from None

    @property
    def _schemas(self) -> dict[Any, Any]:
        return dict(self.connection.get_execution_options()["schema_translate_map"])
