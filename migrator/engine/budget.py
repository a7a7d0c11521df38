"""The time that a playbook allows, against the time that its rehearsal has taken."""

from __future__ import annotations

from migrator.engine.closed import Asked, Closed
from migrator.engine.windows import time_needed
from migrator.errors import Exit
from migrator.here import from_here
from migrator.model.plan import Plan
from migrator.model.way_back import longest_way_back
from migrator.text import _
from migrator.units import seconds, show_seconds


def enough_time(asked: Asked) -> list[Closed]:
    """What was measured fits into what is allowed: the way back into its budget, all work into the downtime."""
    plan = asked.plan
    taken = {"rollback": longest_way_back(plan.steps) or 0.0, "downtime": time_needed(plan)}
    told = {"rollback": _("the way back takes {time}, {allowed} are allowed"),
            "downtime": _("the work takes {time} with the reserve, {allowed} of downtime are allowed")}
    return [Closed(told[name].format(time=show_seconds(time), allowed=plan.budget[name]), Exit.FINDINGS_BLOCK,
                   _hint(plan))
            for name, time in taken.items() if plan.budget.get(name) and time > seconds(plan.budget[name])]


def _hint(plan: Plan) -> str:
    return _("allow more under budget in {playbook}, or make it faster and rehearse again").format(
        playbook=from_here(plan.playbook))
