"""Small tables of the other side, carried along: a look-up works at a server that does not have the table."""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, FromClause, MetaData, Numeric, String, Text, insert, select
from sqlalchemy import Table as SqlTable
from sqlalchemy.sql.elements import quoted_name
from sqlalchemy.types import TypeEngine

from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.lens.types import Family, Type

log = logging.getLogger(__name__)
BATCH = 5_000
INDEXABLE = 700
"""Characters of a text on which MariaDB can still look something up by an index of its own making."""


class Carried:
    """Tells what stands for a table at one side's server, and carries there what the other side alone has.

    What is carried lies in temporary tables of the connection and ends with it. Ask before a transaction that only
    reads has begun: making a temporary table counts as writing.
    """

    def __init__(self, lens: Lens, meeting: Meeting, side: Side, connection: Connection) -> None:
        self._lens = lens
        self._meeting = meeting
        self._side = side
        self._connection = connection
        self._copies: dict[str, SqlTable] = {}

    def __call__(self, side: Side, name: str) -> FromClause:
        """The table itself where this server has it, else a copy that is made at the first question."""
        if side is self._side or self._meeting.shared:
            return self._lens.tables(side, name)
        if name not in self._copies:
            self._copies[name] = self._carry(side, name)
        return self._copies[name]

    def _carry(self, side: Side, name: str) -> SqlTable:
        there = self._lens.tables(side, name)
        types = self._types(side, name, there)
        copy = SqlTable(quoted_name(f"migrator_carried_{name}"[:60], quote=True), MetaData(),
                        *(Column(quoted_name(c, quote=True), held(t)) for c, t in types.items()),
                        prefixes=["TEMPORARY"], mysql_charset="utf8mb4", mariadb_charset="utf8mb4")
        copy.create(self._connection)
        rows = 0
        with self._meeting.connect(side) as source:
            for batch in source.execution_options(stream_results=True).execute(select(there)).partitions(BATCH):
                self._connection.execute(insert(copy), [
                    {name: _read(value, type_) for (name, type_), value in zip(types.items(), row, strict=True)}
                    for row in batch])
                rows += len(batch)
        self._connection.commit()
        log.info("%s of the %s side is carried to the %s side for look-ups: %s rows", name, side, side.other, rows)
        return copy

    def _types(self, side: Side, name: str, there: FromClause) -> dict[str, Type]:
        known = self._lens.schemas[side].tables.get(name)
        if known is None:  # a memory: nothing but texts
            return dict.fromkeys(there.c.keys(), Type(Family.TEXT, "text"))
        return {column.name: column.type for column in known.columns.values()}


def _read(value: Any, type_: Type) -> Any:
    return value.decode() if type_.family is Family.TEXT and isinstance(value, bytes) else value  # MariaDB's memories


def held(type_: Type) -> TypeEngine[Any]:
    """A column of the executing server that holds every value of a type."""
    if type_.family is Family.INTEGER:
        return Numeric(20, 0) if type_.unsigned and type_.bits == 64 else BigInteger()
    if type_.family is Family.DECIMAL:
        return Numeric(type_.precision, type_.scale) if type_.precision else Numeric()
    if type_.family is Family.TEXT and type_.length and type_.length <= INDEXABLE:
        return String(type_.length)
    return Text() if type_.family in (Family.JSON, Family.OTHER) else type_.in_statements
