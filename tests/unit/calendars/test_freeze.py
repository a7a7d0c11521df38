"""Freezes are read from iCalendar files: whole days, repetitions, exceptions, zones; what is broken is refused."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from migrator.calendars.freeze import FreezeFile
from migrator.errors import PlaybookError
from tests.unit.calendars.ics import calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")


def freezes(path: Path, text: str, start: str, end: str) -> list[tuple[str, str, str]]:
    path.write_text(text)
    asked = [datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI) for moment in (start, end)]
    found = FreezeFile(path, SHANGHAI).between(*asked)
    return [(f.name, f"{f.start.astimezone(SHANGHAI):%m-%d %H:%M}", f"{f.end.astimezone(SHANGHAI):%m-%d %H:%M}")
            for f in found]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "freeze.ics"


def test_whole_days_are_those_of_the_site(file: Path) -> None:
    text = calendar("SUMMARY:Year-end close", "DTSTART;VALUE=DATE:20261228", "DTEND;VALUE=DATE:20270104")
    close = ("Year-end close", "12-28 00:00", "01-04 00:00")
    assert freezes(file, text, "2026-12-27T20:00", "2026-12-28T00:01") == [close]
    assert freezes(file, text, "2026-12-27T20:00", "2026-12-28T00:00") == []
    assert freezes(file, text, "2027-01-03T23:59", "2027-01-05T00:00") == [close]
    assert freezes(file, text, "2027-01-04T00:00", "2027-01-05T00:00") == []


def test_repetitions_without_their_exceptions(file: Path) -> None:
    text = calendar("SUMMARY:Payday", "DTSTART;TZID=Asia/Shanghai:20260110T090000", "DURATION:PT9H",
                    "RRULE:FREQ=MONTHLY;BYMONTHDAY=10", "EXDATE;TZID=Asia/Shanghai:20260210T090000")
    assert freezes(file, text, "2026-01-01T00:00", "2026-04-01T00:00") == [
        ("Payday", "01-10 09:00", "01-10 18:00"), ("Payday", "03-10 09:00", "03-10 18:00")]


def test_times_in_other_zones_and_in_none(file: Path) -> None:
    elsewhere = calendar("SUMMARY:UTC", "DTSTART:20260304T160000Z", "DURATION:PT1H")
    assert freezes(file, elsewhere, "2026-03-05T00:00", "2026-03-06T00:00") == [("UTC", "03-05 00:00", "03-05 01:00")]
    floating = calendar("SUMMARY:Here", "DTSTART:20260304T160000", "DURATION:PT1H")
    assert freezes(file, floating, "2026-03-04T00:00", "2026-03-05T00:00") == [("Here", "03-04 16:00", "03-04 17:00")]


def test_a_cancelled_freeze_is_none(file: Path) -> None:
    text = calendar("DTSTART;VALUE=DATE:20260301", "STATUS:CANCELLED")
    assert freezes(file, text, "2026-03-01T00:00", "2026-03-02T00:00") == []
    assert freezes(file, text.replace("CANCELLED", "CONFIRMED"), "2026-03-01T00:00", "2026-03-02T00:00") == [
        ("a freeze", "03-01 00:00", "03-02 00:00")]


@pytest.mark.parametrize("text", [
    "", "hello", calendar("SUMMARY:no start"), calendar("DTSTART:some day"),
    calendar("DTSTART:20260304T100000", "RRULE:FREQ=NEVER"), calendar("DTSTART:20260301T100000")])
def test_what_cannot_be_understood_is_refused_and_never_left_out(file: Path, text: str) -> None:
    with pytest.raises(PlaybookError, match=r"freeze\.ics: the freeze calendar cannot be understood"):
        freezes(file, text, "2026-03-01T00:00", "2026-03-02T00:00")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    moment = datetime(2026, 3, 1, tzinfo=SHANGHAI)
    with pytest.raises(PlaybookError, match="No such file"):
        FreezeFile(tmp_path / "gone.ics", SHANGHAI).between(moment, moment)
