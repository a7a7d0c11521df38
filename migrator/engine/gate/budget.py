"""The time that a playbook allows, against the time that its rehearsal has taken."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.engine.gate.closed import Asked, Closed
from migrator.engine.gate.windows import time_needed
from migrator.errors import Exit
from migrator.here import from_here
from migrator.model.plan import Plan
from migrator.model.way_back import longest_way_back
from migrator.text import _
from migrator.units import seconds, show_seconds


def enough_time(asked: Asked) -> list[Closed]:
    """What was measured fits into what is allowed: the way back into its budget, all work into the downtime."""
    plan = asked.plan
    hint = _("allow more in {playbook}, or make it faster and rehearse again").format(playbook=from_here(plan.playbook))
    return [Closed(told.format(time=show_seconds(time), allowed=allowed), Exit.FINDINGS_BLOCK, hint)
            for time, allowed, told in _compared(plan) if allowed and time > seconds(allowed)]


def _compared(plan: Plan) -> Iterator[tuple[float, str | None, str]]:
    """Seconds measured, what is allowed, and the sentence that says that it is too little."""
    yield (longest_way_back(plan.steps) or 0.0, plan.budget.get("rollback"),
           _("the way back takes {time}, {allowed} are allowed"))
    yield (time_needed(plan), plan.budget.get("downtime"),
           _("the work takes {time} with the reserve, {allowed} of downtime are allowed"))
    yield (time_needed(plan), plan.window.get("length"),
           _("the work takes {time} with the reserve, the window has {allowed}"))
