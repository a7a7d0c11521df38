"""Lines out of PostgreSQL: COPY TO writes them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from migrator.lens.copy.load import Load
from migrator.lens.copy.paths.copying import Sent
from migrator.lens.copy.paths.lines import Lines
from migrator.lens.copy.session import Session

FORM = "FORMAT csv, NULL 'NULL', ENCODING 'UTF8'"
"""Lines as `lines.py` has them; PostgreSQL puts quotation marks around a text that looks like its NULL."""


class FromPostgresql:
    """COPY TO STDOUT."""

    name = "COPY"

    def __init__(self, source: Session) -> None:
        self._source = source

    def lines(self, _load: Load, rows: Select[Any]) -> Lines:
        return Sent(self._source, self._source.rendered(rows), FORM)
