"""Step kind host.facts."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from migrator.application.host_facts import gather, question
from migrator.commands.shell import Command, words
from migrator.model.finding import Finding, informs, warns
from migrator.model.outcome import Outcome
from migrator.model.states import Touches, WayBack
from migrator.step import Args, Probes, Step, StepContext, register
from migrator.text import _
from migrator.transport.asked import Question
from migrator.units import show_size


class FactsArgs(Args):
    clock: int = Field(5, ge=1, description="seconds by which the host's clock may differ from ours")
    tools: list[str] = Field(default_factory=list, description="programs that must be there")


@register
class HostFacts(Step[FactsArgs]):
    """Writes down what a host is: system, kernel, processors, memory, time zone, locale, clock and tool versions.

    One script is run, nothing is changed. A clock that differs is warned about, since logs and certificates depend
    on it.

    Example::

        - id: facts
          at: all
          host.facts: {tools: [tar]}
    """

    kind = "host.facts"
    Args = FactsArgs
    touches = Touches.NOTHING
    way_back = WayBack.NONE
    per_host = True

    def probes(self, ctx: StepContext[FactsArgs]) -> Probes:
        asked = [Question(ctx.target, command) for command in (question(), *map(_present, ctx.args.tools))]
        return Probes(check=asked, verify=asked)

    def check(self, ctx: StepContext[FactsArgs]) -> list[Finding]:
        return _findings(ctx, gather(ctx.host))

    def apply(self, ctx: StepContext[FactsArgs]) -> Outcome:
        facts = gather(ctx.host)
        return Outcome(False, _summary(facts), facts)

    def verify(self, ctx: StepContext[FactsArgs]) -> list[Finding]:
        facts = gather(ctx.host)
        return [informs("host.facts", _summary(facts)), *_findings(ctx, facts)]


def _summary(facts: dict[str, Any]) -> str:
    return _("{os}, {cpus} processors, {memory} of memory, {timezone}").format(
        os=facts.get("os", facts.get("kernel", "?")), cpus=facts.get("cpus", "?"),
        memory=show_size(facts["memory"]) if "memory" in facts else "?", timezone=facts.get("timezone", "?"))


def _findings(ctx: StepContext[FactsArgs], facts: dict[str, Any]) -> list[Finding]:
    found = [warns("host.tool", _("{tool} is not on {host}").format(tool=tool, host=ctx.target),
                   _("install it before the upgrade")) for tool in ctx.args.tools if not _has(ctx, tool)]
    if abs(facts["clock_offset"]) > ctx.args.clock:
        found.append(warns("host.clock", _("the clock of {host} differs from ours by {seconds} s").format(
            host=ctx.target, seconds=facts["clock_offset"]), _("let a time service set both")))
    return found


def _has(ctx: StepContext[FactsArgs], tool: str) -> bool:
    return ctx.host.read(_present(tool), check=False).exit_code == 0


def _present(tool: str) -> Command:
    return words("command", "-v", tool)
