"""What was measured must fit into what the playbook allows, before anything begins."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrator.engine.gate.gates import closed
from migrator.errors import Exit
from migrator.model.plan import PlannedStep
from tests.unit.engine.office import Office, step


def timed(name: str, takes: float | None, back: float | None) -> PlannedStep:
    return replace(step(name), estimate=takes, way_back_estimate=back)


@pytest.mark.parametrize(("budget", "told"), [
    ({"rollback": "30m"}, []),
    ({"rollback": "29m"}, ["the way back takes 30m00s, 29m are allowed"]),
    ({"downtime": "90m", "reserve": "30m"}, []),
    ({"downtime": "90m", "reserve": "31m"}, ["the work takes 1h31m with the reserve, 90m of downtime are allowed"]),
    ({}, []),
])
def test_what_does_not_fit_is_not_begun(office: Office, budget: dict[str, str], told: list[str]) -> None:
    plan = office.plan(timed("upgrade", 3000, 1500), timed("start", 600, 300), budget=budget)
    reasons = closed(office.journal, plan, operator="li")
    assert [r.reason for r in reasons] == told
    assert all(r.code is Exit.FINDINGS_BLOCK and "rehearse again" in r.hint for r in reasons)


def test_work_longer_than_the_window_is_not_begun(office: Office) -> None:
    plan = office.plan(timed("upgrade", 3000, 1500), window={"length": "1h"}, budget={"reserve": "30m"})
    assert [r.reason for r in closed(office.journal, plan, operator="li")] == [
        "the work takes 1h20m with the reserve, the window has 1h"]


def test_what_nobody_has_measured_is_not_judged(office: Office) -> None:
    plan = office.plan(timed("upgrade", None, None), timed("start", 600, 300),
                       budget={"rollback": "1m", "downtime": "1m"})
    assert closed(office.journal, plan, operator="li") == []
