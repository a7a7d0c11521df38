"""When a drill is due, in the site's zone and by its working days; and what growth foretells."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from migrator.calendars.days import Days
from migrator.calendars.site_calendar import SiteCalendar
from migrator.drill.due import State, due
from migrator.drill.forecast import forecast

CHINA = SiteCalendar(ZoneInfo("Asia/Shanghai"), Days("CN"))
LAST_YEAR = datetime(2025, 6, 1, tzinfo=UTC)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("passed", "now", "state", "by", "severity"), [
    ([], "2026-05-01", State.OVERDUE, date(2026, 3, 31), "blocks"),
    (["2026-02-10"], "2026-05-01", State.DUE, date(2026, 6, 30), "informs"),
    (["2026-02-10"], "2026-06-20", State.DUE, date(2026, 6, 30), "warns"),
    (["2026-02-10"], "2026-06-30T16:30", State.OVERDUE, date(2026, 6, 30), "blocks"),  # 1 July in Shanghai
    (["2026-02-10", "2026-04-02"], "2026-06-30", State.DONE, date(2026, 9, 30), "informs"),
    (["2025-12-30"], "2026-05-01", State.OVERDUE, date(2026, 3, 31), "blocks"),
    (["2026-03-31T16:30"], "2026-04-02", State.DONE, date(2026, 9, 30), "informs"),  # 1 April in Shanghai
])
def test_every_quarter_has_its_drill(passed: list[str], now: str, state: State, by: date, severity: str) -> None:
    found = due([_at(day) for day in passed], LAST_YEAR, CHINA, _at(now))
    assert (found.state, found.by) == (state, by)
    assert found.finding("live").severity == severity


def test_the_last_working_day_counts_and_not_the_last_day() -> None:
    assert due([], _at("2027-10-02"), CHINA, _at("2027-12-01")).by == date(2027, 12, 31)
    weekend = SiteCalendar(UTC)  # 31 January... quarters that end on a Sunday: 30 June 2024 is one
    assert due([], _at("2024-05-01"), weekend, _at("2024-05-02")).by == date(2024, 6, 28)
    assert due([], _at("2024-05-01"), weekend, _at("2024-06-29")).state is State.OVERDUE


def test_what_did_not_exist_is_not_owed() -> None:
    assert due([], _at("2026-04-20"), CHINA, _at("2026-05-01")).state is State.DUE
    assert due([], None, CHINA, _at("2026-07-01")).state is State.DUE


def _sizes(*megabytes: int, apart: int = 7) -> list[tuple[datetime, int]]:
    return [(LAST_YEAR + timedelta(days=apart * n), size * 1_000_000) for n, size in enumerate(megabytes)]


def test_a_straight_line_reaches_the_target() -> None:
    found = forecast(_sizes(100, 107, 114), moved=100_000_000, moving=100.0, fixed=60.0, target=360.0)
    assert (found.bytes_per_second, found.bytes_per_day) == (1_000_000, pytest.approx(1_000_000))
    assert found.day == str((LAST_YEAR + timedelta(days=200)).date())  # 300 MB fit, one more each day from 100


@pytest.mark.parametrize(("sizes", "said"), [
    (_sizes(), "not enough sets"), (_sizes(100, 200), "not enough sets"), (_sizes(1, 2, 3, apart=3), "not enough sets"),
    (_sizes(100, 100, 100), "does not grow"), (_sizes(114, 107, 100), "does not grow"),
    ([(day, size + n) for n, (day, size) in enumerate(_sizes(100, 100, 100))], "twenty years"),
])
def test_no_figure_is_invented(sizes: list[tuple[datetime, int]], said: str) -> None:
    found = forecast(sizes, moved=1_000_000, moving=1.0, fixed=1.0, target=3600.0)
    assert found.day is None and said in found.why


def test_a_target_that_is_broken_already_breaks_on_the_first_day() -> None:
    found = forecast(_sizes(100, 107, 114), moved=1_000_000, moving=100.0, fixed=60.0, target=10.0)
    assert found.day == str(LAST_YEAR.date())
