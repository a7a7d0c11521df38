"""How long details of runs are kept, and which of the old ones must stay."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection, Engine, RowMapping, delete, select, update

from migrator import clock
from migrator.journal import audit
from migrator.journal.tables import attempt, before, evidence, fleet, run
from migrator.journal.writer import Writer, written
from migrator.model.fleet import FleetState
from migrator.model.plan import Plan
from migrator.model.proof import PREPARE, TRIAL
from migrator.model.states import Direction, RunState
from migrator.text import _
from migrator.units import seconds

PROVES = (PREPARE, TRIAL)
"""Stages that prove something to later ones; nobody goes back to what was before them."""
VALID_FOR = ("rehearsal_valid_for", "backup_valid_for")
"""Rules of a plan that say how long such a proof counts."""


@dataclass(frozen=True)
class OldRun:
    """A run from before the limit; `kept` says why its details stay, empty when they may go."""

    id: str
    state: str
    ended: str | None
    kept: str = ""


class Retention:
    """Judges old runs and removes their details. The run's row, its plan, approvals and audit trail stay for ever."""

    def __init__(self, engine: Engine, writer: Writer, plan: Callable[[str], Plan]) -> None:
        """`plan` gives the plan with an id."""
        self._engine = engine
        self._writer = writer
        self._plan = plan

    def old(self, limit: datetime) -> list[OldRun]:
        """Runs that ended, or were made and never ended, before the limit, and have their details; oldest first."""
        query = select(run, fleet.c.state.label("fleet_state")).outerjoin(fleet, fleet.c.id == run.c.fleet).where(
            run.c.created < clock.stamp(limit), run.c.pruned.is_(None)).order_by(run.c.created)
        with self._engine.begin() as connection:
            rows = [row for row in connection.execute(query).mappings()
                    if row["ended"] is None or clock.parse(row["ended"]) < limit]
            ways_back = set(self._ways_back(connection))
        return [OldRun(row["id"], row["state"], row["ended"], self._kept(row, row["id"] in ways_back)) for row in rows]

    @written
    def prune(self, connection: Connection, runs: Sequence[str], *, actor: str, reason: str) -> None:
        """Remove what these runs have written beside their own row and their audit trail, which says so."""
        for table in (attempt, before, evidence):
            connection.execute(delete(table).where(table.c.run.in_(runs)))
        connection.execute(update(run).where(run.c.id.in_(runs)).values(pruned=clock.stamp()))
        audit.append(connection, actor=actor, event="runs.pruned", runs=list(runs), reason=reason)

    def _kept(self, row: RowMapping, way_back: bool) -> str:
        if not RunState(row["state"]).ended:
            return _("has not ended: inv resume or inv rollback --run {run}").format(run=row["id"])
        if row["fleet_state"] not in (None, FleetState.DONE):
            return _("its fleet {fleet} is not done").format(fleet=row["fleet"])
        if way_back and row["finalized"] is None and row["stage"] not in PROVES:
            return _("its way back is open until it is finalized")
        if row["stage"] in PROVES and row["state"] == RunState.PASSED and self._proves(row):
            return _("it proves something to a plan that may still start")
        return ""

    def _proves(self, row: RowMapping) -> bool:
        rules = self._plan(row["plan"]).rules
        valid = max((seconds(rules[name]) for name in VALID_FOR if name in rules), default=0.0)
        return clock.parse(row["ended"]) + timedelta(seconds=valid) > clock.now()

    def _ways_back(self, connection: Connection) -> Iterator[str]:
        """Runs with a step that has acted, was not undone, and can be."""
        acted = connection.execute(select(attempt.c.run, attempt.c.step, run.c.plan).join(
            run, run.c.id == attempt.c.run).where(
            attempt.c.direction == Direction.FORWARD, attempt.c.undone.is_(False), run.c.finalized.is_(None),
            run.c.pruned.is_(None), run.c.stage.not_in(PROVES)).distinct().order_by(attempt.c.run)).mappings()
        for name, steps in groupby(acted, key=itemgetter("run")):
            if any(self._plan(step["plan"]).step(step["step"]).way_back != "none" for step in steps):
                yield name
