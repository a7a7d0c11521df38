"""Which days people work: weekends, a country's public holidays with its make-up days, and a site's own lists."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from migrator.errors import WrongUse
from migrator.text import _, language

if TYPE_CHECKING:
    from holidays import HolidayBase

SAMPLE = range(2019, 2024)
"""Years that are known of every country: one that shifted working days to weekends in each of them always does."""
SATURDAY = 5


class Days:
    """Tells working days from days off; the site's own lists count before what is known of the country.

    `country` is an ISO code, with a subdivision if needed (`CN`, `DE-BY`); without one there are only weekends and
    the lists.
    """

    def __init__(self, country: str | None = None, *, holidays: Collection[date] = (),
                 workdays: Collection[date] = ()) -> None:
        self._country = country
        self._holidays = frozenset(holidays)
        self._workdays = frozenset(workdays)

    def is_workday(self, day: date) -> bool:
        """Whether people work on that day. Raises WrongUse for a country that nobody knows."""
        if day in self._workdays or day in self._holidays:
            return day in self._workdays
        if self._country is None:
            return day.weekday() < SATURDAY
        return self._known(day.year).is_working_day(day)

    def name(self, day: date) -> str:
        """What the day is called: a holiday's name, a make-up day, a listed day; empty for a usual one."""
        if day in self._workdays:
            return _("a working day of this site")
        if day in self._holidays:
            return _("a holiday of this site")
        known = self._known(day.year) if self._country else None
        if known is not None and day in known.weekend_workdays:
            return _("a make-up working day")
        return str(known[day]) if known is not None and day in known else ""

    def announced(self, year: int) -> bool:
        """False when the country shifts working days to weekends every year, and those of this year are not known."""
        if self._country is None or any(day.year == year for day in self._workdays | self._holidays):
            return True
        return self._shifts(year) or not all(self._shifts(each) for each in SAMPLE)

    def _shifts(self, year: int) -> bool:
        """Whether a weekend of this year is known to have a working day."""
        return any(day.year == year for day in self._known(year).weekend_workdays)

    def _known(self, year: int) -> HolidayBase:
        """The country's days, those of the year before and after included: a holiday may shift days across."""
        for each in (year - 1, year, year + 1):
            date(each, 1, 1) in self._public  # noqa: B015  asking for a day is what makes its year known
        return self._public

    @cached_property
    def _public(self) -> HolidayBase:
        import holidays

        country, _dash, part = (self._country or "").partition("-")
        try:
            known = holidays.country_holidays(country, subdiv=part or None)
            spoken = "zh_CN" if language() == "zh_CN" else "en_US"
            fits = spoken in known.supported_languages
            return holidays.country_holidays(country, subdiv=part or None, language=spoken if fits else None)
        except NotImplementedError:
            raise WrongUse(_('the public holidays of "{country}" are not known').format(country=self._country),
                           hint=_("name the country by its two letters (CN), or list its holidays")) from None
