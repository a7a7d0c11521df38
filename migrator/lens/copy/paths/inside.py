"""Both sides in reach of one connection: the rows never leave the server."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from migrator.lens.copy.keys import WAY
from migrator.lens.copy.load import Load
from migrator.lens.copy.session import Session
from migrator.lens.sql.column import as_stored


class Inside:
    """INSERT..SELECT."""

    name = "INSERT..SELECT"

    def __init__(self, session: Session) -> None:
        self._session = session

    def carry(self, load: Load, rows: Select[Any]) -> int:
        return self._session.insert(WAY.target, load.table, load.columns, as_stored(rows, load.columns))
