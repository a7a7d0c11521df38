"""The journal: everything that people read about runs, behind one door."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from sqlalchemy import URL, Engine

from migrator import clock
from migrator.journal import audit_check
from migrator.journal.approvals import Approvals
from migrator.journal.attempts import Attempts
from migrator.journal.blobs import Blobs
from migrator.journal.evidence import Evidence
from migrator.journal.fleet_sites import FleetSites
from migrator.journal.fleets import Fleets
from migrator.journal.locks import Locks
from migrator.journal.measures import Measures
from migrator.journal.next_command import next_command
from migrator.journal.proofs import Proofs
from migrator.journal.retention import Retention
from migrator.journal.runs import Runs
from migrator.journal.standing import Verifier
from migrator.journal.store import open_store
from migrator.journal.writer import Writer
from migrator.model.states import RunState
from migrator.model.turn_back import next_line


class Journal:
    """Opens on first use; `alive` tells whether an executor's process still lives, `verifier` gives who verifies the
    signatures of approvals, None where they need none.
    """

    def __init__(self, url: str | URL, alive: Callable[[str], bool],
                 verifier: Callable[[], Verifier | None] = lambda: None) -> None:
        self._url = url
        self._alive = alive
        self._verifier = verifier

    @cached_property
    def engine(self) -> Engine:
        return open_store(self._url)

    @cached_property
    def writer(self) -> Writer:
        return Writer(self.engine)

    @cached_property
    def reading(self) -> Engine:
        """For single questions: on a server each is asked without a transaction around it."""
        engine = self.engine
        return engine if engine.dialect.name == "sqlite" else engine.execution_options(isolation_level="AUTOCOMMIT")

    @cached_property
    def runs(self) -> Runs:
        return Runs(self.reading, self.writer)

    @cached_property
    def attempts(self) -> Attempts:
        return Attempts(self.reading, self.writer)

    @cached_property
    def approvals(self) -> Approvals:
        return Approvals(self.reading, self.writer, self._verifier)

    @cached_property
    def proofs(self) -> Proofs:
        return Proofs(self.reading)

    @cached_property
    def measures(self) -> Measures:
        return Measures(self.engine)

    @cached_property
    def evidence(self) -> Evidence:
        return Evidence(self.reading, self.writer)

    @cached_property
    def blobs(self) -> Blobs:
        return Blobs(self.reading, self.writer)

    @cached_property
    def fleets(self) -> Fleets:
        return Fleets(self.reading, self.writer)

    @cached_property
    def fleet_sites(self) -> FleetSites:
        return FleetSites(self.reading, self.writer)

    @cached_property
    def retention(self) -> Retention:
        return Retention(self.engine, self.writer, self.runs.plan)

    @cached_property
    def locks(self) -> Locks:
        return Locks(self.engine, self.writer, self._alive)

    def audit_trail(self, run_id: str | None = None) -> audit_check.Trail:
        """Every chain of the audit trail recomputed, or only that of one run."""
        with self.engine.begin() as connection:
            return audit_check.verify_run(connection, run_id) if run_id else audit_check.verify(connection)

    def record(self, run_id: str) -> dict[str, Any]:
        """Everything known of a run as plain data: what reports and `--json` show."""
        row = dict(self.runs.get(run_id))
        plan = self.runs.plan_of(run_id)
        trail = self.audit_trail(run_id)
        attempts = self.attempts.of_run(run_id)
        state = RunState(row["state"])
        line = None if state.ended or state is RunState.GOING_BACK else next_line(plan, row, attempts)
        return {
            "run": {**row, "playbook": plan.playbook, "bindings": plan.bindings, "path": list(plan.path),
                    "by_hand": row["by_hand"] or []},
            "people": plan.people,
            "gate": plan.gate,
            "steps": plan.as_json()["steps"],
            "attempts": [_attempt(dict(a)) for a in attempts],
            "turn_back": line.as_json() if line else None,
            "approvals": [dict(a) for a in self.approvals.list(row["plan"])],
            "evidence": [dict(e) for e in self.evidence.of_run(run_id)],
            "audit": {"count": trail.count, "head": trail.head, "sound": trail.sound},
            "next": next_command(row, plan),
            "made": clock.stamp(),
        }


def _attempt(row: dict[str, Any]) -> dict[str, Any]:
    outcome = row.pop("outcome") or {}
    return {**row, "summary": outcome.get("summary", ""), "facts": outcome.get("facts", {}),
            "changed": outcome.get("changed", False), "by_hand": outcome.get("by_hand", []),
            "findings": row["findings"] or [], "changes": row["changes"] or []}
