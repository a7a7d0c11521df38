"""Post: rows of a query at one server come into a temporary table of another, as canonical texts on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import Column, MetaData, Select, Table, Text, select
from sqlalchemy.dialects.mysql import LONGBLOB
from sqlalchemy.schema import CreateTable
from sqlalchemy.sql.elements import quoted_name

from migrator.lens.copy.load import Load
from migrator.lens.copy.paths.copying import Sent, taken
from migrator.lens.copy.paths.from_postgresql import FORM
from migrator.lens.copy.paths.lines import as_texts
from migrator.lens.copy.session import Session
from migrator.lens.sql.canonical import typed
from migrator.sync.batch.temporary import Temporary

SENT = 2_000
"""Rows that are handed on at a time."""
_Row = Sequence[Any]


class Post:
    """One query and where its rows go; statements are put into words once."""

    def __init__(self, source: Session, target: Session, rows: Callable[[], Select[Any]], into: Temporary) -> None:
        self._source = source
        self._target = target
        self._rows = rows
        self._into = into

    def create(self) -> None:
        """Make the table for texts that are not values yet; PostgreSQL reads them as values itself."""
        if self._target.make != "postgresql":
            with self._target.refusals():
                self._target.connection.execute(CreateTable(self._staging))

    def run(self) -> int:
        """Bring the rows, the table being empty before; how many."""
        self._into.empty(self._target)
        if self._target.make != "postgresql":
            return self._typed()
        name = self._target.quoted([self._into.name])
        if self._source.make == "postgresql":
            return taken(self._target, name, self._columns, FORM, Sent(self._source, self._asked, FORM))
        return self._written(name)

    def _written(self, name: str) -> int:
        """Rows that PostgreSQL gets from another make."""
        statement = f"COPY {name} ({self._target.quoted(self._columns)}) FROM STDIN".replace("%%", "%")
        with self._target.refusals(), self._target.driver.cursor() as cursor:
            with cursor.copy(statement) as lines:
                for some in self._fetched():
                    for row in some:
                        lines.write_row([_text(cell) for cell in row])
            return int(cursor.rowcount)

    def _typed(self) -> int:
        """Rows that become values in the server's own expressions."""
        sent = 0
        for some in self._fetched():
            with self._target.refusals():
                self._target.connection.exec_driver_sql(self._put, [tuple(map(self._held, row)) for row in some])
            sent += len(some)
        if sent:
            self._target.run(self._read)
            self._target.run(self._emptied)
        return sent

    def _fetched(self) -> Iterator[Sequence[_Row]]:
        found = self._source.run(self._asked)
        with self._source.refusals():
            yield from found.partitions(SENT)

    def _held(self, cell: str | bytes | None) -> str | bytes | None:
        if self._target.make == "mariadb":
            return cell.encode() if isinstance(cell, str) else cell
        return _text(cell)

    @cached_property
    def _load(self) -> Load:
        rows = self._rows()
        types = self._into.types
        return Load(self._into.name, {c.name: types[c.name] for c in rows.selected_columns}, lambda _narrow: rows)

    @property
    def _columns(self) -> list[str]:
        return list(self._load.columns)

    @cached_property
    def _asked(self) -> str:
        return self._source.rendered(as_texts(self._load, self._load.rows(None)))

    @cached_property
    def _staging(self) -> Table:
        return Table(quoted_name(f"{self._into.name}_t", quote=True), MetaData(), *(
            Column(quoted_name(name, quote=True), Text().with_variant(LONGBLOB(), "mysql", "mariadb"))
            for name in self._columns), prefixes=["TEMPORARY"])

    @cached_property
    def _put(self) -> str:
        name, mark = self._target.quoted([self._staging.name]), "?" if self._target.make == "sqlite" else "%s"
        marks = ", ".join(mark for _column in self._columns)
        return f"INSERT INTO {name} ({self._target.quoted(self._columns)}) VALUES ({marks})"  # noqa: S608 - names of ours

    @cached_property
    def _read(self) -> str:
        texts = self._staging.c
        return self._into.fill(self._target, select(*(
            typed(texts[name], type_).label(name) for name, type_ in self._load.columns.items())))

    @cached_property
    def _emptied(self) -> str:
        return f"DELETE FROM {self._target.quoted([self._staging.name])}"  # noqa: S608 - a name of ours


def _text(cell: str | bytes | None) -> str | None:
    """A canonical text, which MariaDB gives as bytes."""
    return cell.decode() if isinstance(cell, bytes) else cell
