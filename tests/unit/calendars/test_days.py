"""Working days and days off: a country's holidays, its make-up days, and the site's own lists above both."""

from __future__ import annotations

from datetime import date

import pytest

from migrator.calendars.days import Days
from migrator.errors import WrongUse


@pytest.mark.parametrize(("day", "works"), [
    ("2026-10-06", False),  # Tuesday, a day off that was shifted
    ("2026-10-08", True),
    ("2026-10-10", True),   # Saturday on which people work for it
    ("2026-10-11", False),
    ("2026-02-14", True),
    ("2025-10-08", False),
])
def test_a_country_with_make_up_days(day: str, works: bool) -> None:
    assert Days("CN").is_workday(date.fromisoformat(day)) is works


def test_without_a_country_only_weekends_are_off() -> None:
    assert [Days().is_workday(date(2026, 10, day)) for day in (1, 2, 3, 4, 5)] == [True, True, False, False, True]


def test_the_lists_of_the_site_count_first() -> None:
    days = Days("CN", holidays=[date(2026, 10, 8)], workdays=[date(2026, 10, 6)])
    assert days.is_workday(date(2026, 10, 6))
    assert not days.is_workday(date(2026, 10, 8))
    assert (days.name(date(2026, 10, 6)), days.name(date(2026, 10, 8))) == (
        "a working day of this site", "a holiday of this site")


def test_days_have_names(each_language: str) -> None:
    days = Days("CN")
    assert days.name(date(2026, 10, 1)) == ("National Day" if each_language == "en" else "国庆节")
    assert days.name(date(2026, 10, 10))
    assert days.name(date(2026, 10, 9)) == ""


def test_a_year_whose_make_up_days_nobody_has_announced_is_told_apart() -> None:
    assert Days("CN").announced(2026)
    assert not Days("CN").announced(2090)
    assert Days("CN", workdays=[date(2090, 1, 2)]).announced(2090)
    assert Days("DE").announced(2090)
    assert Days().announced(2090)


def test_parts_of_a_country_have_days_of_their_own() -> None:
    epiphany = date(2027, 1, 6)
    assert Days("DE").is_workday(epiphany)
    assert not Days("DE-BY").is_workday(epiphany)


@pytest.mark.parametrize("country", ["ZZ", "CN-XX"])
def test_a_country_that_nobody_knows(country: str) -> None:
    with pytest.raises(WrongUse, match="public holidays"):
        Days(country).is_workday(date(2026, 1, 1))
