"""Evidence: measured facts kept with a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, insert, select

from migrator import clock
from migrator.journal.tables import evidence
from migrator.journal.writer import Writer, written


class Evidence:
    """Keeps named JSON values per run, step and target."""

    def __init__(self, engine: Engine, writer: Writer) -> None:
        self._engine = engine
        self._writer = writer

    @written
    def keep(self, connection: Connection, run_id: str, step: str, target: str, name: str, value: Any) -> None:
        """Store one measured value."""
        connection.execute(insert(evidence).values(
            run=run_id, step=step, target=target, name=name, value=value, at=clock.stamp()))

    @written
    def keep_of_steps(self, connection: Connection, run_id: str, name: str, values: Mapping[str, Any]) -> None:
        """Store one measured value for each of these steps, whatever their targets."""
        at = clock.stamp()
        connection.execute(insert(evidence), [{"run": run_id, "step": step, "target": "-", "name": name,
                                               "value": value, "at": at} for step, value in values.items()])

    def of_run(self, run_id: str) -> list[RowMapping]:
        """All values of a run, oldest first."""
        with self._engine.begin() as connection:
            return list(connection.execute(
                select(evidence).where(evidence.c.run == run_id).order_by(evidence.c.id)).mappings())
