"""A plan that changes a lasting system starts in its window only, and never in a freeze."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from migrator import clock
from migrator.engine.gate.gates import closed
from migrator.engine.gate.windows import shut, time_needed, verdict_on, window_of
from migrator.errors import Exit
from migrator.model.plan import Plan
from migrator.playbook.inventory import Calendar
from tests.unit.calendars.ics import calendar
from tests.unit.engine.office import Office, step

ZONE = ZoneInfo("Asia/Shanghai")
NIGHT = {"between": "20:00-06:00", "days": "days-off"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.fixture
def live(office: Office, tmp_path: Path) -> Office:
    """An office in China that freezes the 4th of October."""
    (tmp_path / "freeze.ics").write_text(calendar("SUMMARY:Audit", "DTSTART;VALUE=DATE:20261004"))
    said = Calendar(time_zone="Asia/Shanghai", country="CN", freeze=[str(tmp_path / "freeze.ics")])
    office.environment = office.environment.model_copy(update={"calendar": said})
    return office


@pytest.fixture
def plan(live: Office) -> Plan:
    return live.plan(step("upgrade"), window=NIGHT, budget={"reserve": "30m"})


def test_it_starts_within_the_window_and_has_to_be_over_at_its_end(live: Office, plan: Plan) -> None:
    moment = at("2026-10-02T03:00")
    assert shut(plan, live.environment, moment) == []
    assert window_of(plan, live.environment, moment) == {
        "start": "2026-10-01T12:00:00.000+00:00", "end": "2026-10-01T22:00:00.000+00:00"}


@pytest.mark.parametrize(("moment", "reason", "next_"), [
    ("2026-10-01T19:59", "it is 2026-10-01 19:59, the window is open 20:00-06:00", "2026-10-01 20:00"),
    ("2026-10-09T21:00", "2026-10-09 is a working day", "2026-10-11 20:00"),
    ("2026-10-04T02:00", '"Audit" forbids changes from 2026-10-04 00:00 to 2026-10-05 00:00', "2026-10-05 00:00"),
])
def test_else_the_reason_and_the_next_start_are_told(live: Office, plan: Plan, moment: str, reason: str,
                                                     next_: str) -> None:
    reasons = shut(plan, live.environment, at(moment))
    assert [r.code for r in reasons] == [Exit.FINDINGS_BLOCK]
    assert reasons[0].reason.startswith(reason)
    assert reasons[0].hint == f"the next start is possible at {next_}"
    assert window_of(plan, live.environment, at(moment)) is None


def test_a_freeze_forbids_changes_where_the_playbook_gives_no_window(live: Office, plan: Plan) -> None:
    anytime = replace(plan, window={})
    assert "Audit" in shut(anytime, live.environment, at("2026-10-04T12:00"))[0].reason
    assert shut(anytime, live.environment, at("2026-10-05T12:00")) == []
    until_the_freeze = window_of(anytime, live.environment, at("2026-10-03T22:00"))
    assert until_the_freeze is not None and until_the_freeze["end"] == "2026-10-03T16:00:00.000+00:00"


def test_where_no_window_is_given_and_no_freeze_lies_ahead_nothing_ends_the_time(live: Office, plan: Plan) -> None:
    assert window_of(replace(plan, window={}), live.environment, at("2026-10-05T12:00")) is None


def test_a_length_counts_from_the_start(live: Office, plan: Plan) -> None:
    six_hours = replace(plan, window={"length": "6h"})
    assert window_of(six_hours, live.environment, at("2026-10-05T12:00")) == {
        "start": "2026-10-05T04:00:00.000+00:00", "end": "2026-10-05T10:00:00.000+00:00"}
    before_the_freeze = window_of(six_hours, live.environment, at("2026-10-03T22:00"))
    assert before_the_freeze is not None and before_the_freeze["end"] == "2026-10-03T16:00:00.000+00:00"


def test_a_fixed_window_that_is_over_has_no_next_start(live: Office, plan: Plan) -> None:
    once = replace(plan, window={"start": "2026-10-02T20:00", "length": "2h"})
    assert shut(once, live.environment, at("2026-10-02T21:59")) == []
    assert "no start is possible any more" in shut(once, live.environment, at("2026-10-02T22:00"))[0].hint


def test_what_was_measured_must_still_fit(live: Office, plan: Plan) -> None:
    watch = replace(step("watch", "observe"), in_window=False)
    long = replace(plan, steps=(replace(plan.steps[0], estimate=3600), watch))
    assert time_needed(long) == 5400  # the reserve is counted, the observation is not
    assert shut(long, live.environment, at("2026-10-02T04:30")) == []
    assert "is left and more is needed" in shut(long, live.environment, at("2026-10-02T04:31"))[0].reason.replace(
        "are left", "is left")


def test_what_changes_nothing_that_lasts_is_not_bound(live: Office, plan: Plan) -> None:
    noon = at("2026-10-04T12:00")
    assert verdict_on(live.plan(step("facts", "host.facts"), window=NIGHT), live.environment, noon) is None
    assert verdict_on(plan, live.environment.model_copy(update={"disposable": True}), noon) is None
    assert window_of(plan, live.environment.model_copy(update={"disposable": True}), noon) is None


def test_the_gate_asks_the_calendar(live: Office, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: at("2026-10-09T21:00"))
    assert [r.reason for r in closed(live.journal, plan, operator="li", environment=live.environment)] == [
        "2026-10-09 is a working day, the window is for days off"]
    monkeypatch.setattr(clock, "now", lambda: at("2026-10-11T21:00"))
    assert closed(live.journal, plan, operator="li", environment=live.environment) == []
