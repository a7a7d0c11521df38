"""Who is let in: a run that cannot begin has failed, and no queue waits for it; who leaves leaves nothing open."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from migrator.engine.processes.admission import Admission
from migrator.engine.processes.arrival import Arrivals
from migrator.model.states import RunState
from tests.unit.engine.office import Office, step


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.fixture
def closed() -> list[str]:
    return []


@pytest.fixture
def admission(office: Office, closed: list[str], tmp_path: Path) -> Admission:
    desk = replace(office.desk, close=closed.append)
    return Admission(desk, Arrivals(office.journal, desk.hold, "me"), tmp_path / "shelf")


def test_a_new_run_begins_and_the_last_guest_closes_the_environment(office: Office, admission: Admission,
                                                                   closed: list[str]) -> None:
    run = office.run(office.plan(step("look", "host.facts")))
    with admission.visit(run) as admitted:
        assert admitted
        assert office.journal.runs.get(run)["state"] == RunState.RUNNING
        with admission.visit(run):
            pass
        assert closed == [], "somebody is still here"
    assert closed == ["live"]


def test_a_run_whose_environment_is_held_has_failed_and_is_not_told(office: Office, admission: Admission) -> None:
    run = office.run(office.plan(step("stop", "command")))
    office.journal.locks.take("live", run="another", owner="me")
    with admission.visit(run) as admitted:
        assert not admitted
    row = office.journal.runs.get(run)
    assert (row["state"], row["exit_code"]) == (RunState.FAILED, 11)


def test_a_run_whose_playbook_is_not_to_be_had_has_failed(office: Office, admission: Admission) -> None:
    run = office.run(office.plan(step("look", "host.facts"), content={"packages/big.tar": "0" * 64}))
    with admission.visit(run) as admitted:
        assert not admitted
    assert "big.tar" in office.journal.runs.get(run)["message"]
