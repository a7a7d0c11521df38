"""Step kind command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field, model_validator

from migrator import hands
from migrator.application.own_command import last_line, within
from migrator.application.probe import Probe, holds, questions, shown
from migrator.commands.shell import Command as ShellCommand
from migrator.commands.shell import script, words
from migrator.errors import CommandFailed
from migrator.model.finding import Finding, blocks, informs
from migrator.model.outcome import Change, Outcome
from migrator.model.states import AfterCrash, Touches
from migrator.step import Args, Probes, Step, StepContext, register
from migrator.text import _
from migrator.transport.asked import Question


class CommandArgs(Args):
    run: list[str] | None = Field(None, description="program and arguments")
    script: str | None = Field(None, description="file of the playbook: a POSIX shell script")
    arguments: list[str] = Field(default_factory=list, description="$1, $2 ... of the script")
    environment: dict[str, str] = Field(default_factory=dict, description="variables for the command; no secrets")
    folder: str | None = Field(None, description="folder on the host in which it starts")
    user: str | None = Field(None, description="user of the host it runs as")
    creates: str | None = Field(None, description="path that it makes; it is not run where that is there already")
    unless: Probe | None = Field(None, description="it is not run where this holds already")
    verify: Probe | None = Field(None, description="what shows that it took effect; `creates` and `unless` do it too")
    undo: list[str] | None = Field(None, description="program and arguments that take it back")

    @model_validator(mode="after")
    def _one(self) -> CommandArgs:
        if (self.run is None) == (self.script is None):
            raise ValueError("give exactly one of run and script")
        return self


@register
class Command(Step[CommandArgs]):
    """Runs a command of your own on a host, exactly once, with a probe that shows its effect and a command back.

    It runs detached: a lost connection neither stops nor repeats it. With `creates` or `unless` it is not run where its
    effect is there already. The way back runs `undo`, which may fail where none of the probes shows an effect; without
    one, a person is told what to take back by hand.

    Example::

        - id: search-index
          at: app
          command:
            run: [roundup-admin, -i, "${env.trees.home.path}", reindex]
            verify: {file: "${env.trees.home.path}/db/indexes"}
            undo: [rm, -rf, "${env.trees.home.path}/db/indexes"]
    """

    kind = "command"
    Args = CommandArgs
    touches = Touches.CHANGES
    after_crash = AfterCrash.ASK
    per_host = True
    files = ("script",)

    def probes(self, ctx: StepContext[CommandArgs]) -> Probes:
        looks = bool(ctx.args.run) and not ctx.ahead
        return Probes(check=[Question(ctx.target, _present(ctx))] if looks else [],
                      before=questions(_before(ctx), ctx.site, ctx.target),
                      verify=questions(_probes(ctx), ctx.site, ctx.target))

    def check(self, ctx: StepContext[CommandArgs]) -> list[Finding]:
        if ctx.ahead or not ctx.args.run:
            return []
        if ctx.host.read(_present(ctx), check=False).exit_code:
            return [blocks("command.missing", _("{command} is not on {host}").format(
                command=ctx.args.run[0], host=ctx.target), _("install it there, or name its full path"))]
        return []

    def plan(self, ctx: StepContext[CommandArgs]) -> list[Change]:
        what = _("script {name}").format(name=ctx.args.script) if ctx.args.script else _("command")
        return [Change(what, where=ctx.target, after=", ".join(shown(p) for p in _probes(ctx)),
                       command=" ".join(ctx.args.run or ["sh", ctx.args.script or "", *ctx.args.arguments]))]

    def before(self, ctx: StepContext[CommandArgs]) -> dict[str, Any]:
        return {"there": _there(ctx)}

    def apply(self, ctx: StepContext[CommandArgs]) -> Outcome:
        there = _there(ctx)
        # Under the same name: where the command has begun before, it is waited for, whatever the probe says meanwhile.
        ended = ctx.job(words("true") if there else _command(ctx), label="command")
        if there and not ended.attached:
            return Outcome(False, _("its effect was there already"))
        return Outcome(True, last_line(ended.output), {"exit_code": ended.exit_code, "output": ended.output[-4000:]})

    def verify(self, ctx: StepContext[CommandArgs]) -> list[Finding]:
        probes = _probes(ctx)
        missing = [p for p in probes if not holds(p, ctx.site, ctx.target)]
        if missing:
            return [blocks("command.no-effect", _("it did not take effect: {probe}").format(
                probe=", ".join(map(shown, missing))))]
        done = _("it took effect: {probe}").format(probe=", ".join(map(shown, probes)))
        return [informs("command.effect", done)] if probes else []

    def undo(self, ctx: StepContext[CommandArgs], record: Mapping[str, Any]) -> Outcome:
        if not record or record["there"]:
            return Outcome(changed=False)  # it never began, or its effect was there before us
        if ctx.args.undo is None:
            return Outcome(False, by_hand=self.by_hand(ctx, record))
        try:
            ended = ctx.job(within(ctx.args, words(*ctx.args.undo)), label="undo")
        except CommandFailed:
            probes = _probes(ctx)
            if not probes or any(holds(p, ctx.site, ctx.target) for p in probes):
                raise
            # A command that failed may have left nothing, or a person has taken it back by hand meanwhile.
            return Outcome(False, _("its effect does not show; the way back found nothing to take back"))
        return Outcome(True, last_line(ended.output), {"output": ended.output[-4000:]})

    def by_hand(self, ctx: StepContext[CommandArgs], record: Mapping[str, Any]) -> list[str]:
        if not record or record["there"]:
            return []
        if ctx.args.undo is None:
            return [_("on {host}, take back by hand what this did: {command}").format(
                host=ctx.target, command=_command(ctx).text[:200])]
        return [hands.on(ctx.target, within(ctx.args, words(*ctx.args.undo)))]


def _probes(ctx: StepContext[CommandArgs]) -> list[Probe]:
    created = Probe.model_validate({"file": ctx.args.creates}) if ctx.args.creates else None
    return [p for p in (created, ctx.args.unless, ctx.args.verify) if p]


def _before(ctx: StepContext[CommandArgs]) -> list[Probe]:
    """Those that say whether anything is left to do."""
    return [p for p in _probes(ctx) if p is not ctx.args.verify]


def _there(ctx: StepContext[CommandArgs]) -> bool:
    """Whether `creates` or `unless` say that nothing is left to do."""
    asked = _before(ctx)
    return bool(asked) and all(holds(p, ctx.seen, ctx.target) for p in asked)


def _present(ctx: StepContext[CommandArgs]) -> ShellCommand:
    """Succeeds where the program is there."""
    return within(ctx.args, words("command", "-v", (ctx.args.run or [""])[0]))


def _command(ctx: StepContext[CommandArgs]) -> ShellCommand:
    if ctx.args.script:
        return within(ctx.args, script(ctx.file(ctx.args.script).decode(), *ctx.args.arguments))
    return within(ctx.args, words(*(ctx.args.run or ())))
