"""Step kind app.stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from migrator import hands
from migrator.application.service import ServiceOnHost, bring_all
from migrator.model.finding import Finding, blocks, informs
from migrator.model.outcome import Change, Outcome
from migrator.model.states import Touches
from migrator.step import Args, Probes, Step, StepContext, register
from migrator.text import _


class StopArgs(Args):
    services: list[str] = Field(default_factory=list, description="names in the inventory, in the order of starting; "
                                                                  "left out: all")
    within: int = Field(60, ge=1, description="seconds that each one may take")


@register
class AppStop(Step[StopArgs]):
    """Stops services of the application, in the reverse order of starting, and sees by their status that they stand.

    A service that stands already is left alone. The way back starts those that ran before, and no others.

    Example::

        - id: stop
          app.stop: {services: [web, worker]}
    """

    kind = "app.stop"
    Args = StopArgs
    touches = Touches.CHANGES

    def probes(self, ctx: StepContext[StopArgs]) -> Probes:
        asked = [service.question() for service in _services(ctx)]
        return Probes(check=asked, before=asked, verify=asked)

    def check(self, ctx: StepContext[StopArgs]) -> list[Finding]:
        for service in _services(ctx):
            service.command("stop")
            service.command("start")  # the way back needs it
            service.runs()
        return []

    def plan(self, ctx: StepContext[StopArgs]) -> list[Change]:
        return [Change(_("service {name} stops").format(name=s.name), where=s.entry.at, command=str(s.command("stop")))
                for s in _services(ctx)]

    def before(self, ctx: StepContext[StopArgs]) -> dict[str, Any]:
        return {"running": [s.name for s in _services(ctx) if s.runs()]}

    def apply(self, ctx: StepContext[StopArgs]) -> Outcome:
        stopped = bring_all(_services(ctx), "stop", ctx.job, ctx.args.within)
        return Outcome(bool(stopped), _("stopped: {names}").format(names=", ".join(stopped) or "-"),
                       {"stopped": stopped})

    def verify(self, ctx: StepContext[StopArgs]) -> list[Finding]:
        running = [s.name for s in _services(ctx) if s.runs()]
        if running:
            return [blocks("service.runs", _("still running: {names}").format(names=", ".join(running)))]
        return [informs("service.stands", _("all services stand still"))]

    def undo(self, ctx: StepContext[StopArgs], record: Mapping[str, Any]) -> Outcome:
        ran = [s for s in reversed(_services(ctx)) if s.name in record.get("running", ())]
        started = bring_all(ran, "start", ctx.job, ctx.args.within)
        return Outcome(bool(started), _("started again: {names}").format(names=", ".join(started) or "-"))

    def by_hand(self, ctx: StepContext[StopArgs], record: Mapping[str, Any]) -> list[str]:
        return [hands.on(s.entry.at, s.command("start")) for s in reversed(_services(ctx))
                if s.name in record.get("running", ())]


def _services(ctx: StepContext[StopArgs]) -> list[ServiceOnHost]:
    names = ctx.args.services or list(ctx.site.environment.services)
    return [ServiceOnHost(ctx.site, name) for name in reversed(names)]
