"""What was proven, and when: the questions that gates ask the journal."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Engine, RowMapping, Select, select

from migrator.journal.tables import attempt, evidence, run
from migrator.model.finding import Finding, blocking
from migrator.model.proof import PREPARE, TRIAL
from migrator.model.states import AttemptState, Direction, RunState

LOOKED_AT = 20
"""Newest attempts among which one that is good enough is looked for."""
_ENDED = [state for state in RunState if state.ended]


class Proofs:
    """Reads only; the newest comes first."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def step(self, digest: str, stage: str, step: str, *, environment: str | None = None) -> RowMapping | None:
        """The newest success of a step in a run of that stage that has passed, with this very playbook."""
        query = _passed().where(run.c.digest == digest, run.c.stage == stage, attempt.c.step == step)
        if environment:
            query = query.where(run.c.environment == environment)
        return next(iter(self._rows(query.limit(1))), None)

    def rehearsal(self, digest: str) -> RowMapping | None:
        """The newest run of the stage trial that has passed as a whole, with this very playbook."""
        return next(iter(self._rows(select(run).where(
            run.c.digest == digest, run.c.stage == TRIAL, run.c.state == RunState.PASSED).order_by(
            run.c.ended.desc()).limit(1))), None)

    def drills(self, digest: str, kinds: Collection[str]) -> list[RowMapping]:
        """The newest successes of these kinds in rehearsals of this very playbook that have passed."""
        return self._rows(_passed().where(
            run.c.digest == digest, run.c.stage == TRIAL, attempt.c.kind.in_(kinds)).limit(LOOKED_AT))

    def backups(self, environment: str, kinds: Collection[str]) -> list[RowMapping]:
        """The newest successes of these kinds on an environment, whatever playbook had them."""
        return self._rows(_passed().where(
            run.c.environment == environment, attempt.c.kind.in_(kinds)).limit(LOOKED_AT))

    def rehearsed(self, digests: Sequence[str]) -> set[str]:
        """Those of these steps, by their digest, that have succeeded in some rehearsal."""
        query = select(attempt.c.digest).join(run, run.c.id == attempt.c.run).where(
            attempt.c.digest.in_(digests), attempt.c.state == AttemptState.OK,
            attempt.c.direction == Direction.FORWARD, run.c.stage == TRIAL).distinct()
        with self._engine.begin() as connection:
            return set(connection.execute(query).scalars())

    def blocking(self, environment: str) -> list[Finding] | None:
        """What the newest assessment of an environment has found that blocks, nothing when it has passed; None when
        there was no assessment.
        """
        newest = next(iter(self._rows(select(run.c.id, run.c.state).where(
            run.c.environment == environment, run.c.stage == PREPARE, run.c.state.in_(_ENDED)).order_by(
            run.c.ended.desc()).limit(1))), None)
        if newest is None:
            return None
        if newest["state"] == RunState.PASSED:
            return []
        tried = self._rows(select(attempt.c.findings).where(attempt.c.run == newest["id"]).order_by(attempt.c.id))
        checked = self._rows(select(evidence.c.value.label("findings")).where(
            evidence.c.run == newest["id"], evidence.c.name == "preflight").order_by(evidence.c.id))
        return blocking(Finding.from_json(found) for row in [*checked, *tried] for found in row["findings"] or [])

    def _rows(self, query: Select[Any]) -> list[RowMapping]:
        with self._engine.begin() as connection:
            return list(connection.execute(query).mappings())


def _passed() -> Select[Any]:
    return select(attempt).join(run, run.c.id == attempt.c.run).where(
        run.c.state == RunState.PASSED, attempt.c.direction == Direction.FORWARD,
        attempt.c.state == AttemptState.OK).order_by(attempt.c.id.desc())
