"""Estimates: measured in the rehearsal, scaled where a step's time depends on the data and there is more of it now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrator.engine.plans.estimates import Estimate, Estimates
from migrator.errors import Position
from migrator.model.states import Direction
from migrator.playbook.expand import ExpandedStep
from tests.unit.engine.office import Office

SMALL = {"database main": 40, "tree files": 60}
LARGE = {"database main": 100, "tree files": 150}


def expanded(name: str, kind: str) -> ExpandedStep:
    return ExpandedStep(id=name, kind=kind, args={}, at=(), hop=None, timeout=None, retries=0, needs=(),
                        skippable=False, point_of_no_return=False, digest=f"digest of {name}",
                        where=Position("playbook.yaml", 1, 1))


def estimate(office: Office, name: str = "upgrade", kind: str = "app.upgrade", environment: str = "live") -> Estimate:
    step = expanded(name, kind)
    return Estimates(office.journal, environment, [step]).of(step)


def rehearse(office: Office, data: dict[str, int]) -> None:
    """A rehearsal in the copy, on so much data: two seconds for each step, and for its way back."""
    run = office.run(office.plan(environment="copy"))
    office.passed(run, "clone", {"data": data}, kind="env.clone")
    for name, kind in (("upgrade", "app.upgrade"), ("restart", "app.start")):
        office.passed(run, name, kind=kind)
        office.passed(run, name, kind=kind, direction=Direction.UNDO)


def weigh(office: Office, data: dict[str, int]) -> None:
    """A backup of the live system that found so much data."""
    office.passed(office.run(office.plan()), "backup", {"data": data}, kind="backup.take")


def test_what_nobody_measured_has_no_estimate(office: Office) -> None:
    assert estimate(office) == Estimate(None, None, 1.0)


def test_as_much_data_takes_as_long(office: Office) -> None:
    rehearse(office, SMALL)
    weigh(office, SMALL)
    assert estimate(office) == Estimate(2.0, 2.0, 1.0)


def test_more_data_takes_longer_both_ways(office: Office) -> None:
    weigh(office, SMALL)
    rehearse(office, SMALL)
    weigh(office, LARGE)  # the newest counts
    assert estimate(office) == Estimate(5.0, 5.0, 2.5)


def test_a_step_whose_time_does_not_depend_on_data_is_not_scaled(office: Office) -> None:
    rehearse(office, SMALL)
    weigh(office, LARGE)
    assert estimate(office, "restart", "app.start") == Estimate(2.0, 2.0, 1.0)


@pytest.mark.parametrize("data", [{}, {"tree other": 9}])
def test_amounts_that_cannot_be_compared_change_nothing(office: Office, data: dict[str, int]) -> None:
    rehearse(office, SMALL)
    weigh(office, data)
    assert estimate(office).scale == 1.0


def test_only_what_both_hold_is_compared(office: Office) -> None:
    rehearse(office, SMALL)
    weigh(office, {"database main": 20, "tree archive": 10**6})
    assert estimate(office).scale == 0.5


def test_the_amount_of_the_rehearsal_counts_and_not_that_of_a_later_one(office: Office) -> None:
    rehearse(office, SMALL)
    weigh(office, LARGE)
    later = office.run(replace(office.plan(environment="copy"), stage="again"))
    office.passed(later, "clone", {"data": LARGE}, kind="env.clone")
    assert estimate(office).scale == 2.5
