"""When a plan may start: its window and the site's calendar, asked together before every start."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from migrator import clock
from migrator.calendars.rule import HORIZON
from migrator.calendars.window import Verdict, window_at
from migrator.engine.gate.closed import Asked, Closed
from migrator.engine.gate.timetable import calendar_of, rule_of
from migrator.errors import Exit
from migrator.model.plan import Plan
from migrator.model.turn_back import within_window
from migrator.playbook.inventory import Environment
from migrator.step import changes
from migrator.text import _
from migrator.units import seconds


def verdict_on(plan: Plan, environment: Environment, now: datetime) -> Verdict | None:
    """Whether the plan may start now, None when nothing binds it: it changes nothing, or what may be replaced.

    Raises WrongUse or PlaybookError for a calendar that cannot be understood: what may be a freeze is not passed over.
    """
    if environment.disposable or not any(changes(step.kind) for step in plan.steps):
        return None
    needed = timedelta(seconds=time_needed(plan))
    return window_at(rule_of(plan.window), calendar_of(environment), now, needed=needed)


def an_open_window(asked: Asked) -> list[Closed]:
    """The site's calendar lets the plan start now."""
    return [] if asked.environment is None else shut(asked.plan, asked.environment, clock.now())


def shut(plan: Plan, environment: Environment, now: datetime) -> list[Closed]:
    """Why the plan may not start now, with the next start that is possible; empty when it may."""
    verdict = verdict_on(plan, environment, now)
    if verdict is None or verdict.open:
        return []
    hint = _("no start is possible any more: give the playbook another window")
    if verdict.opening:
        start = verdict.calendar.show(verdict.opening.start)
        hint = _("the next start is possible at {start}").format(start=start)
    return [Closed(verdict.reason, Exit.FINDINGS_BLOCK, hint)]


def window_of(plan: Plan, environment: Environment, now: datetime) -> dict[str, str] | None:
    """The window in which a run that starts now has to be over, `start` and `end` as the clock stamps them; None when
    nothing binds it.
    """
    verdict = verdict_on(plan, environment, now)
    if verdict is None or verdict.opening is None or not verdict.open:
        return None
    start, end = verdict.opening.start, verdict.opening.end
    if plan.window.get("length") and not plan.window.get("start"):
        start, end = now.astimezone(UTC), min(end, now + timedelta(seconds=seconds(plan.window["length"])))
    elif end - now >= HORIZON:  # no end was found as far as is looked, and that is none
        return None
    return {"start": clock.stamp(start), "end": clock.stamp(end)}


def time_needed(plan: Plan) -> float:
    """Seconds that the work of the window takes, as measured, and the reserve; 0 while not all of it was measured."""
    estimates = [step.estimate for step in within_window(plan)]
    known = [estimate for estimate in estimates if estimate is not None]
    if not known or len(known) < len(estimates):
        return 0.0
    return sum(known) + seconds(plan.budget.get("reserve") or 0)
