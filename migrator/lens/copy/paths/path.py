"""What every way from the source into the target promises."""

from __future__ import annotations

from typing import Any, Protocol

from sqlalchemy import Select

from migrator.errors import DatabaseError
from migrator.lens.copy.load import Load
from migrator.text import _


class Path(Protocol):
    """One way for rows; it works inside the transaction that is open at the target and never ends it."""

    name: str
    """What people call it: `COPY -> COPY`."""

    def carry(self, load: Load, rows: Select[Any]) -> int:
        """Bring the rows of a query over the source into the load's table; how many came.

        Raises DatabaseError when a row is refused, or when fewer arrive than were sent.
        """


def require_all(load: Load, sent: int, arrived: int) -> int:
    """The number of rows that arrived; raises DatabaseError when it is not the number that was sent."""
    if sent != arrived:
        raise DatabaseError(_("{sent} rows were sent to {table}, and {arrived} arrived").format(
            sent=sent, table=load.table, arrived=arrived), hint=_(
            "nothing of this chunk was kept; look into the server's log, then start the copy again"))
    return arrived
