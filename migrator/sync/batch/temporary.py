"""Temporary tables of a connection: made once, emptied for each batch, gone with the connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from sqlalchemy import BigInteger, MetaData, Select, SmallInteger, Text
from sqlalchemy import Column as SqlColumn
from sqlalchemy import Table as SqlTable
from sqlalchemy.sql.elements import quoted_name
from sqlalchemy.types import TypeEngine

from migrator.lens.copy.session import Session
from migrator.lens.places.carry import held
from migrator.lens.schema import Column, Table
from migrator.lens.side import Side
from migrator.lens.types import Family, Type
from migrator.sync.watch.native import native_types


class Kind(StrEnum):
    """A column that is ours: a number, a flag, a text, a text that rows are found by, a place in a table's file."""

    NUMBER = "number"
    FLAG = "flag"
    TEXT = "text"
    KEY = "key"
    PLACE = "place"


_SPELLED: Mapping[str, Mapping[Kind, str]] = {
    "postgresql": {Kind.NUMBER: "bigint", Kind.FLAG: "smallint", Kind.TEXT: "text", Kind.KEY: "text",
                   Kind.PLACE: "tid"},
    "mariadb": {Kind.NUMBER: "bigint", Kind.FLAG: "smallint", Kind.TEXT: "longblob", Kind.KEY: "varbinary(700)"},
    "sqlite": {Kind.NUMBER: "integer", Kind.FLAG: "integer", Kind.TEXT: "text", Kind.KEY: "text"},
}
_NUMBERED = {"postgresql": "bigint GENERATED ALWAYS AS IDENTITY", "mariadb": "bigint AUTO_INCREMENT",
             "sqlite": "integer"}
_IN_STATEMENTS: Mapping[Kind, TypeEngine[Any]] = {Kind.NUMBER: BigInteger(), Kind.FLAG: SmallInteger(),
                                                  Kind.TEXT: Text(), Kind.KEY: Text(),
                                                  Kind.PLACE: Text()}
_TEXT = Type(Family.TEXT, "text")
_TYPES: Mapping[Kind, Type] = {Kind.NUMBER: Type(Family.INTEGER, "bigint", bits=64),
                               Kind.FLAG: Type(Family.INTEGER, "smallint", bits=16), Kind.TEXT: _TEXT, Kind.KEY: _TEXT}


INDEXED = 255
"""Bytes of a text."""
DEAD = 5_000
"""Deleted rows that a temporary table may drag along: PostgreSQL never cleans one by itself."""


@dataclass
class Temporary:
    """A temporary table: a number of its own for each row, columns of ours, and columns like those of a side's tables.

    `like` gives for a column the table and the column whose type it has, to the last detail that its server knows;
    `held` gives a type of another server, whose every value it holds.
    """

    name: str
    side: Side
    """Where the tables lie that columns are like."""
    ours: Mapping[str, Kind]
    like: Mapping[str, tuple[Table, Column]] = field(default_factory=dict)
    index: tuple[str, ...] = ()
    held: Mapping[str, Type] = field(default_factory=dict)
    numbered: bool = True
    _dead: int = 0

    @cached_property
    def clause(self) -> SqlTable:
        """The table as statements name it."""
        types: dict[str, TypeEngine[Any]] = {name: _IN_STATEMENTS[kind] for name, kind in self.ours.items()}
        types |= {name: column.type.in_statements for name, (_, column) in self.like.items()}
        types |= {name: type_.in_statements for name, type_ in self.held.items()}
        number = [SqlColumn("id", BigInteger(), primary_key=True)] if self.numbered else []
        return SqlTable(quoted_name(self.name, quote=True), MetaData(), *number,
                        *(SqlColumn(quoted_name(name, quote=True), type_) for name, type_ in types.items()))

    @cached_property
    def types(self) -> Mapping[str, Type]:
        """What its columns can hold, its own number left out."""
        return {name: _TYPES[kind] for name, kind in self.ours.items()} | {
            name: column.type for name, (_, column) in self.like.items()} | dict(self.held)

    def create(self, session: Session) -> None:
        """Make it on a connection."""
        native = {table.name: native_types(session, self.side, table.name) for table, _ in self.like.values()}
        compiler = session.connection.dialect.type_compiler_instance
        columns = [*([f"id {_NUMBERED[session.make]} PRIMARY KEY"] if self.numbered else []),
                   *(f"{session.quoted([name])} {_SPELLED[session.make][kind]}" for name, kind in self.ours.items()),
                   *(f"{session.quoted([name])} {native[table.name][column.name]}"
                     for name, (table, column) in self.like.items()),
                   *(f"{session.quoted([name])} {compiler.process(held(type_))}" for name, type_ in self.held.items())]
        session.run_as_told(f"CREATE TEMPORARY TABLE {session.quoted([self.name])} ({', '.join(columns)})"
                            + (" DEFAULT CHARSET utf8mb4" if session.make == "mariadb" else ""))
        if self.index:
            names = ", ".join(session.quoted([name]) + self._begun(name, session) for name in self.index)
            where = "" if session.make != "sqlite" else "temp."
            index, table = session.quoted([f"{self.name}_i"]), session.quoted([self.name])
            session.run_as_told(f"CREATE INDEX {where}{index} ON {table} ({names})")

    def _begun(self, name: str, session: Session) -> str:
        """How much of a long text stands in an index of MariaDB."""
        return f"({INDEXED})" if session.make == "mariadb" and self.ours.get(name) is Kind.TEXT else ""

    def empty(self, session: Session) -> None:
        """Have it hold nothing."""
        name = session.quoted([self.name])
        self._dead += session.run(f"DELETE FROM {name}").rowcount  # noqa: S608 - a name of ours
        if self._dead > DEAD and session.make == "postgresql":
            session.run_as_told(f"TRUNCATE {name}")
            self._dead = 0

    def fill(self, session: Session, rows: Select[Any]) -> str:
        """The text of the statement that adds the rows of a query, by its labels."""
        columns = session.quoted(column.name for column in rows.selected_columns)
        return f"INSERT INTO {session.quoted([self.name])} ({columns}) {session.rendered(rows)}"
