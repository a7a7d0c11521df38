"""PostgreSQL to PostgreSQL: what COPY gives is what COPY takes, byte for byte."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from migrator.lens.copy.keys import WAY
from migrator.lens.copy.load import Load
from migrator.lens.copy.paths.copying import Sent, taken
from migrator.lens.copy.paths.path import require_all
from migrator.lens.copy.session import Session
from migrator.lens.schema import named

_BUILT_IN = 16_384
"""Types with lower numbers are the same in every database."""
_TEXT, _TEXTS = 25, (25, 1042, 1043)
"""text, char(n) and varchar(n): they have the same bytes, and the target's own limit is kept when they arrive."""


class Raw:
    """COPY TO into COPY FROM; binary where the source's types are the target's, else text."""

    name = "COPY -> COPY"

    def __init__(self, source: Session, target: Session) -> None:
        self._source = source
        self._target = target
        self._formats: dict[str, str] = {}

    def carry(self, load: Load, rows: Select[Any]) -> int:
        if load.table not in self._formats:
            self._formats[load.table] = self._format(load, rows)
        form = f"FORMAT {self._formats[load.table]}"
        sent = Sent(self._source, self._source.rendered(rows), form)
        arrived = taken(self._target, self._target.table(WAY.target, load.table), load.columns, form, sent)
        return require_all(load, sent.rows, arrived)

    def _format(self, load: Load, rows: Select[Any]) -> str:
        columns = named(load.table, {name: type_.in_statements for name, type_ in load.columns.items()}, WAY.target)
        here, there = _types(self._source, rows), _types(self._target, select(columns))
        return "binary" if here == there and all(number < _BUILT_IN for number in here) else "text"


def _types(session: Session, rows: Select[Any]) -> list[int]:
    """The server's numbers of the types of a query's columns, those of texts as one."""
    cursor: Any = session.ask(rows.limit(0)).cursor
    return [_TEXT if column.type_code in _TEXTS else column.type_code for column in cursor.description]
