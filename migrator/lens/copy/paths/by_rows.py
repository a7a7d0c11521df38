"""Row by row through this process: only where a server or SQLite leaves no other way.

SQLite has no bulk loader: its rows come as tuples of texts, a few thousand at a time, and become values in its own
expressions. MariaDB goes this way where `local_infile` is off.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from migrator.lens.copy.load import Load
from migrator.lens.copy.paths.lines import as_texts
from migrator.lens.copy.paths.path import require_all
from migrator.lens.copy.paths.staging import Staging
from migrator.lens.copy.session import Session

FETCHED = 2_000


class ByRows:
    """SELECT, then INSERT of texts, then INSERT..SELECT."""

    name = "SELECT -> INSERT"

    def __init__(self, source: Session, target: Session) -> None:
        self._source = source
        self._target = target

    def carry(self, load: Load, rows: Select[Any]) -> int:
        staging = Staging(self._target, load)
        sent = self.fill(staging, load, rows)
        return require_all(load, sent, staging.unload())

    def fill(self, staging: Staging, load: Load, rows: Select[Any]) -> int:
        """Bring the texts of a query's values into a staging table; how many rows."""
        held = _as_bytes if self._target.make == "mariadb" else _as_text
        sent = 0
        streamed = self._source.run(self._source.rendered(as_texts(load, rows)), stream_results=True)
        with self._source.refusals(), self._target.refusals():
            for some in streamed.partitions(FETCHED):
                texts = [dict(zip(load.columns, map(held, row), strict=True)) for row in some]
                self._target.connection.execute(staging.table.insert(), texts)
                sent += len(some)
        return sent


def _as_text(cell: str | bytes | None) -> str | None:
    """A canonical text, which MariaDB gives as bytes."""
    return cell.decode() if isinstance(cell, bytes) else cell


def _as_bytes(cell: str | bytes | None) -> bytes | None:
    return cell.encode() if isinstance(cell, str) else cell
