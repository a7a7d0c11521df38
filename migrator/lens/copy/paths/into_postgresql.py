"""Lines into PostgreSQL: COPY FROM reads them into the table itself, since canonical texts are what its types read."""

from __future__ import annotations

from migrator.lens.copy.keys import WAY
from migrator.lens.copy.load import Load
from migrator.lens.copy.paths.copying import taken
from migrator.lens.copy.paths.from_postgresql import FORM
from migrator.lens.copy.paths.lines import Lines
from migrator.lens.copy.session import Session


class IntoPostgresql:
    """COPY FROM STDIN."""

    name = "COPY"

    def __init__(self, target: Session) -> None:
        self._target = target

    def take(self, load: Load, lines: Lines) -> int:
        return taken(self._target, self._target.table(WAY.target, load.table), load.columns, FORM, lines)
