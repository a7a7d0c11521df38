"""What a plan says of time: limits, window with its next start, freezes, and make-up days that nobody knows yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from migrator.calendars.days import Days
from migrator.calendars.freeze import FreezeFile
from migrator.calendars.site_calendar import SiteCalendar
from migrator.calendars.window import Verdict, window_at
from migrator.engine.gate.timetable import rule_of
from migrator.model.plan import Plan
from migrator.screen.plan_time import limits_line, time_lines
from tests.unit.calendars.ics import calendar
from tests.unit.engine.office import Office, step

ZONE = ZoneInfo("Asia/Shanghai")
NIGHTS_OFF = {"between": "20:00-06:00", "days": "days-off"}


@pytest.fixture
def plan(office: Office) -> Plan:
    steps = (replace(step("upgrade"), estimate=3600.0, way_back_estimate=1800.0),
             replace(step("start"), estimate=60.0, way_back_estimate=60.0))
    return office.plan(*steps, window=NIGHTS_OFF, budget={"reserve": "30m"})


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def asked(plan: Plan, moment: str, site: SiteCalendar) -> Verdict:
    return window_at(rule_of(plan.window), site, datetime.fromisoformat(moment).replace(tzinfo=ZONE),
                     needed=timedelta(hours=1))


def test_it_is_open(plan: Plan) -> None:
    assert limits_line(plan) == "window 20:00-06:00 on days off   reserve 30m00s"
    assert time_lines(plan, asked(plan, "2026-10-07T22:00", SiteCalendar(ZONE, Days("CN")))) == [
        "2 steps, 1h01m in all", "turn-back line: none, going back fits 10h00m after every step",
        "window: open from 2026-10-07 20:00 to 2026-10-08 06:00"]


def test_it_is_shut_until_a_freeze_is_over(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "freeze.ics").write_text(calendar("SUMMARY:Audit", "DTSTART;VALUE=DATE:20261010", "DURATION:P2D"))
    site = SiteCalendar(ZONE, Days("CN"), [FreezeFile(tmp_path / "freeze.ics", ZONE)])
    assert time_lines(plan, asked(plan, "2026-10-09T22:00", site))[2:] == [
        "window: 2026-10-09 is a working day, the window is for days off; "
        "the next one is open from 2026-10-12 00:00 to 2026-10-12 06:00",  # what the freeze leaves of Sunday's night
        'freeze "Audit" from 2026-10-10 00:00 to 2026-10-12 00:00']


def test_days_that_nobody_has_announced_yet_are_told(plan: Plan) -> None:
    assert time_lines(plan, asked(plan, "2090-10-01T22:00", SiteCalendar(ZONE, Days("CN"))))[-1] == (
        "the make-up days of 2090 are not known here: list them under calendar in the inventory")


def test_a_fixed_window_that_is_over(plan: Plan) -> None:
    once = replace(plan, window={"start": "2026-03-14T20:00", "length": "6h"})
    assert limits_line(once).startswith("window 6h00m")
    assert time_lines(once, asked(once, "2026-03-16T20:00", SiteCalendar(ZONE)))[-1] == (
        "window: the window was open from 2026-03-14 20:00 to 2026-03-15 02:00; no start is possible any more")


def test_hours_that_nothing_limits_are_not_shown(plan: Plan) -> None:
    six_hours = replace(plan, window={"length": "6h"})
    assert time_lines(six_hours, asked(six_hours, "2026-10-07T22:00", SiteCalendar(ZONE)))[1:] == [
        "turn-back line: none, going back fits 6h00m after every step"]


def test_estimates_that_grow_with_the_data_say_so(plan: Plan) -> None:
    grown = replace(plan, budget={}, steps=tuple(replace(step, scale=scale) for step, scale in
                                                 zip(plan.steps, (2.46, 1.04), strict=True)))
    assert time_lines(grown, None)[1:] == [
        "2.5 times the data of the rehearsal, so 2.5 times the time that was measured there: upgrade"]


def test_a_stage_that_nothing_limits_has_no_line(plan: Plan) -> None:
    free = replace(plan, window={}, budget={})
    assert limits_line(free) == ""
    assert time_lines(free, None) == ["2 steps, 1h01m in all"]
