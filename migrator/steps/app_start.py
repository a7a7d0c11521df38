"""Step kind app.start."""

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


class StartArgs(Args):
    services: list[str] = Field(default_factory=list, description="names in the inventory, in order; left out: all")
    within: int = Field(60, ge=1, description="seconds that each one may take")


@register
class AppStart(Step[StartArgs]):
    """Starts services of the application, in order, and sees by their status that they run.

    A service that runs already is left alone. The way back stops those that stood before, and no others. A running
    process does not prove a working application: let a `check.suite` follow.

    Example::

        - id: start
          app.start: {services: [web, worker]}
    """

    kind = "app.start"
    Args = StartArgs
    touches = Touches.CHANGES

    def probes(self, ctx: StepContext[StartArgs]) -> Probes:
        asked = [service.question() for service in _services(ctx)]
        return Probes(check=asked, before=asked, verify=asked)

    def check(self, ctx: StepContext[StartArgs]) -> list[Finding]:
        for service in _services(ctx):
            service.command("start")
            service.command("stop")  # the way back needs it
            service.runs()
        return []

    def plan(self, ctx: StepContext[StartArgs]) -> list[Change]:
        return [Change(_("service {name} starts").format(name=s.name), where=s.entry.at,
                       command=str(s.command("start"))) for s in _services(ctx)]

    def before(self, ctx: StepContext[StartArgs]) -> dict[str, Any]:
        return {"standing": [s.name for s in _services(ctx) if not s.runs()]}

    def apply(self, ctx: StepContext[StartArgs]) -> Outcome:
        started = bring_all(_services(ctx), "start", ctx.job, ctx.args.within)
        return Outcome(bool(started), _("started: {names}").format(names=", ".join(started) or "-"),
                       {"started": started})

    def verify(self, ctx: StepContext[StartArgs]) -> list[Finding]:
        standing = [s.name for s in _services(ctx) if not s.runs()]
        if standing:
            return [blocks("service.stands", _("not running: {names}").format(names=", ".join(standing)))]
        return [informs("service.runs", _("all services run"))]

    def undo(self, ctx: StepContext[StartArgs], record: Mapping[str, Any]) -> Outcome:
        stood = [s for s in reversed(_services(ctx)) if s.name in record.get("standing", ())]
        stopped = bring_all(stood, "stop", ctx.job, ctx.args.within)
        return Outcome(bool(stopped), _("stopped again: {names}").format(names=", ".join(stopped) or "-"))

    def by_hand(self, ctx: StepContext[StartArgs], record: Mapping[str, Any]) -> list[str]:
        return [hands.on(s.entry.at, s.command("stop")) for s in reversed(_services(ctx))
                if s.name in record.get("standing", ())]


def _services(ctx: StepContext[StartArgs]) -> list[ServiceOnHost]:
    return [ServiceOnHost(ctx.site, name) for name in ctx.args.services or ctx.site.environment.services]
