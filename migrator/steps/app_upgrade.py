"""Step kind app.upgrade."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from migrator.application.own_command import last_line, within
from migrator.application.probe import Probe, holds, questions, shown
from migrator.commands.shell import Command, words
from migrator.errors import CommandFailed
from migrator.model.finding import Finding, blocks, informs, later
from migrator.model.outcome import Change, Outcome
from migrator.model.states import AfterCrash, Touches, WayBack
from migrator.step import Args, Probes, Step, StepContext, register
from migrator.text import _
from migrator.transport.asked import Question

BY_NAME = "secret:"


class UpgradeArgs(Args):
    command: list[str] = Field(min_length=1, description="the vendor's program and its arguments")
    restore: str = Field(description="step of backup.take whose set the way back restores")
    done: Probe = Field(description="what shows that this hop has taken effect")
    environment: dict[str, str] = Field(default_factory=dict, description="variables for the command; no secrets")
    folder: str | None = Field(None, description="folder on the host in which the command starts")
    user: str | None = Field(None, description="user of the host it runs as")
    answers: list[str] = Field(default_factory=list, description="lines of standard input; secret:NAME for a secret")
    expect_exit: list[int] = Field([0], min_length=1, description="exit codes that mean success")
    databases: list[str] | None = Field(None, description="what to restore of the set; left out: all its databases")
    trees: list[str] | None = Field(None, description="what to restore of the set; left out: all its file trees")


@register
class AppUpgrade(Step[UpgradeArgs]):
    """Runs the vendor's own upgrade command for one hop, exactly once, and asks the system whether it took effect.

    The command runs detached on its host: a lost connection or a killed process of ours neither stops nor repeats it.
    It counts as done when its exit code is an expected one and the probe `done` holds. The way back restores the
    databases and trees of the named backup set, which is checked to its end before anything is touched. The application
    must be stopped.

    Example::

        - id: "migrate-${hop.to}"
          at: app
          timeout: 30m
          app.upgrade:
            command: [python3, -m, roundup.scripts.roundup_admin, -i, "${env.trees.home.path}", migrate]
            environment: {PYTHONPATH: "/opt/roundup/${hop.to}"}
            done: {sql: "select version from schema", equals: "8"}
            restore: backup
    """

    kind = "app.upgrade"
    Args = UpgradeArgs
    touches = Touches.CHANGES
    scales_with_data = True
    after_crash = AfterCrash.RESTORE
    way_back = WayBack.RESTORE
    per_host = True

    def probes(self, ctx: StepContext[UpgradeArgs]) -> Probes:
        done = questions([ctx.args.done], ctx.site, ctx.target)
        return Probes(check=[] if ctx.ahead else [Question(ctx.target, _present(ctx))], before=done, verify=done)

    def check(self, ctx: StepContext[UpgradeArgs]) -> list[Finding]:
        if ctx.ahead:
            return [later("upgrade.later", _("the command and the backup {step} are looked at when it is due").format(
                step=ctx.args.restore))]
        if _set(ctx) is None:
            return [blocks("upgrade.no-backup", _("{step} has taken no backup set, so there is no way back").format(
                step=ctx.args.restore), _("put a backup.take with this id before it"))]
        if ctx.host.read(_present(ctx), check=False).exit_code:
            return [blocks("upgrade.no-command", _("{command} is not on {host}").format(
                command=ctx.args.command[0], host=ctx.target), _("install the release first, or name its full path"))]
        return []

    def plan(self, ctx: StepContext[UpgradeArgs]) -> list[Change]:
        return [Change(_("the vendor's upgrade {hop}").format(hop=ctx.hop or ""), where=ctx.target,
                       after=shown(ctx.args.done), command=str(_command(ctx)))]

    def before(self, ctx: StepContext[UpgradeArgs]) -> dict[str, Any]:
        return {"set": _set(ctx), "done": holds(ctx.args.done, ctx.site, ctx.target)}

    def apply(self, ctx: StepContext[UpgradeArgs]) -> Outcome:
        already = holds(ctx.args.done, ctx.seen, ctx.target)
        # Under the same name: where the command has begun before, it is waited for, whatever the probe says meanwhile.
        command = words("true") if already else _command(ctx)
        code, output = 0, ""
        try:
            ended = ctx.job(command, label="upgrade", stdin=_answers(ctx))
            if already and not ended.attached:
                return Outcome(False, _("had taken effect already"), {"exit_code": None})
            output = ended.output
        except CommandFailed as error:
            code, output = error.exit_code, error.output
        if code not in ctx.args.expect_exit:
            raise CommandFailed(_("the vendor's upgrade ended with exit code {code}: {line}").format(
                code=code, line=last_line(output) or _("it printed nothing")), exit_code=code, output=output,
                where=ctx.target)
        return Outcome(True, last_line(output), {"exit_code": code, "output": output[-4000:]})

    def verify(self, ctx: StepContext[UpgradeArgs]) -> list[Finding]:
        if not holds(ctx.args.done, ctx.site, ctx.target):
            return [blocks("upgrade.not-done", _("the upgrade has not taken effect: {probe}").format(
                probe=shown(ctx.args.done)))]
        return [informs("upgrade.done", _("the upgrade has taken effect: {probe}").format(probe=shown(ctx.args.done)))]

    def undo(self, ctx: StepContext[UpgradeArgs], record: Mapping[str, Any]) -> Outcome:
        from migrator.backup.restoring.restore import restore_set

        if not record:
            return Outcome(changed=False)  # apply never began
        facts = restore_set(ctx.site, record["set"], databases=ctx.args.databases, trees=ctx.args.trees, say=ctx.say,
                            progress=ctx.progress)
        return Outcome(bool(facts["restored"]), _("restored: {names}").format(
            names=", ".join(facts["restored"]) or "-"), facts)

    def by_hand(self, ctx: StepContext[UpgradeArgs], record: Mapping[str, Any]) -> list[str]:
        from migrator.backup.restoring.by_hand import restoring

        if not record:
            return []
        return restoring(ctx.site, Path(record["set"]), databases=ctx.args.databases, trees=ctx.args.trees)


def _present(ctx: StepContext[UpgradeArgs]) -> Command:
    """Succeeds where the vendor's program is there."""
    return within(ctx.args, words("command", "-v", ctx.args.command[0]))


def _command(ctx: StepContext[UpgradeArgs]) -> Command:
    return within(ctx.args, words(*ctx.args.command))


def _answers(ctx: StepContext[UpgradeArgs]) -> bytes:
    told = [ctx.site.secret(line.removeprefix(BY_NAME)).reveal() if line.startswith(BY_NAME) else line
            for line in ctx.args.answers]
    return "".join(f"{line}\n" for line in told).encode()


def _set(ctx: StepContext[UpgradeArgs]) -> str | None:
    return ctx.facts[ctx.args.restore]["set"] if ctx.args.restore in ctx.facts else None
