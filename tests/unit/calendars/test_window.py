"""A window: open or not at a moment, why, and when next; over midnight, on kinds of days, around freezes and DST."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.calendars.days import Days
from migrator.calendars.freeze import FreezeFile
from migrator.calendars.rule import Always, DayKind, Once, Recurring, Rule
from migrator.calendars.site_calendar import SiteCalendar
from migrator.calendars.window import Verdict, window_at
from tests.unit.calendars.ics import calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = Recurring(time(20), time(6))
OFF = Recurring(time(20), time(6), DayKind.DAYS_OFF)
SITE = SiteCalendar(SHANGHAI, Days("CN"))


def ask(rule: Rule, moment: str, site: SiteCalendar = SITE) -> Verdict:
    return window_at(rule, site, datetime.fromisoformat(moment).replace(tzinfo=site.zone))


def told(verdict: Verdict, zone: ZoneInfo = SHANGHAI) -> tuple[str, str] | None:
    """The opening in the site's time."""
    if verdict.opening is None:
        return None
    return (f"{verdict.opening.start.astimezone(zone):%m-%d %H:%M}",
            f"{verdict.opening.end.astimezone(zone):%m-%d %H:%M}")


@pytest.fixture
def frozen(tmp_path: Path) -> SiteCalendar:
    """A site that changes nothing from the 4th, 22:00, to the 6th."""
    (tmp_path / "freeze.ics").write_text(calendar("SUMMARY:Audit", "DTSTART:20260304T220000", "DTEND:20260306T000000"))
    return SiteCalendar(SHANGHAI, freeze_files=[FreezeFile(tmp_path / "freeze.ics", SHANGHAI)])


@pytest.mark.parametrize(("moment", "open_", "opening"), [
    ("2026-03-03T19:59:59", False, ("03-03 20:00", "03-04 06:00")),
    ("2026-03-03T20:00", True, ("03-03 20:00", "03-04 06:00")),
    ("2026-03-04T05:59:59", True, ("03-03 20:00", "03-04 06:00")),
    ("2026-03-04T06:00", False, ("03-04 20:00", "03-05 06:00")),
])
def test_hours_over_midnight(moment: str, open_: bool, opening: tuple[str, str]) -> None:
    verdict = ask(NIGHT, moment)
    assert (verdict.open, told(verdict)) == (open_, opening)


@pytest.mark.parametrize(("moment", "reason", "next_"), [
    ("2026-10-07T21:00", "", "10-07 20:00"),                          # a shifted day off
    ("2026-10-08T03:00", "", "10-07 20:00"),                          # the night counts to the day on which it began
    ("2026-10-08T21:00", "2026-10-08 is a working day", "10-11 20:00"),
    ("2026-10-10T21:00", "2026-10-10 (a make-up working day) is a working day", "10-11 20:00"),
    ("2026-10-11T12:00", "it is 2026-10-11 12:00, the window is open 20:00-06:00", "10-11 20:00"),
])
def test_only_on_days_off(moment: str, reason: str, next_: str) -> None:
    verdict = ask(OFF, moment)
    assert verdict.reason.startswith(reason) and verdict.open == (not reason)
    assert (told(verdict) or ("",))[0] == next_


def test_only_on_working_days() -> None:
    verdict = ask(Recurring(time(12), time(13), DayKind.WORKDAYS), "2026-10-01T12:30")
    assert verdict.reason == "2026-10-01 (National Day) is a day off, the window is for working days"
    assert told(verdict) == ("10-08 12:00", "10-08 13:00")


def test_a_fixed_window_before_in_and_after_it() -> None:
    once = Once(datetime.fromisoformat("2026-03-14T20:00+08:00"), timedelta(hours=6))
    early, within, late = (ask(once, m) for m in ("2026-03-14T19:00", "2026-03-15T01:59", "2026-03-15T02:00"))
    assert early.reason == "the window opens at 2026-03-14 20:00 only"
    assert told(early) == told(within) == ("03-14 20:00", "03-15 02:00") and within.open
    assert late.reason == "the window was open from 2026-03-14 20:00 to 2026-03-15 02:00"
    assert late.opening is None


def test_a_fixed_start_without_a_zone_is_meant_in_that_of_the_site() -> None:
    assert told(ask(Once(datetime(2026, 3, 14, 20), timedelta(hours=1)), "2026-03-01T00:00")) == (
        "03-14 20:00", "03-14 21:00")


def test_a_freeze_ends_the_window_early_and_forbids_to_begin(frozen: SiteCalendar) -> None:
    before, within = ask(NIGHT, "2026-03-04T20:30", frozen), ask(NIGHT, "2026-03-04T23:00", frozen)
    assert before.open and told(before) == ("03-04 20:00", "03-04 22:00")
    assert [f.name for f in before.freezes] == [f.name for f in within.freezes] == ["Audit"]
    assert within.reason == '"Audit" forbids changes from 2026-03-04 22:00 to 2026-03-06 00:00'
    assert told(within) == ("03-06 00:00", "03-06 06:00")


def test_a_freeze_holds_where_no_window_is_given(frozen: SiteCalendar) -> None:
    assert (told(ask(Always(), "2026-03-05T12:00", frozen)) or ("",))[0] == "03-06 00:00"
    assert ask(Always(), "2026-03-06T00:00", frozen).open


def test_a_fixed_window_that_a_freeze_covers_never_opens(frozen: SiteCalendar) -> None:
    verdict = ask(Once(datetime(2026, 3, 5, 20), timedelta(hours=4)), "2026-03-05T20:00", frozen)
    assert "Audit" in verdict.reason and verdict.opening is None


def test_too_little_time_is_no_window(frozen: SiteCalendar) -> None:
    late = datetime(2026, 3, 4, 4, tzinfo=SHANGHAI)
    assert window_at(NIGHT, SITE, late, needed=timedelta(hours=2)).open
    verdict = window_at(NIGHT, SITE, late, needed=timedelta(hours=2, seconds=1))
    assert verdict.reason == "the window closes at 2026-03-04 06:00, 2h00m are left and more is needed"
    assert told(verdict) == ("03-04 20:00", "03-05 06:00")
    # the freeze leaves two hours of the 4th and six of the 6th
    assert told(window_at(NIGHT, frozen, late, needed=timedelta(hours=3))) == ("03-06 00:00", "03-06 06:00")


@pytest.mark.parametrize(("evening", "hours"), [
    ("2026-03-28T23:00", 7), ("2026-10-24T23:00", 9), ("2026-06-01T23:00", 8)])
def test_a_night_in_which_clocks_change_is_shorter_or_longer(evening: str, hours: int) -> None:
    berlin = SiteCalendar(ZoneInfo("Europe/Berlin"))
    opening = ask(Recurring(time(22), time(6)), evening, berlin).opening
    assert opening is not None and opening.end - opening.start == timedelta(hours=hours)


def test_an_hour_that_the_clocks_leave_out_begins_when_they_go_on() -> None:
    berlin = SiteCalendar(ZoneInfo("Europe/Berlin"))
    verdict = ask(Recurring(time(2, 30), time(5)), "2026-03-29T01:00", berlin)
    assert told(verdict, ZoneInfo("Europe/Berlin")) == ("03-29 03:30", "03-29 05:00")


def test_a_fixed_length_is_counted_in_real_hours() -> None:
    berlin = SiteCalendar(ZoneInfo("Europe/Berlin"))
    verdict = ask(Once(datetime(2026, 3, 28, 22), timedelta(hours=8)), "2026-03-28T22:00", berlin)
    assert told(verdict, ZoneInfo("Europe/Berlin")) == ("03-28 22:00", "03-29 07:00")


@settings(max_examples=60, deadline=None)
@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 30)), st.sampled_from(DayKind),
       st.tuples(st.integers(0, 23), st.integers(0, 23)).filter(lambda hours: hours[0] != hours[1]))
def test_it_agrees_with_asking_the_clock_on_the_wall(moment: datetime, days: DayKind, hours: tuple[int, int]) -> None:
    opens, closes = map(time, hours)
    verdict = window_at(Recurring(opens, closes, days), SITE, moment.replace(tzinfo=SHANGHAI))
    assert verdict.open == _on_the_wall(moment, opens, closes, days)
    assert verdict.opening is not None
    start = verdict.opening.start.astimezone(SHANGHAI).replace(tzinfo=None)
    assert _on_the_wall(start, opens, closes, days)
    if not verdict.open:
        assert start > moment and verdict.opening.start.tzinfo is UTC


def _on_the_wall(moment: datetime, opens: time, closes: time, days: DayKind) -> bool:
    """The same question, answered without any interval."""
    clock = moment.time()
    if opens < closes:
        hours, day = opens <= clock < closes, moment.date()
    else:
        hours, day = clock >= opens or clock < closes, moment.date() - timedelta(days=clock < closes)
    works = Days("CN").is_workday(day)
    return hours and (days is DayKind.ANY or works == (days is DayKind.WORKDAYS))
