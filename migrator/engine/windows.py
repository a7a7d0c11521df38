"""When a plan may start: its window and the site's calendar, asked together before every start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from migrator import clock
from migrator.calendars.site_calendar import SiteCalendar
from migrator.calendars.window import Verdict, window_at
from migrator.engine.closed import Asked, Closed
from migrator.engine.timetable import calendar_of, rule_of
from migrator.errors import Exit
from migrator.model.plan import Plan, PlannedStep
from migrator.model.states import Touches
from migrator.playbook.inventory import Environment
from migrator.step import kinds
from migrator.text import _
from migrator.units import seconds


@dataclass(frozen=True)
class Look:
    """What the calendar of a site says to a start at some moment."""

    verdict: Verdict
    calendar: SiteCalendar


def look(plan: Plan, environment: Environment, now: datetime) -> Look | None:
    """Whether the plan may start now, None when nothing binds it: it changes nothing, or what may be replaced.

    Raises WrongUse or PlaybookError for a calendar that cannot be understood: what may be a freeze is not passed over.
    """
    if environment.disposable or not any(map(_changes, plan.steps)):
        return None
    calendar = calendar_of(environment)
    needed = timedelta(seconds=time_needed(plan))
    return Look(window_at(rule_of(plan.window), calendar, now, needed=needed), calendar)


def an_open_window(asked: Asked) -> list[Closed]:
    """The site's calendar lets the plan start now."""
    return [] if asked.environment is None else shut(asked.plan, asked.environment, clock.now())


def shut(plan: Plan, environment: Environment, now: datetime) -> list[Closed]:
    """Why the plan may not start now, with the next start that is possible; empty when it may."""
    seen = look(plan, environment, now)
    if seen is None or seen.verdict.open:
        return []
    opening = seen.verdict.opening
    hint = (_("the next start is possible at {start}").format(start=seen.calendar.show(opening.start)) if opening
            else _("no start is possible any more: give the playbook another window"))
    return [Closed(seen.verdict.reason, Exit.FINDINGS_BLOCK, hint)]


def window_of(plan: Plan, environment: Environment, now: datetime) -> dict[str, str] | None:
    """The window in which a run that starts now has to be over, `start` and `end` as the clock stamps them; None when
    nothing binds it.
    """
    seen = look(plan, environment, now)
    if seen is None or seen.verdict.opening is None or not seen.verdict.open:
        return None
    start, end = seen.verdict.opening.start, seen.verdict.opening.end
    if plan.window.get("length") and not plan.window.get("start"):
        start, end = now.astimezone(UTC), min(end, now + timedelta(seconds=seconds(plan.window["length"])))
    return {"start": clock.stamp(start), "end": clock.stamp(end)}


def within_window(plan: Plan) -> Sequence[PlannedStep]:
    """The steps before the first one that only watches what the window has left behind."""
    watching = (place for place, step in enumerate(plan.steps)
                if step.kind in kinds() and not kinds()[step.kind].in_window)
    return plan.steps[:next(watching, len(plan.steps))]


def time_needed(plan: Plan) -> float:
    """Seconds that the work of the window takes, as measured, and the reserve; 0 while not all of it was measured."""
    estimates = [step.estimate for step in within_window(plan)]
    known = [estimate for estimate in estimates if estimate is not None]
    if not known or len(known) < len(estimates):
        return 0.0
    return sum(known) + seconds(plan.budget.get("reserve") or 0)


def _changes(step: PlannedStep) -> bool:
    return step.kind not in kinds() or kinds()[step.kind].touches is Touches.CHANGES
