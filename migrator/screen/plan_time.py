"""The time of a plan: what is allowed, what it takes, when it may start, and until when going back fits."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from migrator.calendars.window import Verdict
from migrator.model.plan import Plan
from migrator.model.way_back import ways_back
from migrator.screen.window_lines import window_lines
from migrator.text import _
from migrator.units import seconds, show_seconds

ANY = "any"


def limits_line(plan: Plan) -> str:
    """What the playbook allows, on one line; empty when it limits nothing."""
    limits = {"downtime": _("downtime {time}"), "rollback": _("way back {time} allowed"),
              "reserve": _("reserve {time}")}
    shown = [_window(plan)] + [sentence.format(time=_duration(plan.budget[key])) for key, sentence in limits.items()
                               if plan.budget.get(key) not in (None, "", "0s", 0)]
    return "   ".join(filter(None, shown))


def time_lines(plan: Plan, window: Verdict | None) -> list[str]:
    """What all steps take, until when going back fits, and when the plan may start."""
    unknown = [step.id for step in plan.steps if step.estimate is None]
    known = sum(step.estimate or 0 for step in plan.steps)
    total = _("{count} steps, {time} in all").format(count=len(plan.steps), time=show_seconds(known))
    if unknown:
        total = _("{count} steps, {unknown} of them not rehearsed").format(count=len(plan.steps), unknown=len(unknown))
    lines = [total, *_scaled(plan), *([_turn_back(plan, window)] if plan.budget else [])]
    if window and (plan.window.get("start") or plan.window.get("between") or window.freezes or not window.open):
        lines += window_lines(window, by_days=plan.window.get("days", ANY) != ANY)
    return lines


def _scaled(plan: Plan) -> list[str]:
    """Which estimates are not as measured, since there is more data here, or less."""
    by_scale: dict[str, list[str]] = {}
    for step in plan.steps:
        if (shown := f"{step.scale:.1f}") != "1.0":
            by_scale.setdefault(shown, []).append(step.id)
    said = _("{scale} times the data of the rehearsal, so {scale} times the time that was measured there: {steps}")
    return [said.format(scale=scale, steps=", ".join(names)) for scale, names in by_scale.items()]


def _window(plan: Plan) -> str:
    if hours := plan.window.get("between"):
        days = {"workdays": _("on working days"), "days-off": _("on days off")}.get(plan.window["days"], "")
        return " ".join(filter(None, [_("window {time}").format(time=hours), days]))
    length = plan.window.get("length")
    return _("window {time}").format(time=_duration(length)) if length else ""


def _turn_back(plan: Plan, window: Verdict | None) -> str:
    allowed = min(_allowed(plan, window), default=None)
    if allowed is None:
        return _("turn-back line: no window is given")
    backs = ways_back(plan.steps)
    if any(step.estimate is None for step in plan.steps) or None in backs:
        return _("turn-back line: unknown until every step was rehearsed")
    used = accumulate(step.estimate or 0 for step in plan.steps)
    limit = allowed - seconds(plan.budget.get("reserve") or 0)
    for step, time, back in zip(plan.steps, used, backs, strict=True):
        if time + (back or 0) > limit:
            return _("turn-back line: once {step} has run, going back no longer fits {time}").format(
                step=step.id, time=show_seconds(allowed))
    return _("turn-back line: none, going back fits {time} after every step").format(time=show_seconds(allowed))


def _allowed(plan: Plan, window: Verdict | None) -> Iterator[float]:
    """Seconds of everything that limits the time; of hours that return, those of the next time they are open."""
    for text in (plan.budget.get("downtime"), plan.window.get("length")):
        if text:
            yield seconds(text)
    if window and window.opening and plan.window.get("between"):
        yield (window.opening.end - window.opening.start).total_seconds()


def _duration(value: str | float) -> str:
    return show_seconds(seconds(value))
