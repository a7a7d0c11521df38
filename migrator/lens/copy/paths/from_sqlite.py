"""Lines out of an SQLite file: put together by its own expressions, fetched a few thousand at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select

from migrator.lens.copy.load import Load
from migrator.lens.copy.paths.lines import Lines, as_line
from migrator.lens.copy.session import Session

FETCHED = 2_000


class FromSqlite:
    """SELECT."""

    name = "SELECT"

    def __init__(self, source: Session) -> None:
        self._source = source

    def lines(self, load: Load, rows: Select[Any]) -> Lines:
        return _Fetched(self._source, self._source.rendered(as_line(load, rows)))


class _Fetched:
    def __init__(self, source: Session, query: str) -> None:
        self.rows = 0
        self._source = source
        self._query = query

    def __iter__(self) -> Iterator[bytes]:
        with self._source.refusals():
            cursor = self._source.driver.execute(self._query)
            while some := cursor.fetchmany(FETCHED):
                self.rows += len(some)
                yield ("\n".join([line for line, in some]) + "\n").encode()
