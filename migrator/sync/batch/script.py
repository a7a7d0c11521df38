"""A script: statements that stay the same from batch to batch, put into a server's words once for each connection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import ClauseElement, CursorResult, Row, Select

from migrator.lens.copy.session import Session
from migrator.lens.side import Side
from migrator.sync.batch.temporary import Temporary


class Script:
    """The words of one pair's batch."""

    def __init__(self) -> None:
        self._words: dict[tuple[str, int], str] = {}

    def run(self, name: str, session: Session, statement: Callable[[], ClauseElement]) -> int:
        """Run a statement by its name; rows that it has touched."""
        return self._said(name, session, lambda: session.rendered(statement()))

    def ask(self, name: str, session: Session, query: Callable[[], Select[Any]]) -> Row[Any]:
        """The one row of a query."""
        return self._result(name, session, lambda: session.rendered(query())).one()

    def ask_all(self, name: str, session: Session, query: Callable[[], Select[Any]]) -> Sequence[Row[Any]]:
        """The rows of a query."""
        return self._result(name, session, lambda: session.rendered(query())).all()

    def fill(self, table: Temporary, session: Session, rows: Callable[[], Select[Any]], name: str = "") -> int:
        """Fill a temporary table, empty before, with the rows of a query at the same connection; how many.

        name: tells queries apart that fill the same table.
        """
        table.empty(session)
        return self._said(f"fill {table.name} {name}", session, lambda: table.fill(session, rows()))

    def insert(self, name: str, session: Session, side: Side, table: str, columns: Iterable[str],
               rows: Callable[[], Select[Any]]) -> int:
        """Insert the rows of a query into a table of a side, identities as they are given; how many."""
        return self._said(name, session, lambda: session.insertion(side, table, columns, rows()))

    def _said(self, name: str, session: Session, words: Callable[[], str]) -> int:
        return self._result(name, session, words).rowcount

    def _result(self, name: str, session: Session, words: Callable[[], str]) -> CursorResult[Any]:
        key = (name, id(session.connection))
        if key not in self._words:
            self._words[key] = words()
        return session.run(self._words[key])
