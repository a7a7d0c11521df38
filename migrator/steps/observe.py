"""observe: watch the system for days, with no process alive between the looks."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from migrator import clock, units
from migrator.checks.suite_file import SuiteFile
from migrator.model.finding import Finding
from migrator.model.outcome import Change, Outcome, Request
from migrator.model.states import Touches, WayBack
from migrator.playbook.lookups import scope
from migrator.playbook.moments import Duration
from migrator.step import Args, Step, StepContext, register
from migrator.text import _


class ObserveArgs(Args):
    for_: Duration = Field("72h", alias="for", description="how long the system is watched, from the first look on")
    every: Duration = Field("30m", description="how far the looks are apart")
    suite: str = Field(description="file of the playbook with the checks of every look")
    rehearsal: Duration = Field("0s", description="how long instead in an environment that is disposable")


@register
class Observe(Step[ObserveArgs]):
    """Runs the checks of a file again and again until the time is over or one fails.

    The first look is at once and the last one when the time is over. In between the run is parked and needs no living
    process: `inv tick` (from cron or a systemd timer) or a worker takes the next look when it is due. The maintenance
    window is over when an observation begins, since users are back; the way back stays open all the while, unless a
    point of no return has closed it. Where the stage does not say `on_failure: pause`, a look that fails brings all
    back by itself, and a backup that is restored holds nothing of what users have entered since.

        - id: watch
          observe: {for: 72h, every: 30m, suite: checks/after.yaml, rehearsal: 1m}
    """

    kind = "observe"
    Args = ObserveArgs
    touches = Touches.NOTHING
    way_back = WayBack.NONE
    files = ("suite",)
    suites = ("suite",)
    in_window = False

    def check(self, ctx: StepContext[ObserveArgs]) -> list[Finding]:
        return _suite(ctx).impossible(ctx.site)

    def plan(self, ctx: StepContext[ObserveArgs]) -> list[Change]:
        return [Change(_("watched for {time}, a look every {every}").format(
            time=units.show_seconds(_length(ctx)), every=ctx.args.every))]

    def before(self, ctx: StepContext[ObserveArgs]) -> dict[str, Any]:
        return {"since": clock.stamp()}

    def apply(self, ctx: StepContext[ObserveArgs]) -> Outcome:
        length = _length(ctx)
        watched = (clock.now() - clock.parse(ctx.record["since"])).total_seconds()
        summary = _("watched {time} of {all}").format(time=units.show_seconds(min(max(watched, 0.0), length)),
                                                      all=units.show_seconds(length))
        facts = {"since": ctx.record["since"], "seconds": round(watched, 3)}
        if watched >= length:
            return Outcome(False, summary, facts)
        wait = min(units.seconds(ctx.args.every), length - watched)
        return Outcome(False, summary, facts, Request("wait", {"seconds": wait}))

    def verify(self, ctx: StepContext[ObserveArgs]) -> list[Finding]:
        return _suite(ctx).judge(ctx.site, ctx.facts)


def _length(ctx: StepContext[ObserveArgs]) -> float:
    return units.seconds(ctx.args.rehearsal if ctx.site.environment.disposable else ctx.args.for_)


def _suite(ctx: StepContext[ObserveArgs]) -> SuiteFile:
    known = scope(path=ctx.path, hop=ctx.hop, name=ctx.site.name, environment=ctx.site.environment, run=ctx.run)
    return SuiteFile(ctx.file(ctx.args.suite), ctx.args.suite, known)
