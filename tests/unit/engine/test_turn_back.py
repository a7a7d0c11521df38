"""The turn-back line: a step that begins too late is told of before it begins, with every figure that decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from migrator import clock
from migrator.engine.gate.turn_back import Crossing, crossed
from migrator.model.plan import Plan, PlannedStep
from migrator.model.states import RunState
from migrator.model.turn_back import Line, line_before, next_line
from tests.unit.engine.office import Office, step

END = datetime.fromisoformat("2026-03-14T23:00+08:00")
WINDOW = {"start": "2026-03-14T12:00:00+00:00", "end": "2026-03-14T15:00:00+00:00"}


def timed(name: str, takes: float | None, back: float | None, **fields: Any) -> PlannedStep:
    return replace(step(name), estimate=takes, way_back_estimate=back, **fields)


@pytest.fixture
def plan(office: Office) -> Plan:
    return office.plan(timed("copy", 600, 60), timed("upgrade", 3000, 900), timed("start", 60, 30),
                       budget={"reserve": "10m", "on_crossing": "rollback"})


class Night:
    """One run in its window, with the steps that it has done."""

    def __init__(self, office: Office, plan: Plan, *done: str, window: dict[str, str] | None = WINDOW) -> None:
        self.office, self.plan = office, plan
        self.run = office.run(plan)
        office.journal.runs.move(self.run, RunState.RUNNING, actor="me")
        for name in done:
            office.passed(self.run, name)
        self.row = {**office.journal.runs.get(self.run), "window": window}

    def line(self, place: int, window: dict[str, str] | None = WINDOW) -> Line | None:
        row = {**self.row, "window": window}
        return line_before(self.plan, row, self.office.journal.attempts.of_run(self.run), place)

    def crossed(self, place: int, before_end: float) -> Crossing | None:
        return crossed(self.office.journal, self.plan, self.row, place, now=END - timedelta(seconds=before_end))


def test_the_step_its_way_back_and_the_reserve_must_fit(office: Office, plan: Plan) -> None:
    night = Night(office, plan, "copy")
    needed = 3000 + 60 + 900 + 600
    assert night.crossed(1, needed) is None
    crossing = night.crossed(1, needed - 1)
    assert crossing is not None and crossing.decide_by is None
    for figure in ("upgrade takes 50m00s", "after it 16m00s", "10m00s are kept", "1h15m are left"):
        assert figure in crossing.message


def test_only_what_this_run_has_done_is_brought_back(office: Office, plan: Plan) -> None:
    night = Night(office, plan)  # the copy was skipped by a person: nothing of it is to be undone
    ahead = night.line(1)
    assert ahead is not None and (ahead.takes, ahead.back) == (3000, 900)


def test_the_downtime_counts_where_it_ends_before_the_window(office: Office, plan: Plan) -> None:
    short = replace(plan, budget={**plan.budget, "downtime": "1h"})
    night = Night(office, short, window=None)
    started = clock.parse(night.row["started"])
    by_downtime = night.line(0, None)
    assert by_downtime is not None and by_downtime.end == started + timedelta(hours=1)
    soon = clock.stamp(started + timedelta(minutes=5))
    by_window = night.line(0, {**WINDOW, "end": soon})
    assert by_window is not None and by_window.end == clock.parse(soon)
    assert crossed(office.journal, short, night.row, 1, now=started + timedelta(minutes=30)) is not None


def test_without_a_limit_there_is_no_line(office: Office, plan: Plan) -> None:
    assert Night(office, plan, window=None).crossed(2, -10**6) is None


def test_a_playbook_may_ask_people(office: Office, plan: Plan) -> None:
    asking = replace(plan, budget={**plan.budget, "on_crossing": "ask"})
    crossing = Night(office, asking).crossed(0, 1000)  # 600 to copy, 60 back and 600 in reserve do not fit
    assert crossing is not None and crossing.decide_by == END - timedelta(seconds=60)
    over = Night(office, asking).crossed(0, 0)
    assert over is not None and over.decide_by is None, "nobody is asked when the way back has to begin"


def test_past_a_point_of_no_return_there_is_nothing_to_turn_back_to(office: Office, plan: Plan) -> None:
    final = replace(plan, steps=(plan.steps[0], replace(plan.steps[1], point_of_no_return=True), plan.steps[2]))
    assert Night(office, final, "copy", "upgrade").crossed(2, 0) is None
    assert Night(office, final, "copy").crossed(1, 4000) is not None


def test_what_was_never_measured_does_not_hide_what_was(office: Office, plan: Plan) -> None:
    new = replace(plan, steps=(*plan.steps[:2], timed("new", None, None)))
    ahead = Night(office, new, "copy", "upgrade").line(2)
    assert ahead is not None and (ahead.takes, ahead.back) == (0, 960)


def test_an_observation_has_all_the_time_it_needs(office: Office, plan: Plan) -> None:
    watch = replace(step("watch", "observe"), in_window=False)
    watched = replace(plan, steps=(*plan.steps, watch, timed("last", 1, 1)))
    night = Night(office, watched, "copy", "upgrade", "start")
    assert night.crossed(2, 0) is not None
    assert night.crossed(3, -10**6) is None
    assert night.crossed(4, -10**6) is None


def test_the_next_line_is_that_of_the_step_that_comes_next(office: Office, plan: Plan) -> None:
    night = Night(office, plan, "copy")
    attempts = office.journal.attempts.of_run(night.run)
    ahead = next_line(plan, night.row, attempts)
    assert ahead is not None and ahead.step == "upgrade"
    assert ahead.moment == END - timedelta(seconds=3000 + 960 + 600)
    everything = Night(office, plan, "copy", "upgrade", "start")
    assert next_line(plan, everything.row, office.journal.attempts.of_run(everything.run)) is None


def test_a_run_that_goes_back_has_no_line_ahead(office: Office, plan: Plan) -> None:
    night = Night(office, plan, "copy")
    office.journal.runs.limit(night.run, WINDOW, actor="me")
    assert office.journal.record(night.run)["turn_back"]["step"] == "upgrade"
    office.journal.runs.move(night.run, RunState.GOING_BACK, actor="me")
    assert office.journal.record(night.run)["turn_back"] is None
