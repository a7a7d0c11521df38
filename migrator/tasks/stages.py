"""The stages of an upgrade: assess, rehearse, upgrade, close; and the plan that comes before each."""

from __future__ import annotations

from collections.abc import Sequence

from migrator import clock
from migrator.errors import Exit
from migrator.here import from_here
from migrator.model.finding import Finding
from migrator.model.plan import Plan
from migrator.tasks.command import PLAYBOOK, Call, command
from migrator.text import _

DRY = "only check and show what would change; nothing is touched"


@command(playbook=PLAYBOOK, dry_run=DRY)
def assess(call: Call, playbook: str | None = None, dry_run: bool = False) -> int | None:
    """Look at the live system, and take and prove a backup: runs the stage prepare."""
    return run_stage(call, playbook, "prepare", dry_run=dry_run)


@command(playbook=PLAYBOOK, dry_run=DRY)
def rehearse(call: Call, playbook: str | None = None, dry_run: bool = False) -> int | None:
    """Upgrade a clone, walk the way back with a stopwatch, and come forward again: runs the stage trial."""
    return run_stage(call, playbook, "trial", dry_run=dry_run)


@command(playbook=PLAYBOOK, dry_run=DRY, yes="do not ask for the environment's name before it is changed")
def upgrade(call: Call, playbook: str | None = None, dry_run: bool = False, yes: bool = False) -> int | None:
    """Upgrade the live system as it was rehearsed and approved, or bring it back: runs the stage go-live."""
    return run_stage(call, playbook, "go-live", dry_run=dry_run, ask=not yes)


@command(playbook=PLAYBOOK, stage="stage to run", dry_run=DRY, yes="do not ask before a live environment is changed")
def run(call: Call, playbook: str | None = None, stage: str = "close-out", dry_run: bool = False,
        yes: bool = False) -> int | None:
    """Run any other stage of a playbook, close-out if none is named."""
    return run_stage(call, playbook, stage, dry_run=dry_run, ask=not yes)


@command(playbook=PLAYBOOK, stage="stage to plan")
def plan(call: Call, playbook: str | None = None, stage: str = "go-live") -> int | None:
    """Show what a stage would do, step by step, and the command to type next; nothing is touched."""
    return show_plan(call, call.app.plan(call.app.playbook(playbook), stage))


def run_stage(call: Call, playbook: str | None, stage: str, *, dry_run: bool, ask: bool = False) -> int:
    """Plan a stage and drive it to its end; with `dry_run` the plan is shown and nothing else happens."""
    from migrator.tasks.watch import confirm, watched

    frozen = call.app.plan(call.app.playbook(playbook), stage)
    if dry_run or call.dry:
        return show_plan(call, frozen)
    call.app.require_open(frozen)
    if ask:
        confirm(call, frozen.environment)
    return watched(call, call.app.begin(frozen), call.app.drive)


def show_plan(call: Call, frozen: Plan) -> int:
    """Ask every step what it found and would change, and show it as one table."""
    from migrator.engine.gate.windows import verdict_on
    from migrator.screen.plan_table import show_plan as table

    result = call.app.preflight(frozen)
    following = _next(call, frozen, result.problems)
    window = verdict_on(frozen, call.app.site(frozen.environment).environment, clock.now())
    call.show(table(frozen, changes=result.changes, findings=result.findings, next_command=following,
                    window=window,
                    approvals=[call.app.journal.approvals.standing(frozen, group)
                               for group in frozen.gate.get("approvals", [])]),
              {"plan": frozen.id, **frozen.as_json(), "next": following, "opening": window and window.as_json(),
               "findings": {step: [f.as_json() for f in found] for step, found in result.findings.items()},
               "changes": {step: [c.as_json() for c in planned] for step, planned in result.changes.items()}})
    return result.refusal.code if result.problems else Exit.DONE


def _next(call: Call, frozen: Plan, problems: Sequence[Finding]) -> str:
    """What to type, or first to do: what a finding advises, then what opens the gate, then the stage itself."""
    from migrator.engine.gate.gates import closed

    playbook = from_here(frozen.playbook)
    if problems:
        again = f"inv plan --playbook {playbook} --stage {frozen.stage}"
        return next((p.advice for p in problems if p.advice), again)
    environment = call.app.site(frozen.environment).environment
    if shut := closed(call.app.journal, frozen, operator=call.app.user, environment=environment):
        return shut[0].hint
    names = {"prepare": "assess", "trial": "rehearse", "go-live": "upgrade"}
    if frozen.stage in names:
        return _("inv {command} --playbook {playbook}").format(command=names[frozen.stage], playbook=playbook)
    return f"inv run.stage --playbook {playbook} --stage {frozen.stage}"
