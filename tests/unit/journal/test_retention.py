"""Retention: details of old runs go, but none that somebody may still need, and never the trail."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from migrator import clock
from migrator.journal import tables
from migrator.journal.attempts import Key
from migrator.journal.journal import Journal
from migrator.model.states import AttemptState, Direction, RunState
from tests.unit.journal.paper import PLAN, STEP, passed, started

YEAR = timedelta(days=365)
TRIAL = replace(PLAN, stage="trial", rules={"rehearsal_valid_for": "14d", "backup_valid_for": "12h"})


def kept(journal: Journal, *, after: timedelta = YEAR, keep: timedelta = timedelta(days=183)) -> dict[str, str]:
    """What is said of each old run when this much time has gone by."""
    with pytest.MonkeyPatch.context() as patch:
        now = clock.now() + after
        patch.setattr(clock, "now", lambda: now)
        return {run.id: run.kept for run in journal.retention.old(clock.now() - keep)}


def rows(journal: Journal, run: str) -> int:
    """How many rows of details a run has."""
    with journal.engine.connect() as connection:
        return sum(len(connection.execute(select(table.c.run).where(table.c.run == run)).all())
                   for table in (tables.attempt, tables.before, tables.evidence))


def finalized(journal: Journal) -> str:
    run = passed(journal)
    journal.evidence.keep(run, "copy", "-", "rows", 3)
    journal.runs.finalize(PLAN, actor="li")
    return run


def test_details_go_and_the_trail_stays(journal: Journal) -> None:
    run, other = finalized(journal), finalized(journal)
    assert kept(journal) == {run: "", other: ""}
    before = journal.audit_trail(run)
    journal.retention.prune([run], actor="li", reason="the disk is full")
    assert (rows(journal, run), rows(journal, other)) == (0, 3)
    assert journal.audit_trail(run) == before
    assert journal.audit_trail().sound
    assert journal.record(run)["run"]["state"] == "passed"
    assert kept(journal) == {other: ""}


def test_a_young_run_is_not_spoken_of(journal: Journal) -> None:
    run = finalized(journal)
    assert kept(journal, after=timedelta(days=182)) == {}
    assert kept(journal, after=timedelta(days=184)) == {run: ""}


def test_the_end_counts_and_not_the_beginning(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    run = journal.runs.new(PLAN, started_by="li", folder="/")
    now = clock.now() + timedelta(days=100)
    monkeypatch.setattr(clock, "now", lambda: now)
    journal.runs.move(run, RunState.FAILED, actor="x")
    assert kept(journal, after=timedelta(days=100)) == {}


@pytest.mark.parametrize("state", [state for state in RunState if not state.ended])
def test_an_open_run_stays(journal: Journal, state: RunState) -> None:
    run = journal.runs.new(PLAN, started_by="li", folder="/")
    journal.runs.move(run, state, actor="x")
    assert f"inv resume or inv rollback --run {run}" in kept(journal)[run]


@pytest.mark.parametrize("state", [RunState.PASSED, RunState.HANDS_NEEDED])
def test_a_run_that_can_still_go_back_stays(journal: Journal, state: RunState) -> None:
    run = journal.runs.new(PLAN, started_by="li", folder="/")
    journal.attempts.end(started(journal, run), AttemptState.OK, executor="x", seconds=1.0)
    journal.runs.move(run, state, actor="x")
    assert "way back is open" in kept(journal)[run]
    journal.runs.finalize(PLAN, actor="li")
    assert kept(journal) == {run: ""}


def test_a_run_that_went_back_goes(journal: Journal) -> None:
    run = journal.runs.new(PLAN, started_by="li", folder="/")
    started(journal, run)
    undo = Key(run, "copy", "-", Direction.UNDO, 1)
    journal.attempts.start(undo, STEP, {}, [], executor="x")
    journal.attempts.end(undo, AttemptState.OK, executor="x", seconds=1.0)
    journal.runs.move(run, RunState.BROUGHT_BACK, actor="x")
    assert kept(journal) == {run: ""}


def test_a_run_without_a_way_back_goes(journal: Journal) -> None:
    plan = replace(PLAN, steps=(replace(STEP, way_back="none"),), digest="c" * 64)
    run = journal.runs.new(plan, started_by="li", folder="/")
    journal.attempts.end(started(journal, run), AttemptState.OK, executor="x", seconds=1.0)
    journal.runs.move(run, RunState.PASSED, actor="x")
    assert kept(journal) == {run: ""}


def test_a_rehearsal_stays_while_it_counts(journal: Journal) -> None:
    run = journal.runs.new(TRIAL, started_by="li", folder="/")
    journal.attempts.end(started(journal, run), AttemptState.OK, executor="x", seconds=1.0)
    journal.runs.move(run, RunState.PASSED, actor="x")
    day = timedelta(days=1)
    assert "proves something" in kept(journal, after=13 * day, keep=day)[run]
    assert kept(journal, after=15 * day, keep=day) == {run: ""}


def test_a_run_of_a_fleet_stays_until_the_fleet_is_done(journal: Journal) -> None:
    run = finalized(journal)
    with journal.engine.execution_options(writes=True).begin() as connection:
        connection.execute(tables.fleet.insert().values(
            id="0101-f1", plan=PLAN.id, digest=PLAN.digest, bindings=PLAN.bindings, stage="go-live", playbook="/pb",
            batches=[1], stop_limit=1, state="stopped", started_by="li", created=clock.stamp()))
        connection.execute(tables.run.update().values(fleet="0101-f1"))
    assert "0101-f1" in kept(journal)[run]
    with journal.engine.execution_options(writes=True).begin() as connection:
        connection.execute(tables.fleet.update().values(state="done"))
    assert kept(journal) == {run: ""}
